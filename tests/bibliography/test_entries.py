"""What an entry says of a source, and what it leaves out because no one knows it."""

from __future__ import annotations

import pytest
import yaml
from django.conf import settings

from sources.bibliography.csl import item_of
from sources.bibliography.dates import parts_of
from sources.bibliography.entries import KINDS, Reading, entry_of_dataset
from sources.bibliography.styles import USUAL, styles
from sources.dataset import package
from sources.models import Revision
from tests.bibliography.documents import PERMALINK, bibtex_of, dataset, entry, stored

ITSELF = Reading("", "", "")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2024-07-09", [(2024, 7, 9)]),
        ("2024-07", [(2024, 7)]),
        ("2024", [(2024,)]),
        ("2023/2025-03", [(2023,), (2025, 3)]),
        ("2026-35", [(2026,)]),
        ("2024-XX", [(2024,)]),
        ("2024~", [(2024,)]),
        ("../2028", []),
        ("2028/", []),
        ("202X", []),
        ("", []),
    ],
)
def test_a_date_is_no_more_precise_than_its_source(text: str, parts: list[tuple[int, ...]]) -> None:
    assert parts_of(text) == parts


def test_what_a_date_says_beyond_its_parts_is_in_a_note() -> None:
    assert entry(published="2026-35").notes == ("Published 2026-35 (EDTF).",)
    assert entry(published="2026-07").notes == ()


def test_a_source_of_which_nothing_is_known_is_its_publisher() -> None:
    assert item_of(entry()) == {"id": "report-2024", "type": "report", "author": [{"literal": "Survey"}]}


def test_authors_stand_before_the_publisher() -> None:
    found = entry(authors="Ann Lee|Mudd et al.")

    assert (found.authors, found.publisher) == (("Ann Lee", "Mudd et al."), "Survey")


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("title", ["", "A title"])
@pytest.mark.parametrize("series", ["", "A series"])
@pytest.mark.parametrize("authors", ["", "Ann Lee"])
def test_the_publisher_is_named_once(kind: str, title: str, series: str, authors: str) -> None:
    found = entry(kind=kind, title=title, series=series, authors=authors)

    assert [*found.authors, found.container, found.publisher].count("Survey") == 1


def test_an_article_in_the_news_is_one_of_a_periodical() -> None:
    found = bibtex_of(entry(kind="news", title="A headline"))

    assert (found["type"], found["journal"], "author" in found) == ("article", "Survey", False)


def test_a_kind_that_joined_the_vocabulary_is_a_document() -> None:
    assert item_of(entry(kind="podcast"))["type"] == "document"


def test_what_was_read_elsewhere_says_where() -> None:
    via = stored(key="digest-2025", publisher="Digest", title="Of everything")
    found = entry(Reading("digest-2025", "Survey, July 9", ""), vias=(via,))

    assert found.notes == ("As cited in Digest, “Of everything”, there as “Survey, July 9”.",)


def test_the_words_of_another_are_not_needed_where_the_title_is_known() -> None:
    found = entry(Reading("digest", "Survey, July 9", ""), vias=(stored(key="digest"),), title="Report")

    assert found.notes == ("As cited in Survey.",)


def test_what_was_read_both_ways_says_so() -> None:
    vias = (stored(key="a", publisher="A"), stored(key="b", publisher="B"))

    assert entry(ITSELF, Reading("b", "", ""), Reading("a", "", ""), vias=vias).notes == ("In part as cited in A; B.",)


def test_the_last_reading_is_the_date_of_access() -> None:
    dates = ("2025-03-24", "", "2025-04-01", "2025-04")

    assert entry(*(Reading("", "", date) for date in dates)).accessed == "2025-04-01"


def test_bounds_of_a_date_and_an_archived_copy_are_notes() -> None:
    found = entry(not_before="2025-03-24", data_year=2023, archived_url="https://archive.org/a", licence="CC0-1.0")

    assert found.notes == (
        "Published not before 2025-03-24.",
        "Data of 2023.",
        "Archived copy: https://archive.org/a",
        "Licence: CC0-1.0.",
    )


def test_the_dataset_is_cited_as_its_citation_file_has_it() -> None:
    stated = yaml.safe_load((settings.BASE_DIR / "CITATION.cff").read_text(encoding="utf-8"))

    assert dataset().authors == tuple(author["name"] for author in stated["authors"])
    assert package.LICENCE["name"] == stated["license"]


def test_the_dataset_has_its_revision_and_the_address_of_the_query() -> None:
    assert item_of(dataset()) == {
        "id": dataset().key,
        "type": "dataset",
        "title": package.TITLE,
        "author": [{"literal": package.CONTRIBUTORS}],
        "issued": {"date-parts": [[2026, 11, 24]]},
        "version": "7",
        "URL": PERMALINK,
        "note": "Revision 7 of 2026-11-24. Licence: CC-BY-4.0.",
    }


def test_two_queries_of_one_revision_have_two_keys_that_no_source_has() -> None:
    keys = {entry_of_dataset(Revision(number=7), address).key for address in ("/a", "/b", "/a")}

    assert len(keys) == 2
    assert all(":" in key for key in keys)


def test_the_usual_styles_are_there() -> None:
    assert set(USUAL) <= styles().keys()
