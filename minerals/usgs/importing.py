"""Takes a release over into the files of the dataset: all of it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from minerals.usgs.areas import Areas
from minerals.usgs.claims import Cells, Claim, Claims, clashes
from minerals.usgs.columns import Column, Columns
from minerals.usgs.errata import Correction, Erratum, corrections, read_errata
from minerals.usgs.files import Files
from minerals.usgs.footnotes import Footnotes
from minerals.usgs.release import LEFT_OUT_SECTIONS, ReleaseRow, read_release
from sources.dataset.rows import DatasetError, Problem

Pair = tuple[ReleaseRow, Column]


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do, with each row."""

    rows: list[ReleaseRow] = field(default_factory=list)
    fates: dict[int, tuple[str, str]] = field(default_factory=dict)
    """What became of the row on each line, and the key of its fact."""
    differing: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Published facts that the release has otherwise: by column what they say, and what it says. They stay as they are."""
    corrected: int = 0
    corrected_before: int = 0
    not_applicable: list[Erratum] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(fate for fate, _ in self.fates.values())

    @property
    def shifted(self) -> list[int]:
        return [row.line for row in self.rows if row.was_shifted]


NEW, KNOWN = "facts made: new", "facts made: already there"


def import_release(path: Path, files: Files, columns: Columns, now: datetime, *, partial: bool = False) -> Outcome:
    """Add the facts of a release, and the corrections of its errata, to the files, which are not written yet.

    `partial` says that the release is an excerpt. Raises DatasetError if the release is not sound, or the files would
    not be with it.
    """
    rows = read_release(path)
    outcome = Outcome(rows)
    pairs = _mapped(rows, columns, outcome)
    if not partial:
        _refuse_missing_columns(path, pairs, columns)
    errata = read_errata(files.source)
    claims, corrected = _claims(pairs, errata, files, partial=partial)
    if not partial:
        _refuse_missing_facts(path, claims, files)
    outcome.not_applicable = [erratum for erratum in errata if not erratum.applies]
    _enter(claims, files, now, outcome)
    _correct(corrected, files, now + timedelta(seconds=1), outcome)
    files.check()
    return outcome


def _mapped(rows: Iterable[ReleaseRow], columns: Columns, outcome: Outcome) -> list[Pair]:
    """The rows that are taken over, each with what its column says; the others are counted with the reason."""
    pairs, problems = [], []
    for row in rows:
        if not row.is_of_the_world:
            outcome.fates[row.line] = (f"left out: {LEFT_OUT_SECTIONS[row.section.casefold()]}", "")
        elif column := columns.of(row):
            pairs.append((row, column))
        elif reason := columns.reason_to_leave_out(row):
            outcome.fates[row.line] = (f"left out: {reason}", "")
        else:
            problems.append(row.problem("Statistics_detail", columns.how_to_map(row)))
    if problems:
        raise DatasetError(problems)
    return pairs


def _refuse_missing_columns(path: Path, pairs: Iterable[Pair], columns: Columns) -> None:
    """A column without a row is missing, with its whole chapter or alone: a file may be cut off within the last one."""
    there = {column for _, column in pairs}
    missing = [column for column in columns.known.values() if column not in there]
    chapters = sorted({column.chapter for column in missing} - {column.chapter for column in there})
    if names := chapters or [f"{column.chapter}, {column.detail}" for column in missing]:
        message = f"No row is of {'; '.join(names)}: the download may have been cut off. An excerpt is taken as such."
        hint = "" if chapters else f" A column that an edition has no more is taken out of {columns.file}."
        raise DatasetError([Problem(path.name, 1, "", f"{message}{hint}")])


def _refuse_missing_facts(path: Path, claims: Iterable[Claim], files: Files) -> None:
    if missing := sorted(files.keys_of_source() - {claim.key for claim in claims}):
        message = f"Rows are missing that the dataset has as facts of this release: {', '.join(missing[:5])}"
        raise DatasetError([Problem(path.name, 1, "", f"{message} ({len(missing)} in all).")])


def _claims(
    pairs: list[Pair], errata: list[Erratum], files: Files, *, partial: bool
) -> tuple[list[Claim], list[tuple[Correction, Claim]]]:
    """What the rows say, and what those say that errata change."""
    areas, footnotes = Areas(files.package), Footnotes()
    changes = corrections([row for row, _ in pairs], errata, partial=partial)
    corrected_rows = {change.row.line: change.corrected for change in changes}
    pairs_later = [(corrected_rows.get(row.line, row), column) for row, column in pairs]
    maker, later = (Claims(files.source, these, footnotes, partial=partial) for these in (pairs, pairs_later))

    problems: list[str] = []
    claims = [claim for pair in pairs if (claim := _attempt(maker, pair, areas, problems))]
    corrected = [
        (change, claim)
        for change in changes
        for row, column in pairs_later
        if row is change.corrected and (claim := _attempt(later, (row, column), areas, problems))
    ]
    if problems := [*problems, *map(str, clashes(claims))]:
        raise DatasetError(problems)
    return claims, corrected


def _attempt(maker: Claims, pair: Pair, areas: Areas, problems: list[str]) -> Claim | None:
    row, column = pair
    try:
        return maker.of(row, column, areas.of(row.country))
    except DatasetError as error:
        problems += error.reasons
    except ValueError as error:
        problems.append(str(row.problem("Country", str(error))))
    return None


def _enter(claims: Iterable[Claim], files: Files, now: datetime, outcome: Outcome) -> None:
    for claim in claims:
        if first := files.first_version(claim.key):
            fate = KNOWN
            if differing := dict(_said_otherwise(claim.cells, first)):
                outcome.differing[claim.key] = differing
        else:
            fate = NEW
            files.enter(claim, files.revision_at(now, "release"))
        outcome.fates[claim.row.line] = (fate, claim.key)


def _said_otherwise(cells: Cells, published: Cells) -> Iterator[tuple[str, tuple[str, str]]]:
    """By column, what is published and what the release says instead."""
    for name, cell in cells.items():
        if name not in ("entered", "left", "left_reason") and cell != published[name]:
            yield name, (published[name], cell)


def _correct(corrected: Iterable[tuple[Correction, Claim]], files: Files, now: datetime, outcome: Outcome) -> None:
    """Let what errata change leave, and enter it as they have it, with them as the first source."""
    for correction, claim in corrected:
        if files.is_corrected(claim.key, correction.errata[0]):
            outcome.corrected_before += 1
        else:
            files.supersede(
                claim, list(_citations(correction, claim)), correction.reason, files.revision_at(now, "errata")
            )
            outcome.corrected += 1


def _citations(correction: Correction, claim: Claim) -> Iterator[Cells]:
    for position, erratum in enumerate(correction.errata, start=1):
        yield claim.citation | {
            "position": str(position),
            "source": erratum.source,
            "locator": erratum.locator,
        }
    replaced = {erratum.column for erratum in correction.errata}
    yield claim.citation | {
        "position": str(len(correction.errata) + 1),
        "support": "partly" if "Value" in replaced else "supports",
        "note": f"The cell itself still reads {correction.row.value}." if "Value" in replaced else "",
    }
