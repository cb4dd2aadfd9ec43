"""The notebook of docs/ runs as it is shown, and its page shows its code, its words and its figures."""

import base64
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from matplotlib.testing.compare import compare_images
from nbformat import NotebookNode

from tests.notebooks import NOTEBOOK, execute
from tests.test_readme import ADDRESS, blocks

FIGURES = NOTEBOOK.parent / "figures"
PAGE = (NOTEBOOK.parent / "recipes.md").read_text()
LOCATED = {
    "project": "mine",
    "project_name": "Mine",
    "source_publishers": "Survey",
    "latitude": 50.25,
    "longitude": 58.5,
}


def read() -> NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def codes() -> dict[str, str]:
    return {cell["id"]: cell["source"] for cell in read().cells if cell["cell_type"] == "code"}


def outputs(notebook: NotebookNode) -> dict[str, list[dict[str, Any]]]:
    """What each cell put out, without pictures, which differ by the version of a library."""
    return {
        cell["id"]: [
            {name: value for name, value in output.get("data", output).items() if name != "image/png"}
            for output in cell["outputs"]
        ]
        for cell in notebook.cells
        if cell["cell_type"] == "code"
    }


def pictures(notebook: NotebookNode) -> list[bytes]:
    data = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [base64.b64decode(shown["image/png"]) for shown in data if "image/png" in shown]


def test_the_notebook_says_and_draws_what_it_shows(live_server, tmp_path: Path):
    notebook = read()
    for cell in notebook.cells:
        cell["source"] = cell["source"].replace(ADDRESS, live_server.url)
    execute(notebook, tmp_path)
    assert outputs(notebook) == outputs(read())

    drawn = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert drawn == sorted(path.name for path in FIGURES.iterdir())
    for name in drawn:
        expected, actual = str(FIGURES / name), str(tmp_path / "figures" / name)
        assert compare_images(expected, actual, tol=2, in_decorator=False) is None, "run `make recipes`"


def test_the_page_has_the_code_and_the_words_of_the_notebook():
    assert blocks("python", PAGE) == [f"{code}\n" for code in codes().values()]
    said = [output.get("text") for cell in outputs(read()).values() for output in cell]
    assert blocks("text", PAGE) == [text for text in said if text]


def test_the_figures_are_those_of_the_notebook_and_light():
    files = {path: path.read_bytes() for path in FIGURES.iterdir()}
    assert sorted(files.values()) == sorted(pictures(read()))
    assert [path.name for path, content in files.items() if len(content) > 80_000] == []
    assert [path.name for path in files if f"(figures/{path.name})" not in PAGE] == []


def test_the_notebook_tells_nothing_of_the_machine_it_ran_on():
    notebook = read()
    assert notebook.metadata["language_info"] == {"name": "python"}
    assert [cell["id"] for cell in notebook.cells if cell["metadata"]] == []
    assert str(Path.home()) not in NOTEBOOK.read_text()


def test_a_location_with_coordinates_is_drawn_on_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with mpl.rc_context():
        mpl.use("agg")
        shown: list[Any] = []
        names: dict[str, Any] = {"display": shown.append}
        exec(codes()["setting-out"], names)
        names["parts"] = pd.DataFrame([{"project": "mine", "partner_name": "Miner"}])
        names["places"] = pd.DataFrame([LOCATED, {**LOCATED, "latitude": None, "longitude": None}])
        exec(codes()["partners-map-figure"], names)
    assert [picture.data for picture in shown] == [(tmp_path / "figures" / "map.png").read_bytes()]
