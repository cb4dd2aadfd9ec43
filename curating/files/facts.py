"""Judges rows of facts. A row is about the newest version of its key, or about the version that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from curating.files.judging import Given, Judge, Judged, Outcome
from curating.files.layout import Cells, Part, default_of, numbered
from curating.files.stored import cells_of
from curating.models import Review, State
from sources.batches import batches
from sources.dataset.rows import Row
from sources.models import Citation, Fact

Member = tuple[Part, int, Cells]
"""A part that a row gives, the place that it stands in, and its cells by the names of first places."""


@dataclass(slots=True)
class Merged:
    """What a fact would say: what the row says, and as before what the file has no column for."""

    own: Cells
    members: list[Member]

    def flat(self) -> Cells:
        """The same as the cells of a file, with the places of parts counted from 1 again."""
        cells = dict(self.own)
        for _, _, position, says in self.counted():
            cells |= {numbered(name, position): cell for name, cell in says.items()}
        return cells

    def counted(self) -> Iterator[tuple[Part, int, int, Cells]]:
        """Each part with the place that it has in the row, and the one that it will have."""
        last: Counter[str] = Counter()
        for part, place, cells in self.members:
            last[part.accessor] += 1
            yield part, place, last[part.accessor], cells


class FactJudge(Judge):
    def look_up(self, given: list[Given]) -> None:
        keys = sorted({one.cells.get("key", "") for one in given} - {""})
        self.versions: dict[str, dict[int, Any]] = {}
        self.other_kinds: dict[str, str] = {}
        self.in_review: set[int] = set()
        for batch in batches(keys):
            for fact in self._facts(batch):
                self.versions.setdefault(fact.key, {})[fact.version] = fact
            others = Fact.objects.filter(key__in=batch).exclude(kind=self.layout.model.document_kind)
            self.other_kinds |= dict(others.values_list("key", "kind"))
            reviews = Review.objects.filter(fact__key__in=batch, state=State.IN_REVIEW)
            self.in_review |= set(reviews.values_list("pk", flat=True))

    def _facts(self, keys: Any) -> Iterator[Any]:
        facts = self.layout.table.objects.filter(key__in=keys).order_by("pk")
        facts = facts.select_for_update() if self.hold else facts
        yield from facts.prefetch_related(*(part.accessor for part in self.layout.parts))

    def identity(self, given: Given) -> tuple[str, ...]:
        versions = self.versions.get(given.cells.get("key", ""), {})
        return given.cells.get("key", ""), given.cells.get("version", "") or str(max(versions, default=1))

    def judge_one(self, given: Given, row: Judged) -> Judged:
        key = given.cells.get("key", "")
        if not key:
            row.refuse("key", "Give the fact a key: lower-case letters, digits and hyphens, such as kaz-zinc-reserves.")
        if kind := self.other_kinds.get(key):
            row.refuse("key", f"This is the key of another kind of fact ({kind}). Choose another key.")
        versions = self.versions.get(key, {})
        newest = versions.get(max(versions, default=0))
        base = self._named(given, row, versions) or newest
        if base is not newest and not self._is_past(given, row, base, newest):
            return row.settle(Outcome.SAME)
        return self._compare(given, row, base)

    def _named(self, given: Given, row: Judged, versions: dict[int, Any]) -> Any:
        """The version that a row names, if it names one."""
        named = given.cells.get("version", "")
        if not named or "version" in given.problems:
            return None
        if int(named) not in versions and (versions or named != "1"):
            there = f"the newest is {max(versions)}" if versions else "there is none yet"
            row.refuse("version", f"There is no version {named}: {there}. Leave the cell empty.")
        return versions.get(int(named))

    def _is_past(self, given: Given, row: Judged, base: Any, newest: Any) -> bool:
        """Whether a row that names a version which is not the newest would change it; if so it is wrong."""
        if not given.problems and not self._differences(base, self._merged(given, base)):
            return False
        if not given.problems and not self._differences(newest, self._merged(given, newest)):
            row.notes.append(f"Version {newest.version} says this already.")
            return False
        what = "a draft" if newest.is_draft else "published"
        row.refuse(
            "version",
            f"Version {newest.version} came after version {base.version}, and is {what}. Export it, and change that.",
        )
        return True

    def _compare(self, given: Given, row: Judged, base: Any) -> Judged:
        merged = self._merged(given, base)
        row.thing = base
        if base is not None:
            row.differences = self._differences(base, merged)
            if not row.differences and not row.problems:
                return row.settle(Outcome.SAME)
        else:
            row.differences = [(name, "", cell) for name, cell in self._listed(merged.flat()).items()]
        self._check(given, row, merged, 1 if base is None else base.version + (not base.is_draft))
        if not any(part.table.model is Citation for part, *_ in merged.members):
            row.notes.append("It has no citation yet: give it one before it is published.")
        if base is not None:
            row.notes += self._said_of(base)
        return row.settle(*self._becoming(base))

    def _said_of(self, base: Any) -> Iterator[str]:
        """What a curator should know of the version that a row would change."""
        if base.left_in_id:
            yield f"Version {base.version} was withdrawn: the draft would bring the fact back."
        if base.is_draft and base.pk in self.in_review:
            yield "It is in review: changed, it is a draft again, to be submitted anew."

    def _becoming(self, base: Any) -> tuple[Outcome, str]:
        if base is None:
            return Outcome.NEW, "a new draft"
        if base.is_draft:
            return Outcome.CHANGED, f"the draft of version {base.version}, changed"
        return Outcome.CHANGED, f"a draft of version {base.version + 1}"

    def _listed(self, cells: Cells) -> Cells:
        return {
            name: cells[name] for name in self.layout.in_order(cells) if cells[name] and name not in ("key", "version")
        }

    def _differences(self, base: Any, merged: Merged) -> list[tuple[str, str, str]]:
        before, after = cells_of(base, self.layout, self.names), merged.flat()
        names = self.layout.in_order({**before, **after}.keys() - {"key", "version"})
        pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
        return [(name, old, new) for name, old, new in pairs if old != new]

    def _merged(self, given: Given, base: Any) -> Merged:
        before = cells_of(base, self.layout, self.names) if base is not None else {}
        own = {
            name: given.cells.get(name, before.get(name, default_of(column)))
            for name, column in self.layout.own.items()
        }
        return Merged(
            own, [member for part in self.layout.parts for member in self._members(part, given.cells, before)]
        )

    def _members(self, part: Part, given: Cells, before: Cells) -> Iterator[Member]:
        places = [place for name in (*given, *before) if (place := self.layout.place(name)) and place.part is part]
        for position in sorted({place.position for place in places}):
            says = {name: given.get(numbered(name, position)) for name in part.columns}
            was = {
                name: before[numbered(name, position)] for name in part.columns if numbered(name, position) in before
            }
            if (cells := _member(part, says, was)) is not None:
                yield part, position, cells

    def _check(self, given: Given, row: Judged, merged: Merged, version: int) -> None:
        """Note every rule that what the row says would break."""
        table = self.layout.table
        blank = {column.name: "" for column in table.columns}
        row.row = Row(table, row.line, {**blank, **merged.own, "version": str(version)})
        wrong = [name for name in given.problems if name in self.layout.own and name != "version"]
        for name, message in self.broken_rules(row.row, wrong):
            row.refuse(name, message)
        for part, place, position, cells in merged.counted():
            self._check_member(given, row, part, place, self._row_of(row.row, part, position, cells))

    def _row_of(self, fact: Row, part: Part, position: int, cells: Cells) -> Row:
        whole, version, place = part.table.identity
        head = {whole: fact["key"], version: fact["version"], place: str(position)}
        return Row(part.table, fact.line, head | {column.name: cells[name] for name, column in part.columns.items()})

    def _check_member(self, given: Given, row: Judged, part: Part, place: int, member: Row) -> None:
        names = {column.name: numbered(name, place) for name, column in part.columns.items()}
        wrong = [column for column, name in names.items() if name in given.problems]
        for column, message in self.broken_rules(member, wrong):
            row.refuse(names.get(column, ""), message)
        row.parts.append(member)


def _member(part: Part, says: dict[str, str | None], was: Cells) -> Cells | None:
    """The cells of a part: as the row says, and as before where the file has no column. None where there is no part."""
    said = {name: cell for name, cell in says.items() if cell is not None}
    if not any(said.values()) and (not was or any(name in said for name in part.needed())):
        return None
    references = [name for name, column in part.columns.items() if column.refers_to and name in said]
    if any(said[name] != was.get(name, "") for name in references):
        was = {}
    cells = {name: said.get(name, was.get(name, "")) for name in part.columns}
    return {name: cell or default_of(part.columns[name]) for name, cell in cells.items()}
