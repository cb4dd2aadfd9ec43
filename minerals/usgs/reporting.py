"""Says what an import did, row by row and as a count."""

from __future__ import annotations

import csv
from pathlib import Path

from minerals.usgs.importing import KNOWN, NEW, Outcome

FATES = ("line", "chapter", "section", "commodity", "country", "column", "year", "value", "outcome", "key")


def table_of(outcome: Outcome) -> str:
    """How many rows became what, as a table."""
    counts = outcome.counts
    reasons = sorted(fate for fate in counts if fate not in (NEW, KNOWN))
    lines = [
        ("rows read", len(outcome.rows)),
        (NEW, counts[NEW]),
        (KNOWN, counts[KNOWN]),
        *((reason, counts[reason]) for reason in reasons),
        ("errata: figures corrected", outcome.corrected),
        ("errata: corrected before", outcome.corrected_before),
        ("errata: of what is not held", len(outcome.not_applicable)),
    ]
    width = max(len(f"{count:,}") for _, count in lines)
    return "\n".join([*(f"{count:>{width},}  {what}" for what, count in lines), *_remarks(outcome)])


def _remarks(outcome: Outcome) -> list[str]:
    shifted = [f"Line {line} stands one column too far left; it was read as it was meant." for line in outcome.shifted]
    kept = [
        f"{key} stays as published; the release differs: {'; '.join(map(_difference, said, said.values()))}."
        for key, said in outcome.differing.items()
    ]
    errata = [f"Not held, {erratum.locator}: {erratum.reason}" for erratum in outcome.not_applicable]
    return [*shifted, *kept, *errata]


def _difference(column: str, said: tuple[str, str]) -> str:
    published, released = (text or "nothing" for text in said)
    return f"{column} {released} instead of {published}"


def write_fates(outcome: Outcome, path: Path) -> None:
    """Write what became of each row of the release."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FATES)
        for row in outcome.rows:
            place = (row.line, row.chapter, row.section, row.commodity, row.country, row.detail, row.year, row.value)
            writer.writerow([*place, *outcome.fates[row.line]])
