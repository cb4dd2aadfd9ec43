"""Makes what tests need of the ledger: sources, entities, and drafts of every kind of fact, each with a citation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models

from minerals.models import Country, DesignationList, Mineral, Production, Reserve
from projects.models import Event, Partner, Party, Project
from sources import ledger
from sources.models import Citation, Document, Fact, Revision, Source, Term
from sources.registry import fact_models

TEN_TONS = {
    "verbatim": "10 tons",
    "comparator": "=",
    "value": Decimal(10),
    "unit": "t",
    "availability": "reported",
}
"""The plainest quantity: ten metric tons, exactly as stated."""


Made = TypeVar("Made", bound=models.Model)


def _ensure(model: type[Made], identity: Mapping[str, str], fields: Mapping[str, Any]) -> Made:
    """The record of this identity, made with these fields if it is not there yet."""
    return model._default_manager.get_or_create(**identity, defaults=fields)[0]


def make_source(key: str = "report-2024", **fields: Any) -> Source:
    return _ensure(Source, {"key": key}, {"kind": "report", "publisher": "Survey", "title": "Report"} | fields)


def make_term(vocabulary: str = "basis", code: str = "contained_metal", **fields: Any) -> Term:
    return _ensure(Term, {"vocabulary": vocabulary, "code": code}, {"definition": "What the word means."} | fields)


def make_mineral(slug: str = "zinc", **fields: Any) -> Mineral:
    return _ensure(Mineral, {"slug": slug}, {"name": slug.capitalize(), "type": "element"} | fields)


def make_country(slug: str = "kaz", iso3: str = "KAZ", **fields: Any) -> Country:
    return _ensure(Country, {"slug": slug}, {"name": slug.capitalize(), "type": "country", "iso3": iso3} | fields)


def make_list(slug: str = "critical-2024", **fields: Any) -> DesignationList:
    least = {"name": "Critical minerals", "authority": "Ministry", "jurisdiction": make_country()}
    return _ensure(DesignationList, {"slug": slug}, least | fields)


def make_partner(slug: str = "mining-company", **fields: Any) -> Partner:
    return _ensure(Partner, {"slug": slug}, {"name": "Mining Company", "type": "company"} | fields)


def make_project(slug: str = "north-mine", **fields: Any) -> Project:
    return _ensure(Project, {"slug": slug}, {"name": "North Mine"} | fields)


def make_citation(fact: Fact, source: Source | None = None, **fields: Any) -> Citation:
    position = fact.citations.count() + 1
    return Citation.objects.create(fact=fact, position=position, source=source or make_source(), **fields)


def make_fact(kind: str, key: str, *, source: Source | None = None, **fields: Any) -> Fact:
    """A draft of any kind with one citation; whatever is not given is the least that its kind asks for."""
    fact = fact_models()[kind](key=key, **LEAST[kind]() | fields)
    fact.save()
    make_citation(fact, source)
    return fact


def make_reserve(key: str = "kaz-zinc-reserves", **fields: Any) -> Reserve:
    return make_fact("reserve", key, **fields)  # type: ignore[return-value]


def make_production(key: str = "kaz-zinc-output", **fields: Any) -> Production:
    return make_fact("production", key, **fields)  # type: ignore[return-value]


def make_event(key: str = "agreement-signed", *, parties: Iterable[Partner] | None = None, **fields: Any) -> Event:
    """A draft of an event that these partners signed; one does where none are given."""
    event: Event = make_fact("event", key, **fields)  # type: ignore[assignment]
    for position, partner in enumerate([make_partner()] if parties is None else parties, start=1):
        Party.objects.create(event=event, position=position, partner=partner, role="signatory")
    return event


def make_correction(fact: Fact, *, source: Source | None = None, **fields: Any) -> Fact:
    """A draft of the next version of a fact, the same but for the fields given."""
    kind = type(fact)
    own = {field.attname for field in kind._meta.concrete_fields} - LEDGER_FIELDS
    kept = {name: getattr(fact, name) for name in own}
    correction = kind(**kept | {"version": ledger.next_version(fact)} | fields)
    correction.save()
    first = fact.citations.get(position=1)
    make_citation(correction, source or first.source)
    return correction


def publish(*facts: Fact, message: str = "Publish what was read.") -> Revision:
    return ledger.publish(facts, author="curator", message=message)


def document_of(key: str, *, kind: str = "reserve", revision: Revision | None = None) -> Document | None:
    """What the dataset shows of a fact or a record, now or as of a revision; None if it shows nothing."""
    states = Document.objects.at(revision.number) if revision else Document.objects.standing()
    return states.filter(kind=kind, key=key).first()


LEDGER_FIELDS = frozenset({"id", "fact_ptr_id", "published_in_id", "left_in_id", "left_reason", "superseded_by_id"})
"""What the ledger itself writes of a fact."""

LEAST: Mapping[str, Callable[[], dict[str, Any]]] = {
    "reserve": lambda: {
        "mineral": make_mineral(),
        "scope": "country",
        "country": make_country(),
        "category": "reserves",
        **TEN_TONS,
    },
    "production": lambda: {
        "mineral": make_mineral(),
        "scope": "country",
        "country": make_country(),
        "measure": "output",
        "period": "2024",
        **TEN_TONS,
    },
    "trade": lambda: {
        "flow": "export",
        "country": make_country(),
        "counterpart_scope": "world",
        "measure": "quantity",
        **TEN_TONS,
    },
    "designation": lambda: {
        "list": make_list(),
        "mineral": make_mineral(),
        "tier": "critical",
        "name_on_list": "Zinc",
    },
    "membership": lambda: {"group": make_mineral("base-metals", type="group"), "member": make_mineral()},
    "use": lambda: {"mineral": make_mineral(), "end_use": "galvanising"},
    "figure": lambda: {"project": make_project(), "measure": "reserves", **TEN_TONS},
    "event": lambda: {"type": "agreement", "title": "Agreement signed", "status": "actual"},
    "participation": lambda: {"project": make_project(), "partner": make_partner(), "role": "owner"},
    "output": lambda: {"project": make_project(), "mineral": make_mineral(), "role": "main_product"},
    "component": lambda: {"project": make_project(), "name": "Phase 1", "type": "phase"},
    "location": lambda: {"project": make_project(), "country": make_country(), "precision": "country"},
    "affiliation": lambda: {"partner": make_partner(), "relation": "based_in", "country": make_country()},
    "assessment": lambda: {"type": "risk", "scope": "general", "text": "Prices swing widely."},
}
"""The least that a fact of each kind asks for."""
