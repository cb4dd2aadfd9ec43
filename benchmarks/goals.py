"""What the measurements are to reach, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.targets import OPERATIONS

Json = dict[str, Any]
SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}
HOT_SHARE = {SQLITE: 0.8, POSTGRESQL: 0.5}
AHEAD_OF_DATASETTE = (1.0, 2.0)
DEPTH, GROWTH = 1.2, 1.5
GROWING = ("first", "detail", "filter")
ROWS_A_SECOND, FIRST_BYTE, MEMORY = 150_000, 1.0, 200 * 10**6
FIRST_ANSWER = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One goal: what was wanted, what was measured; `met` is None where it could not be measured."""

    goal: str
    wanted: str
    measured: str
    met: bool | None


def medians(measured: Json) -> dict[str, dict[str, float]]:
    """Requests a second by target and operation."""
    return {
        name: {operation: median(values) for operation, values in rates.items()}
        for name, rates in measured["rates"].items()
    }


def ratio(times: float) -> str:
    """How many times, with as many places as tell small ones apart."""
    return f"{times:.2f}" if times >= 0.1 else f"{times:.3f}"


def findings(results: Json) -> Iterator[Finding]:
    for size, by_database in results["sizes"].items():
        for database, measured in by_database.items():
            where = f"{int(size):,} facts, {DATABASES[database]}"
            yield from _of_one_size(where, medians(measured), HOT_SHARE[database])
    for database in DATABASES:
        yield from _of_growth(results["sizes"], database)
    largest = max(results["sizes"], key=int)
    for kind in ("csv", "ndjson"):
        yield _of_export(kind, largest, results["sizes"][largest].get(SQLITE, {}).get("exports", {}).get("hot", {}))
    seconds = median(results["start"]["first_answer"]["hot"])
    wanted = f"under {FIRST_ANSWER:g} s"
    yield Finding("first answer after the start", wanted, f"{seconds * 1000:,.0f} ms", seconds < FIRST_ANSWER)


def _of_one_size(where: str, rates: dict[str, dict[str, float]], share: float) -> Iterator[Finding]:
    for operation, label in OPERATIONS.items():
        times = rates["hot"][operation] / rates["limit"][operation]
        yield Finding(f"hot, {label} ({where})", f"at least {share} of the limit", ratio(times), times >= share)
    for operation, rate in rates.get("datasette", {}).items():
        times = rates["cold"][operation] / rate
        for wanted in AHEAD_OF_DATASETTE:
            yield Finding(
                f"cold, {OPERATIONS[operation]} ({where})",
                f"at least {wanted:g} times Datasette",
                f"{ratio(times)}",
                times >= wanted,
            )
    times = rates["cold"]["first"] / rates["cold"]["deep"]
    yield Finding(f"deep page, cold ({where})", f"at most {DEPTH} times the first", f"{ratio(times)}", times <= DEPTH)


def _of_growth(sizes: Json, database: str) -> Iterator[Finding]:
    counted = sorted((int(size) for size, measured in sizes.items() if database in measured))
    if len(counted) < 2:
        return
    small, large = (medians(sizes[str(size)][database])["cold"] for size in (counted[0], counted[-1]))
    for operation in GROWING:
        times = small[operation] / large[operation]
        yield Finding(
            f"growth of {OPERATIONS[operation]}, cold, {counted[0]:,} to {counted[-1]:,} facts ({DATABASES[database]})",
            f"at most {GROWTH} times the time",
            f"{ratio(times)}",
            times <= GROWTH,
        )


def _of_export(kind: str, size: str, exports: Json) -> Finding:
    goal = f"{kind.upper()} of {int(size):,} facts, SQLite"
    wanted = f"{ROWS_A_SECOND:,} rows/s, first byte under {FIRST_BYTE:g} s, under {MEMORY // 10**6} MB"
    measured = exports.get(kind)
    if not isinstance(measured, dict):
        return Finding(goal, wanted, f"not measured: the service {measured or 'was not asked'}", None)
    speed = measured["rows"] / measured["seconds"]
    met = speed >= ROWS_A_SECOND and measured["first_byte"] < FIRST_BYTE and measured["memory"] < MEMORY
    return Finding(goal, wanted, export_in_words(measured), met)


def export_in_words(measured: Json) -> str:
    speed = measured["rows"] / measured["seconds"]
    return f"{speed:,.0f} rows/s, {measured['first_byte'] * 1000:,.0f} ms, {measured['memory'] / 10**6:,.0f} MB"
