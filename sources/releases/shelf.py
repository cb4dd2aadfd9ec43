"""The releases that were frozen: each a folder that never changes, found by its name."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from sources.releases.papers import About

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")
"""Letters, digits, dots and dashes, the first and the last a letter or a digit."""

CARD, SUMS = "release.json", "SHA256SUMS"

MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".cff": "application/yaml",
}
PLAIN = "text/plain; charset=utf-8"


logger = logging.getLogger(__name__)


class NoReleaseError(Exception):
    """A folder holds no release, or not all of one."""


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A file of a release."""

    name: str
    bytes: int
    sha256: str
    path: Path

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES.get(Path(self.name).suffix, PLAIN)


@dataclass(frozen=True, slots=True)
class Release:
    """A frozen release."""

    about: About
    files: dict[str, ReleasedFile]


def root() -> Path:
    return Path(settings.RELEASES_DIR)


def names(folder: Path | None = None) -> list[str]:
    """The names of all releases; they tell one state of the shelf from another, since none ever changes."""
    folder = folder or root()
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name) and (path / SUMS).is_file())


def changed() -> float:
    """When a release was put on the shelf last, 0 if none ever was."""
    return root().stat().st_mtime if root().is_dir() else 0


def releases(folder: Path | None = None) -> list[Release]:
    """All releases, the newest revision first."""
    folder = folder or root()
    found = [release for name in names(folder) if (release := _readable(folder / name))]
    return sorted(found, key=lambda release: (-release.about.revision, release.about.name))


def find(name: str) -> Release | None:
    return _readable(root() / name) if name in names() else None


def _readable(folder: Path) -> Release | None:
    try:
        return read(folder)
    except NoReleaseError as error:
        logger.warning("%s is left out of the releases: %s", folder, error)
        return None


def read(folder: Path) -> Release:
    """The release in a folder. Raises NoReleaseError for one that holds none, or not all of it."""
    card = folder / CARD
    try:
        return _read(folder, card.stat().st_mtime_ns, card.stat().st_ino)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoReleaseError(f"{folder} holds no whole release: {error}") from error


@lru_cache(maxsize=256)
def _read(folder: Path, written: int, inode: int) -> Release:
    """Read once: a release doesn't change, and another one in its place is another file."""
    about = About.from_json(json.loads((folder / CARD).read_text(encoding="utf-8")))
    return Release(about, {file.name: file for file in _files(folder)})


def _files(folder: Path) -> Iterator[ReleasedFile]:
    sums = (folder / SUMS).read_bytes()
    listed = [line.split("  ", 1) for line in sums.decode().splitlines()]
    for digest, name in sorted([*listed, [hashlib.sha256(sums).hexdigest(), SUMS]], key=lambda pair: pair[1]):
        path = folder / name
        yield ReleasedFile(name, path.stat().st_size, digest, path)


def checksums(folder: Path) -> str:
    """What SHA256SUMS has of the files in a folder."""
    paths = sorted(path for path in folder.iterdir() if path.name != SUMS)
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)
