"""Cuts long lists of rows to what one query can take."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

BATCH = 500
"""Rows that one query names at most: below the parameter limit of every database."""

Row = TypeVar("Row")


def batches(rows: Sequence[Row], size: int = BATCH) -> Iterator[Sequence[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
