"""The programs that researchers use read the tables in one line."""

from __future__ import annotations

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

PAGE = (settings.BASE_DIR / "docs" / "formats.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
KEY = "kaz-zinc-reserves-aifc-2024"
TONNES = 6_700_000


def get(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        return bytes(answer.read())


def test_the_programs_of_researchers_read_tables_in_one_line(live_server: Any, tmp_path: Path) -> None:
    """All in one, since a server with a dataset of its own takes long to prepare."""
    address = f"{live_server.url}/api/v1/reserves/?country=KAZ"
    keys = [fact["key"] for fact in json.loads(get(f"{address}&page_size=500"))["results"]]

    pandas_reads(address, keys)
    polars_reads(address, keys)
    duckdb_reads(address, keys, tmp_path)
    r_reads(address, keys)
    the_page_on_formats_is_true(live_server.url)


def pandas_reads(address: str, keys: list[str]) -> None:
    table = pd.read_csv(f"{address}&format=csv")

    assert list(table["key"]) == keys
    assert table.set_index("key").loc[KEY, "base_value"] == TONNES
    assert table["disputed"].dtype == bool
    assert list(pd.read_json(f"{address}&format=ndjson", lines=True)["key"]) == keys
    assert list(pd.read_parquet(f"{address}&format=parquet")["key"]) == keys
    assert list(pd.read_excel(f"{address}&format=xlsx")["key"]) == keys


def polars_reads(address: str, keys: list[str]) -> None:
    table = pl.read_parquet(f"{address}&format=parquet")

    assert table["key"].to_list() == keys
    assert [str(table.schema[name]) for name in ("value", "version")] == ["Float64", "Int64"]
    assert table.filter(pl.col("key") == KEY)["base_value"].item() == TONNES
    assert pl.scan_parquet(f"{address}&format=parquet").select("key").collect()["key"].to_list() == keys


def duckdb_reads(address: str, keys: list[str], folder: Path) -> None:
    """From files: its extension for addresses has to be fetched from the network first."""
    for name, read in (("parquet", "read_parquet"), ("csv", "read_csv"), ("ndjson", "read_json")):
        file = folder / f"reserves.{name}"
        file.write_bytes(get(f"{address}&format={name}"))
        rows = duckdb.execute(f"SELECT key, base_value FROM {read}('{file}')").fetchall()

        assert [key for key, _ in rows] == keys
        assert dict(rows)[KEY] == TONNES
    metadata = f"SELECT key, value FROM parquet_kv_metadata('{folder / 'reserves.parquet'}')"
    about = dict(duckdb.execute(metadata).fetchall())

    assert about[b"licence"] == b"https://creativecommons.org/licenses/by/4.0/"
    assert b"country=KAZ" in about[b"address"]
    assert int(about[b"revision"]) >= 1


def r_reads(address: str, keys: list[str]) -> None:
    if not shutil.which("Rscript"):
        return
    code = f'table <- read.csv("{address}&format=csv"); cat(table$key, sep = "\\n")'
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, check=False, text=True, timeout=300)

    assert done.stdout.split() == keys, done.stderr


def the_page_on_formats_is_true(url: str) -> None:
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL):
        exec(code.replace(ADDRESS, url), names)

    assert KEY in set(names["reserves"]["key"])
    assert set(names["production"]["mineral"]) == {"cobalt"}


def test_the_page_on_formats_names_every_format() -> None:
    named = re.findall(r"^\| `(\w+)` \| `([\w./+-]+)`", PAGE, flags=re.MULTILINE)
    classes: Any = settings.REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"]
    renderers = [import_string(name)() for name in classes]
    view = ReserveViewSet(action="list")
    tables = [one for one in renderers if isinstance(one, WholeRenderer) and one.column_names(view)]

    assert named == [(one.format, one.media_type) for one in tables]
