"""Judges the files of the dataset without a database that holds any of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources.dataset.checking import check_directory
from sources.dataset.flagging import flags
from sources.dataset.rows import Problem
from sources.management.options import add_directory


class Command(BaseCommand):
    help = (
        "Check the files of the dataset as load_dataset does, and datapackage.json, and change nothing. "
        "Where they are sound, figures and dates that look wrong are listed; these flags are no errors."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_directory(parser, "--from", "the files to check (default: fixtures)")

    def handle(self, *, directory: Path, verbosity: int, **_: Any) -> None:
        package, problems = check_directory(directory)
        if problems:
            count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise CommandError("\n".join([*map(str, problems), f"{count} in {directory}."]))
        if verbosity:
            counts = (f"{name} {len(rows)}" for name, rows in package.rows.items())
            self.stdout.write(f"{directory} is sound. Rows: {', '.join(counts)}.")
            self._show(flags(package))

    def _show(self, found: list[Problem]) -> None:
        """Say what looks wrong all the same. Flags are no errors: a source may say what no one would expect."""
        for flag in found:
            self.stdout.write(str(flag))
        self.stdout.write("1 flag to look into." if len(found) == 1 else f"{len(found)} flags to look into.")
