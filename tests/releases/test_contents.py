"""What is in a release: valid, typed, told by a codebook, and with the changes since the one before."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import frictionless
import polars as pl
import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from sources.dataset.tables import tables, tables_that_hold
from sources.models import Fact
from sources.releases.freezing import freeze
from tests.factories import make_correction, make_reserve, publish
from tests.releases.conftest import Freeze, load_small


@pytest.fixture(scope="module")
def folder(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the small dataset, frozen once for the tests that only read it."""
    root = tmp_path_factory.mktemp("frozen")
    with django_db_blocker.unblock(), transaction.atomic():
        load_small(root / "small")
        freeze("2026.1", root)
        transaction.set_rollback(True)
    return root / "2026.1"


@pytest.fixture
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{folder}/critical-minerals.sqlite?mode=ro", uri=True)) as opened:
        yield opened


def cells(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_release_of_the_shipped_dataset_is_a_frictionless_package(dataset: object, tmp_path: Path):
    freeze("2026.1", tmp_path)
    report = frictionless.validate(str(tmp_path / "2026.1" / "datapackage.json"))

    assert report.valid, report.flatten(["type", "message"])
    assert {task.name for task in report.tasks} == {
        *tables(),
        *(f"flat-{table.name}" for table in tables_that_hold("facts")),
    }


def test_a_changed_file_is_no_longer_valid(folder: Path, tmp_path: Path):
    changed = shutil.copytree(folder, tmp_path / "changed")
    (changed / "sources.csv").write_text((folder / "sources.csv").read_text().replace("Survey", "Surbey"))

    assert not frictionless.validate(str(changed / "datapackage.json")).valid


def test_the_description_names_the_release(folder: Path):
    described = json.loads((folder / "datapackage.json").read_text())

    assert described["release"] == json.loads((folder / "release.json").read_text())
    assert (described["created"], described["version"]) == ("2026-03-01T00:00:00Z", "1.3.0")


@pytest.mark.parametrize("table", list(tables()))
def test_parquet_has_the_rows_of_the_csv_with_types(table: str, folder: Path):
    path = folder / f"{table}.parquet"
    rows = pl.read_parquet(path)
    expected = cells(folder, table)

    assert rows.columns == [column.name for column in tables()[table].columns]
    assert rows.height == len(expected)
    for column in tables()[table].columns:
        assert [value is None for value in rows[column.name]] == [not row[column.name] for row in expected]
        if column.codec.type == "string":
            assert [value or "" for value in rows[column.name]] == [row[column.name] for row in expected]


def test_a_flat_table_has_the_live_facts_with_their_citations(folder: Path):
    [row] = cells(folder, "flat-reserves")

    assert (row["key"], row["version"], row["mineral"], row["country"]) == ("kaz-zinc", "2", "zinc", "KAZ")
    assert (row["value"], row["unit"], row["base_value"], row["base_unit"]) == ("7.6", "Mt", "7600000", "t")
    assert (row["source_keys"], row["source_publishers"]) == ("survey-2024", "Survey")
    assert row["url"] == "/api/v1/reserves/kaz-zinc/"


def test_flat_parquet_has_the_rows_of_the_flat_csv(folder: Path):
    rows = pl.read_parquet(folder / "flat-reserves.parquet").to_dicts()

    assert [row.keys() for row in rows] == [row.keys() for row in cells(folder, "flat-reserves")]
    assert (rows[0]["value"], rows[0]["base_value"], rows[0]["disputed"], rows[0]["low"]) == (
        7.6,
        7_600_000,
        False,
        None,
    )


def test_a_flat_table_is_as_it_was_at_the_revision(frozen: Freeze, shelf: Path):
    frozen("2026.0", revision=1)

    assert [(row["key"], row["value"]) for row in cells(shelf / "2026.0", "flat-reserves")] == [
        ("chn-zinc", "46"),
        ("kaz-zinc", "6.7"),
    ]


def test_what_a_spreadsheet_would_run_is_made_safe_in_flat_tables_alone(frozen: Freeze, shelf: Path):
    publish(make_reserve("risky", note="=1+1"))
    frozen("2026.2")
    [flat] = [row for row in cells(shelf / "2026.2", "flat-reserves") if row["key"] == "risky"]
    [kept] = [row for row in cells(shelf / "2026.2", "reserves") if row["key"] == "risky"]

    assert (flat["note"], kept["note"]) == ("'=1+1", "=1+1")
    assert "=1+1" in pl.read_parquet(shelf / "2026.2" / "flat-reserves.parquet")["note"].to_list()


def test_duckdb_reads_figures_as_numbers(folder: Path):
    query = f"SELECT value, \"left\" FROM '{folder}/reserves.parquet' WHERE key = 'kaz-zinc' ORDER BY version"

    assert duckdb.execute(query).fetchall() == [(6.7, 2), (7.6, None)]


def test_sqlite_is_whole_and_its_references_lead_somewhere(database: sqlite3.Connection):
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in tables_that_hold("facts"):
        targets = {row[2] for row in database.execute(f"PRAGMA foreign_key_list('{table.name}')")}
        assert {"facts", "revisions"} <= targets
        assert targets >= {column.target.name for column in table.columns if column.target}


def test_sqlite_has_every_row(database: sqlite3.Connection, folder: Path):
    count = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in [*tables(), "facts"]}
    past = dict(database.execute('SELECT "table", count(*) FROM past_states GROUP BY 1'))

    assert {name: count[name] + past.get(name, 0) for name in tables()} == {
        name: len(cells(folder, name)) for name in tables()
    }
    assert count["facts"] == sum(count[table.name] for table in tables_that_hold("facts"))


def test_sqlite_has_the_states_that_stand_and_those_that_are_past(database: sqlite3.Connection):
    assert database.execute("SELECT name FROM countries WHERE slug = 'kaz'").fetchall() == [("Kazakhstan",)]
    [(key, entered, left, state)] = database.execute('SELECT key, entered, "left", state FROM past_states').fetchall()

    assert (key, entered, left) == ("kaz", 1, 2)
    assert (json.loads(state)["name"], json.loads(state)["iso2"]) == ("Kazakstan", None)


def test_sqlite_has_a_view_of_the_live_facts(database: sqlite3.Connection):
    rows = database.execute("SELECT key, version, value FROM live_reserves").fetchall()

    assert rows == [("kaz-zinc", 2, 7.6)]


def test_every_reference_has_an_index(database: sqlite3.Connection):
    for table in tables().values():
        indexes = [row[1] for row in database.execute(f"PRAGMA index_list('{table.name}')")]
        indexed = {database.execute(f"PRAGMA index_info('{name}')").fetchone()[2] for name in indexes}
        assert indexed >= {column.name for column in table.columns if column.target}


def test_sqlite_explains_its_columns(database: sqlite3.Connection):
    told = dict(database.execute('SELECT "column", meaning FROM codebook WHERE "table" = \'reserves\''))

    assert told == {column.name: str(column.field.help_text) for column in tables()["reserves"].columns}
    assert dict(database.execute("SELECT name, value FROM release"))["name"] == "2026.1"


def test_datasette_is_told_of_every_table(folder: Path, database: sqlite3.Connection):
    metadata = json.loads((folder / "metadata.json").read_text())
    shown = metadata["databases"]["critical-minerals"]["tables"]

    assert shown.keys() == tables().keys()
    for name, words in shown.items():
        assert list(words["columns"]) == [row[1] for row in database.execute(f"PRAGMA table_info('{name}')")]


def test_the_codebook_has_every_table_column_and_word(folder: Path):
    book = (folder / "CODEBOOK.md").read_text()
    for table in tables().values():
        assert f"\n### {table.name}\n" in book
        for column in table.columns:
            meaning = str(column.field.help_text).replace("|", r"\|")
            assert f"| `{column.name}` | {column.codec.type} |" in book
            assert f"| {meaning} |" in book
    assert "| `value` | number | in `unit` |" in book
    assert "| `grade_value` | number | in `grade_unit` |" in book
    assert "| `unit` | string |  |  | vocabulary unit |" in book
    assert "### source-kind\n\n| word | what it means |\n|---|---|\n| `report` | A report. |" in book
    assert "| `Mt` |" in book
    assert "### flat-reserves\n\nThe live reserves, one row each, with their citations. Rows: 1.\n" in book
    assert "| `base_value` | number | in `base_unit` |" in book


def test_the_first_changelog_tells_from_the_beginning(folder: Path):
    told = (folder / "CHANGELOG.md").read_text()

    assert "What changed since the beginning, up to revision 3." in told
    assert "| reserves | 1 | 0 | 0 |" in told
    assert "### Entered (1)\n\n- `kaz-zinc`\n" in told
    assert "chn-zinc" not in told, "it came and went"


def test_a_changelog_tells_what_changed_since_the_release_before(frozen: Freeze, shelf: Path):
    frozen("2026.0", revision=1)
    frozen("2026.1")
    told = (shelf / "2026.1" / "CHANGELOG.md").read_text()

    assert "since revision 1, which the release before this one froze, up to revision 3" in told
    assert "| reserves | 0 | 1 | 1 |" in told
    assert "| countries | 0 | 1 | 0 |" in told
    assert "### Corrected (1)\n\n- `kaz-zinc`: Misread.\n" in told
    assert "### Withdrawn (1)\n\n- `chn-zinc`: Not in the source.\n" in told
    assert "- 3 (2026-03-01T00:00:00Z, Ben): Withdraw." in told
    assert "Begin." not in told


def test_a_changelog_gives_each_key_once_with_the_last_reason(frozen: Freeze, shelf: Path):
    frozen("2026.1")
    publish(make_reserve("new-reserves"))
    for note in ("Once.", "Twice."):
        publish(make_correction(Fact.objects.live().get(key="kaz-zinc").as_kind, note=note), message=note)
    frozen("2026.2")
    told = (shelf / "2026.2" / "CHANGELOG.md").read_text()

    assert "| reserves | 1 | 1 | 0 |" in told
    assert told.count("`kaz-zinc`") == 1
    assert "- `new-reserves`" in told


def test_the_citation_names_release_and_date(folder: Path):
    told = (folder / "CITATION.cff").read_text()

    assert 'version: "2026.1"' in told
    assert "date-released: 2026-03-01" in told
