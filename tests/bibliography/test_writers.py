"""What other programs read in the formats that are written."""

from __future__ import annotations

import re

import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st

from sources.bibliography import bibtex, citing, csl, ris
from sources.bibliography.entries import Reading, one_line
from sources.bibliography.styles import DEPENDENT, USUAL, styles
from tests.bibliography.documents import bibtex_of, dataset, entry, plain, read_bibtex, stored

HOSTILE = [
    "{Braces} that {pair {well}}",
    "} braces that { don't",
    r"C:\new\\ \emph{x} \%",
    "\"quoted\", ``so'' and 'so'",
    "100 % & more",
    "two\nlines\r\nand\ta tab",
    "Қазақстан: сирек жер металдары",
    "🪨 → ⛏️ 👩‍🔬",
    "a_b#c$d^e~f",
    "en--dash, em---dash, <<quotes>>, ,,low",
    "@article{key, title = {x}}",
    "ER  - \nTY  - JOUR",
    '<b>bold</b> <span class="nocase">x</span>',
    "line\u2028separator, form\x0cfeed, \x85next",
    "and and others",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_comes_back_from_bibtex(title: str) -> None:
    found = bibtex_of(entry(title=title, authors=f"{title}|Ann Lee", kind="news"))

    assert plain(found["title"]) == one_line(title)
    assert [plain(author) for author in found["author"]] == [one_line(title), "Ann Lee"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_title_comes_back_from_bibtex(title: str) -> None:
    """A second entry shows that the first has ended."""
    first, second = read_bibtex(bibtex.write([entry(title=title), dataset()]))

    assert plain(first["title"] if one_line(title) else "") == re.sub(r"\s+", " ", one_line(title))
    assert second.key == dataset().key


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_comes_back_from_ris(title: str) -> None:
    found, last = rispy.loads(ris.write([entry(title=title, authors=title), dataset()]))

    assert (found["title"], found["authors"]) == (one_line(title), [one_line(title)])
    assert last["id"] == dataset().key


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stands_in_the_citation(title: str) -> None:
    cited, last = citing.write([entry(title=title), dataset()]).splitlines()

    assert cited.startswith("Survey. (n.d.)")
    assert last.startswith("The Critical Minerals API contributors. (2026).")


def test_bibtex() -> None:
    found = entry(
        Reading("", "", "2025-03-24"),
        kind="analysis",
        title="A Title",
        authors="Ann Lee|Survey and Others",
        series="Monitor",
        volume="22",
        issue="3",
        published="2024-07-09",
        doi="10.1/a_b",
        url="https://example.org/a_b%20{c}?d&e",
    )

    assert bibtex.write([found]) == (
        "@article{report-2024,\n"
        "  author = {{Ann Lee} and {Survey and Others}},\n"
        "  title = {{A Title}},\n"
        "  journal = {Monitor},\n"
        "  volume = {22},\n"
        "  number = {3},\n"
        "  publisher = {{Survey}},\n"
        "  doi = {10.1/a_b},\n"
        "  url = {https://example.org/a_b%20%7Bc%7D?d&e},\n"
        "  urldate = {2025-03-24},\n"
        "  year = {2024},\n"
        "  month = jul,\n"
        "  day = {9},\n"
        "}\n"
    )


def test_ris() -> None:
    found = entry(
        Reading("", "", "2025-03"), kind="news", title="A Title", authors="Ann Lee", published="2024", volume="22"
    )

    assert ris.write([found, entry(key="other")]) == (
        "TY  - NEWS\r\nID  - report-2024\r\nAU  - Ann Lee\r\nTI  - A Title\r\nT2  - Survey\r\nVL  - 22\r\n"
        "PY  - 2024\r\nDA  - 2024///\r\nY2  - 2025/03//\r\nER  - \r\n"
        "\r\nTY  - RPRT\r\nID  - other\r\nAU  - Survey\r\nER  - \r\n"
    )


def test_csl_is_what_citation_processors_read() -> None:
    items = [csl.item_of(one) for one in (entry(published="2023/2025-03", title="A Title"), dataset())]
    source = CiteProcJSON([{name: value for name, value in item.items() if name != "custom"} for item in items])

    assert list(source) == [item["id"] for item in items]
    assert source["report-2024"].issued.end.month == 3


def test_a_date_that_is_not_sure() -> None:
    assert csl.item_of(entry(published="2024~"))["issued"] == {"date-parts": [[2024]], "circa": True}


def test_an_unknown_date_is_said_as_the_style_does() -> None:
    line, _ = citing.write([entry(title="A Title"), dataset()]).splitlines()

    assert line == "Survey. (n.d.). A Title."


def test_a_note_stands_behind_the_citation() -> None:
    found = entry(Reading("digest", "Survey, 2019", ""), vias=(stored(key="digest", publisher="Digest"),))
    line, _ = citing.write([found, dataset()], "ieee").splitlines()

    assert line == "[1] Survey, [As cited in Digest, there as “Survey, 2019”.]"


def test_the_dataset_is_the_last_in_every_style() -> None:
    entries = [entry(key=key, publisher=key.upper()) for key in ("zeta", "alpha")]
    for style in USUAL:
        lines = citing.write([*entries, dataset()], style).splitlines()

        assert len(lines) == 3
        assert "Critical Minerals API contributors" in lines[-1]


def test_a_style_that_is_another_by_name() -> None:
    assert styles()["nature-chemistry"].parent == DEPENDENT
    assert citing.write([dataset()], "nature-chemistry") == citing.write([dataset()], "nature")


def test_what_a_style_gives_nothing_for_is_an_error() -> None:
    with pytest.raises(citing.UnusableStyleError):
        citing.write([dataset()], "the-papers-of-the-bibliographical-society-of-america")
