"""What was exported says the same when it is imported again, for every kind and in both formats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from curating.files.cells import guarded, unguarded
from minerals.models import Mineral, Reserve
from projects.models import Event
from sources.models import Fact, Source
from sources.registry import fact_models, record_models
from tests.curating.files import address, confirm, counts, export, messages_of, rows_of_csv, rows_of_xlsx, upload
from tests.factories import make_citation, make_event, make_mineral, make_partner, make_reserve, make_source, publish

pytestmark = pytest.mark.django_db

KINDS = [
    pytest.param(model, id=model._meta.model_name) for model in (*fact_models().values(), *record_models().values())
]
FORMATS = ("csv", "xlsx")
AWKWARD = [
    *("=1+1", "'=1+1", "''=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "-5", "'", "'quoted'", "-", "—", "=", ">="),
    *("1.50", "0010", "2024-07", "1E5", "TRUE", "45 %", "1,5", "a;b", "a\tb", 'say "so"', "two\nlines", "NA", "null"),
    *("Қазақстан", "錫", "naïve café", "e\N{COMBINING ACUTE ACCENT}", "\N{NO-BREAK SPACE}x".strip(), "😀", "_x0041_"),
]


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("curator"))
    return client


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("model", KINDS)
def test_an_export_of_the_whole_dataset_imports_as_no_change(curator: Client, model: Any, form: str):
    page = upload(curator, model, export(curator, model, form).content, f"sheet.{form}")
    assert counts(page) == {"same": model.objects.count()}


@pytest.mark.parametrize("form", FORMATS)
def test_texts_come_back_whatever_a_spreadsheet_would_make_of_them(curator: Client, form: str):
    for number, text in enumerate(AWKWARD):
        reserve = make_reserve(f"awkward-{number}", verbatim=text, note=f"{text}\n{text}")
        reserve.citations.update(locator=text)
    exported = export(curator, Reserve, form, "?q=awkward").content
    assert counts(upload(curator, Reserve, exported, f"sheet.{form}")) == {"same": len(AWKWARD)}


@pytest.mark.parametrize("text", AWKWARD)
def test_no_exported_text_begins_like_a_formula(text: str):
    assert guarded(text)[:1] not in {"=", "@", "+", "-"} or text in {"=", "-", "-5"}
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("form", FORMATS)
def test_a_fact_is_one_row_with_all_citations_and_parties(curator: Client, form: str):
    event = make_event("pact-test", parties=[make_partner("one", name="One"), make_partner("two", name="Two")])
    make_citation(
        event, make_source("atlas"), locator="p. 7", via=make_source("digest"), via_locator="p. 1", note="Dim."
    )
    content = export(curator, Event, form, "?q=pact-test").content
    (row,) = rows_of_csv(content) if form == "csv" else rows_of_xlsx(content)
    assert (row["source"], row["source_2"], row["locator_2"], row["via_2"]) == (
        "report-2024",
        "atlas",
        "p. 7",
        "digest",
    )
    assert (row["citation_note_2"], row["party_partner"], row["party_partner_2"]) == ("Dim.", "one", "two")
    assert counts(upload(curator, Event, content, f"sheet.{form}")) == {"same": 1}


def test_all_versions_of_a_fact_come_back(curator: Client):
    reserve = make_reserve("versions-test")
    publish(reserve)
    curator.post(address(Reserve, "correct", reserve.pk))
    Reserve.objects.filter(key="versions-test", version=2).update(verbatim="11 tons")
    exported = export(curator, Reserve, "csv", "?q=versions-test").content
    assert [row["version"] for row in rows_of_csv(exported)] == ["1", "2"]
    assert counts(upload(curator, Reserve, exported)) == {"same": 2}


def test_the_list_is_exported_as_it_is_filtered_and_searched(curator: Client):
    make_reserve("draft-test")
    drafts = rows_of_csv(export(curator, Reserve, "csv", "?state=draft").content)
    found = rows_of_csv(export(curator, Mineral, "csv", "?q=zinc").content)
    assert [row["key"] for row in drafts] == ["draft-test"]
    assert "zinc" in [row["slug"] for row in found]
    assert len(found) < Mineral.objects.count()


def test_the_selection_is_exported(curator: Client):
    reserves = [make_reserve(f"selected-{number}") for number in (1, 2, 3)]
    for form, rows_of in (("csv", rows_of_csv), ("xlsx", rows_of_xlsx)):
        selected = {"action": f"export_{form}", "_selected_action": [fact.pk for fact in reserves[:2]]}
        answer = curator.post(address(Reserve, "changelist"), selected)
        assert [row["key"] for row in rows_of(answer.content)] == ["selected-1", "selected-2"]
        assert answer.headers["Content-Disposition"] == f'attachment; filename="reserves.{form}"'


def test_a_workbook_has_numbers_as_numbers_and_the_rest_as_text(curator: Client):
    make_reserve("typed-test", value=Decimal("6.7"), period="2024-07", note="=1+1")
    (row,) = rows_of_xlsx(export(curator, Reserve, "xlsx", "?q=typed-test").content)
    assert (row["value"], row["period"], row["note"]) == (6.7, "2024-07", "'=1+1")


def test_a_filter_that_is_none_exports_nothing_and_says_so(curator: Client):
    page = curator.get(f"{address(Reserve, 'csv')}?mineral__id__exact=x", follow=True)
    assert messages_of(page) == ["The list has no such filter, so nothing was exported."]


def test_a_list_too_long_for_a_file_is_refused(curator: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("curating.files.admin.MOST_ROWS", 3)
    page = curator.get(address(Source, "csv"), follow=True)
    assert messages_of(page) == ["The list has more than 3 rows, which is as many as a file may have. Filter it first."]


def test_a_text_too_long_for_a_workbook_is_exported_as_csv_alone(curator: Client):
    make_reserve("long-test", note="long " * 7000 + "end")
    page = curator.get(f"{address(Reserve, 'xlsx')}?q=long-test", follow=True)
    assert messages_of(page) == ["A text of the list is too long for a cell of a workbook. Export it as CSV."]
    exported = export(curator, Reserve, "csv", "?q=long-test").content
    assert counts(upload(curator, Reserve, exported)) == {"same": 1}


def test_exporting_and_previewing_write_nothing(curator: Client):
    make_mineral("tin")
    before = Fact.objects.count(), Source.objects.count()
    page = upload(curator, Reserve, export(curator, Reserve, "csv", "?q=zinc").content)
    assert messages_of(confirm(curator, page)) == ["No row is new or changed, so there is nothing to write."]
    assert (Fact.objects.count(), Source.objects.count()) == before
