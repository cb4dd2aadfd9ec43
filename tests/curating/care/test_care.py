"""What needs care: each number of the page and the list behind it, the chain of editions, copies accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curating.care.conditions import CARES
from curating.care.dashboard import Table
from curating.models import Act, Review, State, Step
from minerals.models import Reserve
from sources import ledger
from sources.models import Citation, Document, Fact, Source
from sources.registry import fact_models
from tests.curating.care.lists import care, lost_source, published
from tests.factories import (
    make_citation,
    make_correction,
    make_fact,
    make_production,
    make_reserve,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db

CARE = "/admin/care/"
WORDS = [care.word for care in CARES]
COPY = "https://web.archive.org/web/20210503120000/https://lost.test/page"


def numbers_of(table: Table) -> list[tuple[str, str, int, str]]:
    """Each number with its row, its column and the list that it opens."""
    return [
        (row.name, head, number.count, number.address)
        for row in table.rows
        for head, number in zip(table.heads, row.numbers, strict=True)
    ]


@pytest.fixture
def a_bit_of_everything() -> None:
    """At least one fact, of another kind too, in every state and in need of every care."""
    first = make_source("yearbook-2024")
    make_source("yearbook-2025", supersedes=first)
    published("resting", source=first)
    published("dead", source=lost_source())
    withdrawn, corrected = published("withdrawn"), published("corrected")
    ledger.withdraw([withdrawn], author="curator", reason="It counted ore.")
    publish(make_correction(corrected, note="Misread."))
    publish(make_production("placed", period="2024"), make_fact("event", "signed"))
    Citation.objects.filter(fact__published_in__isnull=True).delete()
    for state in State:
        draft = make_reserve(f"draft-{state}")
        Review.objects.create(fact=draft, state=state, since=timezone.now() - timedelta(days=90))
    make_production("draft-of-nobody")


def test_each_number_is_the_length_of_the_list_that_it_opens(curator: Client, a_bit_of_everything: None):
    page = curator.get(CARE)
    numbers = [*numbers_of(page.context["cares"]), *numbers_of(page.context["states"])]
    sources = [(row.name, number.count, number.address) for row in page.context["sources"] for number in row.numbers]
    wrong = {
        tuple(what): (count, found)
        for *what, count, address in [*numbers, *sources]
        if count != (found := curator.get(address).context["cl"].result_count)
    }

    assert wrong == {}
    assert len(numbers) >= 4 * (len(page.context["states"].heads) + len(WORDS))
    for head in (*page.context["cares"].heads, *page.context["states"].heads):
        assert any(count for name, of, count, _ in numbers if (name, of) == ("All kinds", head)), head


def test_all_kinds_are_the_sum_of_the_kinds(curator: Client, a_bit_of_everything: None):
    page = curator.get(CARE)
    for table in (page.context["cares"], page.context["states"]):
        total, *kinds = table.rows
        columns = zip(*([number.count for number in row.numbers] for row in kinds), strict=True)
        assert [number.count for number in total.numbers] == [sum(column) for column in columns]
    states = page.context["states"].rows[0].numbers
    assert sum(number.count for number in states) == Fact.objects.count()


def test_the_page_asks_the_database_as_often_for_many_facts_as_for_few(curator: Client):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            curator.get(CARE)
        return len(asked)

    queries()
    before = queries()
    publish(*(make_reserve(f"more-{number}", source=lost_source(f"lost-{number}")) for number in range(10)))

    assert queries() == before <= 25


def test_a_number_that_is_not_nought_is_a_link(curator: Client, a_bit_of_everything: None):
    text = curator.get(CARE).text

    assert re.search(r'<a href="/admin/sources/fact/\?care=dead_source">1</a>', text)
    assert re.search(r'<a href="/admin/minerals/reserve/\?care=older_edition">1</a>', text)
    assert not re.search(r">0</a>", text)


def test_who_may_not_see_facts_does_not_see_the_page(client: Client, staff: Callable[..., Client]):
    assert client.get(CARE).headers["Location"].startswith(reverse("admin:login"))
    assert staff().get(CARE).status_code == 403
    assert staff("view_source").get(CARE).status_code == 403


def test_who_may_see_some_lists_is_led_to_these_alone(staff: Callable[..., Client], a_bit_of_everything: None):
    page = staff("view_fact", "view_reserve").get(CARE)

    assert "/admin/minerals/reserve/?care=" in page.text
    assert "/admin/minerals/production/?" not in page.text
    assert "/admin/sources/source/?" not in page.text


def test_the_page_changes_nothing_and_takes_nothing(curator: Client):
    assert curator.post(CARE).status_code == 405


def test_a_single_source_stays_single_however_often_it_is_cited(curator: Client):
    single, double = make_reserve("single"), make_reserve("double")
    make_citation(single, locator="page 2")
    make_citation(double, make_source("atlas"))
    before = care(curator, "single_source")
    publish(single, double)

    assert care(curator, "single_source") - before == {"single"}


@pytest.mark.parametrize(
    ("outcome", "fields", "is_dead"),
    [
        ("not_found", {}, True),
        ("gone", {}, True),
        ("no_host", {}, True),
        ("timeout", {}, False),
        ("forbidden", {}, False),
        ("ok", {}, False),
        ("not_found", {"archived_url": "https://archive.example/copy"}, False),
    ],
)
def test_a_fact_rests_on_a_dead_source(curator: Client, outcome: str, fields: dict[str, str], is_dead: bool):
    published("resting", source=lost_source(outcome=outcome, **fields))

    assert care(curator, "dead_source") == ({"resting"} if is_dead else set())


def test_a_fact_rests_on_the_dead_document_that_its_source_was_read_in(curator: Client):
    draft = make_reserve("resting")
    draft.citations.update(via=lost_source())
    publish(draft)

    assert care(curator, "dead_source") == care(curator, "dead_source", Reserve) == {"resting"}


def test_an_address_that_was_mended_is_not_dead(curator: Client):
    source = lost_source()
    published("resting", source=source)
    Source.objects.filter(pk=source.pk).update(url="https://found.test/page")

    assert care(curator, "dead_source") == set()


@pytest.mark.parametrize(
    ("cited", "rests"),
    [((1,), True), ((1, 2), True), ((3,), False), ((1, 3), False), ((2, 3), False), ((1, 2, 3), False)],
)
def test_a_fact_rests_on_an_older_edition_unless_it_cites_a_newer_one(
    curator: Client, cited: tuple[int, ...], rests: bool
):
    editions: dict[int, Source] = {}
    for number in (1, 2, 3):
        editions[number] = make_source(f"yearbook-{number}", supersedes=editions.get(number - 1))
    fact = make_reserve("resting", source=editions[cited[0]])
    for number in cited[1:]:
        make_citation(fact, editions[number])
    publish(fact)

    assert care(curator, "older_edition") == ({"resting"} if rests else set())


def test_a_newer_edition_of_another_document_does_not_help(curator: Client):
    first = make_source("yearbook-1")
    make_source("yearbook-2", supersedes=first)
    fact = make_reserve("resting", source=first)
    make_citation(fact, make_source("atlas-2", supersedes=make_source("atlas-1")))
    publish(fact)

    assert care(curator, "older_edition") == {"resting"}


def test_facts_without_a_place_and_facts_whose_original_nobody_saw(curator: Client):
    before = {word: care(curator, word) for word in ("no_place", "unseen")}
    digest = make_source("digest")
    citations: dict[str, list[dict[str, Any]]] = {
        "nowhere": [{"locator": "page 1"}, {}],
        "in-source": [{"locator": "page 1"}],
        "in-digest": [{"via": digest, "via_locator": "page 9"}],
        "half-seen": [{"via": digest, "via_locator": "page 9"}, {"locator": "page 1"}],
    }
    for key, rows in citations.items():
        draft = make_reserve(key)
        draft.citations.all().delete()
        for row in rows:
            make_citation(draft, **row)
        publish(draft)

    assert care(curator, "no_place") - before["no_place"] == {"nowhere"}
    assert care(curator, "unseen") - before["unseen"] == {"in-digest"}


def test_flagged_and_disputed_facts_are_those_that_readers_see_so(curator: Client):
    published("late", as_of="2030", source=make_source("early", published="2024-01-01"))
    published("rival", value=900, source=make_source("other"))
    standing = Document.objects.standing().filter(fact__isnull=False)

    assert "late" in care(curator, "flagged")
    assert care(curator, "flagged") == set(standing.exclude(issues="").values_list("key", flat=True))
    assert {"late", "rival"} <= care(curator, "disputed")
    assert care(curator, "disputed") == set(standing.filter(disputed=True).values_list("key", flat=True))


def test_what_is_not_live_needs_no_care(curator: Client):
    fact = published("resting", source=lost_source())
    make_reserve("draft", source=lost_source())
    ledger.withdraw([fact], author="curator", reason="It counted ore.")

    assert care(curator, "dead_source") == set()


@pytest.mark.parametrize(
    ("moved", "touched", "is_stale"), [(40, 40, True), (20, 40, False), (40, 20, False), (None, None, True)]
)
def test_a_draft_that_nobody_touches_grows_stale(
    curator: Client, moved: int | None, touched: int | None, is_stale: bool
):
    draft, now = make_reserve("draft"), timezone.now()
    if moved:
        Review.objects.create(fact=draft, since=now - timedelta(days=moved))
    if touched:
        user = User.objects.get(username="curator")
        Step.objects.create(fact=draft, by=user, act=Act.CHANGED, at=now - timedelta(days=touched))

    assert care(curator, "stale") == ({"draft"} if is_stale else set())


@pytest.mark.parametrize("kind", fact_models())
def test_every_kind_can_be_asked_what_needs_care(curator: Client, kind: str):
    publish(make_fact(kind, "one-more", source=lost_source()))
    model = fact_models()[kind]
    for one in CARES:
        facts = Fact.objects.filter(one.condition(), kind=kind)
        assert set(model.objects.filter(one.condition()).values_list("pk")) == set(facts.values_list("pk"))
    assert care(curator, "dead_source", model) == {"one-more"}


@pytest.mark.parametrize("query", ["care=guesswork", "cites=no-such-source", "care=%00"])
def test_a_filter_that_is_not_known_finds_nothing(curator: Client, query: str):
    address = f"{reverse('admin:sources_fact_changelist')}?{query}"
    page = curator.get(address, follow=True)

    assert page.status_code == 200
    assert page.context["cl"].result_count == 0


def test_the_first_page_of_the_desk_leads_to_what_needs_care(staff: Callable[..., Client]):
    assert CARE in staff("view_fact").get(reverse("admin:index")).text
    assert CARE not in staff("view_source").get(reverse("admin:index")).text
