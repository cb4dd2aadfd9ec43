"""Writes the description of the dataset's files anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources.dataset.checking import read_checked
from sources.dataset.package import DESCRIPTOR, expected_text
from sources.dataset.rows import DatasetError
from sources.management.options import add_directory


class Command(BaseCommand):
    help = "Write datapackage.json anew: after a change of a model or of its words, which describe the columns."

    def add_arguments(self, parser: CommandParser) -> None:
        add_directory(parser, "--in", "the files to describe (default: fixtures)")

    def handle(self, *, directory: Path, **_: Any) -> None:
        try:
            package = read_checked(directory)
        except DatasetError as error:
            raise CommandError(f"{error}\nNothing was written.") from error
        (directory / DESCRIPTOR).write_text(expected_text(directory, package.newest), encoding="utf-8", newline="\n")
