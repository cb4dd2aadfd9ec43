"""Brings the database to what the files of the dataset hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources.dataset.loading import DatabaseAheadError, load
from sources.dataset.rows import DatasetError
from sources.ledger import LedgerError
from sources.management.options import add_directory
from sources.management.progress import progress_of


class Command(BaseCommand):
    help = (
        "Check the files of the dataset and publish what the database lacks of them: everything or nothing. "
        "Every bad row is named by file, line and column."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_directory(parser, "--from", "the files to load (default: fixtures)")
        parser.add_argument("--author", default="load_dataset", help="who publishes rows that are in no revision yet")
        parser.add_argument(
            "--message", default="Rows added to the files of the dataset.", help="what they change and why"
        )

        parser.add_argument(
            "--unless-ahead", action="store_true", help="leave a database that has published more than the files alone"
        )

    def handle(
        self, *, directory: Path, author: str, message: str, unless_ahead: bool, verbosity: int, **_: Any
    ) -> None:
        try:
            progress = progress_of(self, verbosity)
            revisions = load(directory, author=author, message=message, progress=progress)
        except (DatasetError, LedgerError) as error:
            if unless_ahead and isinstance(error, DatabaseAheadError):
                self.stderr.write("The database has published more than the files hold; it stays as it is.")
                return
            raise CommandError(f"{error}\nNothing was loaded.") from error
        if not verbosity:
            return
        for revision in revisions:
            self.stdout.write(f"Revision {revision.number}: {revision.message}")
        if not revisions:
            self.stdout.write("Nothing to load: the database has all that the files hold.")
