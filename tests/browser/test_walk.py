"""The way of a fact through the desk, walked by the people whose work it is.

It is entered, sent back, mended, published, corrected, withdrawn and brought back; and files are taken in and given out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curating.models import Act
from minerals.models import Reserve
from sources.models import Fact, Revision, Source
from tests.browser.conftest import OpenPage
from tests.browser.walking import choose, confirm, sign_in, told
from tests.curating.desk import change
from tests.factories import make_mineral, make_reserve, publish

Picture = Callable[..., None]
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
LIST, QUEUE = "/admin/minerals/reserve/", "/admin/curating/review/"


@pytest.fixture
def desks(open_page: OpenPage, person: Callable[..., User]) -> Callable[[str], Page]:
    """Opens the window of somebody in a role, once, signed in."""
    windows: dict[str, Page] = {}

    def of(role: str) -> Page:
        if role not in windows:
            windows[role] = open_page()
            sign_in(windows[role], person(role))
        return windows[role]

    return of


def test_a_fact_goes_its_way(desks: Callable[[str], Page], picture: Picture) -> None:
    curator, reviewer, administrator = desks("curator"), desks("reviewer"), desks("administrator")
    _enter_the_source(curator, picture)
    draft = _enter_the_fact(curator, picture)
    _send_back(reviewer, draft, picture)
    _mend(curator, draft, picture)
    _publish(reviewer, draft, picture, "walk-07-publish")
    assert Revision.objects.latest("number").author == "reviewer"

    correction = _correct(curator, draft, picture)
    _publish(administrator, correction, picture, "walk-10-publish-correction")
    draft.refresh_from_db()
    assert (correction.version, draft.superseded_by_id) == (2, correction.pk)

    _withdraw(reviewer, correction, picture)
    _undo_the_withdrawal(administrator, picture)
    standing = Reserve.objects.live().get(key=KEY)
    assert (standing.version, str(standing.value.normalize())) == (3, "13")
    acts = [step.act for step in draft.steps.all()]
    sent = [Act.ENTERED, Act.SUBMITTED, Act.RETURNED, Act.CHANGED, Act.SUBMITTED, Act.PUBLISHED]
    assert acts == sent


def _enter_the_source(page: Page, picture: Picture) -> None:
    page.goto("/admin/sources/source/add/")
    page.locator("#id_record").fill(RECORD)
    page.get_by_role("button", name="Fill in from the record").click()
    expect(page.locator("#id_title")).to_have_value("Tin in Kazakhstan: a survey")
    choose(page, "kind", "research")
    page.locator("#id_key").fill("tin-survey-2026")
    picture(page, "walk-01-source")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("#facts")).to_be_visible()
    assert Source.objects.get(key="tin-survey-2026").url == "https://example.org/tin-survey"


def _enter_the_fact(page: Page, picture: Picture) -> Reserve:
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
    picture(page, "walk-02-fact")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.locator("#id_value")).to_have_value("12")
    assert not Reserve.objects.filter(key=KEY).exists()
    picture(page, "walk-03-read-as")
    page.get_by_role("button", name="Save and submit for review").click()
    told(page, "Submitted for review")
    picture(page, "walk-04-submitted")
    draft = Reserve.objects.get(key=KEY)
    assert (draft.comparator, str(draft.value.normalize()), draft.unit) == (">", "12", "kt")
    return draft


def _send_back(page: Page, draft: Fact, picture: Picture) -> None:
    page.goto(QUEUE)
    picture(page, "walk-05-queue")
    page.get_by_role("link", name=draft.key).click()
    page.get_by_role("link", name="Send back").click()
    page.get_by_role("button", name="Send back").click()
    assert draft.steps.count() == 2
    picture(page, "walk-06-send-back")
    confirm(page, "The table is on page 4, not on page 3.", "Send back")
    told(page, "Sent back")


def _mend(page: Page, draft: Fact, picture: Picture) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="1 sent back to you").click()
    page.get_by_role("link", name=draft.key).click()
    expect(page.get_by_text("Sent back by reviewer: The table is on page 4, not on page 3.")).to_be_visible()
    picture(page, "walk-06-sent-back")
    page.locator("#id_citations-0-locator").fill("page 4, table 2")
    page.get_by_role("button", name="Save and submit for review").click()
    told(page, "Submitted for review")
    assert draft.citations.get().locator == "page 4, table 2"


def _publish(page: Page, draft: Fact, picture: Picture, name: str) -> None:
    page.goto(change(draft))
    page.get_by_role("link", name="Publish").first.click()
    expect(page.locator("#content")).to_contain_text(draft.key)
    picture(page, name)
    confirm(page, "Tin, as the survey has it.", "Publish")
    told(page, "Published in revision")


def _correct(page: Page, fact: Fact, picture: Picture) -> Fact:
    page.goto(change(fact))
    page.get_by_role("button", name="Correct this fact").click()
    page.locator("#id_verbatim").fill("more than 13 kt")
    page.locator("#id_value").fill("13")
    page.get_by_role("button", name="Save and continue editing").click()
    picture(page, "walk-08-beside")
    page.get_by_role("button", name="Save and submit for review").click()
    told(page, "Submitted for review")
    picture(page, "walk-09-submitted")
    return Reserve.objects.get(key=fact.key, version=2)


def _withdraw(page: Page, fact: Fact, picture: Picture) -> None:
    page.goto(change(fact))
    page.get_by_role("link", name="Withdraw").click()
    picture(page, "walk-11-withdraw")
    confirm(page, "The survey was retracted.", "Withdraw")
    told(page, "Withdrawn in revision")
    assert Fact.objects.get(pk=fact.pk).left_reason == "The survey was retracted."
    picture(page, "walk-12-withdrawn")


def _undo_the_withdrawal(page: Page, picture: Picture) -> None:
    page.goto(change(Revision.objects.latest("number")))
    picture(page, "walk-13-revision")
    page.get_by_role("link", name="Undo this revision").click()
    picture(page, "walk-14-undo")
    confirm(page, "The survey stands after all.", "Undo this revision")
    told(page, "is undone, in revision")
    picture(page, "walk-15-undone")


@pytest.mark.parametrize("role", ["curator", "reviewer", "administrator"])
def test_a_file_with_a_bad_row_becomes_drafts_without_it(
    role: str, desks: Callable[[str], Page], tmp_path: Path, picture: Picture
) -> None:
    page, file = desks(role), tmp_path / "tin.csv"
    file.write_text(ROWS.format(source=Source.objects.order_by("key").first().key))  # type: ignore[union-attr]
    page.goto(LIST)
    page.get_by_role("link", name="Import", exact=True).click()
    picture(page, f"import-1-{role}")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("#rows-wrong")).to_be_visible()
    picture(page, f"import-2-{role}")
    page.get_by_role("button", name="Save 1 draft").click()
    told(page, "nothing was written", "error")
    picture(page, f"import-3-{role}")
    page.get_by_label("Leave out the 1 wrong row").check()
    page.get_by_role("button", name="Save 1 draft").click()
    told(page, "1 wrong left out")
    picture(page, f"import-4-{role}")
    assert Reserve.objects.get(key="kaz-tin-resources-2025-survey").is_draft
    assert not Reserve.objects.filter(key="kaz-tin-guess-2025-survey").exists()


def test_an_export_that_is_imported_again_is_the_same_in_every_row(
    desks: Callable[[str], Page], tmp_path: Path, picture: Picture
) -> None:
    page, kept = desks("reviewer"), tmp_path / "reserves.xlsx"
    page.goto(f"{LIST}?q=kaz")
    listed = int(page.locator("#result_list tbody tr").count())
    with page.expect_download() as download:
        page.get_by_role("link", name="Export XLSX").click()
    download.value.save_as(kept)
    page.get_by_role("link", name="Import", exact=True).click()
    page.locator("input[type=file]").set_input_files(kept)
    page.get_by_role("button", name="Show what it would do").click()
    picture(page, "export-again")
    counts = page.locator(".file-counts li").all_inner_texts()
    assert [" ".join(count.split()) for count in counts] == ["0 wrong", "0 changed", "0 new", f"{listed} same"]
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_a_renamed_entity_is_found_at_its_old_address(desks: Callable[[str], Page], picture: Picture) -> None:
    mineral, page = make_mineral("testium"), desks("reviewer")
    publish(make_reserve("testium-reserves", mineral=mineral))
    page.goto(change(mineral))
    page.get_by_role("link", name="Rename").click()
    page.locator("#id_name").fill("Provium")
    page.locator("#id_key").fill("provium")
    page.locator("#id_message").fill("The committee chose the name.")
    page.get_by_role("button", name="Preview").click()
    picture(page, "rename-1-preview")
    page.get_by_role("button", name="Rename", exact=True).click()
    told(page, "Renamed in revision")
    picture(page, "rename-2-done")
    answer = page.request.get("/api/v1/minerals/testium/", max_redirects=0)
    assert (answer.status, answer.headers["location"].endswith("/api/v1/minerals/provium/")) == (308, True)
    assert "Testium" in page.request.get("/api/v1/minerals/testium/").json()["aliases"]
