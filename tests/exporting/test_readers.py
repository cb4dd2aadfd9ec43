"""The programs that researchers use read the tables in one line."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from minerals.views import ReserveViewSet
from minerals_api.exporting.whole import WholeRenderer

pytestmark = pytest.mark.django_db

RESERVES = "/api/v1/reserves/?country=KAZ"
PAGE = (settings.BASE_DIR / "docs" / "formats.md").read_text(encoding="utf-8")
KEY = "kaz-zinc-reserves-aifc-2024"


@pytest.fixture
def address(live_server: Any) -> str:
    return f"{live_server.url}{RESERVES}"


@pytest.fixture
def facts(address: str) -> dict[str, Any]:
    """The reserves of Kazakhstan as JSON has them, by key."""
    with urllib.request.urlopen(f"{address}&page_size=500") as answer:
        return {fact["key"]: fact for fact in json.load(answer)["results"]}


def test_pandas(address: str, facts: dict[str, Any]) -> None:
    table = pd.read_csv(f"{address}&format=csv")

    assert list(table["key"]) == list(facts)
    assert table.set_index("key").loc[KEY, "base_value"] == 6_700_000
    assert table["disputed"].dtype == bool


def test_pandas_by_line(address: str, facts: dict[str, Any]) -> None:
    table = pd.read_json(f"{address}&format=ndjson", lines=True)

    assert list(table["key"]) == list(facts)


def test_pandas_parquet(address: str, facts: dict[str, Any]) -> None:
    assert list(pd.read_parquet(f"{address}&format=parquet")["key"]) == list(facts)


def test_pandas_workbook(address: str, facts: dict[str, Any]) -> None:
    assert list(pd.read_excel(f"{address}&format=xlsx")["key"]) == list(facts)


def test_polars(address: str, facts: dict[str, Any]) -> None:
    table = pl.read_parquet(f"{address}&format=parquet")

    assert table["key"].to_list() == list(facts)
    assert table.schema["value"] == pl.Float64
    assert table.schema["version"] == pl.Int64
    assert table.filter(pl.col("key") == KEY)["base_value"].item() == 6_700_000
    assert pl.read_csv(f"{address}&format=csv", infer_schema_length=None)["key"].to_list() == list(facts)


def test_duckdb(address: str, facts: dict[str, Any], tmp_path: Path) -> None:
    """From files: its extension for addresses has to be fetched from the network first."""
    for name, read in (("parquet", "read_parquet"), ("csv", "read_csv"), ("ndjson", "read_json")):
        file = tmp_path / f"reserves.{name}"
        with urllib.request.urlopen(f"{address}&format={name}") as answer:
            file.write_bytes(answer.read())
        rows = duckdb.execute(f"SELECT key, base_value FROM {read}('{file}')").fetchall()

        assert [key for key, _ in rows] == list(facts)
        assert dict(rows)[KEY] == 6_700_000


def test_duckdb_reads_what_the_file_says_of_itself(address: str, tmp_path: Path) -> None:
    file = tmp_path / "reserves.parquet"
    with urllib.request.urlopen(f"{address}&format=parquet") as answer:
        file.write_bytes(answer.read())
    about = dict(duckdb.execute(f"SELECT key, value FROM parquet_kv_metadata('{file}')").fetchall())

    assert about[b"licence"] == b"https://creativecommons.org/licenses/by/4.0/"
    assert b"country=KAZ" in about[b"address"]
    assert int(about[b"revision"]) >= 1


@pytest.mark.skipif(not shutil.which("Rscript"), reason="Rscript is not installed")
def test_r(address: str, facts: dict[str, Any]) -> None:
    code = f'table <- read.csv("{address}&format=csv"); cat(table$key, sep = "\\n")'
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, check=True, text=True, timeout=120)

    assert done.stdout.split() == list(facts)


def test_the_standard_library(address: str, facts: dict[str, Any]) -> None:
    with urllib.request.urlopen(f"{address}&format=csv") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert len(list(io.TextIOWrapper(answer, newline="\r\n"))) == len(facts) + 1


def test_the_page_on_formats_says_what_works(live_server: Any) -> None:
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL):
        exec(code.replace("http://127.0.0.1:8000", live_server.url), names)

    assert KEY in set(names["reserves"]["key"])
    assert set(names["production"]["mineral"]) == {"cobalt"}


def test_the_page_on_formats_names_every_format() -> None:
    named = re.findall(r"^\| `(\w+)` \| `([\w./+-]+)`", PAGE, flags=re.MULTILINE)

    classes: Any = settings.REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"]
    renderers = [import_string(name)() for name in classes]
    tables = [
        one for one in renderers if isinstance(one, WholeRenderer) and one.column_names(ReserveViewSet(action="list"))
    ]
    assert named == [(one.format, one.media_type) for one in tables]
