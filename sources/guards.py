"""The rules of the ledger as database triggers, the same on SQLite and PostgreSQL.

They are dropped before every migration, since SQLite loses the triggers of a table that Django rebuilds, and
installed after it. All are generated from the models, so that a new kind of fact is guarded by existing. The index of
words (see `search`), which triggers keep in step, goes with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, models

from sources import search
from sources.models import OPEN, Citation, Document, Entity, Fact, Line, Move, Revision, Source, Term
from sources.registry import entity_models, fact_models, part_models

PREFIX = "ledger_"

FACT, CITATION, REVISION = Fact._meta.db_table, Citation._meta.db_table, Revision._meta.db_table
DOCUMENT, SOURCE, TERM = Document._meta.db_table, Source._meta.db_table, Term._meta.db_table
LINE, MOVE = Line._meta.db_table, Move._meta.db_table
NEWEST = f"(SELECT COALESCE(MAX(number), 0) FROM {REVISION})"


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses an operation on a row of a table where the condition holds."""

    table: str
    operation: str
    name: str
    refused_if: str
    message: str
    facts: tuple[str, ...] = ()
    """Ids of the facts that must not be published by another transaction before this one ends."""

    @property
    def trigger(self) -> str:
        return f"{PREFIX}{self.table}_{self.name}"

    def sqlite(self) -> list[str]:
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{self.trigger}" BEFORE {self.operation} ON "{self.table}" '
            f"WHEN {self.refused_if.replace('IS DISTINCT FROM', 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        ]

    def postgresql(self) -> list[str]:
        row = "OLD" if self.operation == "DELETE" else "NEW"
        hold = f'PERFORM 1 FROM "{FACT}" WHERE id IN ({", ".join(self.facts)}) FOR KEY SHARE; ' if self.facts else ""
        return [
            f'CREATE OR REPLACE FUNCTION "{self.trigger}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {hold}'
            f"IF {self.refused_if} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {row}; END $$",
            f'CREATE OR REPLACE TRIGGER "{self.trigger}" BEFORE {self.operation} ON "{self.table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{self.trigger}"()',
        ]


def _changed(columns: list[str]) -> str:
    return "(" + " OR ".join(f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in columns) + ")"


def _columns(model: type[models.Model], *except_for: str) -> list[str]:
    columns = [str(field.column) for field in model._meta.local_concrete_fields]
    return [column for column in columns if column not in except_for]


def _key_of(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _published(fact_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM {FACT} WHERE id = {fact_id} AND published_in_id IS NOT NULL)"


def _shown(column: str, key: str) -> str:
    return f'EXISTS (SELECT 1 FROM "{DOCUMENT}" d WHERE d.{column} = {key})'


def _has_row_of_its_kind() -> str:
    return " OR ".join(
        f"(NEW.kind = '{kind}' AND EXISTS (SELECT 1 FROM {model._meta.db_table} "
        f"WHERE {model._meta.pk.column} = NEW.id))"
        for kind, model in fact_models().items()
    )


def _fact_guards() -> Iterator[Guard]:
    yield Guard(
        FACT,
        "INSERT",
        "enters_as_draft",
        f'NEW.published_in_id IS NOT NULL OR NEW.left_in_id IS NOT NULL OR EXISTS (SELECT 1 FROM "{FACT}" WHERE '
        "(id = NEW.id OR (key = NEW.key AND version = NEW.version)) AND published_in_id IS NOT NULL)",
        "A fact enters as a draft and never replaces a published one.",
    )
    publishes = "OLD.published_in_id IS NULL AND NEW.published_in_id IS NOT NULL"
    yield Guard(
        FACT,
        "UPDATE",
        "publish_needs_citation",
        f'{publishes} AND NOT EXISTS (SELECT 1 FROM "{CITATION}" WHERE fact_id = NEW.id)',
        "A fact without a citation can not be published.",
    )
    yield Guard(
        FACT,
        "UPDATE",
        "publish_needs_kind",
        f"{publishes} AND NOT ({_has_row_of_its_kind()})",
        "A fact is published with the columns of its kind.",
    )
    yield Guard(
        FACT,
        "UPDATE",
        "publish_in_newest",
        f"{publishes} AND (NEW.published_in_id <> {NEWEST} OR NEW.left_in_id IS NOT NULL)",
        "A fact is published in the newest revision, and live in it.",
    )
    yield Guard(
        FACT,
        "UPDATE",
        "published_never_changes",
        "OLD.published_in_id IS NOT NULL AND "
        + _changed(_columns(Fact, "left_in_id", "left_reason", "superseded_by_id")),
        "A published fact never changes: publish a correction as its next version.",
    )
    yield Guard(
        FACT,
        "UPDATE",
        "leaves_once",
        "(OLD.left_in_id IS NOT NULL AND " + _changed(["left_in_id", "left_reason", "superseded_by_id"]) + ") OR "
        f"(OLD.left_in_id IS NULL AND NEW.left_in_id IS NOT NULL AND NEW.left_in_id <> {NEWEST})",
        "A fact leaves once, in the newest revision.",
    )
    yield Guard(
        FACT,
        "DELETE",
        "published_stays",
        "OLD.published_in_id IS NOT NULL",
        "A published fact can not be deleted: withdraw it with a reason.",
    )


def _part_guards() -> Iterator[Guard]:
    """Guard the rest of a published fact: its kind's own columns, citations, mentions, parties."""
    parts = {model: field.column for model, field in part_models().items()}
    kinds = {model: model._meta.pk.column for model in fact_models().values()}
    for model, column in (parts | kinds).items():
        table, key = model._meta.db_table, _key_of(model)
        of_published = _published(f't."{column}"')
        replaced = f'EXISTS (SELECT 1 FROM "{table}" t WHERE t."{key}" = NEW."{key}" AND {of_published})'
        for operation, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
            facts = tuple(f'{row}."{column}"' for row in rows)
            refused = [_published(fact) for fact in facts]
            yield Guard(
                table,
                operation,
                f"published_stays_{operation.lower()}",
                " OR ".join([*refused, replaced] if operation == "INSERT" else refused),
                "What belongs to a published fact never changes.",
                facts,
            )


def _record_guards() -> Iterator[Guard]:
    yield Guard(
        SOURCE,
        "DELETE",
        "cited_stays",
        f'EXISTS (SELECT 1 FROM "{CITATION}" c JOIN "{FACT}" f ON f.id = c.fact_id WHERE f.published_in_id IS NOT NULL '
        f"AND (c.source_id = OLD.id OR c.via_id = OLD.id)) OR {_shown('source_id', 'OLD.id')}",
        "A source that a published fact cites can not be deleted.",
    )
    yield from _identity_guards(Source, "source_id")
    yield from _key_guards(Source, "source_id", "key", "'source'")
    yield from _identity_guards(Entity, "entity_id", "kind")
    yield from _key_guards(Entity, "entity_id", "slug", 'NEW."kind"')
    for model in entity_models().values():
        yield from _identity_guards(model, "entity_id")
    owners: list[type[Entity]] = [Entity, *entity_models().values()]
    for model in owners:
        yield Guard(
            model._meta.db_table,
            "DELETE",
            "shown_stays",
            _shown("entity_id", f'OLD."{model._meta.pk.column}"'),
            "What the published dataset has shown can not be deleted.",
        )
    shown = f"EXISTS (SELECT 1 FROM \"{DOCUMENT}\" WHERE kind = 'term' AND key = OLD.vocabulary || ':' || OLD.code)"
    yield Guard(TERM, "DELETE", "shown_stays", shown, "A word that the published dataset has shown can not be deleted.")
    changed = _changed(["id", "vocabulary", "code"])
    message = "What the published dataset has shown keeps its identity."
    yield Guard(TERM, "UPDATE", "shown_keeps_identity", f"{changed} AND {shown}", message)


IDENTITY = "What the published dataset has shown keeps its identity."


def _identity_guards(model: type[models.Model], shown_as: str, *fixed: str) -> Iterator[Guard]:
    """Keep what was shown under its primary key, and let no other take that."""
    table, key = model._meta.db_table, _key_of(model)
    changes = f"{_changed([key, *fixed])} AND " + _shown(shown_as, f'OLD."{key}"')
    yield Guard(table, "UPDATE", "shown_keeps_identity", changes, IDENTITY)
    yield Guard(table, "INSERT", "shown_is_not_replaced", _shown(shown_as, f'NEW."{key}"'), IDENTITY)


def _key_guards(model: type[models.Model], shown_as: str, name: str, kind: str) -> Iterator[Guard]:
    """Keep what was shown under the key that it is addressed by unless it moves, and give no other a key that was shown."""
    table = model._meta.db_table
    moves = (
        f"EXISTS (SELECT 1 FROM {MOVE} m WHERE m.kind = {kind} AND m.key = OLD.{name} AND m.moved_to = NEW.{name} "
        f"AND m.{shown_as} = OLD.id AND NOT m.merged AND m.published_in_id = {NEWEST})"
    )
    changed = _changed([name])
    yield Guard(
        table,
        "UPDATE",
        "shown_moves_by_revision",
        f"{changed} AND {_shown(shown_as, 'OLD.id')} AND NOT {moves}",
        f"{IDENTITY} Rename it in a revision that says why.",
    )
    was = f'SELECT 1 FROM "{DOCUMENT}" d WHERE d.kind = {kind} AND d.key = NEW.{name}'
    taken = "It is or was the key of another one, and leads there: choose another key."
    another = f"EXISTS ({was} AND d.{shown_as} IS DISTINCT FROM OLD.id)"
    yield Guard(table, "UPDATE", "takes_no_shown_key", f"{changed} AND {another}", taken)
    yield Guard(table, "INSERT", "brings_no_shown_key", f"EXISTS ({was})", f"{IDENTITY} {taken}")


def _move_guards() -> Iterator[Guard]:
    stands = (
        f'EXISTS (SELECT 1 FROM "{DOCUMENT}" d WHERE d.kind = NEW.kind AND d.key = NEW.key AND d.to_revision = {OPEN} '
        f"AND d.from_revision_id < {NEWEST} AND (NEW.merged OR (d.entity_id = NEW.entity_id OR d.source_id = NEW.source_id)))"
    )
    leads = "((NEW.entity_id IS NULL) <> (NEW.source_id IS NULL))"
    yield Guard(
        MOVE,
        "INSERT",
        "of_newest",
        f"NEW.published_in_id <> {NEWEST} OR NOT {leads} OR NOT {stands} "
        f'OR EXISTS (SELECT 1 FROM "{MOVE}" m WHERE m.id = NEW.id)',
        "A move is made in the newest revision, of what the dataset shows.",
    )
    for operation in ("UPDATE", "DELETE"):
        yield Guard(MOVE, operation, f"stays_{operation.lower()}", "OLD.id > 0", "A move never changes.")


def _history_guards() -> Iterator[Guard]:
    yield Guard(
        REVISION,
        "INSERT",
        "counts_up",
        f"NEW.number <> {NEWEST} + 1 OR NEW.created <= (SELECT MAX(created) FROM {REVISION})",
        "Revisions are numbered one by one, each later than the last.",
    )
    for operation in ("UPDATE", "DELETE"):
        yield Guard(REVISION, operation, f"stays_{operation.lower()}", "OLD.number > 0", "A revision never changes.")
    yield Guard(
        DOCUMENT,
        "INSERT",
        "opens_in_newest",
        f'NEW.from_revision_id <> {NEWEST} OR NEW.to_revision <> {OPEN} OR EXISTS (SELECT 1 FROM "{DOCUMENT}" d WHERE '
        f"d.id = NEW.id OR (d.kind = NEW.kind AND d.key = NEW.key AND d.to_revision = {OPEN}))",
        "A document opens in the newest revision, where no other of its key stands.",
    )
    yield Guard(
        DOCUMENT,
        "UPDATE",
        "closes_once",
        f"{_changed(_columns(Document, 'to_revision'))} OR OLD.to_revision <> {OPEN} OR NEW.to_revision <> {NEWEST} "
        "OR NEW.to_revision <= OLD.from_revision_id",
        "A document closes once, in the newest revision, and never changes.",
    )
    yield Guard(DOCUMENT, "DELETE", "stays", "OLD.id > 0", "A document is never deleted.")
    written = f'EXISTS (SELECT 1 FROM "{LINE}" l WHERE l.document_id = NEW.document_id)'
    for operation, refused in (
        ("INSERT", written),
        ("UPDATE", "OLD.document_id > 0"),
        ("DELETE", "OLD.document_id > 0"),
    ):
        yield Guard(
            LINE,
            operation,
            f"stays_{operation.lower()}",
            refused,
            "A line never changes: it follows from its document alone.",
        )


def guards() -> list[Guard]:
    return [*_fact_guards(), *_part_guards(), *_record_guards(), *_move_guards(), *_history_guards()]


def _truncate_trigger(table: str) -> str:
    return f"{PREFIX}{table}_no_truncate"


def _truncate_guards(tables: list[str]) -> Iterator[str]:
    """TRUNCATE passes row triggers on PostgreSQL, so each guarded table has a statement trigger against it."""
    function = f"{PREFIX}refuse_truncate"
    yield (
        f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '
        "'The ledger can not be truncated.' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in tables:
        yield (
            f'CREATE OR REPLACE TRIGGER "{_truncate_trigger(table)}" BEFORE TRUNCATE ON "{table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{function}"()'
        )


def install(using: str = "default") -> None:
    """Create every trigger that is missing; those of tables that are not there yet wait for their migration."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    standing = [guard for guard in guards() if guard.table in tables]
    if not {FACT, CITATION, REVISION, DOCUMENT, MOVE} <= tables:
        return
    with connection.cursor() as cursor:
        for guard in standing:
            for statement in getattr(guard, connection.vendor)():
                cursor.execute(statement)
        if connection.vendor == "postgresql":
            for statement in _truncate_guards(sorted({guard.table for guard in standing})):
                cursor.execute(statement)
    search.install(using)


def remove(using: str = "default") -> None:
    """Drop every trigger of the ledger: before a migration, or where a test database is emptied."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for trigger, table in _installed(using):
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger}" ON "{table}"')
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger}"')


def missing(using: str = "default") -> list[str]:
    """Names of what the database lacks; none means that the rules are held, and that searches find what there is."""
    expected = {guard.trigger for guard in guards()}
    if connections[using].vendor == "postgresql":
        expected |= {_truncate_trigger(guard.table) for guard in guards()}
    return sorted({*(expected - {trigger for trigger, _ in _installed(using)}), *search.missing(using)})


_LISTING = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger\\_%%' ESCAPE '\\'",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname LIKE 'ledger\\_%%' AND n.nspname = current_schema()",
}


def _installed(using: str) -> list[tuple[str, str]]:
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_LISTING[connection.vendor], [])
        return cursor.fetchall()
