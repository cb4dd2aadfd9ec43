"""The way of a fact through the desk, walked by the people whose work it is: entered, reviewed, published, corrected, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curating.models import Act
from minerals.models import Reserve
from sources.models import Fact, Revision, Source
from tests.browser.walking import sign_in, sign_out
from tests.curating.desk import change

RECORD = """@report{example2026,
  title = {Tin in Kazakhstan: a survey},
  author = {Institute of Geology},
  publisher = {Institute of Geology},
  year = {2026}, month = {3},
  url = {https://example.org/tin-survey}
}"""
KEY = "kaz-tin-reserves-2025-survey"
HEAD = "key,version,mineral,scope,country,category,verbatim,comparator,value,unit,availability,period,source,locator"
ROWS = f"""{HEAD}
kaz-tin-resources-2025-survey,,tin,country,KAZ,resources,5 kt,=,5,kt,reported,2025,{{source}},page 4
kaz-tin-guess-2025-survey,,tin,country,KAZ,reserves,many,=,many,kt,reported,2025,{{source}},page 5
"""


def choose(page: Page, field: str, words: str) -> None:
    """Choose by typing into a field that offers what begins so."""
    page.locator(f"#id_{field}").locator("xpath=following-sibling::span[contains(@class, 'select2')]").first.click()
    page.locator(".select2-search__field").last.fill(words)
    page.locator(".select2-results__option", has_text=re.compile(rf"^{words}\b", re.IGNORECASE)).click()


def confirm(page: Page, message: str, verb: str) -> None:
    page.locator("#id_message").fill(message)
    page.locator("#content").get_by_role("button", name=verb, exact=True).click()


@pytest.fixture
def people(person: Callable[..., User]) -> dict[str, User]:
    return {role: person(role) for role in ("viewer", "curator", "reviewer", "administrator")}


def test_a_fact_goes_its_way(
    page: Page, people: dict[str, User], screenshot: Callable[..., Path], tmp_path: Path
) -> None:
    sign_in(page, people["curator"], to="/admin/sources/source/add/")
    _enter_the_source(page, screenshot)
    _enter_the_fact(page, screenshot)
    draft = Reserve.objects.get(key=KEY)
    assert (draft.comparator, str(draft.value.normalize()), draft.unit) == (">", "12", "kt")
    assert [step.act for step in draft.steps.all()] == [Act.ENTERED, Act.SUBMITTED]
    sign_out(page)

    sign_in(page, people["reviewer"], to="/admin/curating/review/")
    screenshot(page, "walk-5-queue")
    _publish(page, draft, screenshot)
    first = Revision.objects.latest("number")
    assert first.author == "reviewer"

    correction = _correct(page, draft, screenshot)
    sign_out(page)
    sign_in(page, people["administrator"], to=change(correction))
    _publish(page, correction, screenshot, name="walk-9-correction")
    correction.refresh_from_db()
    draft.refresh_from_db()
    assert (correction.version, draft.superseded_by_id) == (2, correction.pk)

    page.goto(change(correction))
    page.get_by_role("link", name="Withdraw").click()
    screenshot(page, "walk-10-withdraw")
    confirm(page, "The survey was retracted.", "Withdraw")
    expect(page.locator(".messagelist .success").first).to_contain_text("Withdrawn in revision")
    assert Fact.objects.get(pk=correction.pk).left_reason == "The survey was retracted."
    screenshot(page, "walk-11-history")
    sign_out(page)

    sign_in(page, people["curator"], to="/admin/minerals/reserve/")
    _import(page, tmp_path, screenshot)
    assert Reserve.objects.filter(key="kaz-tin-resources-2025-survey", published_in=None).exists()
    assert not Reserve.objects.filter(key="kaz-tin-guess-2025-survey").exists()


def _enter_the_source(page: Page, screenshot: Callable[..., Path]) -> None:
    page.locator("#id_record").fill(RECORD)
    page.get_by_role("button", name="Fill in from the record").click()
    expect(page.locator("#id_title")).to_have_value("Tin in Kazakhstan: a survey")
    choose(page, "kind", "research")
    page.locator("#id_key").fill("tin-survey-2026")
    screenshot(page, "walk-1-source")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("#facts")).to_be_visible()
    assert Source.objects.get(key="tin-survey-2026").url == "https://example.org/tin-survey"


def _enter_the_fact(page: Page, screenshot: Callable[..., Path]) -> None:
    page.locator("#facts").get_by_role("link", name="Reserve", exact=True).click()
    expect(page.locator("#id_citations-0-locator")).to_be_focused()
    page.keyboard.type("page 3, table 2")
    page.locator("#id_key").fill(KEY)
    choose(page, "mineral", "tin")
    page.locator("#id_scope").select_option("country")
    choose(page, "country", "kazakhstan")
    page.locator("#id_category").select_option("reserves")
    page.locator("#id_verbatim").fill("more than 12 kt")
    page.locator("#id_period").fill("2025")
    screenshot(page, "walk-2-fact")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.locator("#id_value")).to_have_value("12")
    assert not Reserve.objects.filter(key=KEY).exists()
    screenshot(page, "walk-3-read-as")
    page.get_by_role("button", name="Save and submit for review").click()
    screenshot(page, "walk-4-submitted")
    expect(page.locator(".messagelist").first).to_contain_text("Submitted for review")


def _publish(page: Page, draft: Fact, screenshot: Callable[..., Path], name: str = "walk-6-preview") -> None:
    page.goto(change(draft))
    page.get_by_role("link", name="Publish").first.click()
    expect(page.locator("#content")).to_contain_text(draft.key)
    screenshot(page, name)
    confirm(page, "Tin, as the survey has it.", "Publish")
    expect(page.locator(".messagelist .success").first).to_contain_text("Published in revision")


def _correct(page: Page, fact: Fact, screenshot: Callable[..., Path]) -> Fact:
    page.goto(change(fact))
    page.get_by_role("button", name="Correct this fact").click()
    page.locator("#id_verbatim").fill("more than 13 kt")
    page.locator("#id_value").fill("13")
    page.get_by_role("button", name="Save and continue editing").click()
    screenshot(page, "walk-7-beside")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.locator(".messagelist").first).to_contain_text("Submitted for review")
    screenshot(page, "walk-8-submitted")
    return Reserve.objects.get(key=fact.key, version=2)


def _import(page: Page, folder: Path, screenshot: Callable[..., Path]) -> None:
    file = folder / "tin.csv"
    file.write_text(ROWS.format(source="tin-survey-2026"))
    page.get_by_role("link", name="Import", exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("#rows-wrong")).to_be_visible()
    screenshot(page, "walk-12-import")
    page.get_by_role("button", name="Save 1 draft").click()
    assert not Reserve.objects.filter(key="kaz-tin-resources-2025-survey").exists()
    page.get_by_label("Leave out the 1 wrong row").check()
    page.get_by_role("button", name="Save 1 draft").click()
    screenshot(page, "walk-13-imported")


@pytest.mark.parametrize("role", ["viewer", "curator"])
def test_who_may_not_publish_is_shown_no_way_to_and_finds_none(page: Page, people: dict[str, User], role: str) -> None:
    fact = Reserve.objects.live().first()
    assert fact
    sign_in(page, people[role], to=change(fact))
    expect(page.get_by_role("link", name="Withdraw")).to_have_count(0)
    for name in ("publish", "withdraw", "send_back"):
        response = page.goto(f"/admin/minerals/reserve/{name}/?facts={fact.pk}")
        assert response
        assert response.status == 403
