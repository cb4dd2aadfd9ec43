"""What the database holds, as the cells of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from curating.files.layout import Cells, Layout, numbered
from sources.batches import batches
from sources.dataset.dumping import Names, cell_of


def cells_of(thing: Any, layout: Layout, names: Names) -> Cells:
    """All that a file says of a fact or a record."""
    cells = {name: cell_of(column, thing, names) for name, column in layout.own.items()}
    for part in layout.parts:
        members = sorted(getattr(thing, part.accessor).all(), key=lambda member: member.position)
        for position, member in enumerate(members, start=1):
            for name, column in part.columns.items():
                cells[numbered(name, position)] = cell_of(column, member, names)
    return cells


def in_batches(layout: Layout, ids: Sequence[int]) -> Iterator[Any]:
    """The facts or records of these ids, in their order, with their parts at hand."""
    for batch in batches(ids):
        yield from with_parts(layout, layout.table.objects.filter(pk__in=batch), batch)


def with_parts(layout: Layout, queryset: Any, order: Iterable[int]) -> Iterator[Any]:
    found = {thing.pk: thing for thing in queryset.prefetch_related(*(part.accessor for part in layout.parts))}
    return (found[pk] for pk in order if pk in found)
