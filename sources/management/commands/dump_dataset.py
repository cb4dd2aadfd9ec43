"""Writes the published dataset as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sources.dataset.dumping import dump
from sources.management.options import add_directory


class Command(BaseCommand):
    help = "Write what the database has published, drafts left out, as the files of the dataset."

    def add_arguments(self, parser: CommandParser) -> None:
        add_directory(parser, "--to", "where to write them (default: fixtures)")

    def handle(self, *, directory: Path, verbosity: int, **_: Any) -> None:
        package = dump(directory)
        if verbosity:
            facts = sum(1 for _ in package.that_hold("facts"))
            self.stdout.write(f"Revision {package.newest} with {facts} facts is in {directory}.")
