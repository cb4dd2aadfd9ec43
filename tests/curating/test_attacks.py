"""What somebody tries who means harm: each attack by address, by form, by name or by file, and what becomes of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from curating import reviewing
from curating.files import workbooks
from curating.files.layout import layout_of
from curating.files.models import Upload
from curating.files.reading import MOST_BYTES, read
from curating.files.sheets import UnreadableFileError
from curating.merging import merge
from minerals.models import Mineral, Reserve
from minerals_api.desk import MOST_SENT, DeskMiddleware
from sources.models import Fact, Revision, Source
from sources.registry import fact_models
from tests.curating.desk import act, address, change, filled, in_review, logged_in, messages_of, person
from tests.curating.files import RESERVE, as_csv, as_xlsx, problems, upload
from tests.curating.test_roles import PAGES, addresses_of
from tests.factories import make_country, make_mineral, make_reserve, make_source, publish

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
EVIL = f'"><img src=x onerror=alert(1)>{SCRIPT}'
WRITTEN = [
    model
    for app in ("sources", "curating", "minerals", "projects", "auth")
    for model in apps.get_app_config(app).get_models()
]


def all_rows() -> dict[str, list[Any]]:
    rows = {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in WRITTEN}
    # Whoever logs in leaves the time.
    rows["auth.User"] = [(user[0], *user[3:]) for user in rows["auth.User"]]
    return rows


@pytest.fixture
def waiting(enterer: User) -> Reserve:
    draft = make_reserve("waiting-reserves")
    in_review(draft, by=enterer)
    return draft


@pytest.mark.parametrize("page", PAGES)
def test_no_address_does_anything_when_it_is_only_looked_at(page: Any, waiting: Reserve, superuser: Client) -> None:
    asked: Any = {
        **dict.fromkeys(("post", "_confirm", "_submit", "_publish", "_save", "_discard", "accept", "alone"), "yes"),
        "facts": waiting.pk,
        "message": "Because.",
        "seen": "x",
        "action": "delete_selected",
        "_selected_action": waiting.pk,
    }
    before = all_rows()
    for where in addresses_of(page, waiting):
        assert superuser.get(where, asked).status_code < 500
    assert all_rows() == before


@pytest.mark.parametrize("page", PAGES)
def test_no_address_takes_a_form_that_another_site_made(page: Any, waiting: Reserve) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("superuser"))
    answers = {
        where: strict.post(where, {"facts": waiting.pk, "message": "x"}) for where in addresses_of(page, waiting)
    }
    assert {where: answer.status_code for where, answer in answers.items() if answer.status_code != 403} == {}
    assert all("form is out of date" in answer.text for answer in answers.values())


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(elsewhere: str) -> None:
    client, password = Client(), "a kettle of 7 grey herons"
    User.objects.create_user("curator", password=password, is_staff=True)
    data = {"username": "curator", "password": password, "next": elsewhere}
    assert client.post(f"/admin/login/?next={elsewhere}", data).headers["Location"] == "/admin/"
    assert client.get(f"/admin/code/?next={elsewhere}").headers["Location"] == "/admin/"


def test_fields_that_no_form_has_are_not_taken_from_what_is_sent(curator: Client, draft: Reserve) -> None:
    revision: Any = Revision.objects.current()
    page = curator.get(change(draft))
    sent = filled(page, note="Read again.")
    beyond = {"published_in": revision.pk, "left_in": revision.pk, "left_reason": "x", "version": 7, "kind": "event"}
    assert curator.post(change(draft), sent | beyond | {"superseded_by": draft.pk, "id": 1}).status_code == 302
    kept = Reserve.objects.get(pk=draft.pk)
    assert (kept.note, kept.published_in, kept.left_in, kept.version) == ("Read again.", None, None, 1)
    assert (kept.kind, kept.left_reason, kept.superseded_by) == ("reserve", "", None)


@pytest.mark.parametrize("role", ["curator", "reviewer", "administrator"])
def test_nobody_but_a_superuser_publishes_alone_whatever_is_sent(role: str) -> None:
    user = person("someone", role)
    own = make_reserve("own-reserves")
    in_review(own, by=user)
    act(logged_in(user), "publish", own, alone="on", seen="x")
    assert Fact.objects.get(pk=own.pk).is_draft


def test_a_fact_of_another_kind_is_not_acted_on_through_this_one(reviewer: Client, waiting: Reserve) -> None:
    data = {"facts": waiting.pk, "message": "Because."}
    assert reviewer.post(address(fact_models()["event"], "publish"), data).status_code == 404
    assert Fact.objects.get(pk=waiting.pk).is_draft


def test_what_is_published_is_not_deleted_with_a_selection(superuser: Client, draft: Reserve) -> None:
    live = make_reserve("live-reserves")
    publish(live)
    selected = {"action": "delete_selected", "_selected_action": [draft.pk, live.pk], "post": "yes"}
    superuser.post(address(Reserve, "changelist"), selected)
    assert Fact.objects.filter(pk=live.pk).exists()


@pytest.mark.parametrize("column", ["published_in", "left_in", "superseded_by", "id", "pk", "search", "review"])
@pytest.mark.parametrize("model", [Reserve, Source, Mineral])
def test_a_file_has_no_column_for_what_only_acts_write(model: Any, column: str) -> None:
    content = as_csv([{**dict.fromkeys(layout_of(model).identity, "x"), column: "1"}])
    with pytest.raises(UnreadableFileError, match="none of the columns"):
        read(content, "sheet.csv", layout_of(model))


def test_a_file_does_not_change_what_was_merged_into_another(importer: Client) -> None:
    old, new = make_mineral("testium"), make_mineral("provium")
    publish(make_reserve("old-reserves", mineral=old), make_reserve("new-reserves", mineral=new))
    merge(old, new, person("reviewer", "reviewer"), "The same.")
    page = upload(importer, Mineral, [{"slug": "testium", "name": "Taken over"}])
    assert [message for _, _, message in problems(page)] == [
        "This mineral was merged into provium, so it never changes. Change that one."
    ]


@pytest.fixture
def hostile(draft: Reserve) -> Reserve:
    """Everything that a curator can name, named to run a script in a reviewer's browser."""
    mineral, source = make_mineral("hostile", name=EVIL), make_source("hostile", title=EVIL, publisher=EVIL, note=EVIL)
    fact = make_reserve("hostile-reserves", mineral=mineral, source=source, note=EVIL, verbatim=f"10 t {EVIL}")
    fact.citations.update(locator=EVIL, note=EVIL)
    keeper = person("keeper", "curator")
    User.objects.filter(pk=keeper.pk).update(first_name=EVIL)
    in_review(fact, by=keeper)
    reviewing.send_back([fact], keeper, EVIL)
    reviewing.submit([fact], keeper, EVIL)
    return fact


def assert_harmless(text: str) -> None:
    assert SCRIPT not in text
    assert "<img src=x" not in text


def test_names_and_notes_run_no_script_on_any_page(hostile: Reserve, superuser: Client) -> None:
    seen = 0
    for model, page in admin.site._registry.items():
        thing = {Reserve: hostile, Mineral: hostile.mineral, Source: hostile.citations.get().source}.get(model)
        addresses = addresses_of(page, hostile) if thing is None else addresses_of_thing(page, thing)
        for where in addresses:
            answer = superuser.get(where, {"facts": hostile.pk})
            if answer.headers["Content-Type"].startswith("text/html"):
                assert_harmless(answer.text)
                seen += "&lt;script&gt;" in answer.text
    assert seen >= 10


def addresses_of_thing(page: Any, thing: Any) -> list[str]:
    patterns = [one for one in page.get_urls() if one.name and "uuid" not in str(one.pattern)]
    return [reverse(f"admin:{one.name}", args=[thing.pk] * len(one.pattern.converters)) for one in patterns]


def test_a_file_runs_no_script_in_its_preview_and_its_messages(importer: Client) -> None:
    make_source(), make_mineral("tin"), make_country()
    rows = [RESERVE | {"note": EVIL}, RESERVE | {"key": EVIL, "value": EVIL, "mineral": EVIL}]
    page = upload(importer, Reserve, rows, name=f"{EVIL}.csv")
    assert_harmless(page.text)
    assert "&lt;script&gt;" in page.text
    done = importer.post(page.context["preview_at"], {"seen": page.context["seen"], "leave_out": "on"}, follow=True)
    assert_harmless(done.text)
    assert messages_of(done)
    assert_harmless(upload(importer, Reserve, as_csv([{"key": "x", EVIL: "1"}])).text)


@pytest.mark.parametrize("path", ["../../settings.csv", "/etc/passwd", "..\\..\\evil.csv", "\0evil.csv"])
def test_the_name_of_a_file_leads_nowhere(importer: Client, path: str) -> None:
    make_source(), make_mineral("tin"), make_country()
    upload(importer, Reserve, [RESERVE], name=path)
    assert "/" not in Upload.objects.get().sheet["file"]


def workbook_with(parts: dict[str, bytes], *, rename: dict[str, str] | None = None) -> bytes:
    """A workbook some of whose parts are others, or have other names."""
    whole = zipfile.ZipFile(io.BytesIO(as_xlsx([RESERVE])))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            content = parts.get(name, whole.read(name))
            for old, new in (rename or {}).items():
                content = content.replace(old.encode(), new.encode())
                name = name.replace(old, new)  # noqa: PLW2901
            made.writestr(name, content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'


def test_a_workbook_does_not_hide_entities_in_a_part_of_another_name() -> None:
    content = workbook_with({SHEET: BOMB}, rename={"sheet1.xml": "sheet1.bin"})
    with pytest.raises(UnreadableFileError, match=re.escape(workbooks.NO_WORKBOOK)):
        read(content, "book.xlsx", layout_of(Reserve))


def test_a_workbook_with_millions_of_styles_is_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "load_workbook", None)
    style = b"<styleSheet><cellXfs>" + b"<xf/>" * 1_000_000 + b"</cellXfs></styleSheet>"
    with pytest.raises(UnreadableFileError, match="formatting"):
        read(workbook_with({"xl/styles.xml": style}), "book.xlsx", layout_of(Reserve))


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_a_file_of_very_many_columns_is_refused_at_once(make: Callable[..., bytes]) -> None:
    content = make([{"key": "x"} | {f"column {number}": "1" for number in range(5_000)}])
    with pytest.raises(UnreadableFileError, match="columns"):
        read(content, "sheet", layout_of(Reserve))


def test_more_than_any_form_sends_is_refused_before_it_is_read() -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("The body was read.")

    request = RequestFactory().post("/admin/login/")
    request.user = AnonymousUser()
    request.META |= {"CONTENT_LENGTH": str(MOST_SENT + 1), "wsgi.input": Unread()}
    answer = DeskMiddleware(lambda _: pytest.fail("It was let through."))(request)
    assert answer.status_code == 413
    assert "5 MB" in answer.content.decode()


@pytest.mark.parametrize("length", ["many", "1e9", "-1", "9" * 5_000])
def test_a_length_that_is_none_does_no_harm(length: str, client: Client) -> None:
    answer = client.get("/admin/login/", CONTENT_LENGTH=length)
    assert answer.status_code == 200


def test_a_file_too_large_is_told_on_the_form(importer: Client) -> None:
    sent = {"file": SimpleUploadedFile("large.csv", b"x" * (MOST_BYTES + 1))}
    page = importer.post(address(Reserve, "import"), sent)
    assert page.context["form"].errors["file"] == ["The file is larger than 5 MB. Cut it into several."]
