"""Which totals a revision moves: what the summaries of figures say before it and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from curating.changed import DocumentChange
from curating.consequences import Moved, finds_what_moves
from minerals.quantities import Comparator
from minerals.summing.counting import BASE_UNIT, Addition, Values
from minerals.summing.reading import NUMBERS, figure_of, larger_areas
from minerals.summing.summaries import Summary
from sources.batches import batches
from sources.exceptions import BadParameters
from sources.joining import shown
from sources.models import Fact
from sources.registry import plural

MOST_SUBJECTS = 60
"""Subjects, such as minerals, of one kind of fact whose totals are added up for a preview."""
NONE = "no total"
WORDS = {
    Comparator.ABOUT: "about ",
    Comparator.AT_LEAST: "at least ",
    Comparator.MORE: "more than ",
    Comparator.AT_MOST: "at most ",
    Comparator.LESS: "less than ",
}
JSON = dict[str, Any]
Totals = Mapping[Values, JSON]
Renamed = Mapping[str, Mapping[str, str]]
"""By field that names entities, the new slugs of those that a revision renamed, by their old ones."""
NOTHING_RENAMED: Renamed = {}


@finds_what_moves
def totals_moved(changes: Sequence[DocumentChange], revision: int) -> Iterator[Moved]:
    """The totals of summaries, added or stated, that read otherwise from a revision on."""
    for kind, addition in _additions():
        renamed = _renamed(kind, changes)
        subjects = _subjects(kind, addition, changes, renamed, revision)
        for subject in subjects[:MOST_SUBJECTS]:
            yield from _moved(kind, addition, subject, renamed, revision)
        if (others := len(subjects) - MOST_SUBJECTS) > 0:
            yield Moved(f"{plural(kind)} of {others} more", "", "too many to be added up here")


def _additions() -> Iterator[tuple[type[Fact], Addition]]:
    """The kinds of facts that add up, and how."""
    from minerals.summing.views import AddingViewSet

    views: list[Any] = AddingViewSet.__subclasses__()
    for view in views:
        yield view.queryset.model, view.addition


def _renamed(kind: type[Fact], changes: Iterable[DocumentChange]) -> Renamed:
    slugs: dict[str, dict[str, str]] = {}
    for change in changes:
        if change.before and change.after and change.before.key != change.after.key:
            slugs.setdefault(change.kind, {})[change.before.key] = change.after.key
    named: dict[str, Any] = {name: kind._meta.get_field(name).related_model for name in kind.entity_fields}
    return {name: slugs.get(entity.document_kind, {}) for name, entity in named.items()}


def _subjects(
    kind: type[Fact], addition: Addition, changes: Iterable[DocumentChange], renamed: Renamed, revision: int
) -> list[Mapping[str, Any]]:
    """The entities whose figures may add up to something else: no fact about others is ever added to theirs."""
    names = [name for name in addition.dimensions if name in kind.entity_fields]
    facts = {
        state.fact_id
        for change in changes
        if change.kind == kind.document_kind and _counts_otherwise(change, addition, renamed)
        for state in change.states
    }
    found: set[Values] = set()
    for batch in batches(sorted(pk for pk in facts if pk)):
        found.update(kind.objects.filter(pk__in=batch).values_list(*names))
    if regrouped := larger_areas(revision - 1) ^ larger_areas(revision):
        found.update(kind.objects.filter(_in_areas(addition, regrouped)).values_list(*names))
    return [dict(zip(names, values, strict=True)) for values in sorted(found, key=repr)]


def _in_areas(addition: Addition, slugs: Iterable[str]) -> Q:
    places = Q()
    for area in addition.areas:
        places |= Q(**{f"{area}__slug__in": list(slugs)})
    return places


def _counts_otherwise(change: DocumentChange, addition: Addition, renamed: Renamed) -> bool:
    """Whether sums see anything else of a fact than before: its figure, what it is of, or how strong its claim is."""
    return _counted(change.old, addition, renamed) != _counted(change.new, addition, NOTHING_RENAMED)


def _counted(body: JSON | None, addition: Addition, renamed: Renamed) -> Any:
    if body is None:
        return None
    return (
        _values(body, (*addition.columns, "rank"), renamed),
        body["quantity"],
        [citation["source"]["published"] for citation in body["citations"]],
    )


def _moved(
    kind: type[Fact], addition: Addition, subject: Mapping[str, Any], renamed: Renamed, revision: int
) -> Iterator[Moved]:
    try:
        before = _totals(kind, addition, subject, renamed, revision - 1)
        after = _totals(kind, addition, subject, NOTHING_RENAMED, revision)
    except BadParameters as refusal:
        yield Moved(plural(kind), "", f"not added up here: {refusal}")
        return
    for values in sorted({*before, *after}, key=repr):
        old, new = before.get(values, {}), after.get(values, {})
        name = ": ".join((plural(kind), ", ".join(str(v) for v in _naming(values, addition))))
        yield from _where_moved(name, old.get("total"), new.get("total"))
        old_stated, new_stated = ({one["key"]: one for one in side.get("stated_total", ())} for side in (old, new))
        unit = (new or old)["total"]["unit"]
        for key in sorted({*old_stated, *new_stated}):
            stated = (side.get(key) and {**side[key], "unit": unit} for side in (old_stated, new_stated))
            yield from _where_moved(f"{name}, as {key} states it", *stated)


def _naming(values: Values, addition: Addition) -> Iterator[Any]:
    """What a total is of, in words; its own figures say the unit."""
    pairs = zip(addition.dimensions, values, strict=True)
    return (value for name, value in pairs if value is not None and name != BASE_UNIT)


def _totals(
    kind: type[Fact], addition: Addition, subject: Mapping[str, Any], renamed: Renamed, revision: int
) -> Totals:
    """The totals of a subject at a revision, by what must agree to be added; entities by their new slugs."""
    about = {name: pk for name, pk in subject.items() if pk is not None}
    unnamed = {f"{name}__isnull": True for name, pk in subject.items() if pk is None}
    rows = shown(kind.objects.filter(**about, **unnamed), "documents", revision).order_by("key")
    figures = [figure_of(addition, *row) for row in rows.values_list("shown_body", *NUMBERS)]
    summary = Summary(addition, ()).of(figures, set(), larger_areas(revision))
    return {_values(total, addition.dimensions, renamed): total for total in summary["totals"]}


def _values(row: JSON, names: Iterable[str], renamed: Renamed) -> Values:
    """What a row says in these columns; entities by their new slugs."""
    return tuple(_plain(row.get(name), renamed.get(name, {})) for name in names)


def _plain(value: Any, renamed: Mapping[str, str]) -> Any:
    return renamed.get(value["slug"], value["slug"]) if isinstance(value, dict) else value


ESTIMATE = ("comparator", "value", "low", "high", "unit")


def _where_moved(of: str, old: JSON | None, new: JSON | None) -> Iterator[Moved]:
    before, after = ({name: side[name] for name in ESTIMATE} if side else None for side in (old, new))
    if before != after:
        yield Moved(of, _written(before), _written(after), _by(before, after))


def _written(total: JSON | None) -> str:
    """An estimate in words."""
    if total is None:
        return NONE
    unit = f" {total['unit']}" if total["unit"] else ""
    if total["value"] is not None:
        return f"{WORDS.get(total['comparator'], '')}{_number(total['value'])}{unit}"
    if total["low"] is None and total["high"] is None:
        return "not known"
    bounds = ("…" if bound is None else _number(bound) for bound in (total["low"], total["high"]))
    return f"{' to '.join(bounds)}{unit}"


def _by(before: JSON | None, after: JSON | None) -> str:
    if not before or not after or before["unit"] != after["unit"] or None in (before["value"], after["value"]):
        return ""
    difference = after["value"] - before["value"]
    return f"{'+' if difference > 0 else '-'}{_number(abs(difference))}" if difference else ""


def _number(value: Any) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
