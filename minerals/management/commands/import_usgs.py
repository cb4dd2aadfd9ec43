"""Takes over a Mineral Commodity Summaries data release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from minerals.usgs.columns import COLUMNS, read_columns
from minerals.usgs.files import Files
from minerals.usgs.importing import import_release
from minerals.usgs.reporting import table_of, write_fates
from sources.dataset.rows import DatasetError
from sources.management.options import add_directory


class Command(BaseCommand):
    help = (
        "Add the world production, capacity and reserves of a Mineral Commodity Summaries data release to the files "
        "of the dataset, and the corrections of its errata: everything or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("release", type=Path, metavar="CSV", help="the CSV of the release")
        parser.add_argument("--source", required=True, metavar="KEY", help="key of the release among the sources")
        add_directory(parser, "--to", "the files to add to (default: fixtures)")
        parser.add_argument(
            "--columns", type=Path, default=COLUMNS, metavar="FILE", help="what its columns say (default: columns.csv)"
        )
        parser.add_argument("--partial", action="store_true", help="take an excerpt, which lacks some of the tables")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, only count")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="where to write what became of each row, as CSV"
        )

    def handle(self, *, release: Path, source: str, directory: Path, columns: Path, **options: Any) -> None:
        try:
            files = Files(directory, source)
            outcome = import_release(release, files, read_columns(columns), timezone.now(), partial=options["partial"])
        except DatasetError as error:
            raise CommandError(f"{error}\nNothing was written.") from error
        if not options["dry_run"]:
            files.write()
        if options["report"]:
            write_fates(outcome, options["report"])
        self.stdout.write(table_of(outcome))
        if options["dry_run"]:
            self.stdout.write("Nothing was written.")
