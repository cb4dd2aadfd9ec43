"""What the commands about the dataset have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


def dataset_directory() -> Path:
    """Where the dataset of record is kept."""
    return Path(settings.BASE_DIR) / "fixtures"


def add_directory(parser: CommandParser, option: str, meaning: str) -> None:
    parser.add_argument(option, dest="directory", type=Path, default=dataset_directory(), metavar="DIR", help=meaning)


def reporter(command: BaseCommand, verbosity: int) -> Callable[[str], None]:
    """Says on stderr what is being done, unless the command is to be quiet."""

    def report(text: str) -> None:
        if verbosity:
            command.stderr.write(f"{text} …", style_func=str)

    return report
