"""Signing in with a browser, and what happens to what is typed when a session ends."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from sources.models import Term
from tests.browser.walking import PASSWORD, sign_in, sign_out
from tests.curating.signing import code_of


def test_two_factor_login_is_set_up_and_asked_for(page: Page, person: Callable[..., User], screenshot):
    user = person("superuser")
    sign_in(page, user)
    page.get_by_role("link", name="Two-factor login").click()
    page.get_by_role("button", name="Set up two-factor login").click()
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
    page.get_by_label("Code").fill("123")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("That code is not right")).to_be_visible()
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    page.get_by_label("Code").fill(code_of(TOTPDevice.objects.get()))
    page.get_by_role("button", name="Turn it on").click()
    recovery = page.locator("ul.codes code").first.inner_text()
    screenshot(page, "two-factor-codes")
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    page.goto("/admin/sources/source/")
    page.get_by_label("Username").fill(user.get_username())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    screenshot(page, "two-factor-code")
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile("/admin/sources/source/$"))
    expect(page.get_by_text("You used a recovery code. Left: 9.")).to_be_visible()


def test_guessing_ends_on_a_page_that_says_when_to_come_back(page: Page, person: Callable[..., User], screenshot):
    user = person("superuser")
    for _ in range(5):
        page.goto("/admin/login/")
        page.get_by_label("Username").fill(user.get_username())
        page.get_by_label("Password").fill("a wrong guess")
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Signing in is paused")).to_be_visible()
    expect(page.get_by_text("You can try again in 15 minutes")).to_be_visible()
    screenshot(page, "locked-out")


def test_what_was_typed_survives_the_end_of_the_session(page: Page, person: Callable[..., User], screenshot):
    user = person("superuser")
    sign_in(page, user)
    page.clock.install()
    page.goto(reverse("admin:sources_term_add"))
    page.get_by_label("Vocabulary").fill("basis")
    page.get_by_label("Code").fill("typed-before")
    Session.objects.all().delete()
    page.clock.fast_forward("06:00")
    page.get_by_label("Definition").fill("It took long to write.")
    note = page.get_by_role("alert")
    expect(note).to_contain_text("You have been signed out. What you typed is still here.")
    screenshot(page, "signed-out-while-typing")

    with page.context.expect_page() as opened:
        note.get_by_role("link").click()
    other = opened.value
    sign_in(other, user)
    other.close()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Term.objects.get(code="typed-before").definition == "It took long to write."
