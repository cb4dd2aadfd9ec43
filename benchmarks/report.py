"""Writes what was measured as tables, for the terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.goals import DATABASES, Finding, export_in_words, findings, medians, ratio
from benchmarks.targets import OPERATIONS

Json = dict[str, Any]
LABELS = {
    "limit": "the limit: the same server, ready bytes",
    "hot": "**this service, asked before**",
    "cold": "**this service, never asked before**",
    "datasette": "Datasette, canned query",
    "fastapi-sql": "FastAPI, SQL by hand, JSON built in the database",
    "fastapi-orm": "FastAPI + SQLAlchemy",
    "drf": "plain DRF",
}
"""The rows of every table, in order."""
NOTHING = "-"
PLOT = "![What a request costs as the dataset grows](../benchmarks/results/cost.svg)\n\n"
BEGIN, END = "<!-- measured: written by benchmarks/report.py -->\n", "<!-- measured: end -->\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; all columns but the first hold figures."""
    head = list(head)
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *map(list, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def rates_table(rates: dict[str, dict[str, float]]) -> str:
    """Requests that each answers in a second."""
    return table(
        ["requests a second", *OPERATIONS.values()],
        (
            [label, *(_number(rates[name].get(operation)) for operation in OPERATIONS)]
            for name, label in LABELS.items()
            if name in rates
        ),
    )


def ratios_table(rates: dict[str, dict[str, float]]) -> str:
    """How many times the service answers while another answers once: of the limit, its share."""
    return table(
        ["", *OPERATIONS.values()],
        [
            _ratios("asked before, share of the limit", rates["hot"], rates.get("limit", {})),
            *(
                _ratios(f"never asked before, times {label}", rates["cold"], rates[name])
                for name, label in LABELS.items()
                if name in rates and name not in ("limit", "hot", "cold")
            ),
        ],
    )


def _ratios(label: str, mine: dict[str, float], other: dict[str, float]) -> list[str]:
    return [
        label,
        *(ratio(mine[name] / other[name]) if other.get(name) else NOTHING for name in OPERATIONS),
    ]


def _number(rate: float | None) -> str:
    if rate is None:
        return NOTHING
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def goals_table(found: Iterable[Finding]) -> str:
    words = {True: "met", False: "**not met**", None: NOTHING}
    return table(
        ["goal", "wanted", "measured", ""], ([one.goal, one.wanted, one.measured, words[one.met]] for one in found)
    )


def beaten_by(results: Json) -> list[str]:
    """Every read on which a peer is faster than the service that was never asked before."""
    return [
        f"{OPERATIONS[operation]} of {int(size):,} facts: {LABELS[name]} is {rate / rates['cold'][operation]:.1f} times "
        "as fast"
        for size, by_database in results["sizes"].items()
        for rates in [medians(by_database["sqlite"])]
        for name in rates
        if name not in ("limit", "hot", "cold")
        for operation, rate in rates[name].items()
        if rate > rates["cold"][operation]
    ]


def exports_table(results: Json) -> str:
    rows = [
        ["**this service**" if name == "hot" else LABELS[name], kind.upper(), f"{int(size):,}", _export(measured)]
        for size, by_database in results["sizes"].items()
        for name, kinds in by_database["sqlite"]["exports"].items()
        for kind, measured in kinds.items()
    ]
    return table(["export", "format", "facts", "rows a second, first byte, own memory at most"], rows)


def _export(measured: Any) -> str:
    return export_in_words(measured) if isinstance(measured, dict) else f"not measured: {measured}"


def start_table(start: Json) -> str:
    publishing = start["publishing"]
    rows = [
        ["first answer after the start of the process", f"{median(start['first_answer']['hot']) * 1000:,.0f} ms"],
        ["the same, of the limit", f"{median(start['first_answer']['limit']) * 1000:,.0f} ms"],
        ["load_dataset into an empty database", f"{median(start['load_dataset']):,.1f} s"],
        [f"publishing {publishing['facts']:,} facts in one revision", f"{publishing['seconds']:,.1f} s"],
    ]
    return table(["with the shipped dataset", ""], rows)


def _sections(results: Json) -> Iterator[str]:
    yield "Machine: " + "; ".join(f"{name} {value}" for name, value in results["machine"].items()) + ".\n"
    yield "Versions: " + ", ".join(f"{name} {value}" for name, value in results["versions"].items()) + ".\n"
    for size, by_database in results["sizes"].items():
        for database, measured in by_database.items():
            rates = medians(measured)
            yield f"### {int(size):,} facts on {DATABASES[database]}\n"
            yield rates_table(rates)
            yield ratios_table(rates)
            for name, fields in measured["left_out"].items():
                if fields:
                    yield f"{LABELS[name]} leaves out: {', '.join(fields)}.\n"
    yield "### Exports\n"
    yield exports_table(results)
    yield "### Start\n"
    yield start_table(results["start"])
    yield "### Goals\n"
    yield goals_table(findings(results))
    if slower := beaten_by(results):
        yield "Where a peer is faster:\n"
        yield "".join(f"- {line}\n" for line in slower)


def text_of(results: Json) -> str:
    return "\n".join(_sections(results))


def write_report(results: Json, folder: Path, page: Path | None) -> None:
    """Write the tables beside the results, and into the page, between its marks."""
    text = text_of(results)
    (folder / "results.md").write_text(text)
    if page:
        page.write_text(with_measured(page.read_text(), PLOT + text))


def with_measured(page: str, text: str) -> str:
    """The page with what was measured anew; what people wrote around it stays."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("The page has no place for what was measured.")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"
