"""Facts are compared within circles: what these give is what comparing all live facts with each other would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import ledger
from sources.issues import Case, issues_of
from sources.models import Document, Fact
from sources.registry import fact_models
from sources.standing import circle_of, judge, standings
from tests.factories import (
    TEN_TONS,
    make_correction,
    make_country,
    make_fact,
    make_mineral,
    make_partner,
    make_project,
    make_reserve,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db

KINDS = ("reserve", "production", "trade", "figure", "participation", "event")
Step = tuple[str, str, int, str, str | None, str | None, str]

steps = st.tuples(
    st.sampled_from(["publish", "publish", "publish", "correct", "withdraw"]),
    st.sampled_from(KINDS),
    st.sampled_from([5, 50, 5000, 50000]),
    st.sampled_from(["survey", "ministry"]),
    st.sampled_from([None, "novium", "testium"]),
    st.sampled_from([None, "aland", "bland"]),
    st.sampled_from(["t", "kt", "percent"]),
)


def draft(step: Step, key: str) -> Fact:
    _, kind, value, source, mineral, place, unit = step
    country = make_country(place, iso3="") if place else None
    amount: dict[str, Any] = TEN_TONS | {"value": Decimal(value), "unit": unit, "period": "2024"}
    terms: dict[str, Callable[[], dict[str, Any]]] = {
        "reserve": lambda: {**amount, "mineral": make_mineral(mineral or "novium"), **_scope(country)},
        "production": lambda: {
            **amount,
            "mineral": make_mineral(mineral) if mineral else None,
            "form": "things that only this test makes",
            **_scope(country),
        },
        "trade": lambda: {
            **amount,
            "mineral": make_mineral(mineral) if mineral else None,
            "country": country or make_country("cland", iso3=""),
        },
        "figure": lambda: {
            **amount,
            "project": make_project() if mineral else None,
            "partner": None if mineral else make_partner(),
            "country": country,
        },
        "participation": lambda: {**amount, "project": make_project(mineral or "north-mine")},
        "event": lambda: {"period": "2024", "country": country},
    }
    return make_fact(kind, key, source=make_source(source, published="2023"), **terms[kind]())


def _scope(country: Any) -> dict[str, Any]:
    claim = {"world_rank_value": 1, "world_rank_comparator": "="}
    return {"scope": "country", "country": country, **claim} if country else {"scope": "world", "country": None}


def act(step: Step, key: str) -> None:
    live = list(Fact.objects.live().filter(key__startswith="drawn-"))
    if step[0] == "publish" or not live:
        publish(draft(step, key))
    elif step[0] == "withdraw":
        ledger.withdraw([live[step[2] % len(live)]], author="curator", reason="Misread.")
    else:
        fact = live[step[2] % len(live)].as_kind
        figure = {"value": Decimal(step[2])} if hasattr(fact, "value") else {}
        publish(make_correction(fact, source=make_source(step[3]), **figure))


def shown() -> dict[int, tuple[Any, ...]]:
    """How the documents say that facts stand."""
    rows = Document.objects.standing().filter(fact__key__startswith="drawn-")
    columns = rows.values_list("fact_id", "alternatives", "disputed", "best", "body")
    return {pk: (*standing, orjson.loads(body)["issues"]) for pk, *standing, body in columns}


def scanned() -> dict[int, tuple[Any, ...]]:
    """How they stand when each kind is compared as a whole and each circle found by going through all of it."""
    found = {}
    for kind in fact_models().values():
        live = kind.objects.live().filter(key__startswith="drawn-").prefetch_related("citations__source")
        cases = [Case(fact, tuple(citation.source for citation in fact.citations.all())) for fact in live]
        circles = defaultdict(list)
        for case in cases:
            circles[tuple(getattr(case.fact, name) for name in kind.circle) or case].append(case)
        issues = {case: some for circle in circles.values() for case, some in issues_of(kind, circle).items()}
        for case, standing in judge(kind, cases).items():
            served = [issue.served() for issue in issues.get(case, ())]
            found[case.fact.pk] = (standing.alternatives, standing.disputed, standing.best, served)
    return found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.lists(steps, min_size=1, max_size=8))
def test_documents_show_what_a_scan_of_all_facts_finds(drawn: list[Step]) -> None:
    numbers = count()
    with transaction.atomic():
        for step in drawn:
            act(step, f"drawn-{next(numbers)}")
        assert shown() == scanned()
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_circle_has_the_live_facts_that_share_its_references_and_no_others(kind: str) -> None:
    facts = [
        draft(("publish", kind, 5, "survey", mineral, place, "t"), f"{mineral or 'none'}-{place or 'none'}")
        for mineral in (None, "novium", "testium")
        for place in (None, "aland")
    ]
    publish(*facts)
    for fact in facts:
        wanted = {other.pk for other in type(fact).objects.live() if circle_of(other) == circle_of(fact)}

        assert standings({type(fact): {circle_of(fact)}}).keys() == wanted


def test_publishing_a_fact_asks_as_many_questions_however_many_others_there_are() -> None:
    """Rivals are found through the indexes of their circle: what lies outside is not read, nor is each asked for."""
    asked = []
    for size in (1, 30):
        publish(*(make_reserve(f"{size}-{n}", mineral=make_mineral(f"mineral-{size}-{n}")) for n in range(size)))
        mineral = make_mineral(f"circle-of-{size}")
        publish(*(make_reserve(f"in-{size}-{n}", mineral=mineral, country=make_country(f"c{n}")) for n in range(size)))
        one = make_reserve(f"one-{size}", mineral=mineral)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            publish(one)
        asked.append(len(queries))

    assert asked[0] == asked[1]
