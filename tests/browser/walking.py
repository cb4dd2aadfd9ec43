"""What a person does in the admin, step by step."""

from __future__ import annotations

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


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.wait_for_load_state()
