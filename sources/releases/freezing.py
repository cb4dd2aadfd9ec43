"""Freezes the dataset at one revision as a named release: built beside its place, and put there when it is whole."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from sources.dataset.dumping import published, text_of_table
from sources.dataset.package import DESCRIPTOR
from sources.dataset.rows import Package
from sources.dataset.tables import tables
from sources.models import Revision
from sources.progress import SILENT, Progress
from sources.releases.as_of import as_of
from sources.releases.changelog import changelog
from sources.releases.codebook import codebook
from sources.releases.flat import FlatTable, flat_tables
from sources.releases.papers import DATABASE, About, citation, datasette_metadata, descriptor, readme
from sources.releases.parquet import write_flat_parquet, write_parquet
from sources.releases.shelf import CARD, NAME, SUMS, NoReleaseError, Release, checksums, read, releases
from sources.releases.sqlite import write_sqlite

LICENCE = "LICENSE-DATA"


class ReleaseError(Exception):
    """Why nothing was frozen; what was frozen before is as it was."""


def freeze(
    name: str, folder: Path, *, revision: int | None = None, since: int | None = None, progress: Progress = SILENT
) -> tuple[Release, bool]:
    """Freeze a revision, the newest if none is given, as a release in a folder. Also tells whether it is a new one.

    `since` is the revision from which its changelog tells: that of the release before it, if none is given.
    Raises ReleaseError if that can't be, or if the name stands for other content.
    """
    if not NAME.fullmatch(name):
        raise ReleaseError(
            f"“{name}” is no name of a release: up to 64 letters, digits, dots and dashes, "
            "the first and the last a letter or a digit, such as 2026.1."
        )
    place = folder / name
    frozen = _frozen(place)
    about = _about(name, folder, frozen, revision, since)
    folder.mkdir(parents=True, exist_ok=True)
    with _beside(place) as draft:
        _build(about, draft, progress)
        if frozen:
            _refuse_another(draft, place, about)
            return frozen, False
        _put(draft, place)
    return read(place), True


def _frozen(place: Path) -> Release | None:
    """The release that has a place already."""
    if not place.exists():
        return None
    try:
        return read(place)
    except NoReleaseError as error:
        raise ReleaseError(f"{place} is in the way, and is no release.") from error


def _about(name: str, folder: Path, frozen: Release | None, revision: int | None, since: int | None) -> About:
    newest = Revision.objects.current()
    if newest is None:
        raise ReleaseError("Nothing was published yet: load the dataset first.")
    number = newest.number if revision is None else revision
    if frozen and frozen.about.revision != number:
        raise ReleaseError(
            f"Release {name} is frozen at revision {frozen.about.revision} and never changes. "
            f"Choose another name for revision {number}."
        )
    row = Revision.objects.filter(number=number).first()
    if row is None:
        raise ReleaseError(f"There is no revision {number}; the newest is {newest.number}.")
    if since is None:
        since = frozen.about.since if frozen else _last_before(number, folder)
    if not 0 <= since < number:
        raise ReleaseError(f"A changelog up to revision {number} begins at an earlier one, not at {since}.")
    return About(name, number, row.created, row.message, since)


def _last_before(number: int, folder: Path) -> int:
    """The revision of the release before one, 0 if there is none."""
    return max((one.about.revision for one in releases(folder) if one.about.revision < number), default=0)


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A new folder in the one that the release is to be in, which is gone afterwards unless it was moved."""
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _build(about: About, draft: Path, progress: Progress) -> None:
    progress.say(f"Reading revision {about.revision}")
    package = as_of(published(), about.revision)
    for table in progress.through("Writing tables", list(tables().values())):
        rows = package.rows[table.name]
        _write(draft / table.file, text_of_table(table, rows))
        write_parquet(table, rows, (draft / table.file).with_suffix(".parquet"))
    flat = list(flat_tables(about.revision))
    for one in progress.through("Writing flat tables", flat):
        _write(draft / one.file, one.csv())
        write_flat_parquet(one, (draft / one.file).with_suffix(".parquet"))
    progress.say(f"Writing {DATABASE}")
    write_sqlite(package, about.as_json(), draft / DATABASE)
    progress.say("Writing what goes with them")
    for name, text in _papers(about, package, flat, draft).items():
        _write(draft / name, text())
    _write(draft / SUMS, checksums(draft))


def _papers(about: About, package: Package, flat: list[FlatTable], draft: Path) -> dict[str, Callable[[], str]]:
    return {
        DESCRIPTOR: lambda: descriptor(about, flat, draft),
        "metadata.json": lambda: _json(datasette_metadata(about)),
        "CODEBOOK.md": lambda: codebook(package, flat),
        "CHANGELOG.md": lambda: changelog(package, about.since),
        "README.md": lambda: readme(about),
        "CITATION.cff": lambda: citation(about),
        LICENCE: lambda: (Path(settings.BASE_DIR) / LICENCE).read_text(encoding="utf-8"),
        CARD: lambda: _json(about.as_json()),
    }


def _json(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _refuse_another(draft: Path, place: Path, about: About) -> None:
    """Raise ReleaseError unless what was built is what was frozen, byte for byte."""
    built, kept = ({path.name: path.read_bytes() for path in one.iterdir() if path.is_file()} for one in (draft, place))
    if different := sorted(name for name in built.keys() | kept.keys() if built.get(name) != kept.get(name)):
        raise ReleaseError(
            f"Release {about.name} is frozen already, with other content in {', '.join(different)}. A release never "
            "changes: choose another name, or build it with the software that it was frozen with."
        )


def _put(draft: Path, place: Path) -> None:
    """Move a whole release into its place, where it has its date and can be read by all."""
    moment = read(draft).about.created.timestamp()
    for path in sorted(draft.iterdir()):
        path.chmod(0o644)
        os.utime(path, (moment, moment))
        _to_disk(path)
    draft.chmod(0o755)
    _to_disk(draft)
    try:
        draft.rename(place)
    except OSError as error:
        raise ReleaseError(f"Release {place.name} was made by another run meanwhile.") from error
    _to_disk(place.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
