"""Renamed and merged sources and entities in the package: a history with them is checked, loaded, dumped and released."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from curating.merging import merge
from minerals.models import Mineral
from sources import ledger
from sources.dataset.checking import check_directory
from sources.dataset.dumping import dump, published
from sources.dataset.package import DESCRIPTOR
from sources.models import Document, Move, Revision, Source
from sources.releases.as_of import as_of
from sources.releases.changelog import changelog
from sources.releases.sqlite import write_sqlite
from tests.curating.desk import user_named
from tests.small_dataset import COMMON, FIGURE, SMALL, empty_database, write

Rows = dict[str, list[dict[str, str]]]

pytestmark = pytest.mark.django_db

WHY = "It is called so."
ZINC = {"name": "Zinc", "symbol": "Zn", "type": "element"}
COPPER = {
    **COMMON,
    **FIGURE,
    "key": "chn-copper",
    "scope": "country",
    "country": "chn",
    "category": "reserves",
    "value": "3",
}


def citing(row: dict[str, str]) -> dict[str, str]:
    return row | {"source": "survey"} if row["source"] == "survey-2024" else row


MOVED: Rows = SMALL | {
    "revisions": [
        *SMALL["revisions"],
        {"number": "4", "created": "2026-04-01T00:00:00Z", "author": "curator", "message": "Rename."},
        {"number": "5", "created": "2026-05-01T00:00:00Z", "author": "curator", "message": "Merge."},
    ],
    "sources": [
        {"key": "survey-2024", "entered": "1", "left": "4", "kind": "report", "publisher": "Survey", "supersedes": "survey-2023"},
        {"key": "survey", "entered": "4", "kind": "report", "publisher": "Survey", "supersedes": "survey-2023"},
        SMALL["sources"][1],
    ],
    "minerals": [
        {"slug": "zinc", "entered": "1", "left": "4", **ZINC},
        {"slug": "zinc-metal", "entered": "4", "left": "5", **ZINC},
        {"slug": "zinc-metal", "entered": "5", "aliases": "Copper|Cu", **ZINC},
        {"slug": "copper", "entered": "1", "left": "5", "name": "Copper", "symbol": "Cu", "type": "element"},
    ],
    "moves": [
        {"kind": "mineral", "key": "zinc", "entered": "4", "moved_to": "zinc-metal", "merged": "false", "reason": "Rename."},
        {"kind": "mineral", "key": "copper", "entered": "5", "moved_to": "zinc-metal", "merged": "true", "reason": "Merge."},
        {"kind": "source", "key": "survey-2024", "entered": "4", "moved_to": "survey", "merged": "false", "reason": "Rename."},
    ],
    "reserves": [
        *(row | {"mineral": "zinc-metal"} for row in SMALL["reserves"]),
        {**COPPER, "left": "5", "left_reason": "Merge.", "mineral": "copper"},
        {**COPPER, "version": "2", "entered": "5", "mineral": "zinc-metal"},
    ],
    "citations": [
        *map(citing, SMALL["citations"]),
        *(
            {"fact": "chn-copper", "version": version, "position": "1", "source": "survey", "support": "supports"}
            for version in ("1", "2")
        ),
    ],
}  # fmt: skip
"""Two renamed and one merged; rows name what was renamed by its newest key, whenever they entered."""


@pytest.fixture
def empty(db: None) -> None:
    empty_database()


def load(directory: Path) -> None:
    call_command("load_dataset", "--from", str(directory), verbosity=0)


def files_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def dumped(directory: Path) -> dict[str, bytes]:
    dump(directory)
    return files_of(directory)


def documents() -> list[tuple[Any, ...]]:
    columns = ("kind", "key", "from_revision", "to_revision", "disputed", "best", "search", "body")
    return list(Document.objects.order_by("kind", "key", "from_revision").values_list(*columns))


def test_a_history_with_moves_is_sound_and_comes_back_byte_for_byte(tmp_path: Path, empty: None) -> None:
    directory = write(tmp_path / "moved", MOVED)
    assert [problem for problem in check_directory(directory)[1] if problem.file != DESCRIPTOR] == []
    load(directory)
    first = dumped(tmp_path / "first")

    assert {name: set(content.splitlines()) for name, content in first.items() if name != DESCRIPTOR} == {
        name: set(content.splitlines()) for name, content in files_of(directory).items()
    }
    shown = documents()
    empty_database()
    load(tmp_path / "first")
    assert dumped(tmp_path / "second") == first
    assert documents() == shown
    load(tmp_path / "first")
    assert Revision.objects.count() == 5


def test_each_revision_is_replayed_with_the_keys_of_its_time(tmp_path: Path, empty: None) -> None:
    load(write(tmp_path / "moved", MOVED))

    def shown(kind: str, key: str, revision: int) -> Any:
        found = Document.objects.at(revision).filter(kind=kind, key=key).first()
        return orjson.loads(found.body) if found else None

    assert [shown("reserve", "kaz-zinc", number)["mineral"]["slug"] for number in (1, 3, 4, 5)] == [
        "zinc", "zinc", "zinc-metal", "zinc-metal",
    ]  # fmt: skip
    assert [shown("reserve", "chn-copper", number)["mineral"]["slug"] for number in (4, 5)] == ["copper", "zinc-metal"]
    assert [bool(shown("mineral", key, 5)) for key in ("zinc", "zinc-metal", "copper")] == [False, True, False]
    assert shown("reserve", "kaz-zinc", 3)["citations"][0]["source"]["key"] == "survey-2024"
    assert Mineral.objects.count() == 2


def test_loading_in_two_steps_comes_to_the_same(tmp_path: Path, empty: None) -> None:
    before = {
        "reserves": [*SMALL["reserves"], {**COPPER, "mineral": "copper"}],
        "citations": [*SMALL["citations"], MOVED["citations"][-2] | {"source": "survey-2024"}],
    }
    load(write(tmp_path / "before", SMALL | before))
    load(write(tmp_path / "after", MOVED))
    in_steps = documents()
    empty_database()
    load(tmp_path / "after")

    assert in_steps == documents()


def test_acts_at_the_desk_are_dumped_and_loaded(tmp_path: Path, empty: None) -> None:
    before = {
        "reserves": [*SMALL["reserves"], {**COPPER, "mineral": "copper"}],
        "citations": [*SMALL["citations"], MOVED["citations"][-2] | {"source": "survey-2024"}],
    }
    load(write(tmp_path / "before", SMALL | before))
    said = {"author": "curator", "message": WHY}
    ledger.rename(Mineral.objects.get(slug="zinc"), "zinc-metal", **said)
    merge(Mineral.objects.get(slug="copper"), Mineral.objects.get(slug="zinc-metal"), user_named("curator"), WHY)
    ledger.rename(Mineral.objects.get(slug="zinc-metal"), "zinc", **said)
    first, shown = dumped(tmp_path / "first"), documents()

    assert check_directory(tmp_path / "first")[1] == []
    empty_database()
    load(tmp_path / "first")
    assert documents() == shown
    assert dumped(tmp_path / "second") == first


def test_a_move_of_the_next_revision_is_loaded_once(tmp_path: Path, empty: None) -> None:
    move = {"kind": "mineral", "key": "zinc", "moved_to": "zinc-metal", "merged": "false", "reason": "Rename."}
    content = SMALL | {"minerals": [*SMALL["minerals"], {"slug": "zinc-metal", **ZINC}], "moves": [move]}
    directory = write(tmp_path / "next", content)
    load(directory)
    load(directory)

    assert Revision.objects.count() == 4
    assert Move.objects.get().published_in_id == 4
    assert Document.objects.standing().filter(kind="mineral", key="zinc-metal").exists()
    assert b",zinc-metal," in dumped(tmp_path / "dumped")["reserves.csv"]
    assert b",zinc," not in dumped(tmp_path / "dumped")["reserves.csv"]


def test_files_that_lack_a_move_are_refused(tmp_path: Path, empty: None) -> None:
    directory = write(tmp_path / "small", SMALL)
    load(directory)
    ledger.rename(Mineral.objects.get(slug="zinc"), "zinc-metal", author="curator", message="Rename.")

    with pytest.raises(Exception, match="move of mineral zinc to zinc-metal entered in revision 4"):
        load(directory)


def moved(table: str, index: int, **cells: str) -> Rows:
    rows = [dict(row) for row in MOVED[table]]
    rows[index] |= cells
    return MOVED | {table: rows}


FAULTS: dict[str, tuple[Rows, str]] = {
    "kind": (moved("moves", 0, kind="minerall"), "moves.csv:2:kind: “minerall” is not one of source, mineral"),
    "word": (moved("moves", 0, kind="term"), "moves.csv:2:kind: “term” is not one of"),
    "unknown key": (moved("moves", 1, key="tin"), "moves.csv:3:key: “tin” is not in minerals.csv before revision 5."),
    "not left": (moved("minerals", 0, left=""), "minerals.csv:2:left: This is to be 4, as moves.csv, line 2 has it move"),
    "left for nothing": (MOVED | {"moves": MOVED["moves"][:2]}, "sources.csv:2:left: The last state stands: leave this empty, or"),
    "no new row": (moved("moves", 0, moved_to="zink"), "moves.csv:2:moved_to: minerals.csv is to have a row for “zink” that"),
    "merged into nothing": (moved("moves", 1, moved_to="tin"), "moves.csv:3:moved_to: “tin” is not in minerals.csv before"),
    "renamed to another": (moved("moves", 1, merged="false"), "moves.csv:3:moved_to: “zinc-metal” is the key of another"),
    "to itself": (moved("moves", 0, moved_to="zinc"), "moves.csv:2:moved_to: "),
    "no reason": (moved("moves", 0, reason=""), "moves.csv:2:reason: This may not be empty."),
    "no revision": (moved("moves", 0, entered="9"), "moves.csv:2:entered: revisions.csv has no revision 9."),
    "twice": (MOVED | {"moves": [*MOVED["moves"], MOVED["moves"][0]]}, "moves.csv:5:kind: mineral zinc 4 is on line 2 already."),
    "old key": (moved("reserves", 1, mineral="zinc"), "reserves.csv:3:mineral: “zinc” was renamed: name it “zinc-metal”."),
    "old source": (moved("citations", 1, source="survey-2024"), "citations.csv:3:source: “survey-2024” was renamed: name"),
    "merged": (moved("reserves", 4, mineral="copper"), "reserves.csv:7:mineral: “copper” was merged into “zinc-metal” in revision 5"),
    "bad key": (moved("moves", 0, moved_to="Zinc Metal"), "moves.csv:2:moved_to: Use lower-case letters"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_with_moves_is_told_by_place(tmp_path: Path, case: str) -> None:
    content, expected = FAULTS[case]
    found = [str(problem) for problem in check_directory(write(tmp_path / "wrong", content))[1]]

    assert any(problem.startswith(expected) for problem in found), found


def test_a_release_of_an_older_revision_is_what_it_was(tmp_path: Path, empty: None) -> None:
    load(write(tmp_path / "moved", MOVED))
    packages = {}
    for number in range(1, 6):
        packages[number] = as_of(published(), number)
    three, four = packages[3], packages[4]

    assert {row["mineral"] for row in three.rows["reserves"]} == {"zinc", "copper"}
    assert {row["mineral"] for row in four.rows["reserves"]} == {"zinc-metal", "copper"}
    assert {row["slug"] for row in three.rows["minerals"]} == {"zinc", "copper"}
    assert [row["source"] for row in three.rows["citations"]] == ["survey-2024"] * 5
    assert three.rows["moves"] == []
    assert "renamed `zinc-metal`. Rename." in changelog(packages[5], 3)
    assert "merged into `zinc-metal`. Merge." in changelog(packages[5], 4)


def test_older_packages_are_as_they_were_dumped(tmp_path: Path, empty: None) -> None:
    load(write(tmp_path / "small", SMALL))
    before = published()
    said = {"author": "curator", "message": WHY}
    ledger.rename(Mineral.objects.get(slug="zinc"), "zinc-metal", **said)
    ledger.rename(Source.objects.get(key="survey-2023"), "survey-a", **said)
    merge(Mineral.objects.get(slug="zinc-metal"), Mineral.objects.get(slug="copper"), user_named("curator"), WHY)

    assert as_of(published(), 3).rows == before.rows


def test_a_database_of_a_release_has_what_its_facts_name(tmp_path: Path, empty: None) -> None:
    load(write(tmp_path / "moved", MOVED))
    write_sqlite(published(), {"name": "test"}, tmp_path / "release.sqlite")
    with closing(sqlite3.connect(tmp_path / "release.sqlite")) as database:
        minerals = dict(database.execute('SELECT slug, "left" FROM minerals').fetchall())
        past = database.execute("SELECT key FROM past_states WHERE \"table\" = 'minerals' ORDER BY 1").fetchall()
        moves = database.execute("SELECT kind, key, moved_to, merged FROM moves ORDER BY 1, 2").fetchall()

    assert minerals == {"zinc-metal": None, "copper": 5}
    assert past == [("zinc",), ("zinc-metal",)]
    assert moves == [
        ("mineral", "copper", "zinc-metal", 1),
        ("mineral", "zinc", "zinc-metal", 0),
        ("source", "survey-2024", "survey", 0),
    ]
