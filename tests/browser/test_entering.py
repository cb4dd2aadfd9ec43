"""Where the cursor is as sources and facts are entered, so that forms are filled in from the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.walking import sign_in
from tests.factories import make_source


def expect_cursor_in_list(page: Page, field: str) -> None:
    """In what a list that is filtered by typing puts in the place of its field."""
    expect(page.locator(f"[role=combobox][aria-labelledby~=select2-id_{field}-container]")).to_be_focused()


def test_after_a_record_the_cursor_is_in_the_kind_that_it_leaves_open(page: Page, person: Callable[..., User]):
    sign_in(page, person("superuser"), to=reverse("admin:sources_source_add"))
    page.get_by_label("BibTeX, RIS or CSL-JSON").fill("@online{x, title={A mine opens}, publisher={The Daily}}")
    page.get_by_role("button", name="Fill in from the record").click()
    expect(page.get_by_text("Filled in from the record")).to_be_visible()
    expect_cursor_in_list(page, "kind")


def test_a_quoted_source_is_chosen_from_the_keyboard(page: Page, person: Callable[..., User]):
    article, report = make_source("article"), make_source("report-2024", publisher="Geological Survey")
    sign_in(page, person("superuser"), to=reverse("admin:sources_source_change", args=[article.pk]))
    page.get_by_role("link", name="Add one that it only quotes from another document").click()
    page.get_by_role("link", name="Reserve", exact=True).click()
    expect_cursor_in_list(page, "citations-0-source")
    page.keyboard.press("Enter")
    page.locator(".select2-search__field").fill("report-2024")
    expect(page.locator(".select2-results__option--highlighted", has_text="report-2024")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#id_citations-0-source")).to_have_value(str(report.pk))
    expect(page.locator("#id_citations-0-via")).to_have_value(str(article.pk))


def test_what_was_read_is_confirmed_from_the_keyboard(page: Page, person: Callable[..., User]):
    source = make_source("report-2024")
    sign_in(page, person("superuser"), to=f"{reverse('admin:minerals_reserve_add')}?source={source.key}")
    expect(page.locator("#id_citations-0-locator")).to_be_focused()
    page.keyboard.type("page 3")
    page.locator("#id_verbatim").fill("330\u2013390 kt")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Read as: 330 to 390 kt")).to_be_visible()
    expect(page.locator("#id_low")).to_have_value("330")
    expect(page.locator("#id_citations-0-locator")).to_have_value("page 3")
