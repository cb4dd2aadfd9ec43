"""What the tests of importing share."""

import shutil
from pathlib import Path

import pytest

from sources.dataset.rows import Package
from tests.usgs_excerpt import EXCERPT, bare, take


@pytest.fixture(scope="session")
def shared_bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare(tmp_path_factory.mktemp("bare") / "dataset")


@pytest.fixture
def empty(shared_bare: Path, tmp_path: Path) -> Path:
    """A dataset without a fact, to import into."""
    return shutil.copytree(shared_bare, tmp_path / "dataset")


@pytest.fixture
def taken(empty: Path) -> Package:
    return take(EXCERPT, empty)[1]
