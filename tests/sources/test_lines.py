"""How rows are written as lines."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.columns import HOST, flat
from sources.lines import cell, columns_of_kind, joined, json_line, safe_text, with_host
from sources.models import Document, Line
from tests.factories import make_reserve, publish

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=HOST))


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "=\n", "+1,000", "-5 %"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["=", "-", "+", "@", "", "zinc", "-5", "+1.5", "-1e-9", ">=", "a=b", "~", "'=1+1"])
def test_what_it_would_not_run_stays(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (True, "true"), (False, "false"), (6700000, "6700000"), (6.7, "6.7"), (1e22, "1e+22"), (-0.5, "-0.5")],
)
def test_values_are_as_in_json(value: Any, written: str) -> None:
    assert cell(value) == written


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_any_text_can_be_read_again(texts: list[str]) -> None:
    [read] = csv.reader(io.StringIO(joined([list(map(safe_text, texts))]), newline=""))

    assert [text.removeprefix("'") if text != kept else text for text, kept in zip(read, texts, strict=True)] == texts


@given(TEXTS)
def test_only_addresses_begin_with_the_host(text: str) -> None:
    row = {"key": text, "url": f"{HOST}/a/", "urls": f"{HOST}/a/ | {HOST}/b/"}
    host = "https://api.example.org"

    assert json.loads(with_host(json_line(row), host)) == {
        "key": text,
        "url": f"{host}/a/",
        "urls": f"{host}/a/ | {host}/b/",
    }


@pytest.mark.parametrize("hostile", [HOST, f"{HOST}/evil", "\\u001a", '"\\u001a', "| \\u001a", "a | b"])
def test_no_text_passes_for_an_address(hostile: str) -> None:
    body = {"key": "a", "note": hostile, "citations": [{"locator": hostile, "support": "supports"}] * 2}
    row = flat(columns_of_kind("reserve"), body)
    read = json.loads(with_host(json_line(row), "https://api.example.org"))

    assert "https://api.example.org" not in f"{read['note']}{read['locators']}"
    assert len(read["locators"].split(" | ")) == 2


def test_what_is_missing_from_an_older_document_is_empty() -> None:
    assert set(flat(columns_of_kind("reserve"), {}).values()) == {None}


@pytest.mark.django_db
def test_publishing_writes_the_line_of_each_document() -> None:
    publish(make_reserve("kaz-zinc-line"))
    line = Line.objects.get(document__key="kaz-zinc-line")

    assert line.csv.startswith(f"kaz-zinc-line,reserve,1,{line.document.from_revision_id},{HOST}/api/v1/reserves/")
    assert not Document.objects.filter(line=None).exists()
