"""The places that the desk offers: each opens for whoever is offered it, and none for others."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curating.roles import ROLES
from tests.curating.desk import in_review, logged_in, person
from tests.factories import make_reserve

pytestmark = pytest.mark.django_db

CARE = reverse("care")


def offered(client: Client) -> set[str]:
    """The addresses that the start page of the desk links to: its menu, what waits, and the head of every page."""
    links = re.findall(r'<a [^>]*?href="(/admin/[^"]*)"', client.get(reverse("admin:index")).text)
    return {unescape(link) for link in links}


def all_places() -> set[str]:
    """All that the menu could offer: of every model its list and its form, and the pages that are no model's."""
    models = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    named = [reverse(f"{model}_{page}") for model in models for page in ("changelist", "add")]
    return {*named, *(reverse(place.address) for place in admin.site.places)}  # type: ignore[attr-defined]


def someone(role: str) -> User:
    return User.objects.create_superuser("someone") if role == "superuser" else person("someone", role)


@pytest.mark.parametrize("role", [*ROLES, "superuser", ""])
def test_what_is_offered_opens_and_nothing_else(role: str):
    in_review(make_reserve("kaz-zinc-reserves-test"), by=person("keeper", "curator"))
    client = logged_in(someone(role))
    links = offered(client)
    assert {link: status for link in links if (status := client.get(link).status_code) != 200} == {}
    others = all_places() - links
    assert {place: status for place in others if (status := client.get(place).status_code) != 403} == {}


@pytest.mark.parametrize(("role", "sees"), [("viewer", True), ("administrator", True), ("", False)])
def test_care_is_in_the_menu_of_those_who_may_see_it(role: str, sees: bool):
    client = logged_in(someone(role))
    menu = client.get(reverse("admin:password_change")).context["available_apps"]
    assert (CARE in {model["admin_url"] for group in menu for model in group["models"]}) is sees


def test_who_may_see_facts_alone_is_offered_only_what_opens():
    client = logged_in(person("someone", "", "view_fact"))
    links = offered(client)
    assert CARE in links
    assert {client.get(link).status_code for link in links} == {200}


def test_a_group_of_the_menu_holds_what_belongs_together():
    menu = logged_in(someone("superuser")).get(reverse("admin:index")).context["app_list"]
    groups = {group["name"]: [model["name"] for model in group["models"]] for group in menu}
    assert groups["Desk"] == ["Archived copies proposed", "Care", "Link checks", "Reviews", "Steps"]
    assert "Moves" in groups["The whole ledger"]
    assert "Sources and ledger" not in groups
