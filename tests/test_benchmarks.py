"""The benchmarks: that made-up facts are those a ledger would publish, and that figures are read rightly."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import claims
from benchmarks.agreement import DisagreementError, lacking
from benchmarks.goals import findings
from benchmarks.peers import queries, tables
from benchmarks.places import choose
from benchmarks.report import BEGIN, END, beaten_by, ratios_table, text_of, with_measured

ROOT = Path(__file__).resolve().parent.parent
FACTS = 40
MINERALS = ["copper", "zinc", "gallium", "boron"]
COUNTRIES = ["chl", "kaz", "zaf"]
IDS = claims.Ids(
    {slug: number for number, slug in enumerate(MINERALS, start=1)},
    {slug: number for number, slug in enumerate(COUNTRIES, start=1)},
    {source.key: number for number, source in enumerate(claims.sources(), start=1)},
)


def made(facts: int) -> list[Any]:
    return [claim for about in claims.subjects(facts, MINERALS, COUNTRIES) for claim in claims.claims_about(about, IDS)]


def values(thing: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(thing).items() if not name.startswith("_")}


def test_the_same_facts_are_made_every_time():
    first, second = ([(values(fact), list(map(values, cited))) for fact, cited in made(FACTS)] for _ in range(2))
    assert first == second


def test_as_many_facts_are_made_as_asked_for_each_with_a_key_and_citations_of_its_own():
    facts = made(700)
    assert len(facts) == len({fact.key for fact, _ in facts}) == 700
    assert {len(cited) for _, cited in facts} == {1, 2, 3}
    assert {fact.availability for fact, _ in facts} >= {"reported", "withheld", "nil"}
    assert any(fact.low is not None for fact, _ in facts)
    assert all(len({citation.source_id for citation in cited}) == len(cited) for _, cited in facts)


def test_no_fact_is_made_about_what_the_dataset_speaks_of():
    taken = [("copper", country) for country in (*COUNTRIES, claims.WORLD)]
    assert "copper" not in {about.mineral for about in claims.subjects(200, MINERALS, COUNTRIES, taken)}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same facts, published by one ledger and brought together from several."""
    folder = tmp_path_factory.mktemp("generated")
    databases = {way: folder / f"{way}.sqlite3" for way in ("ledger", "shards")}
    for way, database in databases.items():
        command = [sys.executable, "-m", "benchmarks.generate", "--facts", str(FACTS), "--way", way, "--shard", "15"]
        subprocess.run([*command, "--to", database, "--base", folder / "base.sqlite3"], cwd=ROOT, check=True)
    return databases


def rows(database: Path, table: str) -> list[Any]:
    """The rows of a table, without the numbers of those that nothing refers to."""
    with sqlite3.connect(database) as connection:
        columns = [name for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")')]
        if table in ("sources_document", "sources_mention"):
            columns.remove("id")
        return sorted(connection.execute(f"SELECT {', '.join(map(repr_of, columns))} FROM {table}"), key=repr)


def repr_of(column: str) -> str:
    return f'"{column}"'


def names(database: Path, kind: str) -> set[str]:
    with sqlite3.connect(database) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = ?", [kind])}


def test_facts_brought_together_are_those_that_one_ledger_publishes(generated: dict[str, Path]):
    ours = [name for name in names(generated["ledger"], "table") if name.startswith(("sources_", "minerals_"))]
    ours = [name for name in ours if not name.startswith("sources_document_words")]
    assert len(rows(generated["ledger"], "sources_fact")) > FACTS
    for table in ours:
        assert rows(generated["shards"], table) == rows(generated["ledger"], table), table


def test_the_guards_stand_after_facts_were_brought_together(generated: dict[str, Path]):
    guards = names(generated["ledger"], "trigger")
    assert guards
    assert names(generated["shards"], "trigger") == guards


def test_peers_serve_what_the_service_does(generated: dict[str, Path], tmp_path: Path):
    peers = tmp_path / "peers.sqlite3"
    tables.write(generated["ledger"], peers)
    with sqlite3.connect(generated["ledger"]) as service:
        shown = service.execute(
            "SELECT key, body FROM sources_document WHERE kind = 'production' AND best AND to_revision = 2147483647 "
            "ORDER BY key"
        ).fetchall()
    with sqlite3.connect(peers) as connection:
        page = [json.loads(fact) for (fact,) in connection.execute(queries.PAGE, {"after": ""})]
        found = connection.execute(queries.SEARCH, {"q": queries.matching("synth year")}).fetchall()
    assert page == [json.loads(body) for _, body in shown[:50]]
    assert len(found) == min(50, sum("synthetic" in key or "-survey-" in key for key, _ in shown))
    assert choose(peers).rows == len(shown)


def test_a_peer_may_leave_fields_out_but_not_differ():
    mine = {"key": "a", "quantity": {"value": 6, "unit": "t"}, "citations": [{"position": 1, "note": None}]}
    less = {"key": "a", "quantity": {"value": 6.0}, "citations": [{"position": 1}]}
    assert lacking(mine, less, "") == {"quantity.unit", "citations.note"}
    for other in (mine | {"key": "b"}, mine | {"more": 1}, mine | {"citations": []}):
        with pytest.raises(DisagreementError):
            lacking(mine, other, "")


EVERY = ("first", "deep", "detail", "filter", "search", "unchanged")


def measured(**rates: float) -> dict[str, Any]:
    """What one size was measured to be: the same rate for every kind of read."""
    return {
        "rows": 9,
        "rates": {name.replace("_", "-"): {one: [1, rate, 10**9] for one in EVERY} for name, rate in rates.items()},
        "left_out": {},
        "exports": {"hot": {"csv": {"rows": 300_000, "seconds": 1, "first_byte": 0.1, "memory": 10**8}}},
    }


def results() -> dict[str, Any]:
    small = measured(limit=1000, hot=900, cold=100, datasette=80, fastapi_sql=150)
    large = measured(limit=1000, hot=700, cold=50, datasette=10, fastapi_sql=20)
    return {
        "machine": {"cores": "2"},
        "versions": {"python": "3.11"},
        "sizes": {
            "10000": {"sqlite": small},
            "100000": {"sqlite": large, "postgresql": measured(limit=9, hot=5, cold=1)},
        },
        "start": {
            "load_dataset": [3, 4, 5],
            "publishing": {"facts": 10_000, "seconds": 9},
            "first_answer": {"hot": [0.4, 0.5, 2], "limit": [0.1]},
        },
    }


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        ("hot, first page (10,000 facts, SQLite)", [True]),
        ("hot, first page (100,000 facts, SQLite)", [False]),
        ("hot, first page (100,000 facts, PostgreSQL)", [True]),
        ("cold, search (10,000 facts, SQLite)", [True, False]),
        ("cold, search (100,000 facts, SQLite)", [True, True]),
        ("deep page, cold (10,000 facts, SQLite)", [True]),
        ("growth of one fact, cold, 10,000 to 100,000 facts (SQLite)", [False]),
        ("CSV of 100,000 facts, SQLite", [True]),
        ("NDJSON of 100,000 facts, SQLite", [None]),
        ("first answer after the start", [True]),
    ],
)
def test_goals_are_judged_by_the_medians(goal: str, met: list[bool | None]):
    assert [found.met for found in findings(results()) if found.goal == goal] == met


def test_a_page_shows_tables_and_keeps_the_words_around_them():
    text = text_of(results())
    page = with_measured(f"# Title\n{BEGIN}yesterday\n{END}After.\n", text)
    assert page.startswith("# Title\n")
    assert page.endswith("After.\n")
    assert "yesterday" not in page
    assert with_measured(page, text) == page
    widths = [line.count("|") for line in ratios_table({"hot": {"first": 9}, "cold": {"first": 1}}).splitlines()]
    assert set(widths) == {len(EVERY) + 2}
    with pytest.raises(ValueError, match="no place"):
        with_measured("# Title\n", text)


def test_reads_on_which_a_peer_is_faster_are_named():
    assert len(beaten_by(results())) == len(EVERY)
    assert all("FastAPI" in line and "1.5 times" in line for line in beaten_by(results()))


def test_copies_are_served_like_what_they_are_copies_of(generated: dict[str, Path], tmp_path: Path):
    copied = tmp_path / "copied.sqlite3"
    command = [sys.executable, "-m", "benchmarks.generate", "--facts", str(3 * FACTS), "--of", str(generated["ledger"])]
    base = generated["ledger"].with_name("base.sqlite3")
    subprocess.run([*command, "--to", copied, "--base", base], cwd=ROOT, check=True)

    environment = os.environ | {"DATABASE_URL": f"sqlite:///{copied}"}
    for check in ("render_documents --check", "check --database default"):
        subprocess.run([sys.executable, "manage.py", *check.split()], cwd=ROOT, check=True, env=environment)
    assert len(rows(copied, "sources_fact")) - len(rows(base, "sources_fact")) == 3 * FACTS
    assert names(copied, "trigger") == names(base, "trigger")
