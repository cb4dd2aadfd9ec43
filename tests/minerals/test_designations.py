"""Critical by whom: the lists on which a mineral stands, at every revision, and the filters that follow them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from minerals.models import Designation, DesignationList, Mineral
from sources import ledger
from sources.models import Document, Fact, Revision
from tests.endpoints import JSON, MOST, the_error
from tests.factories import (
    document_of,
    make_correction,
    make_country,
    make_fact,
    make_list,
    make_mineral,
    make_partner,
    make_production,
    make_project,
    publish,
)

pytestmark = pytest.mark.django_db

MINERALS = "/api/v1/minerals/"


@pytest.fixture
def unobtainium(db: None) -> Mineral:
    return make_mineral("unobtainium")


@pytest.fixture
def ministry_list(db: None) -> DesignationList:
    """An edition of which not all names are held."""
    jurisdiction = make_country("testland", "TST")
    return make_list("testland-2024", jurisdiction=jurisdiction, published="2024-05", official_count=3, aliases="tl-24")


@pytest.fixture
def designation(unobtainium: Mineral, ministry_list: DesignationList) -> Designation:
    """A draft that says that the one stands on the other."""
    return designate(unobtainium, ministry_list)


def designate(mineral: Mineral, on: DesignationList, **fields: Any) -> Designation:
    fields = {"name_on_list": mineral.name} | fields
    return make_fact(  # type: ignore[return-value]
        "designation", f"{on.slug}-{mineral.slug}", mineral=mineral, list=on, **fields
    )


def withdraw(*facts: Fact) -> Revision:
    return ledger.withdraw(facts, author="curator", reason="It was misread.")


def rename(record: Any) -> Revision:
    record.name = "Renamed"
    record.save()
    return ledger.record([record], author="curator", message="Renamed.")


def body_of(key: str = "unobtainium", *, kind: str = "mineral", revision: Revision | None = None) -> JSON:
    document = document_of(key, kind=kind, revision=revision)
    assert document
    return json.loads(document.body)


def lists_of(key: str = "unobtainium", revision: Revision | None = None) -> list[str]:
    return [shown["list"]["slug"] for shown in body_of(key, revision=revision)["designations"]]


def slugs(api: APIClient, address: str = MINERALS, **query: Any) -> list[str]:
    response = api.get(address, {"page_size": MOST} | query)
    assert response.status_code == HTTPStatus.OK, response.json()
    return [row["slug"] for row in response.json()["results"]]


def keys(api: APIClient, address: str, **query: Any) -> list[str]:
    return [row["key"] for row in api.get(address, {"page_size": MOST} | query).json()["results"]]


# What a mineral shows


def test_a_mineral_shows_the_list_on_which_it_stands(designation: Designation, api: APIClient) -> None:
    publish(designation)

    assert api.get(f"{MINERALS}unobtainium/?fields=designations").json()["designations"] == [
        {
            "key": "testland-2024-unobtainium",
            "url": "/api/v1/designations/testland-2024-unobtainium/",
            "list": {
                "slug": "testland-2024",
                "name": "Critical minerals",
                "authority": "Ministry",
                "jurisdiction": {"slug": "testland", "iso3": "TST", "name": "Testland"},
                "edition": None,
                "published": "2024-05",
                "status": None,
                "complete": False,
            },
            "tier": "critical",
            "name_on_list": "Unobtainium",
            "form": None,
        }
    ]


def test_a_mineral_on_no_list_shows_none(unobtainium: Mineral) -> None:
    publish(make_fact("use", "used", mineral=unobtainium))

    assert lists_of() == []


def test_a_draft_is_not_shown(designation: Designation, api: APIClient) -> None:
    publish(make_fact("use", "used", mineral=designation.mineral), designate(make_mineral("other"), designation.list))
    rename(designation.mineral)

    assert lists_of() == []
    assert slugs(api, designated_by="testland-2024") == ["other"]


def test_lists_are_in_order_of_jurisdiction_and_the_newest_edition_first(unobtainium: Mineral) -> None:
    editions = {
        "a-old": ("alpha", "2021-07"),
        "a-undated": ("alpha", ""),
        "a-new": ("alpha", "2024"),
        "b-newer": ("beta", "2025-11-07"),
    }
    lists = [
        make_list(slug, jurisdiction=make_country(country), published=published)
        for slug, (country, published) in reversed(editions.items())
    ]
    publish(*(designate(unobtainium, one) for one in lists))

    assert lists_of() == ["a-new", "a-old", "a-undated", "b-newer"]


def test_a_designation_known_to_be_wrong_is_not_shown(designation: Designation, api: APIClient) -> None:
    publish(designation)
    publish(make_correction(designation, rank="deprecated", rank_reason="It was another mineral."))

    assert lists_of() == []
    assert slugs(api, designated_by="testland-2024") == []


def test_a_mineral_is_not_searched_by_what_its_lists_say(designation: Designation, api: APIClient) -> None:
    publish(designation)

    assert slugs(api, q="unobtainium") == ["unobtainium"]
    assert slugs(api, q="testland") == []


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("designations.list.slug", {"list": {"slug": "testland-2024"}}),
        ("designations.tier,designations.list.complete", {"tier": "critical", "list": {"complete": False}}),
        ("designations.list.jurisdiction.iso3", {"list": {"jurisdiction": {"iso3": "TST"}}}),
    ],
)
def test_fields_reach_into_designations(fields: str, shown: JSON, designation: Designation, api: APIClient) -> None:
    publish(designation)

    assert api.get(f"{MINERALS}unobtainium/?fields={fields}").json() == {"designations": [shown]}


def test_a_mineral_shows_the_groups_whose_lists_may_cover_it(unobtainium: Mineral, api: APIClient) -> None:
    group = make_mineral("obtainables", type="group")
    member = make_fact("membership", "member", group=group, member=unobtainium)
    publish(member)
    before = Revision.objects.current()
    rename(group)

    assert body_of()["groups"] == [{"slug": "obtainables", "name": "Renamed", "symbol": None}]
    assert body_of(revision=before)["groups"][0]["name"] == "Obtainables"
    assert body_of("obtainables")["groups"] == []
    assert slugs(api, group="obtainables") == ["unobtainium"]

    withdraw(member)

    assert body_of()["groups"] == []
    assert slugs(api, group="obtainables") == []


def test_a_list_counts_the_names_held(designation: Designation) -> None:
    others = [designate(make_mineral(slug), designation.list, name_on_list="Both") for slug in ("first", "second")]
    publish(designation, *others)

    assert (body_of("testland-2024", kind="list")["names_held"], designation.list.official_count) == (2, 3)

    withdraw(designation)

    assert body_of("testland-2024", kind="list")["names_held"] == 1


# As of a revision


def test_every_revision_shows_the_designations_of_its_day(designation: Designation, api: APIClient) -> None:
    before = publish(make_fact("use", "used", mineral=designation.mineral))
    entered = publish(designation)
    corrected = publish(make_correction(designation, tier="strategic"))
    left = withdraw(Fact.objects.get(key=designation.key, version=2).as_kind)

    tiers = {
        revision.number: [shown["tier"] for shown in body_of(revision=revision)["designations"]]
        for revision in (before, entered, corrected, left)
    }
    found = {number: slugs(api, designated_by="testland-2024", revision=number, fields="slug") for number in tiers}

    assert list(tiers.values()) == [[], ["critical"], ["strategic"], []]
    assert list(found.values()) == [[], ["unobtainium"], ["unobtainium"], []]


def test_a_designation_that_moves_leaves_the_mineral_that_it_was_of(designation: Designation) -> None:
    publish(designation)
    publish(make_correction(designation, mineral_id=make_mineral("other").pk))

    assert (lists_of("unobtainium"), lists_of("other")) == ([], ["testland-2024"])


@pytest.mark.parametrize("renamed", ["list", "jurisdiction"])
def test_a_mineral_shows_the_names_of_the_day(renamed: str, designation: Designation) -> None:
    before = publish(designation)
    after = rename(designation.list if renamed == "list" else designation.list.jurisdiction)

    def name(revision: Revision) -> str:
        shown = body_of(revision=revision)["designations"][0]["list"]
        return (shown if renamed == "list" else shown["jurisdiction"])["name"]

    assert name(after) == "Renamed"
    assert name(before) in ("Critical minerals", "Testland")


def test_what_does_not_change_what_a_mineral_shows_opens_no_state_of_it(designation: Designation) -> None:
    publish(designation)
    revision = publish(make_fact("use", "used", mineral=designation.mineral))

    assert not Document.objects.filter(from_revision=revision, kind="mineral").exists()


def test_a_record_that_is_published_again_keeps_what_it_shows(designation: Designation) -> None:
    publish(designation)
    rename(designation.mineral)

    assert (body_of()["name"], lists_of()) == ("Renamed", ["testland-2024"])


def test_publishing_many_costs_no_more_queries_than_one(ministry_list: DesignationList) -> None:
    minerals = [make_mineral(f"unobtainium-{number}") for number in range(9)]
    publish(*(make_fact("use", f"used-{mineral.slug}", mineral=mineral) for mineral in minerals))
    publish(designate(make_mineral("unobtainium"), ministry_list))
    one, many = [designate(minerals[0], ministry_list)], [designate(mineral, ministry_list) for mineral in minerals[1:]]
    costs = []
    for facts in (one, many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            publish(*facts)
        costs.append(len(queries))

    assert costs[0] == costs[1]


# Filters


def test_several_lists_mean_any_of_them(designation: Designation, api: APIClient) -> None:
    other, third = make_list("other-list"), make_list("third-list")
    publish(designation, designate(make_mineral("other"), other), designate(make_mineral("third"), third))

    assert slugs(api, designated_by="testland-2024,other-list") == ["other", "unobtainium"]


@pytest.mark.parametrize("name", ["testland-2024", "TESTLAND-2024", "tl-24", "Tl-24"])
def test_a_list_goes_by_any_of_its_names(name: str, designation: Designation, api: APIClient) -> None:
    publish(designation)

    assert slugs(api, designated_by=name) == ["unobtainium"]


@pytest.mark.parametrize("name", ["us-2025", "us-2025-final", "90 FR 50494"])
def test_the_final_list_of_the_united_states(name: str, api: APIClient) -> None:
    listed = slugs(api, designated_by=name)

    assert len(listed) == 60
    assert {"copper", "silver", "neodymium"} < set(listed)


@pytest.mark.parametrize("endpoint", ["minerals", "reserves", "production", "uses", "figures"])
def test_an_unknown_list_is_told_the_nearest(endpoint: str, api: APIClient) -> None:
    error = the_error(api.get(f"/api/v1/{endpoint}/?designated_by=us-2052"))

    assert (error["parameter"], error["nearest"]) == ("designated_by", "us-2025")


@pytest.mark.parametrize(
    ("kind", "endpoint"),
    [
        ("reserve", "reserves"),
        ("production", "production"),
        ("trade", "trade"),
        ("use", "uses"),
        ("figure", "figures"),
        ("output", "outputs"),
        ("assessment", "assessments"),
    ],
)
def test_facts_are_found_by_the_lists_of_their_mineral(
    kind: str, endpoint: str, designation: Designation, api: APIClient
) -> None:
    publish(designation, make_fact(kind, "listed-fact", mineral=designation.mineral))
    publish(make_fact(kind, "unlisted-fact", mineral=make_mineral("other")))
    withdrawn = withdraw(designation)

    def found(revision: int) -> list[str]:
        return keys(api, f"/api/v1/{endpoint}/", designated_by="testland-2024", revision=revision)

    assert found(withdrawn.number - 1) == ["listed-fact"]
    assert found(withdrawn.number) == []


def test_an_incomplete_list_says_so_wherever_it_is_shown(api: APIClient) -> None:
    """What stands on it is found; that something doesn't, nothing here says."""
    listed = api.get(f"{MINERALS}?designated_by=jp-2021&page_size={MOST}").json()["results"]
    shown = [entry["list"] for row in listed for entry in row["designations"] if entry["list"]["slug"] == "jp-2021"]
    whole = api.get("/api/v1/lists/jp-2021/").json()

    assert len(shown) == len(listed) == whole["names_held"] < whole["official_count"]
    assert {one["complete"] for one in shown} == {whole["complete"]} == {False}


def test_a_complete_list_holds_as_many_names_as_its_authority_counts(api: APIClient) -> None:
    lists = api.get("/api/v1/lists/?complete=true").json()["results"]

    assert lists
    assert {one["slug"]: one["names_held"] for one in lists} == {one["slug"]: one["official_count"] for one in lists}


# Named together


@pytest.fixture
def mine(unobtainium: Mineral) -> Revision:
    """The last of three revisions: a mine is told of in testland, then its product, which the third withdraws."""
    project, country = make_project("deep-mine"), make_country("testland", "TST")
    partner = make_partner("deep-company")
    located = make_fact("location", "deep-mine-place", project=project, country=country)
    taken = make_fact("participation", "deep-mine-owner", project=project, partner=partner)
    based = make_fact("affiliation", "deep-company-seat", partner=partner, country=country)
    publish(located, taken, based, make_production("tst-output", mineral=unobtainium, country=country))
    output = make_fact("output", "deep-mine-product", project=project, mineral=unobtainium)
    publish(output)
    return withdraw(output)


@pytest.mark.parametrize(
    ("endpoint", "query", "slug"),
    [
        ("projects", {"country": "TST"}, "deep-mine"),
        ("projects", {"country": "TST", "partner": "deep-company"}, "deep-mine"),
        ("partners", {"country": "testland"}, "deep-company"),
        ("partners", {"project": "deep-mine"}, "deep-company"),
        ("minerals", {"country": "TST"}, "unobtainium"),
        ("countries", {"mineral": "unobtainium"}, "testland"),
    ],
)
def test_entities_are_found_by_what_facts_name_with_them(
    endpoint: str, query: JSON, slug: str, mine: Revision, api: APIClient
) -> None:
    assert slugs(api, f"/api/v1/{endpoint}/", **query) == [slug]
    assert slugs(api, f"/api/v1/{endpoint}/", **query, revision=1, fields="slug") == []


def test_projects_are_found_by_the_minerals_of_the_day(mine: Revision, api: APIClient) -> None:
    found = [
        slugs(api, "/api/v1/projects/", mineral="unobtainium", country="TST", revision=mine.number - ago)
        for ago in (2, 1, 0)
    ]

    assert found == [[], ["deep-mine"], []]


def test_drafts_and_wrong_claims_lead_to_no_project(mine: Revision, api: APIClient) -> None:
    project, mineral = make_project("deep-mine"), make_mineral("other")
    wrong = make_fact("output", "wrong", project=project, mineral=mineral, rank="deprecated", rank_reason="Misread.")
    publish(wrong)
    make_fact("output", "draft", project=project, mineral=mineral)

    assert slugs(api, "/api/v1/projects/", mineral="other") == []


def test_projects_of_a_country_and_a_mineral_in_the_dataset(api: APIClient) -> None:
    assert slugs(api, "/api/v1/projects/", country="KAZ", mineral="tungsten") == [
        "boguty-tungsten",
        "katpar-kairakty-tungsten",
    ]
