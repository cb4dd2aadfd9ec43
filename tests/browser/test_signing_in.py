"""Signing in with a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.walking import sign_in, sign_out


def test_a_person_signs_in_and_out(page: Page, person, screenshot):
    sign_in(page, person("superuser"))
    screenshot(page, "index")
    sign_out(page)
    page.goto("/admin/")
    expect(page.get_by_label("Password")).to_be_visible()
