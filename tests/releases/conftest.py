"""A small dataset with a history in the database, and a shelf of its own for the releases of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from sources.releases.freezing import freeze
from sources.releases.shelf import Release
from tests.small_dataset import SMALL, empty_database, write

Freeze = Callable[..., Release]


def load_small(folder: Path) -> None:
    """Put the small dataset in the place of the one that is in the database."""
    empty_database()
    call_command("load_dataset", "--from", str(write(folder, SMALL)), verbosity=0)


@pytest.fixture
def small(db: None, tmp_path: Path) -> None:
    """A database that holds nothing but the small dataset."""
    load_small(tmp_path / "small")


@pytest.fixture
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.RELEASES_DIR = tmp_path / "releases"
    return settings.RELEASES_DIR


@pytest.fixture
def frozen(small: None, shelf: Path) -> Freeze:
    """Freezes the small dataset under a name."""
    return lambda name="2026.1", **options: freeze(name, shelf, **options)[0]
