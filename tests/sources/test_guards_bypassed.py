"""Neither do the ways past triggers lead past the guards: truncating, replacing, foreign keys switched off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection

from sources.models import OPEN
from tests.factories import (
    make_event,
    make_reserve,
)
from tests.sources.breaches import FIXED, KEPT, Published, contents, execute, insert, key_of, refuses, table_of

pytestmark = pytest.mark.django_db

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a way past triggers that SQLite alone has")


@pytest.mark.postgresql
@pytest.mark.parametrize("name", KEPT)
def test_no_table_of_the_ledger_is_truncated(published: Published, name: str) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    refuses(lambda: execute(f'TRUNCATE "{table_of(getattr(published, name))}" CASCADE'), match="can not be truncated")


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_without_foreign_keys_the_guards_still_stand(published: Published) -> None:
    before = contents()
    execute("PRAGMA foreign_keys = OFF")
    try:
        for row in (getattr(published, name) for name in KEPT):
            with pytest.raises(IntegrityError, match=r"can not be deleted|never"):
                execute(f'DELETE FROM "{table_of(row)}" WHERE "{key_of(row)}" = %s', [row.pk])
    finally:
        execute("PRAGMA foreign_keys = ON")

    assert contents() == before


@pytest.fixture
def without_recursive_triggers(db: None) -> Iterator[None]:
    """Write as a tool does that does not ask SQLite to fire triggers for the rows that a replacement deletes."""
    execute("PRAGMA recursive_triggers = OFF")
    yield
    execute("PRAGMA recursive_triggers = ON")


@on_sqlite
@pytest.mark.parametrize("name", FIXED)
def test_a_published_row_is_not_replaced(published: Published, name: str) -> None:
    refuses(lambda: insert(getattr(published, name), "INSERT OR REPLACE", **FIXED[name]))


@on_sqlite
@pytest.mark.parametrize("name", FIXED)
def test_a_published_row_is_not_replaced_by_a_tool_that_fires_no_triggers_for_it(
    published: Published, without_recursive_triggers: None, name: str
) -> None:
    refuses(lambda: insert(getattr(published, name), "INSERT OR REPLACE", **FIXED[name]))


@on_sqlite
@pytest.mark.parametrize("name", ["citation", "mention", "party"])
def test_a_published_row_is_not_replaced_by_one_of_a_draft(
    published: Published, without_recursive_triggers: None, name: str
) -> None:
    draft = make_event("drafted-agreement", parties=[])
    whole = "event_id" if name == "party" else "fact_id"

    refuses(lambda: insert(getattr(published, name), "INSERT OR REPLACE", **{whole: draft.pk}))


@on_sqlite
def test_a_draft_does_not_replace_a_published_fact_by_taking_its_key(published: Published) -> None:
    draft = make_reserve("drafted-reserves")

    refuses(
        lambda: execute("UPDATE OR REPLACE sources_fact SET key = %s WHERE id = %s", [published.fact.key, draft.pk]),
        match="can not be deleted",
    )


@on_sqlite
@pytest.mark.parametrize("name", ["source", "entity", "mineral"])
def test_what_is_shown_is_not_replaced(published: Published, without_recursive_triggers: None, name: str) -> None:
    refuses(lambda: insert(getattr(published, name), "INSERT OR REPLACE"), match="keeps its identity")


@on_sqlite
@pytest.mark.parametrize("name", ["source", "entity"])
def test_what_is_shown_is_not_replaced_by_another_of_its_name(
    published: Published, without_recursive_triggers: None, name: str
) -> None:
    refuses(lambda: insert(getattr(published, name), "INSERT OR REPLACE", id=OPEN), match="keeps its identity")
