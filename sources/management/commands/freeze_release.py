"""Freezes the published dataset as a named release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources.management.options import add_directory
from sources.management.progress import progress_of
from sources.releases.freezing import ReleaseError, freeze


class Command(BaseCommand):
    help = (
        "Freeze one revision of the published dataset as a named release: CSV, Parquet, SQLite, codebook, changelog and "
        "checksums. A release that is there is never overwritten; frozen again from the same revision it is compared."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name of the release, such as 2026.1")
        add_directory(parser, "--to", "the folder of all releases (default: RELEASES_DIR)", Path(settings.RELEASES_DIR))
        parser.add_argument("--revision", type=int, help="the revision to freeze (default: the newest)")
        parser.add_argument(
            "--since",
            type=int,
            help="the revision that the changelog tells from, 0 for the beginning (default: that of the last release)",
        )

    def handle(
        self, *, name: str, directory: Path, revision: int | None, since: int | None, verbosity: int, **_: Any
    ) -> None:
        progress = progress_of(self, verbosity)
        try:
            release, is_new = freeze(name, directory, revision=revision, since=since, progress=progress)
        except (ReleaseError, OSError) as error:
            raise CommandError(f"{error}\nNothing was frozen.") from error
        if verbosity:
            what = "is frozen" if is_new else "was already frozen, identical"
            size = sum(file.bytes for file in release.files.values())
            self.stdout.write(
                f"Release {name} {what}: revision {release.about.revision}, {len(release.files)} files, "
                f"{size / 1e6:.1f} MB in {directory / name}."
            )
