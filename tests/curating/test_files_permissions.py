"""Who may export and who may import: asked at every address, whatever the buttons show."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from curating.files.models import Upload
from minerals.models import Reserve
from sources.models import Fact
from sources.registry import fact_models, record_models
from tests.curating.files import RESERVE, address, as_csv, log_in, upload
from tests.factories import make_country, make_mineral, make_source

pytestmark = pytest.mark.django_db

KINDS = [
    pytest.param(model, id=model._meta.model_name) for model in (*fact_models().values(), *record_models().values())
]
EXPORTS = ("csv", "xlsx")
IMPORTS = ("import", "blank")


def statuses(client: Client, model: Any, pages: tuple[str, ...]) -> set[int]:
    return {client.get(address(model, page)).status_code for page in pages}


@pytest.mark.parametrize("model", KINDS)
def test_export_needs_to_view_and_import_to_add_and_to_change(model: Any):
    name = model._meta.model_name
    nobody, viewer, adder, changer, both = (
        log_in(f"user-{number}", [f"{act}_{name}" for act in acts])
        for number, acts in enumerate(((), ("view",), ("view", "add"), ("view", "change"), ("view", "add", "change")))
    )
    preview = address(model, "preview", uuid4())
    assert statuses(nobody, model, EXPORTS + IMPORTS) == {403}
    assert statuses(viewer, model, EXPORTS) == {200}
    for client in (viewer, adder, changer):
        assert statuses(client, model, IMPORTS) == {403}
        assert client.get(preview).status_code == 403
        assert client.post(preview, {"seen": "x"}).status_code == 403
        assert client.post(address(model, "import"), {}).status_code == 403
    assert statuses(both, model, EXPORTS + IMPORTS) == {200}


def test_the_right_to_publish_is_no_right_to_import():
    client = log_in("reviewer", ["view_reserve", "publish_fact"])
    assert client.get(address(Reserve, "import")).status_code == 403


def test_rights_over_one_kind_are_none_over_another():
    client = log_in("curator", ["view_event", "add_event", "change_event"])
    assert statuses(client, Reserve, EXPORTS + IMPORTS) == {403}


def test_a_visitor_is_asked_to_log_in(client: Client):
    for page in (*EXPORTS, *IMPORTS):
        assert client.get(address(Reserve, page)).headers["Location"].startswith(reverse("admin:login"))


def test_rights_that_are_gone_stop_a_preview_from_being_confirmed(importer: Client):
    make_source(), make_mineral("tin"), make_country()
    page = upload(importer, Reserve, [RESERVE])
    User.objects.get(username="curator").user_permissions.remove(Permission.objects.get(codename="add_reserve"))
    answer = importer.post(page.context["preview_at"], {"seen": page.context["seen"]})
    assert answer.status_code == 403
    assert not Fact.objects.filter(key=RESERVE["key"]).exists()


def test_reading_a_page_writes_nothing(importer: Client):
    make_source(), make_mineral("tin"), make_country()
    page = upload(importer, Reserve, [RESERVE])
    query = {"seen": page.context["seen"], "_discard": "x", "leave_out": "on"}
    assert importer.get(page.context["preview_at"], query).status_code == 200
    assert Upload.objects.count() == 1
    assert not Fact.objects.filter(key=RESERVE["key"]).exists()


def test_a_confirmation_needs_its_token(importer: Client):
    make_source(), make_mineral("tin"), make_country()
    page = upload(importer, Reserve, [RESERVE])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="curator"))
    assert strict.post(page.context["preview_at"], {"seen": page.context["seen"]}).status_code == 403


def test_the_list_offers_what_its_reader_may_do(importer: Client):
    viewer = log_in("viewer", ["view_reserve"])
    seen, allowed = (client.get(address(Reserve, "changelist")).text for client in (viewer, importer))
    assert all(address(Reserve, page) in seen for page in EXPORTS)
    assert address(Reserve, "import") not in seen
    assert address(Reserve, "import") in allowed


def test_the_links_of_a_filtered_list_export_what_it_shows(importer: Client):
    page = importer.get(f"{address(Reserve, 'changelist')}?state=draft&q=tin")
    assert f"{address(Reserve, 'csv')}?state=draft&amp;q=tin" in page.text


def test_a_list_in_a_popup_is_only_chosen_from(importer: Client):
    page = importer.get(f"{address(Reserve, 'changelist')}?_popup=1")
    assert address(Reserve, "csv") not in page.text


def test_overviews_and_what_the_ledger_writes_are_not_imported():
    assert not hasattr(admin.site.get_model_admin(Fact), "import_view")


@pytest.mark.parametrize("sent", [{}, {"file": ""}, {"file": "text"}])
def test_a_form_without_a_file_says_so(importer: Client, sent: dict[str, str]):
    page = importer.post(address(Reserve, "import"), sent)
    assert page.status_code == 200
    assert page.context["form"].errors["file"] == ["This field is required."]


def test_a_bad_file_is_refused_on_the_form(importer: Client):
    page = upload(importer, Reserve, as_csv([{"key": "x", "vale": "1"}]))
    assert "Did you mean “value”?" in page.context["form"].errors["file"][0]
    assert Upload.objects.count() == 0
    empty = upload(importer, Reserve, b"")
    assert empty.context["form"].errors["file"]
