"""Tells two states of a document apart, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """What differs between two JSON values, each time with its path, down to where they can't be compared further.

    Lists of the same length are compared item by item, numbered from 0; others differ as a whole. A field that one
    side lacks is null there.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*after, *before]):
            yield from differences(before.get(name), after.get(name), _below(path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, _below(path, str(index)))
    elif type(before) is not type(after) or before != after:
        yield {"path": path, "before": before, "after": after}


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
