"""What the commands about the dataset have in common."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandParser


def dataset_directory() -> Path:
    """Where the dataset of record is kept."""
    return Path(settings.BASE_DIR) / "fixtures"


def add_directory(parser: CommandParser, option: str, meaning: str, default: Path | None = None) -> None:
    parser.add_argument(
        option, dest="directory", type=Path, default=default or dataset_directory(), metavar="DIR", help=meaning
    )
