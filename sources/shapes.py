"""Trims documents to the fields asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rest_framework import serializers

from sources.words import nearest

Shapes = tuple[type[serializers.Serializer[Any]], ...]
"""The serializers that the documents of an endpoint are written by."""

Tree = dict[str, "Tree"]
"""Field names, each with those nested in it; none where all of it is meant."""


class ShapeError(ValueError):
    """A field was named that the documents lack."""

    def __init__(self, path: str, allowed: list[str]) -> None:
        self.allowed = allowed
        self.nearest = nearest(path, allowed)
        super().__init__(f"There is no field “{path}” in these results.")


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of a document to keep, or to leave out."""

    keep: bool
    tree: Tree = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, *, keep: bool, shapes: Shapes) -> Shape | None:
        """The shape that a list of paths describes, None where none is given. Raises ShapeError."""
        if not text:
            return None
        known = paths_of(shapes)
        paths = [path.strip() for path in text.split(",")]
        for path in paths:
            if path not in known:
                raise ShapeError(path, sorted(known))
        return cls(keep, _tree(paths))

    def apply(self, body: Any) -> Any:
        return _keep(body, self.tree) if self.keep else _omit(body, self.tree)


def _tree(paths: list[str]) -> Tree:
    """The paths as a tree; one that lies within another adds nothing to it."""
    tree: Tree = {}
    for path in sorted(paths, key=len):
        branch = tree
        for name in path.split("."):
            if branch.get(name) == {}:
                break
            branch = branch.setdefault(name, {})
    return tree


def _keep(body: Any, tree: Tree) -> Any:
    if not tree:
        return body
    if isinstance(body, list):
        return [_keep(item, tree) for item in body]
    if isinstance(body, dict):
        return {name: _keep(value, tree[name]) for name, value in body.items() if name in tree}
    return body


def _omit(body: Any, tree: Tree) -> Any:
    if isinstance(body, list):
        return [_omit(item, tree) for item in body]
    if isinstance(body, dict):
        return {
            name: _omit(value, tree.get(name, {})) for name, value in body.items() if name not in tree or tree[name]
        }
    return body


@cache
def paths_of(shapes: Shapes) -> frozenset[str]:
    """Every path that documents of these serializers have, nested ones by dots."""
    return frozenset(path for serializer in shapes for path in _paths(serializer()))


def _paths(serializer: Any) -> Iterator[str]:
    for name, declared in serializer.fields.items():
        yield name
        nested = getattr(declared, "child", declared)
        if hasattr(nested, "branches"):
            for branch, shapes in nested.branches().items():
                prefix = f"{name}.{branch}" if branch else name
                yield prefix
                yield from (f"{prefix}.{path}" for path in paths_of(shapes))
        elif isinstance(nested, serializers.Serializer):
            yield from (f"{name}.{path}" for path in _paths(nested))
