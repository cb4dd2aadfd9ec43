"""The database itself holds the four rules, whoever writes to it: the ORM or raw SQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from sources import ledger
from sources.models import OPEN, Citation, Document, Fact, Mention, Revision, Source
from tests.factories import (
    LEAST,
    make_correction,
    make_event,
    make_fact,
    make_partner,
    make_reserve,
    make_source,
    publish,
)
from tests.sources.breaches import FIXED, KEPT, Published, execute, insert, key_of, refuses, table_of

pytestmark = pytest.mark.django_db


# Rule 3: nothing that was published is deleted.


@pytest.mark.parametrize("name", KEPT)
def test_what_is_published_is_not_deleted_by_its_instance(published: Published, name: str) -> None:
    refuses(lambda: getattr(published, name).delete())


@pytest.mark.parametrize("name", KEPT)
def test_what_is_published_is_not_deleted_by_a_query(published: Published, name: str) -> None:
    row = getattr(published, name)

    refuses(lambda: type(row).objects.filter(pk=row.pk).delete())


@pytest.mark.parametrize("name", KEPT)
def test_what_is_published_is_not_deleted_by_raw_sql(published: Published, name: str) -> None:
    row = getattr(published, name)

    refuses(
        lambda: execute(f'DELETE FROM "{table_of(row)}" WHERE "{key_of(row)}" = %s', [row.pk]),
        match="can not be deleted|never",
    )


@pytest.mark.parametrize("name", ["source", "via", "entity", "mineral"])
def test_what_is_shown_keeps_its_primary_key(published: Published, name: str) -> None:
    row = getattr(published, name)

    refuses(
        lambda: execute(
            f'UPDATE "{table_of(row)}" SET "{key_of(row)}" = %s WHERE "{key_of(row)}" = %s', [OPEN, row.pk]
        ),
        match="keeps its identity",
    )


@pytest.mark.parametrize(("name", "column"), [("source", "key"), ("entity", "slug"), ("entity", "kind")])
def test_what_is_shown_keeps_the_name_it_is_addressed_by(published: Published, name: str, column: str) -> None:
    row = getattr(published, name)

    refuses(lambda: type(row).objects.filter(pk=row.pk).update(**{column: "another"}), match="keeps its identity")


def test_a_source_that_only_a_draft_cites_can_be_deleted() -> None:
    source = make_source("uncited-report")
    reserve = make_reserve("drafted-reserves", source=source)

    reserve.citations.all().delete()
    source.delete()

    assert not Source.objects.filter(key="uncited-report").exists()


def test_a_draft_can_be_deleted_with_its_citations() -> None:
    reserve = make_reserve("drafted-reserves")

    reserve.delete()

    assert not Fact.objects.filter(key="drafted-reserves").exists()
    assert not Citation.objects.filter(fact__key="drafted-reserves").exists()


# Rule 2: nothing that was published changes.


@pytest.mark.parametrize("name", FIXED)
def test_what_is_published_is_not_saved_again(published: Published, name: str) -> None:
    row = getattr(published, name)
    for field, value in FIXED[name].items():
        setattr(row, field, value)

    refuses(row.save, match="never changes|closes once")


@pytest.mark.parametrize("name", FIXED)
def test_what_is_published_is_not_changed_by_a_query(published: Published, name: str) -> None:
    row = getattr(published, name)

    refuses(lambda: type(row).objects.filter(pk=row.pk).update(**FIXED[name]), match="never changes")


@pytest.mark.parametrize("name", FIXED)
def test_what_is_published_is_not_changed_in_bulk(published: Published, name: str) -> None:
    row = getattr(published, name)
    for field, value in FIXED[name].items():
        setattr(row, field, value)

    refuses(lambda: type(row).objects.bulk_update([row], list(FIXED[name])), match="never changes")


@pytest.mark.parametrize("name", FIXED)
def test_what_is_published_is_not_changed_by_raw_sql(published: Published, name: str) -> None:
    row = getattr(published, name)
    [(column, value)] = FIXED[name].items()

    refuses(
        lambda: execute(f'UPDATE "{table_of(row)}" SET "{column}" = %s WHERE "{key_of(row)}" = %s', [value, row.pk]),
        match="never changes",
    )


@pytest.mark.parametrize("kind", LEAST)
def test_the_own_table_of_every_kind_is_fixed_once_published(kind: str) -> None:
    fact = make_fact(kind, "guarded-fact")
    publish(fact)
    table, key = table_of(fact), key_of(fact)

    refuses(lambda: execute(f'UPDATE "{table}" SET "{key}" = "{key}" WHERE "{key}" = %s', [fact.pk]))
    refuses(lambda: execute(f'DELETE FROM "{table}" WHERE "{key}" = %s', [fact.pk]))
    refuses(lambda: insert(fact))


@pytest.mark.parametrize(
    "column", ["id", "kind", "key", "version", "rank", "rank_reason", "period", "year", "as_of", "statement", "note"]
)
def test_no_column_of_a_published_fact_changes(published: Published, column: str) -> None:
    changed = {"id": OPEN, "version": 9, "year": 1900}.get(column, "other")

    refuses(
        lambda: execute(f'UPDATE sources_fact SET "{column}" = %s WHERE id = %s', [changed, published.fact.pk]),
        match="never changes",
    )


def test_a_published_fact_does_not_become_a_draft_again(published: Published) -> None:
    refuses(
        lambda: Fact.objects.filter(pk=published.fact.pk).update(published_in=None),
        match="never changes",
    )


@pytest.mark.parametrize("name", ["citation", "mention", "party"])
def test_nothing_is_added_to_a_published_fact(published: Published, name: str) -> None:
    row = getattr(published, name)
    distinct = {"role": "added"} if name == "mention" else {"position": 9}

    refuses(lambda: insert(row, id=OPEN, **distinct), match="belongs to a published fact")


@pytest.mark.parametrize("name", ["citation", "mention", "party"])
def test_nothing_is_moved_from_a_draft_to_a_published_fact(published: Published, name: str) -> None:
    reserve = make_reserve("drafted-reserves")
    event = make_event("drafted-agreement", parties=[make_partner("guarded-partner")])
    Mention.objects.create(fact=reserve, entity=published.entity, role="drafted")
    moves: dict[str, tuple[models.QuerySet[Any], dict[str, Any]]] = {
        "citation": (reserve.citations.all(), {"fact": published.fact, "position": 9}),
        "mention": (reserve.mentions.all(), {"fact": published.fact}),
        "party": (event.parties.all(), {"event": published.event, "position": 9}),
    }
    rows, target = moves[name]

    refuses(lambda: rows.update(**target), match="belongs to a published fact")


# Rule 1: nothing is published without a citation, nor past the ledger.


def test_a_fact_without_a_citation_is_not_published(published: Published) -> None:
    reserve = make_reserve("uncited-reserves")
    reserve.citations.all().delete()

    refuses(
        lambda: Fact.objects.filter(pk=reserve.pk).update(published_in=published.revision),
        match="without a citation",
    )


def test_a_fact_does_not_enter_published(published: Published) -> None:
    fields = {"key": "smuggled-reserves", "kind": "reserve", "published_in": published.revision}

    refuses(lambda: Fact.objects.create(**fields), match="enters as a draft")
    refuses(lambda: Fact.objects.bulk_create([Fact(**fields)]), match="enters as a draft")
    refuses(lambda: insert(Fact(id=OPEN, **fields)), match="enters as a draft")


def test_a_fact_is_published_in_the_newest_revision_only(published: Published) -> None:
    reserve = make_reserve("late-reserves")
    publish(make_reserve("newer-reserves"))

    refuses(
        lambda: Fact.objects.filter(pk=reserve.pk).update(published_in=published.revision),
        match="published in the newest revision",
    )


# Rule 4: one version of a key at most is live.


def test_a_second_version_is_not_live_beside_the_first(published: Published) -> None:
    correction = make_correction(published.reserve, note="corrected")

    refuses(lambda: Fact.objects.filter(pk=correction.pk).update(published_in=published.revision))


def test_a_fact_leaves_in_the_newest_revision_only(published: Published) -> None:
    publish(make_reserve("newer-reserves"))
    publish(make_reserve("newest-reserves"))
    past = Revision.objects.get(number=published.revision.number + 1)

    refuses(
        lambda: Fact.objects.filter(pk=published.fact.pk).update(left_in=past, left_reason="wrong"),
        match="leaves once, in the newest",
    )


def test_a_fact_does_not_leave_in_the_revision_that_published_it(published: Published) -> None:
    refuses(lambda: Fact.objects.filter(pk=published.fact.pk).update(left_in=published.revision, left_reason="no"))


def test_a_fact_does_not_leave_without_a_reason(published: Published) -> None:
    newest = publish(make_reserve("newer-reserves"))

    refuses(lambda: Fact.objects.filter(pk=published.fact.pk).update(left_in=newest, left_reason=""))


@pytest.mark.parametrize(
    "changed", [{"left_in": None, "left_reason": ""}, {"left_reason": "another"}], ids=["return", "rewording"]
)
def test_a_fact_that_left_neither_returns_nor_changes_its_reason(published: Published, changed: dict[str, Any]) -> None:
    ledger.withdraw([published.reserve], author="curator", reason="It was wrong.")

    refuses(lambda: Fact.objects.filter(pk=published.fact.pk).update(**changed), match="leaves once")


# History: revisions and documents are only ever added.


@pytest.mark.parametrize("distance", [0, 2])
def test_revisions_are_numbered_one_by_one(published: Published, distance: int) -> None:
    number = published.revision.number + distance

    refuses(
        lambda: insert(Revision(number=number, author="curator", message="Out of turn.")),
        match="numbered one by one",
    )


@pytest.mark.parametrize("forgery", ["opened in the past", "closed from the start", "beside the one that stands"])
def test_no_document_is_slipped_in(published: Published, forgery: str) -> None:
    newest = publish(make_reserve("newer-reserves"))
    proper: dict[str, Any] = {
        "id": OPEN,
        "key": "forged-reserves",
        "from_revision_id": newest.number,
        "to_revision": OPEN,
    }
    changes: dict[str, dict[str, Any]] = {
        "opened in the past": {"from_revision_id": published.revision.number},
        "closed from the start": {"to_revision": newest.number + 1},
        "beside the one that stands": {"key": published.document.key},
    }

    refuses(lambda: insert(published.document, **proper | changes[forgery]), match="opens in the newest revision")


def test_a_document_closes_in_the_newest_revision_only(published: Published) -> None:
    newest = publish(make_reserve("newer-reserves"))

    refuses(
        lambda: Document.objects.filter(pk=published.document.pk).update(to_revision=newest.number + 1),
        match="closes once",
    )


def test_a_closed_document_does_not_open_again(published: Published) -> None:
    ledger.withdraw([published.reserve], author="curator", reason="It was wrong.")

    refuses(lambda: Document.objects.filter(pk=published.document.pk).update(to_revision=OPEN), match="closes once")
