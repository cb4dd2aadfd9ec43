"""What a person does in the admin, step by step."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

PASSWORD = "a kettle of 7 grey herons"
"""Everyone's, in these tests."""


def sign_in(page: Page, user: User, *, to: str = "/admin/") -> None:
    """Sign in by typing a name and the password, as someone does who has no second factor."""
    page.goto(f"/admin/login/?next={to}")
    page.get_by_label("Username").fill(user.get_username())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.wait_for_load_state()


def choose(page: Page, field: str, words: str) -> None:
    """Choose by typing into a field that offers what begins so."""
    page.locator(f"#id_{field}").locator("xpath=following-sibling::span[contains(@class, 'select2')]").first.click()
    page.locator(".select2-search__field").last.fill(words)
    page.locator(".select2-results__option", has_text=re.compile(rf"^{words}\b", re.IGNORECASE)).click()


def confirm(page: Page, message: str, verb: str) -> None:
    """Say why, and do what the page asks about."""
    page.locator("#id_message").fill(message)
    page.locator("#content").get_by_role("button", name=verb, exact=True).click()


def told(page: Page, words: str, level: str = "success") -> None:
    """Expect one message that says so."""
    expect(page.locator(f"body > .messagelist .{level}, .messagelist .{level}").filter(has_text=words)).to_have_count(1)


def refused(page: Page, address: str) -> None:
    """Expect that an address typed by hand leads to a page that says what one may do instead."""
    response = page.goto(address)
    assert response
    assert response.status == 403, address
    expect(page.get_by_role("heading", name="Your account may not do this")).to_be_visible()
    expect(page.get_by_text("ask an administrator for the role")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.wait_for_load_state()
