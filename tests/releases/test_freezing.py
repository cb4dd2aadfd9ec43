"""Freezing: the same bytes from the same revision, checksums that hold, and nothing half or overwritten."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sources import ledger
from sources.dataset.dumping import dump
from sources.dataset.package import DESCRIPTOR
from sources.dataset.tables import tables, tables_that_hold
from sources.models import Fact, Revision
from sources.releases import freezing
from sources.releases.freezing import ReleaseError, freeze
from sources.releases.shelf import SUMS, names
from tests.factories import make_correction, make_country, make_reserve, publish
from tests.releases.conftest import Freeze
from tests.small_dataset import empty_database


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("freeze_release", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_release_holds_each_table_and_what_goes_with_them(frozen: Freeze):
    release = frozen()
    held = [*tables(), *(f"flat-{table.name}" for table in tables_that_hold("facts"))]
    expected = {f"{name}.{kind}" for name in held for kind in ("csv", "parquet")}
    papers = {"datapackage.json", "metadata.json", "release.json", "critical-minerals.sqlite"}
    papers |= {"README.md", "CODEBOOK.md", "CHANGELOG.md", "LICENSE-DATA", "CITATION.cff", SUMS}

    assert release.files.keys() == expected | papers
    assert (release.about.revision, release.about.message, release.about.since) == (3, "Withdraw.", 0)


def test_the_tables_are_the_dump(frozen: Freeze, shelf: Path, tmp_path: Path):
    frozen()
    dump(tmp_path / "dump")
    released = content(shelf / "2026.1")

    for name, text in content(tmp_path / "dump").items():
        assert name == DESCRIPTOR or released[name] == text


def test_a_release_can_be_loaded(frozen: Freeze, shelf: Path, tmp_path: Path):
    frozen()
    dump(tmp_path / "dump")
    empty_database()
    call_command("load_dataset", "--from", str(shelf / "2026.1"), verbosity=0)
    dump(tmp_path / "again")

    assert content(tmp_path / "again") == content(tmp_path / "dump")


def test_the_checksums_hold(frozen: Freeze, shelf: Path):
    release = frozen()
    files = content(shelf / "2026.1")
    lines = [line.split("  ") for line in files.pop(SUMS).decode().splitlines()]
    listed = {name: digest for digest, name in lines}

    assert listed == {name: hashlib.sha256(text).hexdigest() for name, text in files.items()}
    assert {name: file.sha256 for name, file in release.files.items() if name != SUMS} == listed


def test_files_carry_the_date_of_the_revision_and_can_be_read_by_all(frozen: Freeze, shelf: Path):
    frozen()
    moment = Revision.objects.get(number=3).created.timestamp()

    assert {path.stat().st_mtime for path in (shelf / "2026.1").iterdir()} == {moment}
    assert {path.stat().st_mode & 0o777 for path in (shelf / "2026.1").iterdir()} == {0o644}
    assert (shelf / "2026.1").stat().st_mode & 0o777 == 0o755


def test_built_twice_it_is_the_same_byte_for_byte(frozen: Freeze, shelf: Path, tmp_path: Path):
    frozen()
    freeze("2026.1", tmp_path / "another place")

    assert content(tmp_path / "another place" / "2026.1") == content(shelf / "2026.1")


def test_built_by_processes_that_differ_it_is_the_same(dataset: Revision, tmp_path: Path):
    """The shipped dataset, which has more to put into another order."""
    name = connection.settings_dict["NAME"]
    scheme = "postgres" if connection.vendor == "postgresql" else "sqlite"
    database = os.environ.get("DATABASE_URL", "")
    address = f"sqlite:///{name}" if scheme == "sqlite" else re.sub(r"/[^/]*$", f"/{name}", database)
    for folder, zone, seed, language in (("a", "UTC", "1", "C"), ("b", "Asia/Almaty", "2", "C.UTF-8")):
        environment = {"DATABASE_URL": address, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": language}
        arguments = ["manage.py", "freeze_release", "2026.1", "--to", str(tmp_path / folder), "--verbosity", "0"]
        subprocess.run([sys.executable, *arguments], env=os.environ | environment, check=True, timeout=120)

    assert content(tmp_path / "a" / "2026.1") == content(tmp_path / "b" / "2026.1")


def test_an_older_revision_is_frozen_as_it_was_frozen_then(frozen: Freeze, shelf: Path, tmp_path: Path):
    frozen("then")
    publish(make_correction(Fact.objects.get(key="kaz-zinc", version=2).as_kind, note="Read again."))
    ledger.record([make_country("kaz", "KAZ", name="Qazaqstan")], author="curator", message="Rename.")
    freeze("then", tmp_path / "later", revision=3)

    assert content(tmp_path / "later" / "then") == content(shelf / "then")


def test_frozen_again_it_is_compared(frozen: Freeze, shelf: Path):
    frozen("2026.0", revision=1)
    frozen()
    frozen("2026.1-again")
    before = content(shelf / "2026.1")

    assert "was already frozen, identical" in command("2026.1")
    assert content(shelf / "2026.1") == before


def test_a_release_is_never_overwritten(frozen: Freeze, shelf: Path):
    frozen()
    before = content(shelf / "2026.1")
    publish(make_reserve())
    with pytest.raises(CommandError, match=r"2026\.1 is frozen at revision 3 and never changes\. Choose another name"):
        command("2026.1")

    assert content(shelf / "2026.1") == before
    assert names() == ["2026.1"]


def test_other_content_under_the_same_name_is_refused(frozen: Freeze, shelf: Path):
    frozen()
    (shelf / "2026.1" / "README.md").write_text("Another.")
    (shelf / "2026.1" / "uses.csv").unlink()
    with pytest.raises(CommandError, match=r"with other content in README\.md, uses\.csv"):
        command("2026.1")

    assert (shelf / "2026.1" / "README.md").read_text() == "Another."


def test_what_is_in_the_way_stays(frozen: Freeze, shelf: Path):
    (shelf / "2026.1").mkdir(parents=True)
    with pytest.raises(CommandError, match="is in the way, and is no release"):
        command("2026.1")

    assert list((shelf / "2026.1").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../2026", "a/b", "a b", ".2026", "2026.", "-1", "ä", "2026\n", "x" * 65]
)
def test_a_name_that_no_release_can_have(name: str, frozen: Freeze, shelf: Path):
    with pytest.raises(ReleaseError, match="is no name of a release: up to 64 letters, digits, dots and dashes"):
        frozen(name)

    assert not shelf.exists()


def test_a_revision_that_is_not_there(frozen: Freeze):
    with pytest.raises(ReleaseError, match=r"There is no revision 4; the newest is 3\."):
        frozen(revision=4)
    with pytest.raises(ReleaseError, match="begins at an earlier one, not at 3"):
        frozen(since=3)


def test_nothing_can_be_frozen_of_an_empty_database(db: None, shelf: Path):
    empty_database()
    with pytest.raises(ReleaseError, match="Nothing was published yet"):
        freeze("2026.1", shelf)


@pytest.mark.parametrize("step", ["write_sqlite", "codebook", "checksums", "_put"])
def test_a_crash_leaves_nothing(step: str, frozen: Freeze, shelf: Path, monkeypatch: pytest.MonkeyPatch):
    def crash(*arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(freezing, step, crash)
    with pytest.raises(CommandError, match=r"No space left on device\nNothing was frozen\."):
        command("2026.1")

    assert list(shelf.iterdir()) == []
    assert names() == []


def test_what_a_killed_run_has_left_is_no_release(frozen: Freeze, shelf: Path):
    frozen()
    (shelf / "2026.1").rename(shelf / ".2026.1-x1y2z3")

    assert names() == []
    assert frozen().about.name == "2026.1"


def test_another_run_may_have_been_faster(frozen: Freeze, shelf: Path, monkeypatch: pytest.MonkeyPatch):
    build = freezing._build

    def build_slowly(*arguments: Any) -> None:
        build(*arguments)
        monkeypatch.setattr(freezing, "_build", build)
        frozen()

    monkeypatch.setattr(freezing, "_build", build_slowly)
    with pytest.raises(ReleaseError, match="was made by another run meanwhile"):
        frozen()

    assert [path.name for path in shelf.iterdir()] == ["2026.1"]
