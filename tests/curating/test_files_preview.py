"""The preview says of every row what it would do, and why it can't be done where it is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from curating.files.judging import Outcome
from curating.models import Review, State
from minerals.models import Mineral, Reserve
from projects.models import Event
from sources.models import Fact, Source, Term
from tests.curating.files import RESERVE, as_xlsx, counts, differences, log_in, notes, problems, rows_that_are, upload
from tests.factories import (
    make_citation,
    make_correction,
    make_country,
    make_event,
    make_mineral,
    make_partner,
    make_production,
    make_reserve,
    make_source,
    make_term,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _records() -> None:
    make_source()
    make_term("source-kind", "report")
    make_mineral("tin")
    make_country()


@pytest.fixture
def published() -> Reserve:
    reserve = make_reserve("kaz-tin-published", mineral=make_mineral("tin"), period="2024")
    publish(reserve)
    reserve.refresh_from_db()
    return reserve


def problems_of(importer: Client, **changes: Any) -> list[tuple[str, str]]:
    page = upload(importer, Reserve, [RESERVE | changes])
    return [(column, message) for _, column, message in problems(page)]


def test_each_row_is_new_changed_the_same_or_wrong(importer: Client, published: Reserve):
    draft = make_reserve("kaz-tin-draft")
    rows = [
        {"key": "kaz-tin-new", **{name: RESERVE[name] for name in RESERVE if name != "key"}},
        {"key": published.key, "verbatim": "12 tons", "value": "12"},
        {"key": draft.key, "note": "Looked at again."},
        {"key": make_reserve("kaz-tin-same").key},
        {"key": "Not A Key"},
    ]
    names = dict.fromkeys(name for row in rows for name in row)
    stored = {fact.key: fact for fact in Reserve.objects.filter(key__startswith="kaz-tin-")}
    filled = [_as_stored(stored.get(row["key"]), names) | row for row in rows]
    page = upload(importer, Reserve, filled)
    assert counts(page) == {"new": 1, "changed": 2, "same": 1, "wrong": 1}
    assert {row.about: row.becomes for row in rows_that_are(page, Outcome.CHANGED)} == {
        published.key: "a draft of version 2",
        draft.key: "the draft of version 1, changed",
    }
    assert differences(page) == [
        ("verbatim", "10 tons", "12 tons"),
        ("value", "10", "12"),
        ("note", "", "Looked at again."),
    ]
    (new,) = rows_that_are(page, Outcome.NEW)
    assert (new.line, new.becomes) == (2, "a new draft")
    assert ("locator", "", "page 3") in new.differences
    assert "12 tons" in page.text


def _as_stored(fact: Any, names: Any) -> dict[str, str]:
    """The cells that would say what a fact says, for the few columns of these tests."""
    cells = dict.fromkeys(names, "")
    if fact is None:
        return cells
    said = {"mineral": fact.mineral.slug, "country": fact.country.slug, "source": "report-2024", "value": "10"}
    own = ("verbatim", "scope", "category", "comparator", "unit", "availability", "period", "note")
    return cells | said | {name: getattr(fact, name) for name in own}


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"key": ""}, "key", "Give the fact a key"),
        ({"key": "Kaz Tin"}, "key", "Use lower-case letters"),
        ({"mineral": "tyn"}, "mineral", "“tyn” is not known among the minerals. Did you mean “Tin”?"),
        ({"mineral": "tyn"}, "mineral", "A new mineral is added on the list of minerals first."),
        ({"mineral": ""}, "mineral", "This may not be empty."),
        ({"source": "report-2042"}, "source", "Did you mean “report-2024”?"),
        ({"value": "1,5"}, "value", "“1,5” can be read in two ways. Write a point before decimals"),
        ({"value": "1 500"}, "value", "can be read in two ways"),
        ({"value": "1.500.000"}, "value", "can be read in two ways"),
        ({"value": "45%"}, "value", "is a percentage. Write the number alone, and percent as its unit."),
        ({"value": "1.5E+06"}, "value", "was shortened by a spreadsheet. Write the number in full."),
        ({"value": "ten"}, "value", "is not a number"),
        ({"value": "1234567890123456"}, "value", "More than 15 significant digits"),
        ({"value": "9" * 9000}, "value", "more than 30 digits"),
        ({"world_rank_value": "7.5"}, "world_rank_value", "is not a whole number"),
        ({"world_rank_value": "9" * 9000}, "world_rank_value", "is not a whole number"),
        ({"world_rank_value": "-1"}, "world_rank_value", "greater than or equal to 0"),
        ({"period": "Jul-24"}, "period", "is not an EDTF date. Write 2024"),
        ({"period": "2025/2024"}, "period", "ends before it begins"),
        ({"category": "reserve"}, "category", "is not one of reserves, resources. Did you mean “reserves”?"),
        ({"basis": "guesswork"}, "basis", "is not a word of the vocabulary basis"),
        ({"unit": "stone"}, "unit", "is not a unit that is known"),
        ({"scope": "world"}, "scope", "Name a country exactly where the scope is country."),
        ({"availability": "nil"}, "value", "Nil means that the source says zero"),
        ({"rank": "preferred"}, "rank", "Say why the claim is preferred or deprecated."),
        ({"verbatim": "x" * 256}, "verbatim", "at most 255 characters"),
        ({"via_locator": "p. 1"}, "via", "Name the document that the place (via locator) is in."),
        ({"source_2": "", "locator_2": "p. 9"}, "source_2", "This may not be empty."),
        ({"support": "maybe"}, "support", "is not one of supports, partly, doubtful"),
        ({"version": "2"}, "version", "There is no version 2: there is none yet. Leave the cell empty."),
        ({"version": "one"}, "version", "is not a number"),
    ],
)
def test_a_wrong_row_says_where_and_what_to_do(importer: Client, changes: dict[str, str], column: str, said: str):
    found = problems_of(importer, **changes)
    assert [message for name, message in found if name == column and said in message], found


def test_all_that_is_wrong_with_a_row_is_said_at_once(importer: Client):
    found = problems_of(importer, mineral="tyn", period="Jul-24", unit="stone", source="")
    assert {column for column, _ in found} >= {"mineral", "period", "source"}


def test_a_row_is_found_by_its_line(importer: Client):
    content = b'key,note\n\nNOT A KEY,"two\nlines"\nALSO NOT,x\n'
    assert {line for line, *_ in problems(upload(importer, Reserve, content))} == {3, 5}


def test_two_rows_about_the_same_are_both_wrong(importer: Client, published: Reserve):
    rows = [{"key": published.key, "version": version} for version in ("", "1", "")]
    found = problems(upload(importer, Reserve, rows))
    assert found == [(line, "key", "Lines 2, 3, 4 are about the same: keep one of them.") for line in (2, 3, 4)]


def test_a_key_of_another_kind_is_refused(importer: Client):
    make_production("kaz-tin-output")
    assert problems_of(importer, key="kaz-tin-output")[0][1].startswith(
        "This is the key of another kind of fact (production)"
    )


@pytest.mark.parametrize("named", ["Kazakhstan", "KAZ", "kaz", "Republic of Kazakhstan", "KAZAKHSTAN ", "kz"])
def test_an_entity_is_named_as_people_name_it_and_shown_as_read(importer: Client, named: str):
    page = upload(importer, Reserve, [RESERVE | {"country": named}])
    assert counts(page) == {"new": 1}
    assert [note for note in notes(page) if "country" in note] == (
        [] if named == "kaz" else [f"country: “{named.strip()}” was read as kaz."]
    )


def test_a_name_of_several_is_not_guessed(importer: Client):
    for slug in ("north", "south"):
        make_mineral(slug, aliases="Pole")
    assert problems_of(importer, mineral="Pole") == [
        ("mineral", "“Pole” may be any of north, south: write the one that is meant.")
    ]


@pytest.mark.parametrize(
    "named", ["10.5066/P1TEST", "https://doi.org/10.5066/p1test", "https://survey.example/a/", "Atlas"]
)
def test_a_source_is_named_by_its_key_doi_or_address(importer: Client, named: str):
    make_source("atlas", doi="10.5066/P1TEST", url="https://survey.example/a")
    page = upload(importer, Reserve, [RESERVE | {"source": named}])
    if named == "Atlas":
        assert problems(page)[0][1] == "source"
    else:
        assert notes(page) == [f"source: “{named}” was read as atlas."]


def test_columns_that_a_file_lacks_stay_as_they_are(importer: Client, published: Reserve):
    page = upload(importer, Reserve, [{"key": published.key, "note": "Only this."}])
    assert differences(page) == [("note", "", "Only this.")]
    page = upload(importer, Reserve, [{"key": published.key, "locator": "p. 4"}])
    assert differences(page) == [("locator", "", "p. 4")]


def test_an_empty_cell_empties(importer: Client, published: Reserve):
    page = upload(importer, Reserve, [{"key": published.key, "verbatim": ""}])
    assert differences(page) == [("verbatim", "10 tons", "")]
    page = upload(importer, Reserve, [{"key": published.key, "rank": ""}])
    assert counts(page) == {"same": 1}


def test_citations_are_added_changed_and_taken_away_by_their_places(importer: Client):
    draft = make_reserve("kaz-tin-draft")
    make_citation(draft, make_source("atlas"), locator="p. 1", note="Dim.")
    make_citation(draft, make_source("digest"), locator="p. 2")
    kept = {"key": draft.key, "source": "report-2024", "source_2": "atlas", "source_3": "digest"}
    assert counts(upload(importer, Reserve, [kept])) == {"same": 1}

    fourth = upload(importer, Reserve, [kept | {"source_4": "atlas", "support_4": "partly"}])
    assert differences(fourth) == [("source_4", "", "atlas"), ("support_4", "", "partly")]
    without_second = upload(importer, Reserve, [kept | {"source_2": ""}])
    assert differences(without_second) == [
        *(("source_2", "atlas", "digest"), ("locator_2", "p. 1", "p. 2"), ("citation_note_2", "Dim.", "")),
        *(("source_3", "digest", ""), ("locator_3", "p. 2", ""), ("support_3", "supports", "")),
    ]
    another = upload(importer, Reserve, [kept | {"source_2": "digest"}])
    assert differences(another)[:3] == [
        ("source_2", "atlas", "digest"),
        ("locator_2", "p. 1", ""),
        ("citation_note_2", "Dim.", ""),
    ]


def test_a_fact_without_a_citation_is_pointed_out(importer: Client):
    page = upload(importer, Reserve, [RESERVE | {"source": "", "locator": ""}])
    assert counts(page) == {"new": 1}
    assert notes(page) == ["It has no citation yet: give it one before it is published."]


def test_parties_are_read_from_their_columns(importer: Client):
    event = make_event("pact-test", parties=[make_partner("one", name="One")])
    row = {"key": event.key, "party_partner": "One", "party_partner_2": "", "party_country_2": "Kazakhstan"}
    found = problems(upload(importer, Event, [row]))
    assert found == [(2, "party_role_2", "This may not be empty.")]
    page = upload(importer, Event, [row | {"party_role_2": "signatory"}])
    assert differences(page) == [("party_country_2", "", "kaz"), ("party_role_2", "", "signatory")]
    nobody = upload(importer, Event, [row | {"party_country_2": "", "party_role_2": "signatory"}])
    assert problems(nobody)[0][2] == "Name a partner, a country or a person."


def test_a_row_of_an_older_version_overwrites_no_later_work(importer: Client, published: Reserve):
    correction = make_correction(published, verbatim="11 tons")
    old = {"key": published.key, "version": "1"}
    assert counts(upload(importer, Reserve, [old | {"verbatim": "10 tons"}])) == {"same": 1}
    there = upload(importer, Reserve, [old | {"verbatim": "11 tons"}])
    assert (counts(there), notes(there)) == ({"same": 1}, ["Version 2 says this already."])
    late = upload(importer, Reserve, [old | {"verbatim": "12 tons"}])
    message = "Version 2 came after version 1, and is a draft. Export it, and change that."
    assert problems(late) == [(2, "version", message)]
    newest = upload(importer, Reserve, [{"key": published.key, "verbatim": "12 tons"}])
    assert differences(newest) == [("verbatim", "11 tons", "12 tons")]
    assert rows_that_are(newest, Outcome.CHANGED)[0].thing == correction


def test_a_draft_in_review_is_pointed_out(importer: Client):
    draft = make_reserve("kaz-tin-draft")
    row = {"key": draft.key, "note": "Looked at again."}
    assert notes(upload(importer, Reserve, [row])) == []
    Review.objects.create(fact=draft, state=State.IN_REVIEW)
    said = ["It is in review: changed, it is a draft again, to be submitted anew."]
    assert notes(upload(importer, Reserve, [row])) == said


def test_numbers_that_differ_in_how_they_are_written_are_the_same(importer: Client, published: Reserve):
    for value in ("10", "10.0", "10.000000000", "+10", "010"):
        assert counts(upload(importer, Reserve, [{"key": published.key, "value": value}])) == {"same": 1}
    page = upload(importer, Reserve, as_xlsx([{"key": published.key, "value": 10.0, "period": 2024}]), "sheet.xlsx")
    assert counts(page) == {"same": 1}


def test_cells_of_a_workbook_that_are_no_values_are_wrong_in_their_row_alone(importer: Client, published: Reserve):
    rows: list[dict[str, Any]] = [{"key": published.key, "value": "=5+5"}, {"key": "kaz-tin-other", "value": 5}]
    page = upload(importer, Reserve, as_xlsx(rows), "sheet.xlsx")
    assert problems(page)[0] == (
        2,
        "value",
        "The cell holds a formula. Put its value there: copy the cell, then paste the value.",
    )


def test_a_date_cell_is_shown_as_it_was_read(importer: Client, published: Reserve):
    from datetime import date

    content = as_xlsx([{"key": published.key, "period": date(2025, 7, 1)}], {"period": "mmm-yy"})
    page = upload(importer, Reserve, content, "sheet.xlsx")
    assert differences(page) == [("period", "2024", "2025-07")]
    assert notes(page) == ["period: a date cell, read as 2025-07."]


def test_sources_entities_and_words_are_previewed_too(importer: Client):
    make_source("atlas-2024")
    rows = [
        {"key": "atlas-2024", "kind": "report", "publisher": "Survey of Surveys", "supersedes": ""},
        {"key": "atlas-2025", "kind": "report", "publisher": "Survey", "supersedes": "atlas-2026"},
        {"key": "atlas-2026", "kind": "report", "publisher": "Survey", "supersedes": "atlas-2024"},
        {"key": "atlas-2027", "kind": "report", "publisher": "", "supersedes": ""},
        {"key": "atlas-2028", "kind": "report", "publisher": "Survey", "supersedes": "atlas-2027"},
    ]
    page = upload(importer, Source, rows)
    assert counts(page) == {"new": 2, "changed": 1, "wrong": 2}
    assert problems(page) == [
        (5, "publisher", "This may not be empty."),
        (6, "supersedes", "atlas-2027 is to be new, but line 5 is wrong."),
    ]
    words = log_in("words", ["add_term", "change_term"])
    page = upload(words, Term, [{"vocabulary": "basis", "code": "new", "definition": "New."}])
    assert counts(page) == {"new": 1}


def test_what_the_dataset_shows_is_changed_on_its_page_alone(importer: Client):
    page = upload(importer, Mineral, [{"slug": "zinc", "name": "Zink"}, {"slug": "copper", "name": "Copper"}])
    assert counts(page) == {"wrong": 1, "same": 1}
    message = "The published dataset shows this mineral: change it on its page, as a revision with a reason."
    assert problems(page) == [(2, "name", message)]


def test_a_record_that_may_be_there_already_is_pointed_out(importer: Client):
    make_source("atlas", doi="10.5066/P1TEST")
    page = upload(importer, Source, [{"key": "atlas-2", "kind": "report", "publisher": "S", "doi": "10.5066/p1test"}])
    assert notes(page) == ["It may be there already: atlas answers to the same."]
    page = upload(importer, Mineral, [{"slug": "zinc-2", "name": "ZINC", "type": "element"}])
    assert notes(page) == ["It may be there already: zinc answers to the same."]


def test_many_rows_come_in_pages(importer: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("curating.files.importing.ROWS_BEGUN", 2)
    monkeypatch.setattr("curating.files.importing.ROWS_SHOWN", 3)
    page = upload(importer, Reserve, [RESERVE | {"key": f"kaz-tin-{number}"} for number in range(7)])
    address = page.context["preview_at"]
    shown = [
        [row.about for row in rows_that_are(importer.get(f"{address}{query}"), Outcome.NEW)]
        for query in ("", "?only=new", "?only=new&page=3", "?only=new&page=x", "?only=nonsense")
    ]
    assert [len(rows) for rows in shown] == [2, 3, 1, 3, 2]
    assert shown[2] == ["kaz-tin-6"]


def test_what_a_file_says_is_never_markup(importer: Client):
    page = upload(importer, Reserve, [RESERVE | {"note": "<script>x</script>", "key": "<b>key</b>"}], "<i>name</i>.csv")
    assert "<script>x" not in page.text
    assert "<b>key" not in page.text
    assert "<i>name" not in page.text
    assert Fact.objects.filter(note__contains="script").count() == 0
