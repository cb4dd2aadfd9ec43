"""Reads the tables beside this module, in which people have settled how a release is to be read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sources.dataset.rows import DatasetError, Problem

T = TypeVar("T")

FOLDER = Path(__file__).resolve().parent


def squashed(text: str) -> str:
    """A text with all white space, no-break spaces included, as single spaces."""
    return " ".join(text.split())


def read_reviewed(path: Path, make: Callable[..., T], fields: tuple[str, ...]) -> list[T]:
    """What `make` builds of each line of a table, by the names of its columns. Raises DatasetError."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if tuple(rows.fieldnames or ()) != fields:
            raise DatasetError([Problem(path.name, 1, "", f"The header is to be {','.join(fields)}.")])
        return [make(**row) for row in rows]
