"""The keys and menus that the desk's script adds."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect

from minerals.models import Reserve
from tests.browser.walking import sign_in
from tests.factories import make_reserve


def test_keys_lead_to_places_search_and_save(page: Page, person: Callable[..., User]):
    draft = make_reserve("kaz-zinc-reserves-draft")
    sign_in(page, person("superuser"))
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/admin/sources/source/$"))
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.type("g s / ?")
    expect(page.locator("#searchbar")).to_have_value("g s / ?")

    page.goto(reverse("admin:minerals_reserve_change", args=[draft.pk]))
    page.locator("#id_note").fill("Saved from the keyboard.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Reserve.objects.get(pk=draft.pk).note == "Saved from the keyboard."

    page.wait_for_load_state()
    page.keyboard.press("?")
    page.get_by_label("Shortcuts of single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    address = page.url
    for key in ("g", "h", "?"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(address)
    page.get_by_role("button", name="Shortcuts").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_leaving_asks_before_what_was_typed_is_lost(page: Page, person: Callable[..., User]):
    draft = make_reserve("kaz-zinc-reserves-draft")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    sign_in(page, person("superuser"))
    address = reverse("admin:minerals_reserve_change", args=[draft.pk])

    def open_form() -> None:
        page.goto(address)
        # The browser asks only those who have done something on the page.
        page.locator("h1").click()

    open_form()
    page.get_by_role("link", name="History").click()
    assert asked == []

    open_form()
    page.locator("#id_note").fill("Not saved.")
    page.get_by_role("link", name="History").click()
    expect(page).to_have_url(re.compile("/history/$"))
    assert asked == ["beforeunload"]

    open_form()
    page.locator("#id_note").fill("Saved.")
    page.locator("#id_period").fill("some day")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_note")).to_have_value("Saved.")
    assert asked == ["beforeunload"]
    page.locator("h1").click()
    page.get_by_role("link", name="History").click()
    expect(page).to_have_url(re.compile("/history/$"))
    assert asked == ["beforeunload"] * 2
    assert Reserve.objects.get(pk=draft.pk).note == ""


def test_filters_are_menus_that_tell_what_is_chosen(page: Page, person: Callable[..., User], screenshot):
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_changelist"))
    menus = page.locator("#changelist-filter")
    menus.get_by_text("Mineral", exact=True).click()
    menus.get_by_text("State", exact=True).click()
    expect(menus.locator("details[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(menus.locator("details[open]")).to_have_count(0)
    menus.get_by_text("State", exact=True).click()
    screenshot(page, "filter-open", whole=False)
    menus.get_by_role("link", name="live").click()
    expect(menus.get_by_text("State: live")).to_be_visible()


def test_a_list_can_be_filtered_without_the_script(open_page: Callable[..., Page], person: Callable[..., User]):
    page = open_page(java_script_enabled=False)
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_changelist"))
    page.locator("#changelist-filter").get_by_role("link", name="draft", exact=True).click()
    expect(page).to_have_url(re.compile(r"state=draft$"))


def test_a_box_to_choose_from_is_named_by_its_label_and_what_is_chosen(page: Page, person: Callable[..., User]):
    draft = make_reserve("kaz-zinc-reserves-draft")
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_change", args=[draft.pk]))
    assert draft.country
    boxes = page.locator(".form-row.field-mineral, .form-row.field-country").get_by_role("combobox")
    expect(boxes.nth(0)).to_have_accessible_name(f"Mineral: {draft.mineral.name}")
    expect(boxes.nth(0)).to_have_accessible_description("The mineral held.")
    expect(boxes.nth(1)).to_have_accessible_name(f"Country: {draft.country.name}")

    source = page.get_by_role("combobox", name="Source:").last
    expect(source).to_have_accessible_name("Source:")
    source.click()
    expect(page.get_by_role("searchbox", name="Search: Source")).to_be_focused()
    page.keyboard.type("report-2024")
    page.get_by_role("option", name="report-2024").click()
    expect(source).to_have_accessible_name(re.compile("^Source: .*report-2024"))

    page.get_by_role("button", name="Add another Citation").click()
    expect(page.get_by_role("combobox", name="Source:")).to_have_count(3)


def test_a_box_beside_which_something_is_wrong_says_so(page: Page, person: Callable[..., User]):
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_add"))
    page.get_by_role("button", name="Save", exact=True).click()
    box = page.locator(".form-row.field-mineral").get_by_role("combobox")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description(re.compile("This field is required"))
