"""Where things stand on the desk's pages, on a laptop and on a tablet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LAPTOP, OpenPage
from tests.browser.walking import sign_in
from tests.factories import make_reserve, publish

TABLET = (820, 1180)


def box(part: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a part of a page."""
    found = part.bounding_box()
    assert found
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def enter_words_for_numbers(page: Page) -> None:
    """Send what no browser lets somebody type into a field for numbers."""
    page.evaluate("document.querySelectorAll('#id_value, #id_low').forEach(field => { field.type = 'text' })")
    page.locator("#id_value").fill("ten")
    page.locator("#id_low").fill("few")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".errornote").wait_for()


def test_the_start_page_has_what_waits_and_what_was_done_beside_its_lists(
    open_page: OpenPage, person: Callable[..., User]
):
    user = person("superuser")
    for size in (LAPTOP, TABLET):
        page = open_page(size)
        sign_in(page, user)
        lists, waiting, recent = (box(page.locator(part)) for part in ("#content-main", "#first", "#content-related"))
        if size == LAPTOP:
            assert lists[2] < waiting[0]
            assert lists[2] < recent[0]
            assert waiting[3] <= recent[1]
            assert recent[3] < LAPTOP[1]
        else:
            assert waiting[3] <= lists[1]
            assert lists[3] <= recent[1]


@pytest.mark.parametrize("size", [LAPTOP, TABLET])
def test_what_is_wrong_stands_under_its_field_in_a_row_of_several(
    size: tuple[int, int], open_page: OpenPage, person: Callable[..., User], screenshot
):
    draft = make_reserve("kaz-zinc-reserves-draft")
    page = open_page(size)
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_change", args=[draft.pk]))
    enter_words_for_numbers(page)
    screenshot(page, f"row-errors-{size[0]}")
    tops = [box(page.locator(f"#id_{name}"))[1] for name in ("comparator", "value")]
    assert abs(tops[0] - tops[1]) < 12
    for name in ("value", "low"):
        field, said = box(page.locator(f"#id_{name}")), box(page.locator(f"#id_{name}_error"))
        assert field[3] <= said[1] < field[3] + 20
        assert abs(said[0] - field[0]) < 12
        assert said[2] <= field[2] + 12


@pytest.mark.parametrize("size", [LAPTOP, TABLET])
def test_all_buttons_of_a_draft_stay_in_sight_and_hide_none_another(
    size: tuple[int, int], open_page: OpenPage, person: Callable[..., User]
):
    draft = make_reserve("kaz-zinc-reserves-draft")
    page = open_page(size)
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_change", args=[draft.pk]))
    names = ("Save", "Save and add another", "Save and continue editing", "Save and submit for review")
    buttons = [page.get_by_role("button", name=name, exact=True) for name in (*names, "Save and publish")]
    for button in (*buttons, page.get_by_role("link", name="Delete", exact=True)):
        expect(button).to_be_in_viewport(ratio=1)
        button.click(trial=True)


def test_buttons_at_the_head_of_a_fact_are_no_wider_than_their_words(page: Page, person: Callable[..., User]):
    fact = make_reserve("kaz-zinc-reserves-published")
    publish(fact)
    sign_in(page, person("superuser"))
    page.goto(reverse("admin:minerals_reserve_change", args=[fact.pk]))
    correct, withdraw = page.get_by_role("button", name="Correct this fact"), page.get_by_role("link", name="Withdraw")
    (left, top, right, _), (other, beside, end, _) = box(correct), box(withdraw)
    assert abs(top - beside) < 4
    assert right - left < 250
    assert end - other < 250
