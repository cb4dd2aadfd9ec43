"""Checks the files of the package that are no tables: its description, and the map of origins."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from sources.dataset.package import DESCRIPTOR, ORIGIN_COLUMNS, ORIGINS, expected_text
from sources.dataset.rows import Package, Problem
from sources.dataset.tables import table_of
from sources.models import Source
from sources.words import did_you_mean


def check_descriptor(directory: Path, package: Package) -> Iterator[Problem]:
    """Whether datapackage.json describes the tables as they are."""
    path = directory / DESCRIPTOR
    if not path.is_file():
        yield Problem(DESCRIPTOR, 1, "", "The file is missing. dump_dataset writes it.")
    elif (found := path.read_bytes()) != (expected := expected_text(directory, package.newest).encode()):
        pairs = zip(found.splitlines(), expected.splitlines(), strict=False)
        line = next((number for number, (a, b) in enumerate(pairs, start=1) if a != b), 1)
        yield Problem(DESCRIPTOR, line, "", "It differs from what the models say. dump_dataset writes it anew.")


def check_origins(directory: Path, package: Package) -> Iterator[Problem]:
    """Whether every row of the map of origins, where there is one, leads to a fact or a source."""
    path = directory / ORIGINS
    if not path.is_file():
        return
    known = {
        "fact": sorted({key for key, _ in package.facts()}),
        "source": sorted({row["key"] for row in package.rows[table_of(Source).name]}),
    }
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != list(ORIGIN_COLUMNS):
            yield Problem(ORIGINS, 1, "", f"The header is to be {','.join(ORIGIN_COLUMNS)}.")
            return
        for row in rows:
            keys = known.get(row["target"])
            if keys is None:
                yield Problem(ORIGINS, rows.line_num, "target", f"“{row['target']}” is neither fact nor source.")
            elif row["key"] not in keys:
                message = f"No {row['target']} has the key “{row['key']}”.{did_you_mean(row['key'], keys)}"
                yield Problem(ORIGINS, rows.line_num, "key", message)
