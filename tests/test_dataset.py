"""The package of CSV files: loading it, dumping it, and the dataset that is shipped as one."""

import io
import json
import re
import shutil
from pathlib import Path

import frictionless
import pytest
from django.core.management import CommandError, call_command

from minerals.models import Reserve
from projects.models import Event
from sources import ledger
from sources.dataset.checking import check_directory
from sources.dataset.dumping import published
from sources.dataset.package import DESCRIPTOR, ORIGINS
from sources.dataset.tables import table_of, tables_that_hold
from sources.management.options import dataset_directory
from sources.models import Citation, Document, Fact, Mention, Revision, Source, Term
from sources.registry import fact_models, part_models, record_models
from tests.small_dataset import SMALL, added, changed, empty_database, without, write


def load(directory: Path, **options: str | bool) -> str:
    out = io.StringIO()
    call_command("load_dataset", "--from", str(directory), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def refused(directory: Path) -> str:
    before = published().rows
    with pytest.raises(CommandError) as refusal:
        load(directory)
    assert published().rows == before
    return str(refusal.value)


def dump(directory: Path) -> dict[str, bytes]:
    call_command("dump_dataset", "--to", str(directory), verbosity=0)
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def small(tmp_path: Path, db: None) -> Path:
    return write(tmp_path / "small", SMALL)


@pytest.fixture
def empty(db: None) -> None:
    """A database without any of the dataset, for the length of one test."""
    empty_database()


def test_every_bad_row_is_reported_at_once_and_nothing_is_loaded(tmp_path: Path, empty: None):
    content = SMALL | {
        "countries": changed("countries", 2, type="contry")["countries"],
        "reserves": changed("reserves", 1, value="7,6", period="2024-99")["reserves"],
        "citations": changed("citations", 0, source="nowhere")["citations"],
    }
    answer = refused(write(tmp_path, content))
    places = [line.split(": ")[0] for line in answer.splitlines()]
    assert places == [
        "citations.csv:2:source",
        "countries.csv:4:type",
        "reserves.csv:3:period",
        "reserves.csv:3:value",
        "Nothing was loaded.",
    ]
    assert not Revision.objects.exists()
    assert not Source.objects.exists()


def test_load_dump_load_is_identity(small: Path, tmp_path: Path, empty: None):
    load(small)
    first = dump(tmp_path / "first")
    assert {name: set(content.splitlines()) for name, content in first.items() if name != DESCRIPTOR} == {
        path.name: set(path.read_bytes().splitlines()) for path in small.iterdir()
    }
    assert check_directory(tmp_path / "first")[1] == []
    assert "Nothing to load" in load(tmp_path / "first")


def test_a_dump_loaded_elsewhere_dumps_the_same_bytes(small: Path, tmp_path: Path, empty: None):
    load(small)
    first = dump(tmp_path / "first")
    empty_database()
    load(tmp_path / "first")
    assert dump(tmp_path / "second") == first


def test_the_revisions_of_the_files_are_replayed(small: Path, empty: None):
    load(small)
    assert list(Revision.objects.values_list("number", "author", "message")) == [
        (1, "curator", "Begin."),
        (2, "curator", "Correct."),
        (3, "Ben", "Withdraw."),
    ]
    old, new = Fact.objects.filter(key="kaz-zinc").order_by("version")
    assert (old.published_in_id, old.left_in_id, old.left_reason, old.superseded_by) == (1, 2, "Misread.", new)
    gone = Fact.objects.get(key="chn-zinc")
    assert (gone.left_in_id, gone.left_reason, gone.superseded_by) == (3, "Not in the source.", None)


def test_older_states_of_records_are_replayed(small: Path, empty: None):
    load(small)
    shown = [
        json.loads(Document.objects.at(revision).get(kind="country", key="kaz").body)["name"] for revision in (1, 2, 3)
    ]
    assert shown == ["Kazakstan", "Kazakhstan", "Kazakhstan"]
    pact = json.loads(Document.objects.at(1).get(key="pact").body)
    assert "Kazakstan" in json.dumps(pact)


def test_loading_again_changes_nothing_and_says_so(small: Path, empty: None):
    load(small)
    assert load(small) == "Nothing to load: the database has all that the files hold.\n"
    assert Revision.objects.count() == 3


def test_what_is_new_enters_as_one_further_revision(tmp_path: Path, empty: None):
    load(write(tmp_path / "old", SMALL))
    fact = {
        **SMALL["reserves"][2],
        "key": "chn-copper",
        "mineral": "copper",
        "entered": "",
        "left": "",
        "left_reason": "",
    }
    correction = {**SMALL["reserves"][1], "version": "3", "entered": "", "value": "7.4"}
    content = added(
        reserves=[fact, correction],
        sources=[{"key": "survey-2025", "kind": "report", "publisher": "Survey"}],
        minerals=[{**SMALL["minerals"][0], "entered": "", "aliases": "spelter"}],
        citations=[
            {**SMALL["citations"][0], "fact": "chn-copper", "source": "survey-2025"},
            {**SMALL["citations"][0], "version": "3"},
        ],
    )
    new = write(tmp_path / "new", content)
    said = load(new, author="Cem", message="One more source.")
    assert said == "Revision 4: One more source.\n"
    assert Revision.objects.get(number=4).author == "Cem"
    assert Fact.objects.get(key="kaz-zinc", version=2).superseded_by == Fact.objects.get(key="kaz-zinc", version=3)
    assert "spelter" in Document.objects.standing().get(kind="mineral", key="zinc").body
    assert "Nothing to load" in load(new), "the files hold what revision 4 brought, though they have no number for it"
    assert b"chn-copper,1,4,," in dump(tmp_path / "dumped")["reserves.csv"]
    assert "Nothing to load" in load(tmp_path / "dumped")


def test_rows_that_came_too_late_for_their_revision_enter_in_the_next(tmp_path: Path, empty: None):
    load(write(tmp_path / "old", without("citations", 3) | {"events": [], "parties": []}))
    new = write(tmp_path / "new", SMALL)
    load(new)
    assert Fact.objects.get(key="pact").published_in_id == 4
    assert "Nothing to load" in load(new)


def test_a_database_that_is_behind_is_brought_up_revision_by_revision(tmp_path: Path, empty: None):
    first = {
        "revisions": SMALL["revisions"][:1],
        "countries": [SMALL["countries"][0] | {"left": ""}, SMALL["countries"][2]],
        "reserves": [SMALL["reserves"][i] | {"left": "", "left_reason": ""} for i in (0, 2)],
        "citations": [SMALL["citations"][i] for i in (0, 2, 3)],
    }
    load(write(tmp_path / "first", SMALL | first))
    assert load(write(tmp_path / "all", SMALL)) == "Revision 2: Correct.\nRevision 3: Withdraw.\n"
    behind = dump(tmp_path / "behind")
    assert b"kaz-zinc,1,1,2,Misread." in behind["reserves.csv"]


CONTRADICTIONS = {
    "value": (changed("reserves", 1, value="7.7"), "reserves.csv:3:value: “7.7” contradicts what is published: “7.6”."),
    "citation": (changed("citations", 0, locator="p. 1"), "citations.csv:2:locator: “p. 1” contradicts"),
    "party": (
        changed("parties", 0, country="chn"),
        "parties.csv:2:country: “chn” contradicts what is published: “kaz”",
    ),
    "one party fewer": (without("parties", 1), "events.csv:2:key: It is published with party 2, which is missing"),
    "one citation more": (
        added(citations=[{**SMALL["citations"][3], "position": "2"}]),
        "citations.csv:6:position: pact version 1 is published without this.",
    ),
    "name": (
        changed("countries", 2, name="PRC"),
        "countries.csv:4:name: “PRC” contradicts what is published: “China”.",
    ),
    "message": (changed("revisions", 0, message="Start."), "revisions.csv:2:message: “Start.” contradicts"),
    "reason": (changed("reserves", 2, left_reason="Wrong."), "reserves.csv:5:left_reason: “Wrong.” contradicts"),
    "revision of entry": (changed("events", 0, entered="2"), "events.csv:2:entered: “2” contradicts"),
    "a state is gone": (
        SMALL | {"countries": [SMALL["countries"][1] | {"entered": "1"}, SMALL["countries"][2]]},
        "countries.csv:2:name: “Kazakhstan” contradicts what is published: “Kazakstan”.",
    ),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_row_that_contradicts_what_is_published_is_refused(tmp_path: Path, empty: None, case: str):
    content, expected = CONTRADICTIONS[case]
    load(write(tmp_path / "old", SMALL))
    assert expected in refused(write(tmp_path / "new", content))


def test_absence_from_the_files_never_withdraws(tmp_path: Path, empty: None):
    load(write(tmp_path / "old", SMALL))
    fewer = without("citations", 3) | {"events": [], "parties": []}
    assert "Nothing to load" in load(write(tmp_path / "new", fewer))
    assert Fact.objects.live().filter(key="pact").exists()


def test_files_that_lack_a_revision_are_refused_with_the_differences(small: Path, empty: None):
    load(small)
    ledger.withdraw(Fact.objects.filter(key="pact"), author="curator", reason="Never signed.")
    Term.objects.filter(code="report").update(definition="A written report.")
    ledger.record(Term.objects.filter(code="report"), author="curator", message="Say it better.")
    assert refused(small).splitlines() == [
        "The database has published what the files lack. Dump it first, then merge:",
        "term source-kind report entered in revision 5",
        "pact version 1 left in revision 4: Never signed.",
        "Nothing was loaded.",
    ]


def test_a_database_that_is_ahead_can_be_left_alone(small: Path, empty: None):
    load(small)
    ledger.withdraw(Fact.objects.filter(key="pact"), author="curator", reason="Never signed.")
    newest = Revision.objects.count()
    assert load(small, unless_ahead=True) == ""
    assert Revision.objects.count() == newest


def test_drafts_are_never_dumped_and_never_overwritten(small: Path, tmp_path: Path, empty: None):
    load(write(tmp_path / "old", without("citations", 3) | {"events": [], "parties": []}))
    Event(key="pact", type="agreement", title="Draft", status="actual").save()
    Source(key="draft-source", kind="report", publisher="Nobody").save()
    dumped = dump(tmp_path / "dumped")
    assert b"pact" not in dumped["events.csv"]
    assert b"draft-source" not in dumped["sources.csv"]
    assert "events.csv:2:key: The database has a draft of this key and version." in refused(small)


def test_facts_inserted_in_bulk_are_as_if_saved_one_by_one(small: Path, empty: None):
    load(small)
    zinc = Reserve.objects.get(key="kaz-zinc", version=2)
    assert (zinc.kind, zinc.year, zinc.base_value, zinc.base_unit) == ("reserve", 2024, 7_600_000, "t")
    assert [str(party) for party in Event.objects.get().parties.all()] == [
        "Kazakhstan (signatory)",
        "China (signatory)",
    ]


# How far a load has come.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, directory: Path, **options: int) -> str:
    """What a load says on stderr while it goes on."""
    call_command("load_dataset", "--from", str(directory), stdout=io.StringIO(), stderr=stream, **options)
    return stream.getvalue()


def test_a_log_has_a_line_for_each_step(small: Path, empty: None):
    rows = sum(len(rows) for rows in SMALL.values())
    assert told(io.StringIO(), small).splitlines() == [
        f"Reading {small} …",
        f"Checking rows: {rows} …",
        "Comparing with the database …",
        "Revision 1: 9 records, 3 facts, 0 leaving …",
        "Saving records: 9 …",
        "Writing documents: 12 …",
        "Revision 2: 1 records, 1 facts, 1 leaving …",
        "Saving records: 1 …",
        "Writing documents: 3 …",
        "Revision 3: 0 records, 0 facts, 1 leaving …",
    ]


def test_a_terminal_has_a_bar_for_each_step_that_is_counted(small: Path, empty: None):
    rows = str(sum(len(rows) for rows in SMALL.values()))
    bars = re.split(r"[\r\n]+", told(Terminal(), small))
    done = [bar for bar in bars if "100%" in bar]
    assert [re.findall(r"^(\D+) 100% .* (\d+)/(\d+) ", bar) for bar in done] == [
        [("Checking rows", rows, rows)],
        [("Saving records", "9", "9")],
        [("Writing documents", "12", "12")],
        [("Saving records", "1", "1")],
        [("Writing documents", "3", "3")],
    ]


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_quiet_load_says_nothing(stream: type[io.StringIO], small: Path, empty: None):
    assert told(stream(), small, verbosity=0) == ""


# The dataset of record, and its description.


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return Path(shutil.copytree(dataset_directory(), tmp_path / "shipped"))


def test_the_shipped_dataset_is_sound(capsys: pytest.CaptureFixture[str], db: None):
    call_command("check_dataset")
    assert "is sound" in capsys.readouterr().out


def test_the_shipped_dataset_is_a_frictionless_package():
    report = frictionless.validate(str(dataset_directory() / DESCRIPTOR))
    assert report.valid, report.flatten(["type", "message"])


def test_the_dump_of_the_shipped_dataset_is_the_shipped_dataset(shipped: Path, db: None):
    assert dump(shipped) == {path.name: path.read_bytes() for path in dataset_directory().iterdir()}


def test_a_description_that_is_out_of_date_is_reported(shipped: Path, db: None):
    path = shipped / DESCRIPTOR
    path.write_text(path.read_text().replace("Usual English name.", "Some name."))
    with pytest.raises(CommandError, match=r"datapackage\.json:\d+: It differs from what the models say"):
        call_command("check_dataset", "--from", str(shipped))


def test_describing_anew_mends_the_description_alone(shipped: Path, db: None):
    files = {path.name: path.read_bytes() for path in shipped.iterdir()}
    (shipped / DESCRIPTOR).write_text("{}")
    call_command("describe_dataset", "--in", str(shipped))
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == files


def test_an_origin_that_leads_nowhere_is_reported(shipped: Path, db: None):
    with (shipped / ORIGINS).open("a") as file:
        file.write("seed-999,fact,no-such-fact,\nseed-999,thing,x,\n")
    with pytest.raises(CommandError) as refusal:
        call_command("check_dataset", "--from", str(shipped))
    assert "key: No fact has the key “no-such-fact”." in str(refusal.value)
    assert "target: “thing” is neither fact nor source." in str(refusal.value)


def test_every_model_of_the_dataset_has_a_table():
    assert {table.model for table in tables_that_hold("facts")} == set(fact_models().values())
    assert {table.model for table in tables_that_hold("records")} == set(record_models().values())
    assert {table.model for table in tables_that_hold("parts")} == {*part_models()} - {Mention}
    assert Citation in {table.model for table in tables_that_hold("parts")}


def test_documents_of_records_hold_every_column(db: None):
    for kind, model in record_models().items():
        body = json.loads(Document.objects.standing().filter(kind=kind)[0].body)
        assert {column.name for column in table_of(model).columns if column.own} <= body.keys()
