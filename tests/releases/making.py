"""A release made by hand, for tests that ask how releases are served and not what is in them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sources.releases.shelf import CARD, SUMS, checksums

ABOUT = {"name": "2026.1", "revision": 1, "created": "2026-11-24T00:00:00Z", "message": "Begin.", "since": 0}


def make_release(shelf: Path, name: str = "2026.1", **about: object) -> Path:
    """A folder like that of a release, with a few files."""
    folder = shelf / name
    folder.mkdir(parents=True)
    (folder / CARD).write_text(json.dumps(ABOUT | {"name": name} | about))
    (folder / "README.md").write_text(f"Release {name}.\n")
    (folder / "uses.csv").write_text("key,mineral\nzinc-use,zinc\nlead-use,lead\n")
    (folder / "LICENSE-DATA").write_text("CC BY 4.0\n")
    pq.write_table(pa.table({"key": ["zinc-use", "lead-use"], "value": [1.5, None]}), folder / "uses.parquet")
    (folder / SUMS).write_text(checksums(folder))
    return folder
