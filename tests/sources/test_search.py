# ruff: noqa: RUF001 (letters of other alphabets are what is tested)
"""Both databases find by their own index exactly what a scan of the folded words would, and keep it in step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, models, transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from minerals.models import Reserve
from sources import guards, ledger, search
from sources.filter_sets import FactFilterSet
from sources.joining import shown
from sources.models import Document, Fact, Line, Revision
from sources.rendering import render
from sources.words import LONGEST_WORD, MOST_BYTES, fold, index_of
from tests.factories import make_correction, make_mineral, make_reserve, publish
from tests.sources.breaches import execute

pytestmark = pytest.mark.django_db

LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NEAR_LETTERS = st.text(alphabet="aáAʼ'ßẞıİкйѐ中ʰ²½ⅷ٣𝔸Ꭰꭰᏸﬁ_ -*\"", max_size=20)
TEXTS = LETTERS | NEAR_LETTERS

each_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


def found(*words: str) -> set[str]:
    """Keys of the facts that stand and that the index finds by these words."""
    standing = Document.objects.standing().exclude(fact=None)
    return set(standing.filter(search__words=words).values_list("key", flat=True))


def scanned(words: list[str]) -> set[int]:
    """Ids of the documents that a look at each of them finds."""
    every = Document.objects.values_list("pk", "search")
    return {pk for pk, text in every if all(f" {word}" in text for word in words)}


@contextmanager
def documents_of(*texts: str) -> Iterator[list[Document]]:
    """Documents found by the words of these texts, for as long as they are looked for."""
    revision = Revision.objects.order_by("number").last()
    rows = [
        Document(kind="term", key=f"made-{n}", from_revision=revision, search=index_of([text]), body="{}")
        for n, text in enumerate(texts)
    ]
    with transaction.atomic():
        yield Document.objects.bulk_create(rows)
        transaction.set_rollback(True)


@each_example
@given(st.lists(TEXTS, min_size=1, max_size=4), st.data())
def test_the_index_finds_what_a_scan_finds(db: None, texts: list[str], data: st.DataObject) -> None:
    words = sorted({word for text in texts for word in fold(text)}) or ["zinc"]
    beginnings = st.sampled_from(words).flatmap(lambda word: st.integers(1, len(word)).map(lambda end: word[:end]))
    asked = data.draw(st.lists(beginnings, min_size=1, max_size=3) | TEXTS.map(fold).filter(len))

    with documents_of(*texts):
        assert set(Document.objects.filter(search__words=asked).values_list("pk", flat=True)) == scanned(asked)


@pytest.mark.parametrize(
    "asked", [["zinc"], ["z"], ["kazakhstan", "res"], ["20"], ["казах"], ["nothing", "like", "it"]]
)
def test_the_shipped_dataset_is_found_as_by_a_scan(dataset: Revision, asked: list[str]) -> None:
    assert set(Document.objects.filter(search__words=asked).values_list("pk", flat=True)) == scanned(asked)


def test_every_letter_of_every_alphabet_is_found_alone(db: None) -> None:
    """Whatever the engine's own idea of a letter: each character that makes a word is found, and no other with it."""
    letters = sorted({word for code in range(0x110000) if not 0xD800 <= code < 0xE000 for word in fold(chr(code))})
    assert len(letters) > 100_000
    apart = letters[:: len(letters) // 97]

    with documents_of(*letters[::150]):
        for letter in apart:
            assert set(Document.objects.filter(search__words=[letter]).values_list("pk", flat=True)) == scanned(
                [letter]
            )


@pytest.mark.parametrize("letter", ["ᦰ", "ᦱ", "ᦲ"])
def test_a_letter_that_the_engine_holds_to_be_none_is_found(db: None, letter: str) -> None:
    """SQLite's own tables of Unicode take these for signs between words."""
    with documents_of(letter, "zinc") as (holding, _):
        assert list(Document.objects.filter(search__words=[letter])) == [holding]


@pytest.mark.parametrize(
    "raw",
    [
        'zinc"',
        '"zinc',
        "zinc*",
        "-zinc",
        "^zinc",
        "zinc AND",
        "zinc OR lead",
        "NOT zinc",
        "NEAR(zinc lead, 2)",
        "search:zinc",
        "search : zinc",
        "{search}: zinc",
        "zinc + lead",
        "(zinc",
        "zinc:*",
        "zinc & !lead",
        "zinc | lead",
        "zinc <-> lead",
        "'zinc",
        "zi\\nc",
        "zinc' OR 1=1 --",
        "%zinc%",
        "zi_c",
        "50%",
        "$$zinc$$",
    ],
)
def test_what_is_asked_never_speaks_the_language_of_the_engine(api: APIClient, dataset: Revision, raw: str) -> None:
    answer = api.get("/api/v1/facts/", {"q": raw})

    assert answer.status_code == 200
    facts = set(Document.objects.at(dataset.number).exclude(fact=None).values_list("pk", flat=True))
    keys = Document.objects.filter(pk__in=scanned(fold(raw)) & facts).values_list("key", flat=True)
    with_a_page = {fact["key"] for fact in answer.json()["results"]}
    assert with_a_page <= set(keys)
    assert bool(with_a_page) is bool(keys)


@pytest.mark.parametrize("raw", ['"', "zinc lead", "zinc*", "", "a_b", "zinc'", " zinc", "ZINC", "AND"])
def test_the_lookup_takes_folded_words_alone(raw: str) -> None:
    with pytest.raises(ValueError, match="not one folded word"):
        Document.objects.filter(search__words=["zinc", raw])


def test_words_of_the_engine_are_words(db: None) -> None:
    with documents_of("AND OR NOT NEAR search", "and") as (every, one):
        assert set(Document.objects.filter(search__words=["and", "or", "not", "near", "search"])) == {every}
        assert one in Document.objects.filter(search__words=["and"])


def test_no_word_asked_leaves_every_document(dataset: Revision) -> None:
    assert Document.objects.filter(search__words=[]).count() == Document.objects.count()


@pytest.mark.parametrize("nothing", ["", "…", "_"])
def test_a_document_without_words_is_kept_and_found_by_none(db: None, nothing: str) -> None:
    with documents_of(nothing, "zinc") as (empty, _):
        assert empty.search.strip() == ""
        assert empty not in Document.objects.filter(search__words=["z"])


@pytest.mark.parametrize("letter", ["x", "щ", "中", "𐐨"])
def test_an_endless_word_is_found_by_its_first_letters(db: None, letter: str) -> None:
    with documents_of(letter * 5000, letter * (LONGEST_WORD - 1)) as (endless, shorter):
        assert endless.search == f" {letter * LONGEST_WORD}"
        for length in (1, LONGEST_WORD - 1, LONGEST_WORD, LONGEST_WORD + 1, 9000):
            holding = Document.objects.filter(search__words=[letter * length])
            assert endless in holding
            assert (shorter in holding) is (length < LONGEST_WORD)


def test_an_endless_text_is_found_by_its_first_words(db: None) -> None:
    text = " ".join(f"щ{number:0400}" for number in range(6000))

    with documents_of(text) as [endless]:
        assert MOST_BYTES - 500 < len(endless.search.encode()) <= MOST_BYTES
        assert set(endless.search.split()) <= set(text.split())
        for word in endless.search.split()[::1000]:
            assert endless in Document.objects.filter(search__words=[word])


def test_a_published_fact_is_found_and_a_draft_is_not() -> None:
    reserve = make_reserve("sought-reserves", mineral=make_mineral("quaerium"))
    assert found("quaer") == set()

    publish(reserve)

    assert found("quaer") == {"sought-reserves"}


def test_a_corrected_fact_is_found_by_what_it_says_now() -> None:
    reserve = make_reserve("sought-reserves", note="formerly xylophonic")
    publish(reserve)

    publish(make_correction(reserve, note="nowadays zymurgical"))

    assert found("xylophonic") == set()
    assert found("zymurgical") == {"sought-reserves"}


def test_a_withdrawn_fact_is_not_found() -> None:
    reserve = make_reserve("sought-reserves", note="formerly xylophonic")
    publish(reserve)

    ledger.withdraw([Fact.objects.get(pk=reserve.pk)], author="curator", reason="It was read wrongly.")

    assert found("xylophonic") == set()


def test_facts_of_a_renamed_mineral_are_found_by_its_new_name() -> None:
    mineral = make_mineral("quaerium", name="Quaerium")
    publish(make_reserve("sought-reserves", mineral=mineral))

    mineral.name = "Zymurgium"
    mineral.save()
    ledger.record([mineral], author="curator", message="Rename it.")

    assert found("zymurgium") == {"sought-reserves"}


def asked_at(revision: Revision, words: str) -> set[str]:
    newest = Revision.objects.current()
    rows = shown(Reserve.objects.all(), "documents", revision.number)
    asked = FactFilterSet(QueryDict(f"q={words}"), rows, revision=revision, newest=newest)
    assert asked.is_valid()
    return set(asked.filter_queryset(rows).values_list("key", flat=True))


def test_an_older_revision_is_searched_as_it_stood() -> None:
    reserve = make_reserve("sought-reserves", note="formerly xylophonic")
    before = publish(reserve)
    after = publish(make_correction(reserve, note="nowadays zymurgical"))

    assert (asked_at(before, "xylophonic"), asked_at(before, "zymurgical")) == ({"sought-reserves"}, set())
    assert (asked_at(after, "xylophonic"), asked_at(after, "zymurgical")) == (set(), {"sought-reserves"})


def test_what_is_rolled_back_is_not_found() -> None:
    reserve = make_reserve("sought-reserves", note="formerly xylophonic")
    with transaction.atomic():
        publish(reserve)
        transaction.set_rollback(True)

    assert found("xylophonic") == set()


def holds_what_documents_say() -> bool:
    """Whether the index, read as a whole, is what the documents would give; PostgreSQL sees to that itself."""
    if connection.vendor == "sqlite":
        execute(f'INSERT INTO "{search.INDEX}" ("{search.INDEX}", rank) VALUES (\'integrity-check\', 1)')
    return True


def let_documents_change() -> None:
    """Drop the guards alone, so that nothing but the triggers of the index is left to follow the documents."""
    kept = {name: f'CREATE TRIGGER "{name}" {body}' for name, body in search._TRIGGERS.items()}
    guards.remove()
    if connection.vendor == "sqlite":
        for statement in kept.values():
            execute(statement)


def test_the_index_follows_a_document_that_is_written_anew_or_deleted() -> None:
    publish(make_reserve("sought-reserves", note="formerly xylophonic"))
    let_documents_change()
    sought = Document.objects.standing().filter(search__words=["xylophonic"])
    ids = list(sought.values_list("pk", flat=True))
    assert holds_what_documents_say()

    Document.objects.filter(pk__in=ids).update(search=index_of(["nowadays zymurgical"]))

    assert (found("xylophonic"), found("zymurgical")) == (set(), {"sought-reserves"})
    assert holds_what_documents_say()

    Line.objects.filter(document__in=ids).delete()
    Document.objects.filter(pk__in=ids).delete()

    assert found("zymurgical") == set()
    assert holds_what_documents_say()


def test_documents_that_are_rendered_anew_are_found_by_what_they_say_now() -> None:
    publish(make_reserve("sought-reserves", note="formerly xylophonic"))
    guards.remove()
    Document.objects.standing().filter(key="sought-reserves").update(search=index_of(["outdated"]))
    connection.check_constraints()  # PostgreSQL lets no table be altered on which some still wait for their turn
    guards.install()
    assert found("outdated") == {"sought-reserves"}

    render()

    assert (found("outdated"), found("xylophonic")) == (set(), {"sought-reserves"})
    assert guards.missing() == []
    assert holds_what_documents_say()


def test_a_relation_is_searched_through() -> None:
    publish(make_reserve("sought-reserves", note="formerly xylophonic"))

    holding = Reserve.objects.filter(documents__search__words=["xylo"])

    assert [fact.key for fact in holding] == ["sought-reserves"]
    assert not Reserve.objects.filter(key="sought-reserves").exclude(documents__search__words=["xylo"]).exists()


@pytest.mark.django_db(transaction=True)
def test_documents_of_a_test_before_are_gone_first() -> None:
    publish(make_reserve("sought-reserves", note="formerly xylophonic"))
    assert found("xylophonic") == {"sought-reserves"}


@pytest.mark.django_db(transaction=True)
def test_documents_of_a_test_before_are_gone_after(dataset: Revision) -> None:
    """The database was emptied and loaded anew since; ids are given a second time."""
    assert found("xylophonic") == set()
    assert set(Document.objects.filter(search__words=["zinc"]).values_list("pk", flat=True)) == scanned(["zinc"])


def plan(queryset: Any) -> str:
    if connection.vendor == "postgresql":
        execute("SET LOCAL enable_seqscan = off")
    return str(queryset.explain())


def test_the_index_is_used(dataset: Revision) -> None:
    documents = plan(Document.objects.filter(search__words=["zinc", "kaz"]).order_by())
    if connection.vendor == "postgresql":
        # In a join the planner may rather start at the other table: that hangs on statistics, not on the index.
        assert f"Bitmap Index Scan on {search.INDEX}" in documents
        return

    through = plan(shown(Reserve.objects.all(), "documents", dataset.number).filter(shown_search__words=["zinc"]))
    for said in (documents, through):
        assert f"SCAN {search.INDEX} VIRTUAL TABLE INDEX" in said
        assert f"SCAN {search.DOCUMENT}\n" not in f"{said}\n"


def lose(name: str) -> None:
    if connection.vendor == "postgresql":
        execute(f'DROP INDEX "{name}"')
    else:
        execute(f'DROP {"TABLE" if name == search.INDEX else "TRIGGER"} "{name}"')


def parts() -> list[str]:
    return [search.INDEX, *(search._TRIGGERS if connection.vendor == "sqlite" else ())]


def test_every_lost_part_is_named_by_readiness_and_the_system_check(client: Client, dataset: Revision) -> None:
    for name in parts():
        with transaction.atomic():
            lose(name)
            readiness = client.get("/health/ready")
            warnings = run_checks(tags=["database"], databases=["default"])
            transaction.set_rollback(True)

        assert readiness.status_code == 503
        assert readiness.json()["checks"]["guards"] == {"ok": False, "detail": f"missing: {name}"}
        assert [name in warning.msg for warning in warnings if warning.id == "sources.W001"] == [True]


def test_what_changed_while_a_part_was_lost_is_found_once_it_is_put_back(dataset: Revision) -> None:
    lose(parts()[-1])
    guards.remove()
    reserve = make_reserve("sought-reserves", note="formerly xylophonic")
    publish(reserve)
    connection.check_constraints()  # PostgreSQL makes no index of a table on which some still wait for their turn

    guards.install()

    assert guards.missing() == []
    assert found("xylophonic") == {"sought-reserves"}


@pytest.mark.django_db(transaction=True)
def test_the_migration_is_taken_back_and_made_again(dataset: Revision) -> None:
    call_command("migrate", "sources", "0002", verbosity=0)
    call_command("migrate", verbosity=0)  # with the apps whose migrations build on these

    assert guards.missing() == []
    assert set(Document.objects.filter(search__words=["zinc"]).values_list("pk", flat=True)) == scanned(["zinc"])


@pytest.mark.django_db(transaction=True)
def test_the_index_outlives_a_table_of_documents_that_is_built_anew(dataset: Revision) -> None:
    """SQLite has to build a table anew to alter a column of it, as a migration of tomorrow may."""
    kind = Document._meta.get_field("kind")
    wider = models.CharField(max_length=33)
    wider.set_attributes_from_name("kind")
    wider.model = Document

    guards.remove()
    with connection.schema_editor() as editor:
        editor.alter_field(Document, kind, wider)
        editor.alter_field(Document, wider, kind)
    guards.install()

    assert guards.missing() == []
    assert set(Document.objects.filter(search__words=["zinc"]).values_list("pk", flat=True)) == scanned(["zinc"])
    assert holds_what_documents_say()


def test_names_of_the_triggers_are_those_of_guards() -> None:
    assert all(name.startswith(guards.PREFIX) for name in search._TRIGGERS)
    assert max(map(len, [search.INDEX, *search._TRIGGERS])) <= 63
