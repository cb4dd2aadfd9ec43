# ruff: noqa: RUF001 (letters of other alphabets are what is tested)
"""What is searched and what is asked are folded alike, so that a word is found however it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.words import did_you_mean, fold, folded, index_of, nearest, words_of

LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x52F)
"""Latin, Greek and Cyrillic, with signs and accents."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=20,
)


def finds(asked: str, *texts: str) -> bool:
    """Whether a search for these words, each of them a prefix, finds what the texts are indexed by."""
    index = index_of(iter(texts))
    return all(f" {word}" in index for word in fold(asked))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("ZINC", "zinc"),
        ("zin", "Zinc reserves"),
        ("reserves zinc", "Zinc, proven reserves"),
        ("curacao", "Curaçao"),
        ("Curaçao", "CURACAO"),
        ("cote d'ivoire", "Côte d’Ivoire"),
        ("strasse", "Straße"),
        ("Казахстан", "КАЗАХСТАН"),
        ("казах", "Республика Казахстан"),
        ("2024", "signed 2024-07-09"),
        ("6.7", "6.7 million tons"),
        ("co2", "CO₂"),
        ("fine", "ﬁne"),
    ],
)
def test_a_word_is_found_however_it_is_written(asked: str, text: str) -> None:
    assert finds(asked, text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [("inc", "zinc"), ("zinc lead", "zinc"), ("и", "й"), ("е", "ё"), ("zink", "zinc")],
)
def test_other_words_are_not_found(asked: str, text: str) -> None:
    assert not finds(asked, text)


@given(st.text())
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    assert finds(text, text)


@given(st.text(alphabet=LETTERS))
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet=LETTERS))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.upper())


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі", min_size=1))
def test_cyrillic_letters_stay_as_they_are(text: str) -> None:
    assert fold(text) == [text]


@given(JSON)
def test_an_index_has_every_word_once_after_a_space(body: Any) -> None:
    index = index_of(words_of(body))

    assert index.startswith(" ")
    assert len(set(index.split())) == len(index.split())


def test_addresses_and_truth_values_are_no_words() -> None:
    body = json.loads(
        '{"name": "Zinc", "url": "https://example.org", "best": true, "n": null, "citations": [{"archived_url": "x"}, 7]}'
    )

    assert list(words_of(body)) == ["Zinc", "7"]


@pytest.mark.parametrize(("word", "expected"), [("coper", "copper"), ("zine", "zinc"), ("unlike", None)])
def test_the_nearest_word_is_offered_where_one_is_near(word: str, expected: str | None) -> None:
    assert nearest(word, ["copper", "zinc", "lead"]) == expected


def test_a_hint_is_given_only_where_a_word_is_near() -> None:
    assert "copper" in did_you_mean("coper", ["copper", "zinc"])
    assert did_you_mean("unlike", ["copper", "zinc"]) == ""
