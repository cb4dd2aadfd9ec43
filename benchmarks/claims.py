"""Makes up facts: as many as asked, the same every time, in the shape that national statistics have.

They are synthetic and say so: their sources are published by no one. Minerals and countries are those of the dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random

from minerals.models import Production, Reserve, Scope
from sources.models import Citation, Fact, Source, Term

WORLD = "world"
YEARS = range(1950, 2026)
STAGES = {"mine": 60, "refinery": 28, "smelter": 12}
MEASURES = {"output": 88, "capacity": 9, "consumption": 3}
FIRST_MINERALS = ("copper", "zinc", "nickel", "lithium", "cobalt", "lead", "graphite", "tungsten", "manganese", "tin")
RESERVES_IN_A_HUNDRED = 5
SERIES, EDITIONS = 10, range(2006, 2026)
PREFERRED = {"rank": "preferred", "rank_reason": "It is the one that was revised last."}

WORDS = {
    ("stage", "mine"): "Getting ore, or the metal in it, out of the ground.",
    ("stage", "smelter"): "Melting metal out of concentrate.",
    ("stage", "refinery"): "Bringing metal to the purity that is traded.",
    ("production-measure", "output"): "What is made in the period.",
    ("production-measure", "capacity"): "What could be made in the period.",
    ("production-measure", "consumption"): "What is used up in the period.",
    ("basis", "contained_metal"): "Weight of the metal contained.",
    ("basis", "gross_weight"): "Weight of the material as it is.",
    ("source-kind", "official_data"): "Data that an authority publishes.",
}
"""The words that the facts use; those that the dataset has already keep its definition."""


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What rival claims are about, and how many there are. A year of 0 is that of each claim's source."""

    kind: str
    mineral: str
    country: str
    stage: str
    measure: str
    year: int
    claims: int

    @property
    def circle(self) -> tuple[str, ...]:
        """What all facts have in common that are checked against each other."""
        return self.kind, self.mineral

    @property
    def series(self) -> tuple[str, ...]:
        """What rivals have in common at least."""
        return self.kind, self.mineral, self.country, self.stage, self.measure


@dataclass(frozen=True, slots=True)
class Ids:
    """The primary keys that facts refer to, by slug or key."""

    minerals: dict[str, int]
    countries: dict[str, int]
    sources: dict[str, int]


def sources() -> Iterator[Source]:
    """Yearly editions of a few series."""
    for series in range(1, SERIES + 1):
        for edition in EDITIONS:
            yield Source(
                key=f"synthetic-survey-{series}-{edition}",
                kind="official_data",
                publisher=f"Synthetic Survey {series}",
                title=f"Mineral Yearbook {edition}",
                series="Mineral Yearbook",
                volume=str(edition - EDITIONS[0] + 1),
                published=f"{edition + 1}-{1 + series % 12:02}",
                data_year=edition,
                url=f"https://example.org/survey-{series}/yearbook-{edition}",
            )


def terms(known: set[tuple[str, str]]) -> list[Term]:
    """The words that the dataset lacks."""
    return [
        Term(vocabulary=vocabulary, code=code, definition=definition)
        for (vocabulary, code), definition in WORDS.items()
        if (vocabulary, code) not in known
    ]


def subjects(
    facts: int, minerals: Sequence[str], countries: Sequence[str], taken: Iterable[tuple[str, str]] = ()
) -> list[Subject]:
    """What so many facts are about, in order. Few subjects have most of the facts, as everywhere in mining.

    `taken` are the pairs of a mineral and a country to stay away from, since the dataset has facts about them.
    """
    rng = Random(f"subjects of {facts}")  # noqa: S311  (a seed, not a secret)
    minerals = [*(m for m in FIRST_MINERALS if m in minerals), *_shuffled(set(minerals) - {*FIRST_MINERALS}, rng)]
    countries = [WORLD, *_shuffled(countries, rng)]
    mineral_weights, country_weights = _falling(len(minerals), 0.7), _falling(len(countries), 0.8)
    found: set[tuple[str, str, str, str, str, int]] = set()
    avoided = set(taken)
    made: list[Subject] = []
    left = facts
    while left > 0:
        mineral = rng.choices(minerals, cum_weights=mineral_weights)[0]
        country = rng.choices(countries, cum_weights=country_weights)[0]
        about = _about(rng, mineral, country)
        if (mineral, country) not in avoided and about not in found:
            found.add(about)
            claims = min(left, rng.choices((1, 2, 3, 4, 5), weights=(70, 18, 7, 3, 2))[0])
            made.append(Subject(*about, claims))
            left -= claims
    return sorted(made)


def _about(rng: Random, mineral: str, country: str) -> tuple[str, str, str, str, str, int]:
    if rng.randrange(100) < RESERVES_IN_A_HUNDRED:
        return "reserve", mineral, country, rng.choice(("reserves", "resources")), "", rng.choice((0, *EDITIONS[::4]))
    stage, measure = _one_of(rng, STAGES), _one_of(rng, MEASURES)
    return "production", mineral, country, stage, measure, rng.choice(YEARS)


def _one_of(rng: Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _shuffled(names: Iterable[str], rng: Random) -> list[str]:
    names = sorted(names)
    rng.shuffle(names)
    return names


def _falling(length: int, steepness: float) -> list[float]:
    """Cumulative weights that fall with the rank."""
    return list(accumulate(1 / rank**steepness for rank in range(1, length + 1)))


def claims_about(subject: Subject, ids: Ids) -> Iterator[tuple[Fact, list[Citation]]]:
    """The claims about one subject, each by another source, with their citations."""
    rng = Random(repr(subject))  # noqa: S311
    editions = rng.sample(sorted(ids.sources), k=subject.claims + 2)
    size = rng.lognormvariate(0, 2.2) * 10 ** rng.uniform(2, 5)
    for index, source in enumerate(editions[: subject.claims]):
        amount = size if rng.random() < 0.6 else size * rng.lognormvariate(0, 0.08)
        fact = _claim(subject, source, ids)
        preferred = PREFERRED if index == 0 and rng.random() < 0.01 else {}
        for name, value in (_quantity(amount, rng) | _standing(rng) | preferred).items():
            setattr(fact, name, value)
        more = [source, *editions[subject.claims : subject.claims + rng.choices((0, 1, 2), weights=(55, 30, 15))[0]]]
        yield fact, [_citation(position, key, ids, rng) for position, key in enumerate(more, start=1)]


def _claim(subject: Subject, source: str, ids: Ids) -> Fact:
    year = subject.year or int(source[-4:])
    where = {
        "mineral_id": ids.minerals[subject.mineral],
        "country_id": ids.countries.get(subject.country),
        "scope": Scope.WORLD if subject.country == WORLD else Scope.COUNTRY,
        "basis": "contained_metal",
        "period": str(year),
    }
    measured = f"-{subject.measure}" if subject.measure else ""
    key = f"{subject.country}-{subject.mineral}-{subject.stage}{measured}-{year}-{source.removeprefix('synthetic-')}"
    if subject.kind == "reserve":
        return Reserve(key=_with_year(key, subject), category=subject.stage, **where)
    return Production(key=key, stage=subject.stage, measure=subject.measure, **where)


def _with_year(key: str, subject: Subject) -> str:
    """Reserves of one year can have been asked for by year and by source: their keys differ by that."""
    return key if subject.year else f"{key}-latest"


def _standing(rng: Random) -> dict[str, str]:
    chance = rng.random()
    if chance < 0.005:
        return {"rank": "deprecated", "rank_reason": "A later edition takes it back."}
    return {"note": "The edition marks it as revised."} if chance < 0.05 else {}


def _quantity(amount: float, rng: Random) -> dict[str, object]:
    chance = rng.random()
    if chance < 0.04:
        return {"availability": "withheld", "verbatim": "W"}
    if chance < 0.05:
        return {"availability": "not_available", "verbatim": "NA"}
    unit = "kt" if amount >= 10_000 and rng.random() < 0.5 else "t"
    stated = {"unit": unit, "availability": "reported", "comparator": "=", "status": _status(rng)}
    if chance < 0.07:
        return stated | {"availability": "nil", "value": Decimal(0), "verbatim": "--"}
    value = _rounded(amount / (1000 if unit == "kt" else 1), rng)
    if chance < 0.09:
        return stated | {"low": value, "high": value * 2, "verbatim": f"{value:,f} to {value * 2:,f}"}
    comparator = rng.choices(("=", "~", ">", "<"), weights=(93, 4, 2, 1))[0]
    claimed = _world_rank(rng) if rng.random() < 0.03 else {}
    words = {"=": "", "~": "about ", ">": "more than ", "<": "less than "}[comparator]
    long = "thousand metric tons" if unit == "kt" else "metric tons"
    return stated | {"value": value, "comparator": comparator, "verbatim": f"{words}{value:,f} {long}"} | claimed


def _status(rng: Random) -> str:
    return rng.choices(("actual", "estimated", "preliminary", ""), weights=(62, 22, 6, 10))[0]


def _rounded(amount: float, rng: Random) -> Decimal:
    """Two to four significant digits, and none after the first place behind the point."""
    digits = rng.choice((2, 3, 3, 4))
    number = Decimal(f"{max(amount, 1):.{digits - 1}e}").quantize(Decimal("0.1")).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def _world_rank(rng: Random) -> dict[str, object]:
    place = rng.randrange(1, 21)
    return {"world_rank_verbatim": f"rank {place}", "world_rank_comparator": "=", "world_rank_value": place}


def _citation(position: int, key: str, ids: Ids, rng: Random) -> Citation:
    table, row = rng.randrange(1, 40), rng.randrange(1, 90)
    via = rng.choice(sorted(ids.sources)) if rng.random() < 0.05 else None
    return Citation(
        position=position,
        source_id=ids.sources[key],
        locator=f"table {table}, row {row}" if rng.random() < 0.9 else "",
        via_id=ids.sources[via] if via else None,
        via_locator=f"page {rng.randrange(1, 300)}" if via else "",
        accessed=f"2026-{rng.randrange(1, 11):02}" if rng.random() < 0.2 else "",
        support="supports" if rng.random() < 0.97 else "partly",
    )
