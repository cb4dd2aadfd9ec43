"""Merging one entity or source into another loses no fact."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from curating.drafts import correction_of
from curating.merging import merge
from minerals.models import Country, DesignationList, Mineral, Reserve
from projects.models import Event, Partner
from sources import ledger
from sources.ledger import Change, LedgerError
from sources.models import Fact, Revision, Source
from tests import factories as make
from tests.curating.desk import user_named
from tests.endpoints import ROOT, Get
from tests.sources.breaches import contents

pytestmark = pytest.mark.django_db

A, B = "testium", "testium-ore"
WHY = "They are one and the same."


@pytest.fixture
def get() -> Any:
    client = APIClient()
    with override_settings(RATE_LIMIT=""):
        client.handler.load_middleware()
        yield client.get


@pytest.fixture
def before() -> Revision:
    """Facts of many kinds about two minerals, of two sources, by two partners."""
    a, b = (
        make.make_mineral(A, name="Testium", symbol="Te"),
        make.make_mineral(B, name="Ore of Testium", aliases="Testite"),
    )
    country = make.make_country("testland", "TST", name="Testland")
    one, other = make.make_source("report-a"), make.make_source("report-b")
    company, firm = make.make_partner("company-a"), make.make_partner("company-b", name="Firm")
    through = make.make_reserve("through", mineral=a, country=country, source=one, category="resources")
    make.make_citation(through, one, via=other, via_locator="page 2")
    return make.publish(
        make.make_reserve("of-a", mineral=a, country=country, source=one, value=10),
        make.make_reserve("of-b", mineral=b, country=country, source=other, value=30),
        through,
        make.make_production("output-of-b", mineral=b, country=country, source=other),
        make.make_fact("designation", "listed-b", mineral=b, list=make.make_list("test-list", jurisdiction=country)),
        make.make_fact("membership", "member-b", group=a, member=b),
        make.make_event("signed", parties=[company, firm]),
    )


def minerals() -> tuple[Mineral, Mineral]:
    return Mineral.objects.get(slug=B), Mineral.objects.get(slug=A)


def merged(record: Any, into: Any) -> Any:
    return merge(record, into, user_named("curator"), WHY)


@pytest.fixture
def after(before: Revision) -> Revision:
    revision: Revision = merged(*minerals()).revision
    return revision


def keys_of(get: Get, address: str) -> set[str]:
    return {row["key"] for row in get(f"{ROOT}{address}").json()["results"]}


def refused(record: Any, into: Any) -> str:
    was = contents()
    with pytest.raises(LedgerError) as refusal:
        merged(record, into)
    assert contents() == was
    return str(refusal.value)


# No fact is lost.


def test_each_fact_has_a_next_version_that_names_the_other(before: Revision, after: Revision, get: Get) -> None:
    for kind, key in (("reserves", "of-b"), ("production", "output-of-b"), ("designations", "listed-b")):
        fact = get(f"{ROOT}{kind}/{key}/").json()
        old, new = get(f"{ROOT}{kind}/{key}/history/").json()

        assert (fact["version"], fact["mineral"]["slug"]) == (2, A)
        assert (old["version"], old["document"]["mineral"]["slug"], old["to_revision"]) == (1, B, after.number)
        assert WHY in old["left_reason"]
        assert old["document"]["citations"] == new["document"]["citations"]
    assert get(f"{ROOT}reserves/of-a/").json()["version"] == 1
    assert not Fact.objects.live().filter(mentions__entity__slug=B).exists()


def test_its_address_and_its_names_lead_to_the_other(before: Revision, after: Revision, get: Get) -> None:
    response = get(f"{ROOT}minerals/{B}/?format=csv")

    assert response.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert response.headers["Location"] == f"{ROOT}minerals/{A}/?format=csv"
    assert get(f"{ROOT}minerals/{A}/").json()["aliases"] == ["Ore of Testium", "Testite"]
    all_of_both = {"of-a", "of-b", "through"}
    for name in (A, B, "Ore of Testium", "testite"):
        assert keys_of(get, f"reserves/?mineral={name}") == all_of_both
    assert B not in {row["slug"] for row in get(f"{ROOT}minerals/?page_size=500").json()["results"]}
    assert [row["slug"] for row in get(f"{ROOT}minerals/?slug={B}").json()["results"]] == [A]


@pytest.mark.parametrize(
    "address",
    [
        f"minerals/{A}/",
        f"minerals/{B}/",
        f"minerals/{B}/history/",
        f"minerals/{A}/history/",
        f"minerals/?slug={B}",
        f"reserves/?mineral={A}",
        f"reserves/?mineral={B}",
        "reserves/?mineral=Testite",
        "reserves/?mineral=Ore of Testium",
        f"facts/?mineral={A}&claims=all",
        f"facts/?mineral={B}&format=ndjson",
        f"designations/?mineral={B}&format=bibtex",
        "lists/test-list/",
        f"changes/?mineral={B}",
    ],
)
def test_an_older_revision_answers_as_it_did(before: Revision, get: Get, address: str) -> None:
    asked = f"{ROOT}{address}{'&' if '?' in address else '?'}revision={before.number}"
    then = get(asked)
    body = then.getvalue()
    merged(*minerals())
    now = get(asked)

    assert (then.status_code, now.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert now.getvalue() == body


def test_the_history_of_the_other_has_its_own(before: Revision, after: Revision, get: Get) -> None:
    states = get(f"{ROOT}minerals/{A}/history/").json()

    assert [(one["document"]["slug"], one["from_revision"], one["to_revision"]) for one in states] == [
        (A, before.number, after.number),
        (B, before.number, after.number),
        (A, after.number, None),
    ]


def test_changes_say_where_it_went(before: Revision, after: Revision, get: Get) -> None:
    found = get(f"{ROOT}changes/?since={before.number}&page_size=500").json()["results"]
    by_name = {(one["kind"], one["key"]): one for one in found}
    left = by_name["mineral", B]

    assert (left["action"], left["moved_to"], left["reason"], left["document"]) == ("moved", A, WHY, None)
    assert by_name["mineral", A]["action"] == "changed"
    assert by_name["reserve", "of-b"]["action"] == "corrected"
    assert keys_of(get, f"changes/?since={before.number}&action=moved&mineral={B}") == {B}


def test_rivals_that_come_together_are_judged(before: Revision, get: Get) -> None:
    assert not get(f"{ROOT}reserves/of-a/").json()["disputed"]
    merged(*minerals())

    assert get(f"{ROOT}reserves/of-a/").json()["disputed"]
    assert get(f"{ROOT}reserves/of-b/").json()["disputed"]


def test_parts_of_facts_name_the_other(before: Revision, get: Get) -> None:
    merged(Partner.objects.get(slug="company-b"), Partner.objects.get(slug="company-a"))
    parties = get(f"{ROOT}events/signed/").json()["parties"]

    assert [party["partner"]["slug"] for party in parties] == ["company-a", "company-a"]
    assert [
        party.partner and party.partner.slug
        for party in Event.objects.get(key="signed", version=1).parties.order_by("position")
    ] == [
        "company-a",
        "company-b",
    ]


def test_records_that_refer_to_it_name_the_other(before: Revision, get: Get) -> None:
    land = make.make_country("otherland", "OTH", name="Otherland")
    ledger.record([land], author="curator", message="A country.")
    merged(Country.objects.get(slug="testland"), land)

    assert get(f"{ROOT}lists/test-list/").json()["jurisdiction"]["slug"] == "otherland"
    assert get(f"{ROOT}lists/test-list/?revision={before.number}").json()["jurisdiction"]["slug"] == "testland"
    assert keys_of(get, "reserves/?country=TST") == {"of-a", "of-b", "through"}


def test_sources_are_merged_with_their_citations(before: Revision, get: Get) -> None:
    later = make.make_source("report-c", supersedes=Source.objects.get(key="report-b"))
    ledger.record([later], author="curator", message="A later edition.")
    merged(Source.objects.get(key="report-b"), Source.objects.get(key="report-a"))

    assert get(f"{ROOT}sources/report-b/facts/").headers["Location"] == f"{ROOT}sources/report-a/facts/"
    everything = {"of-a", "of-b", "through", "output-of-b"}
    assert keys_of(get, "sources/report-a/facts/") == everything
    assert keys_of(get, "facts/?source=report-b") == everything
    assert keys_of(get, f"facts/?source=report-b&revision={before.number}") == {"of-b", "output-of-b", "through"}
    cited = get(f"{ROOT}reserves/through/").json()["citations"]
    assert [one["via"] and one["via"]["source"]["key"] for one in cited] == [None, "report-a"]
    assert get(f"{ROOT}sources/report-c/").json()["supersedes"] == "report-a"


def test_drafts_name_the_other_as_well(before: Revision) -> None:
    draft = make.make_reserve("drafted", mineral=Mineral.objects.get(slug=B))
    event = make.make_event("to-be-signed", parties=[Partner.objects.get(slug="company-b")])
    done = merged(*minerals())
    of_partners = merged(Partner.objects.get(slug="company-b"), Partner.objects.get(slug="company-a"))
    draft.refresh_from_db()

    assert [fact.key for fact in done.drafts] == ["drafted"]
    assert [fact.key for fact in of_partners.drafts] == ["to-be-signed"]
    assert (draft.mineral.slug, draft.is_draft) == (A, True)
    assert event.parties.get().partner == Partner.objects.get(slug="company-a")


def test_what_leads_to_what_is_merged_leads_on(before: Revision, get: Get) -> None:
    third = make.make_mineral("third-ore")
    ledger.record([third], author="curator", message="A mineral.")
    merged(third, Mineral.objects.get(slug=B))
    merged(*minerals())
    ledger.rename(Mineral.objects.get(slug=A), "pure-testium", author="curator", message="Its full name.")

    for key in (A, B, "third-ore"):
        assert get(f"{ROOT}minerals/{key}/").headers["Location"] == f"{ROOT}minerals/pure-testium/"
        assert keys_of(get, f"reserves/?mineral={key}") == {"of-a", "of-b", "through"}
    told = {one["document"]["slug"] for one in get(f"{ROOT}minerals/pure-testium/history/").json()}
    assert told == {A, B, "third-ore", "pure-testium"}


# What is refused.


def test_a_correction_that_is_being_made_is_in_the_way(before: Revision) -> None:
    correction_of(Reserve.objects.get(key="of-b"))

    assert "of-b v2 is a draft that is to correct of-b v1: publish or delete it first." in refused(*minerals())


def test_an_edition_does_not_supersede_itself(before: Revision) -> None:
    later = make.make_list("later-list", supersedes=DesignationList.objects.get(slug="test-list"))
    ledger.record([later], author="curator", message="A later edition.")

    said = refused(DesignationList.objects.get(slug="test-list"), later)
    assert "later-list” names it itself, as supersedes: empty that first." in said


def test_only_what_is_shown_and_of_one_kind_is_merged(before: Revision) -> None:
    record, into = minerals()

    assert "both have to be of one kind" in refused(record, Country.objects.get(slug="testland"))
    assert "publish it first" in refused(record, make.make_mineral("draftium"))
    assert "is not in the dataset" in refused(Mineral.objects.get(slug="draftium"), into)
    with pytest.raises(LedgerError, match="part of itself"):
        merged(record, record)


def test_nothing_brings_it_back_unasked(after: Revision) -> None:
    draft = make.make_reserve("named-late", mineral=Mineral.objects.get(slug=B))
    with pytest.raises(LedgerError, match=f"was merged into “{A}” in revision {after.number}: name that instead"):
        make.publish(draft)


def test_a_merger_can_be_undone(before: Revision, after: Revision, get: Get) -> None:
    record = Mineral.objects.get(slug=B)
    draft, _ = correction_of(Reserve.objects.get(key="of-b", version=2))
    draft.mineral = record  # type: ignore[attr-defined]
    draft.save()
    back = ledger.commit(Change("curator", "They are two.", enter=[draft.pk], records=[record]))

    assert get(f"{ROOT}minerals/{B}/").json()["slug"] == B
    assert keys_of(get, f"reserves/?mineral={B}") == {"of-b"}
    at = f"revision={after.number}"
    assert get(f"{ROOT}minerals/{B}/?{at}").headers["Location"] == f"{ROOT}minerals/{A}/?{at}"
    assert keys_of(get, f"reserves/?mineral={B}&{at}") == {"of-a", "of-b", "through"}
    [entered] = get(f"{ROOT}changes/?since={back.number - 1}&key={B}").json()["results"]
    assert entered["action"] == "entered"
