"""A copy that replays changes has exactly what the lists give, at every revision, however it reads them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from curating.merging import merge
from minerals.models import Mineral
from sources import ledger
from sources.models import Fact, Record, Revision, Source, Term
from sources.moving import stands
from tests import factories as make
from tests.curating.desk import user_named
from tests.endpoints import ROOT, Get
from tests.sources.changes.mirror import Mirror, listed, rows_of_facts

pytestmark = pytest.mark.django_db

KEYS = 5
SMALL = st.integers(0, 3)


def live(number: int) -> Fact | None:
    found = Fact.objects.live().filter(key=f"claim-{number}").first()
    return found.as_kind if found else None


def mined(number: int) -> Any:
    """One of the minerals that there are, or the first of them all: they may have been renamed and merged."""
    found = [mineral for mineral in Mineral.objects.order_by("pk") if stands(mineral)]
    return found[number % len(found)] if len(found) > 1 else make.make_mineral(f"mineral-{Mineral.objects.count()}")


def sourced(number: int) -> Any:
    found = [source for source in Source.objects.order_by("pk") if stands(source)]
    if number < len(found):
        return found[number]
    return make.make_source(f"source-{Source.objects.count()}", publisher=f"Publisher {number}")


def drafted(number: int, one: int, other: int) -> Fact | None:
    """A claim that is not there yet, or no more; rivals of each other are those whose second choice is the same."""
    key = f"claim-{number}"
    if live(number):
        return None
    source, mineral = sourced(one), mined(other)
    if past := Fact.objects.filter(key=key).order_by("-version").first():
        # What it named before may have been merged into another since.
        named = {"mineral": mineral} if past.kind in ("reserve", "designation") else {}
        return make.make_correction(past.as_kind, source=source, note=f"Once more, {one}.", **named)
    match number:
        case 0:
            return make.make_fact("designation", key, mineral=mineral, source=source)
        case 1:
            partner = make.make_partner(f"partner-{other}")
            return make.make_event(key, parties=[partner], source=source)
        case _:
            return make.make_reserve(key, mineral=mineral, source=source, value=Decimal(10 + 5 * one))


def corrected(number: int, one: int, other: int) -> Fact | None:
    fact = live(number)
    if fact is None:
        return None
    changes: dict[str, Any] = (
        {"rank": "preferred", "rank_reason": "It was measured."} if one == 3 else {"rank": "normal"}
    )
    if fact.kind == "reserve":
        changes["value"] = Decimal(10 + 5 * other)
    return make.make_correction(fact, **changes, note=f"Read again, {other}.")


def edited(number: int, one: int, other: int) -> Record | None:
    """A source, entity or word that the dataset shows, under another name or known by another."""
    match number:
        case 0:
            record: Any = sourced(one)
            record.title = f"Title {other}"
        case 1:
            record = mined(one)
            record.aliases = f"alias-{other}"
        case 2:
            record = make.make_country()
            record.name = f"Country {other}"
        case 3:
            record = mined(one)
            record.name = f"Mineral {other}"
        case _:
            record = make.make_term(code=f"word-{one}")
            record.definition = f"Definition {other}"
    record.save()
    return record


def moved(number: int, one: int, other: int) -> None:
    """A revision of its own, in which something is renamed, at times back, or merged into another of its kind."""
    model: Any = Mineral if number % 2 else Source
    found = [record for record in model.objects.order_by("pk") if stands(record)]
    record = found[one % len(found)] if found else None
    if number >= 3 and len(found) > 1:
        into = found[(one + 1) % len(found)]
        merge(record, into, user_named("curator"), "They are one.")
    elif record:
        names = [document.key for document in record.documents.order_by("pk")]
        key = names[0] if other == 3 and names[0] != record.document_key else f"key-{Revision.objects.count()}"
        ledger.rename(record, key, author="curator", message="It is called so.")


ACTS: dict[str, Callable[[int, int, int], Any]] = {"enter": drafted, "correct": corrected, "edit": edited}
Act = tuple[str, int, int, int]
acts = st.tuples(st.sampled_from([*ACTS, "withdraw", "move"]), st.integers(0, KEYS - 1), SMALL, SMALL)


def publish(together: list[Act]) -> None:
    """One revision of several acts, so far as they can be done at all and at once; each move is one of its own."""
    for _, *numbers in (one for one in together if one[0] == "move"):
        moved(*numbers)
    publish_at_once([one for one in together if one[0] != "move"])


def publish_at_once(together: list[Act]) -> None:
    enter: dict[str, int] = {}
    leave: dict[str, int] = {}
    records: list[Record] = []
    for act, number, one, other in together:
        key = f"claim-{number}"
        if act != "edit" and (key in enter or key in leave):
            continue
        if act == "withdraw":
            if fact := live(number):
                leave[key] = fact.pk
        elif made := ACTS[act](number, one, other):
            if act == "edit":
                records.append(made)
            else:
                enter[key] = made.pk
    reasons = dict.fromkeys(leave.values(), "The source took it back.")
    ledger.commit(ledger.Change("curator", "Some acts.", enter=list(enter.values()), withdraw=reasons, records=records))


steps = st.lists(
    st.tuples(st.lists(acts, min_size=1, max_size=4), st.integers(1, 7), st.integers(0, 3)), min_size=1, max_size=7
)
"""Each step is a revision, and how many pages of which size a copy reads after it, to the end or not."""


@pytest.mark.usefixtures("empty_dataset")
@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(history=steps)
def test_a_mirror_is_the_dataset(history: list[tuple[list[Act], int, int]], get: Get) -> None:
    with transaction.atomic():
        mirror = Mirror(get)
        for together, page_size, pages in history:
            publish(together)
            for _ in range(pages):
                if mirror.read(page_size):
                    assert mirror.documents == (listed(get, mirror.since) if mirror.since else {})
                    break
        newest = Revision.objects.current()
        assert newest is not None
        while mirror.read(3) is False or mirror.since < newest.number:
            pass
        assert mirror.since == newest.number

        assert mirror.documents == listed(get)
        assert_details_are_mirrored(mirror, get)
        best = {(row["kind"], row["key"]) for row in rows_of_facts(get, claims="best")}
        assert mirror.best == best
        assert len(set(mirror.seen)) == len(mirror.seen)

        assert_every_revision_is_passed(mirror, newest.number, get)
        transaction.set_rollback(True)


def assert_details_are_mirrored(mirror: Mirror, get: Get) -> None:
    for (kind, key), document in mirror.documents.items():
        if kind != Term.document_kind:
            address = document["url"] if kind != "source" else f"{ROOT}sources/{key}/"
            detail = get(address).json()
            assert {name: detail[name] for name in document} == document


def assert_every_revision_is_passed(mirror: Mirror, newest: int, get: Get) -> None:
    """Read at once, changes come in the same order, and lead through each revision as it was."""
    again, bounded = Mirror(get), Mirror(get)
    again.read_all()
    assert again.seen == mirror.seen
    for number in range(1, newest + 1):
        address: str | None = f"{ROOT}changes/?since={number - 1}&revision={number}&page_size=4"
        while address:
            page = get(address).json()
            assert page["until"] == number
            for change in page["results"]:
                bounded.apply(change)
            address = page["next"]
        assert bounded.documents == listed(get, number)
    assert bounded.seen == mirror.seen


def test_the_shipped_dataset_is_mirrored(get: Get) -> None:
    mirror = Mirror(get)
    mirror.read_all()

    assert mirror.documents == listed(get)
    assert mirror.seen == sorted(mirror.seen)
    assert len(set(mirror.seen)) == len(mirror.seen)
