"""Facts are entered from the page of their source, one after another; figures are read and shown to be confirmed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin, RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.db.models import ForeignKey
from django.test import Client
from django.utils.html import strip_tags

from curating.entry.widgets import FilterableSelect
from minerals.models import Mineral, Production, Reserve
from projects.models import Assessment, Event, Figure, Location, Participation, Party
from sources.models import Citation, Fact, Source
from sources.registry import fact_models, record_models
from tests.curating.desk import address, change, filled, messages_of
from tests.curating.entering import enter_reserve, errors, form_of, key_for
from tests.factories import (
    make_citation,
    make_country,
    make_mineral,
    make_partner,
    make_project,
    make_reserve,
    make_source,
    make_term,
    publish,
)
from tests.test_admin import staff

__all__ = ["staff"]

pytestmark = pytest.mark.django_db


def named(model: Any) -> Any:
    return pytest.param(model, id=model._meta.model_name)


def form_from(client: Client, model: Any, source: Source, query: str = "") -> Any:
    return client.get(f"{address(model, 'add')}?source={source.key}{query}")


def test_the_page_of_a_source_offers_every_kind_of_fact(curator: Client):
    source = make_source()
    page = curator.get(change(source))
    offered = [kind["address"] for kind in page.context["kinds"]]
    assert offered == [f"{address(model, 'add')}?source={source.key}" for model in fact_models().values()]
    assert all(kind["meaning"].endswith((".", "…")) for kind in page.context["kinds"])
    assert [curator.get(one).status_code for one in offered] == [200] * len(offered)


def test_who_may_add_no_facts_is_offered_none(staff: Callable[..., Client]):
    page = staff("view_source", "view_reserve", "add_use").get(change(make_source()))
    assert [kind["name"] for kind in page.context["kinds"]] == ["use"]


def test_the_page_of_a_source_lists_the_facts_that_cite_it_and_where_they_stand(curator: Client):
    source, digest = make_source("original"), make_source("digest")
    published = make_reserve("kaz-tin-reserves-a", source=source)
    publish(published)
    read_elsewhere = make_reserve("kaz-tin-reserves-b", source=make_source("third"))
    make_citation(read_elsewhere, source, via=digest)
    page = curator.get(change(source))
    listed = [(fact.key, at, state) for fact, at, state in page.context["facts"]]
    assert [(key, at) for key, at, _ in listed] == [(fact.key, change(fact)) for fact in (published, read_elsewhere)]
    assert strip_tags(listed[0][2]).startswith("live since revision")
    assert "draft" in listed[1][2]
    assert [fact.key for fact, *_ in curator.get(change(digest)).context["facts"]] == [read_elsewhere.key]


def test_a_source_of_many_facts_links_to_all_of_them(curator: Client):
    source = Source.objects.get(key=Citation.objects.filter(fact__key__endswith="usgs-mcs2026")[0].source.key)
    page = curator.get(change(source))
    assert len(page.context["facts"]) == 50
    everything = curator.get(page.context["all_facts"]).context["cl"]
    assert everything.result_count == Fact.objects.filter(citations__source=source).distinct().count()


def test_a_source_is_filtered_by_that_is_not_there(curator: Client):
    assert curator.get(address(Fact, "changelist") + "?taken_from=nothing").context["cl"].result_count == 0


def test_a_fact_from_a_source_has_its_citation_filled_in_and_asks_for_the_place(curator: Client):
    source = make_source()
    page = form_from(curator, Reserve, source)
    citation = page.context["inline_admin_formsets"][0].formset.forms[0]
    assert citation["source"].value() == source.pk
    assert re.search(r'<input[^>]*name="citations-0-locator"[^>]*autofocus', page.text)
    assert page.text.index("citations-0-locator") < page.text.index('name="mineral"')


def test_the_citation_comes_last_where_a_fact_is_not_entered_from_its_source(curator: Client):
    page = curator.get(address(Reserve, "add"))
    assert page.text.index('name="mineral"') < page.text.index("citations-0-locator")
    assert "autofocus" not in page.text


@pytest.mark.parametrize("query", ["&mineral=abc", "&mineral=9" + "9" * 30, "&country=999999999", "&nothing=1"])
def test_what_an_address_fills_in_wrongly_is_left_out(curator: Client, query: str):
    page = form_from(curator, Reserve, make_source(), query)
    assert page.status_code == 200
    assert not form_of(page)["mineral"].value()
    assert not form_of(page)["country"].value()


def test_an_address_that_names_no_source_opens_a_plain_form(curator: Client):
    page = curator.get(address(Reserve, "add") + "?source=nothing")
    assert page.context["from_source"] is None


@pytest.mark.parametrize(("tick", "saved"), [("", False), ("on", True)])
def test_a_citation_without_a_place_is_asked_about(curator: Client, tick: str, saved: bool):
    fields = {"value": "1000", "comparator": ">", "unit": "t", "availability": "reported", "citations-0-locator": ""}
    page = enter_reserve(curator, **fields, **{"citations-0-place_unknown": tick})
    assert Reserve.objects.filter(key="entered").exists() is saved
    if not saved:
        assert "tick that the place is not known" in errors(page)


def test_the_place_in_the_document_that_was_read_will_do(curator: Client):
    enter_reserve(
        curator,
        **{"value": "1000", "comparator": ">", "unit": "t", "availability": "reported", "citations-0-locator": ""},
        **{"citations-0-via": make_source("digest").pk, "citations-0-via_locator": "paragraph 2"},
    )
    assert Reserve.objects.filter(key="entered").exists()


def test_a_draft_whose_citation_has_no_place_can_still_be_changed(curator: Client):
    draft = make_reserve("kaz-tin-reserves-a")
    assert curator.post(change(draft), filled(curator.get(change(draft)), note="Seen.")).status_code == 302


def entered_from(client: Client, source: Source, button: str) -> Any:
    page = form_from(client, Figure, source)
    fields = {
        "project": make_project().pk,
        "mineral": make_mineral().pk,
        "measure": make_term("figure-measure", "cost").code,
        "verbatim": "$5 million",
        "comparator": "=",
        "value": "5",
        "unit": "MUSD",
        "availability": "reported",
        "citations-0-locator": "page 1",
        button: "1",
    }
    return client.post(f"{address(Figure, 'add')}?source={source.key}", filled(page, **fields))


def test_after_a_fact_the_source_is_shown_and_the_project_is_kept(curator: Client):
    source = make_source()
    response = entered_from(curator, source, "_save")
    assert response.headers["Location"] == f"{change(source)}?project={make_project().pk}#facts"
    page = curator.get(response.headers["Location"])
    assert Figure.objects.get(key="north-mine-zinc-cost").citations.get().source == source
    assert any("Saved as a draft" in message for message in messages_of(page))
    kinds = {kind["name"]: kind["address"] for kind in page.context["kinds"]}
    assert kinds["event"].endswith(f"&project={make_project().pk}")
    assert "project" not in kinds["reserve"]
    assert form_of(curator.get(kinds["event"]))["project"].value() == str(make_project().pk)


def test_another_fact_of_the_kind_keeps_what_it_is_about(curator: Client):
    source = make_source()
    page = curator.get(entered_from(curator, source, "_addanother").headers["Location"])
    assert page.context["from_source"] == source
    assert form_of(page)["mineral"].value() == str(make_mineral().pk)
    assert form_of(page)["verbatim"].value() is None


def test_who_may_not_see_sources_comes_back_to_the_facts(staff: Callable[..., Client]):
    client = staff("add_figure", "change_figure", "view_figure", "view_project", "view_mineral")
    response = entered_from(client, make_source(), "_save")
    assert response.headers["Location"] == address(Figure, "changelist")


def test_saving_to_go_on_editing_stays_with_the_fact(curator: Client):
    response = entered_from(curator, make_source(), "_continue")
    assert response.headers["Location"].startswith(change(Figure.objects.get(key="north-mine-zinc-cost")))


TEN = {"verbatim": "10 t", "comparator": "=", "value": "10", "unit": "t", "availability": "reported"}


def test_keys_are_made_from_what_facts_say(curator: Client):
    zinc, kaz, north = make_mineral().pk, make_country().pk, make_project().pk
    make_term("production-measure", "output")
    production = {"mineral": zinc, "scope": "country", "country": kaz, "measure": "output", "period": "2024", **TEN}
    assert key_for(curator, Production, **production, stage="mine") == "kaz-zinc-mine-output-2024"
    assert key_for(curator, Production, **production | {"scope": "world", "country": ""}) == "world-zinc-output-2024"
    assert key_for(curator, Location, project=north, precision="country", country=kaz) == "north-mine-location"
    owner = {"project": north, "partner": make_partner().pk, "role": "owner"}
    assert key_for(curator, Participation, **owner) == "north-mine-owner-mining-company"
    event = {"type": "agreement", "title": "Signed", "project": north, "status": "actual", "period": "../2028"}
    assert key_for(curator, Event, **event) == "north-mine-agreement-2028"
    said = {"type": "risk", "scope": "country", "country": kaz, "text": "The prices of the ores swing widely."}
    assert key_for(curator, Assessment, **said) == "kaz-prices-ores-swing-widely"


def test_a_key_that_is_taken_gets_the_publisher_then_a_number(curator: Client):
    reserve = {"mineral": make_mineral("tin").pk, "scope": "country", "country": make_country().pk, **TEN}
    keys = [key_for(curator, Reserve, **reserve, category="reserves") for _ in range(3)]
    assert keys == ["kaz-tin-reserves", "kaz-tin-reserves-survey", "kaz-tin-reserves-survey-2"]


@pytest.mark.parametrize("model", [named(model) for model in fact_models().values()])
def test_every_kind_can_make_keys(model: Any):
    desk: Any = admin.site.get_model_admin(model)
    assert set(desk.key_from) <= {field.name for field in model._meta.get_fields()}


EDITED = [*fact_models().values(), *record_models().values()]


@pytest.mark.parametrize("model", [named(model) for model in (*EDITED, Party, Citation)])
def test_every_reference_is_completed_as_it_is_typed(rf: Any, model: Any):
    """And what is missing can be added from there."""
    owner = {Party: Event, Citation: Reserve}.get(model, model)
    request = rf.get("/")
    request.user = User.objects.create_superuser("curator")
    site = admin.site.get_model_admin(owner)
    forms = [
        site.get_form(request),
        *(inline.get_formset(request).form for inline in site.get_inline_instances(request)),
    ]
    [form] = [one for one in forms if one._meta.model is model]
    references = {
        name: field.widget
        for name, field in form.base_fields.items()
        if name in {one.name for one in model._meta.fields} and isinstance(model._meta.get_field(name), ForeignKey)
    }
    for widget in references.values():
        assert isinstance(widget, RelatedFieldWidgetWrapper)
        assert isinstance(widget.widget, AutocompleteMixin)
        assert widget.can_add_related


def test_long_lists_of_words_are_filtered_by_typing(curator: Client):
    fields = form_of(curator.get(address(Reserve, "add"))).fields
    assert isinstance(fields["unit"].widget, FilterableSelect)
    assert isinstance(fields["basis"].widget, FilterableSelect)
    assert not isinstance(fields["scope"].widget, FilterableSelect)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"value": "1,000 t"}, "Write a plain number, such as 1234.5"),
        ({"period": "last year"}, "is not an EDTF date. Write 2024, 2024-07"),
        ({"key": "Kaz Tin"}, "Use lower-case letters, digits and single hyphens"),
        ({"scope": "world"}, "Name a country exactly where the scope is country."),
        ({"comparator": "", "value": "5", "availability": "reported"}, "A number needs its unit, its comparator"),
        ({"period": "June 2023"}, "“June 2023” is not an EDTF date. Write 2023-06."),
        ({"citations-0-accessed": "03/04/2023"}, "Write 2023-04-03 or 2023-03-04, whichever the source means."),
        ({"citations-0-via_locator": "page 2"}, "Name the document that the place (via locator) is in."),
    ],
)
def test_messages_say_what_to_do(curator: Client, fields: dict[str, str], said: str):
    assert said in errors(enter_reserve(curator, **fields))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "not an address"}, "Write the whole address, such as https://example.org/report.html."),
        ({"not_before": "May 2024"}, "Write the day as 2024-07-09."),
        ({"published": "9 July 2024"}, "“9 July 2024” is not an EDTF date. Write 2024-07-09."),
    ],
)
def test_messages_about_sources_say_what_to_do(curator: Client, fields: dict[str, str], said: str):
    page = curator.get(address(Source, "add"))
    least = {"kind": "news", "publisher": "The Daily", "title": "A mine opens"}
    assert said in errors(curator.post(address(Source, "add"), filled(page, **least | fields)))


def test_an_entity_of_a_known_name_is_asked_about(curator: Client):
    zinc = make_mineral(name="Zinc")
    page = curator.get(address(Mineral, "add"))
    entered = {"name": "ZINC", "slug": "zinc-metal", "type": "element"}
    asked = curator.post(address(Mineral, "add"), filled(page, **entered))
    assert "This name is known already: Zinc" in errors(asked)
    assert change(zinc) in asked.text
    [question] = form_of(asked).questions
    curator.post(address(Mineral, "add"), filled(page, **entered, **{question.name: question.mark}))
    assert Mineral.objects.filter(slug="zinc-metal").exists()


def test_an_entity_of_a_known_slug_is_refused(curator: Client):
    make_mineral(name="Zinc")
    page = curator.get(address(Mineral, "add"))
    refused = curator.post(address(Mineral, "add"), filled(page, name="Other", slug="zinc", type="element"))
    assert "Zinc has this slug already. Use that, or choose another slug." in errors(refused)


def test_an_entity_is_added_in_a_popup(curator: Client):
    page = curator.get(address(Mineral, "add") + "?_to_field=id&_popup=1")
    entered = filled(page, name="Testium", slug="testium", type="element")
    answer = curator.post(address(Mineral, "add"), entered | {"_popup": "1", "_to_field": "id"})
    assert "Testium" in answer.text
    assert "popup_response" in answer.text


def test_a_fact_from_its_source_is_submitted_where_that_was_asked_for(curator: Client):
    source = make_source("submitted-from")
    page = form_from(curator, Reserve, source)
    entered = {
        "key": "submitted-from-source",
        "mineral": make_mineral("tin").pk,
        "scope": "world",
        "category": "reserves",
        "verbatim": "10 tons",
        "comparator": "=",
        "value": "10",
        "unit": "t",
        "availability": "reported",
        "citations-0-locator": "page 3",
    }
    address_of_form = f"{address(Reserve, 'add')}?source={source.key}"
    answer = curator.post(address_of_form, filled(page, **entered) | {"_submit": "1"}, follow=True)
    fact = Reserve.objects.get(key="submitted-from-source")
    assert any(said.startswith("Submitted for review") for said in messages_of(answer))
    assert fact.review.state == "in_review"
    assert answer.redirect_chain[-1][0].endswith("#facts")
