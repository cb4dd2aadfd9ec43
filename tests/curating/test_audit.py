"""The audit log: who did what at the desk, when and from where; and what leaves no line in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curating import audit
from minerals.models import Mineral, Reserve
from sources.models import Document, Entity, Fact, Line, Mention
from sources.registry import fact_models, part_models, record_models
from tests.curating.desk import act, address, change, filled
from tests.curating.signing import code_of, log_in, make_device, make_person
from tests.factories import make_mineral, make_reserve, publish

pytestmark = pytest.mark.django_db

HERE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.1"}


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person() -> User:
    return make_person(is_superuser=True)


@pytest.fixture
def desk(person: User) -> Client:
    """A client whose sender is signed in; the log is empty but for what is done from here on."""
    client = Client(**HERE)
    client.force_login(person)
    assert not LogEntry.objects.exists()
    return client


def lines(**wanted: Any) -> list[LogEntry]:
    return list(LogEntry.objects.filter(**wanted).order_by("pk"))


def events() -> list[str]:
    return [line.additional_data["event"] for line in lines(action=LogEntry.Action.ACCESS)]


def test_every_model_that_people_write_is_logged():
    written = {model for app in audit.WRITTEN_BY_PEOPLE for model in apps.get_app_config(app).get_models()}
    expected = written - {Fact, Entity, Document, Line, Mention}
    assert {*fact_models().values(), *record_models().values(), User, Group} <= expected
    assert set(auditlog.get_models()) == expected


def test_a_change_is_logged_with_who_when_what_and_from_where(desk: Client, person: User):
    draft = make_reserve("kaz-zinc-reserves-test")
    before = timezone.now()
    desk.post(change(draft), filled(desk.get(change(draft)), note="Checked.", verbatim="11 tons", value="11"))
    [line] = lines(content_type__model="reserve")
    assert before <= line.timestamp <= timezone.now()
    assert (line.actor, line.additional_data["by"], line.remote_addr) == (person, "curator", "192.0.2.1")
    assert (line.object_repr, line.object_id) == (str(draft), draft.pk)
    assert set(line.changes) == {"note", "verbatim", "value"}
    assert line.changes["note"] == ["", "Checked."]


def test_saving_what_is_the_same_is_no_change(desk: Client):
    draft = make_reserve("kaz-zinc-reserves-test")
    desk.post(change(draft), filled(desk.get(change(draft))))
    assert lines(content_type__model="reserve") == []


def test_what_is_added_and_deleted_is_logged_with_its_parts(desk: Client):
    entered = {"name": "Testium", "slug": "testium", "type": "element"}
    desk.post(address(Mineral, "add"), filled(desk.get(address(Mineral, "add")), **entered))
    [added] = lines(content_type__model="mineral")
    assert added.action == LogEntry.Action.CREATE
    assert added.changes["slug"] == [None, "testium"]
    assert set(added.changes) <= {"name", "slug", "type", "symbol", "aliases"}

    draft = make_reserve("kaz-zinc-reserves-test")
    desk.post(address(Reserve, "delete", draft.pk), {"post": "yes"})
    deleted = {line.content_type.model for line in lines(action=LogEntry.Action.DELETE)}
    assert {"reserve", "citation"} <= deleted


def test_an_act_is_logged_as_it_is_told_in_the_history(desk: Client, person: User):
    draft = make_reserve("kaz-zinc-reserves-test")
    act(desk, "publish", draft, message="As the source says.", alone="on")
    [revision] = lines(content_type__model="revision")
    assert revision.changes["message"] == [None, "As the source says."]
    [published] = lines(content_type__model="reserve")
    assert published.additional_data["event"] == "act"
    assert published.additional_data["said"].startswith("Published in revision")
    assert (published.actor, published.remote_addr, published.object_id) == (person, "192.0.2.1", draft.pk)


def test_a_password_is_never_logged_only_that_it_changed(desk: Client):
    colleague = make_person("colleague")
    hashed = colleague.password
    page = reverse("admin:auth_user_password_change", args=[colleague.pk])
    desk.post(page, {"password1": "another kettle of 3", "password2": "another kettle of 3", "usable_password": "true"})
    colleague.refresh_from_db()
    assert colleague.password != hashed
    [line] = [line for line in lines(content_type__model="user") if line.changes]
    assert line.changes == {"password": ["(hidden)", "(hidden)"]}
    everything = "".join(str(vars(line)) for line in lines())
    assert not any(secret in everything for secret in (hashed, colleague.password, "kettle"))


def test_what_someone_may_do_is_logged_when_it_changes(desk: Client):
    colleague = make_person("colleague")
    group = Group.objects.create(name="testers")
    page = desk.get(change(colleague))
    form = {**filled(page), "groups": [group.pk], "user_permissions": [], "last_login": "", "is_staff": "on"}
    desk.post(change(colleague), form)
    [line] = [
        line for line in lines(content_type__model="user", action=LogEntry.Action.UPDATE) if "groups" in line.changes
    ]
    assert line.changes["groups"] == {"type": "m2m", "operation": "add", "objects": ["testers"]}


def test_sets_are_logged_from_either_side(person: User, rf):
    request = rf.get("/")
    request.user = person
    group, right = Group.objects.create(name="testers"), Permission.objects.all()[0]
    with audit.heard(request, None):
        group.user_set.add(person)
        group.permissions.set([right])
        group.permissions.clear()
    told = [(line.content_type.model, line.changes) for line in lines()]
    assert [(model, [*changes], changes[next(iter(changes))]["operation"]) for model, changes in told] == [
        ("group", ["users"], "add"),
        ("group", ["permissions"], "add"),
        ("group", ["permissions"], "delete"),
    ]


def test_signing_in_and_out_is_logged(client: Client, person: User):
    log_in(client, **HERE)
    client.post("/admin/logout/", **HERE)
    assert events() == ["signed in", "signed out"]
    assert {(line.actor, line.remote_addr, line.object_id) for line in lines()} == {(person, "192.0.2.1", person.pk)}


def test_guesses_and_the_lock_out_are_logged_once_each(person: User):
    for _ in range(8):
        log_in(Client(), password="a wrong guess", **HERE)
    assert sorted(events()) == ["locked out"] + ["login failed"] * 5
    assert {(line.actor, line.object_repr, line.remote_addr) for line in lines()} == {(None, "curator", "192.0.2.1")}


def test_what_is_no_name_is_not_kept_as_it_may_be_a_password():
    log_in(Client(), "a kettle of 7 grey herons", "x")
    [line] = lines()
    assert line.object_repr == "a name that no account has"
    assert "kettle" not in str(vars(line))


def test_a_session_that_ended_by_itself_is_told_from_one_that_was_left(client: Client, person: User):
    log_in(client)
    session = client.session
    session["desk_seen"] -= 4000
    session.save()
    client.get("/admin/")
    assert [line.additional_data["said"] for line in lines()] == ["", "after 1 hour without use"]


def test_steps_of_the_second_factor_are_logged(client: Client, person: User):
    device = make_device(person)
    log_in(client)
    client.post("/admin/code/", {"code": "abcdef"})
    type(device).objects.update(throttling_failure_timestamp=None)
    client.post("/admin/code/", {"code": code_of(device)})
    client.post(reverse("admin:auth_user_two_factor", args=[person.pk]))
    assert events() == ["signed in", "code refused", "confirmed", "two-factor reset"]
    assert device.key not in "".join(str(vars(line)) for line in lines())


def test_behind_a_proxy_the_address_is_the_clients(desk: Client, settings):
    settings.TRUSTED_PROXIES = 1
    mineral = make_mineral("testium")
    data = filled(desk.get(change(mineral)), name="Testium of old")
    desk.post(change(mineral), data, HTTP_X_FORWARDED_FOR="10.0.0.1, 2001:db8::7")
    [line] = lines(content_type__model="mineral")
    assert line.remote_addr == "2001:db8::7"


def test_a_name_outlives_its_account(desk: Client, person: User):
    make_mineral("testium")
    mineral = Mineral.objects.get(slug="testium")
    desk.post(change(mineral), filled(desk.get(change(mineral)), name="Testium of old"))
    User.objects.filter(pk=person.pk).delete()
    [line] = lines(content_type__model="mineral")
    assert line.actor is None
    client = Client()
    client.force_login(make_person("auditor", is_superuser=True))
    page = client.get(reverse("admin:auditlog_logentry_change", args=[line.pk]))
    assert "curator" in page.text
    assert "Testium of old" in page.text


def test_what_no_request_to_the_desk_does_leaves_no_line(client: Client, person: User):
    draft = make_reserve("kaz-zinc-reserves-test")
    publish(draft)
    person.groups.add(Group.objects.create(name="testers"))
    client.get("/api/v1/")
    mineral = make_mineral("testium")
    mineral.name = "Testium of old"
    mineral.save()
    assert lines() == []


def test_loading_the_dataset_leaves_no_line():
    assert Fact.objects.count() > 500
    assert not LogEntry.objects.exists()


def test_the_log_is_no_part_of_a_fact():
    assert not {model._meta.app_label for model in part_models()} & {"auditlog", "axes", "otp_totp", "otp_static"}


ADMINISTRATION = ("view_logentry", "view_user")


def test_the_log_is_for_those_who_may_see_it_and_only_to_be_read(client: Client, desk: Client):
    mineral = make_mineral("testium")
    desk.post(change(mineral), filled(desk.get(change(mineral)), name="Testium of old"))
    [line] = lines(content_type__model="mineral")
    listed, shown = (
        reverse("admin:auditlog_logentry_changelist"),
        reverse("admin:auditlog_logentry_change", args=[line.pk]),
    )
    deleting = reverse("admin:auditlog_logentry_delete", args=[line.pk])

    colleague = make_person("colleague")
    client.force_login(colleague)
    assert [client.get(page).status_code for page in (listed, shown)] == [403, 403]
    may_see = Permission.objects.get(codename="view_logentry", content_type__app_label="auditlog")
    colleague.user_permissions.add(may_see)
    assert [client.get(page).status_code for page in (listed, shown)] == [200, 200]

    for reader in (client, desk):
        assert reader.get(reverse("admin:auditlog_logentry_add")).status_code == 403
        assert reader.post(shown, {"object_repr": "other"}).status_code == 403
        assert reader.post(deleting, {"post": "yes"}).status_code == 403
        reader.post(listed, {"action": "delete_selected", "_selected_action": [line.pk], "post": "yes"})
    assert lines(pk=line.pk)[0].object_repr == line.object_repr


def test_the_list_is_named_and_filtered_in_its_own_words(desk: Client):
    page = desk.get(address(LogEntry, "changelist"))
    crumbs = re.search(r'<div class="breadcrumbs">(.*?)</div>', page.text, re.DOTALL)
    assert crumbs
    assert re.sub(r"<[^>]+>|\s", "", crumbs[1]) == "Home&rsaquo;Auditlog"
    assert [one.title for one in page.context["cl"].filter_specs][:1] == ["what was done"]
    assert not {"actor", "content type"} & {str(one.title) for one in page.context["cl"].filter_specs}


def test_a_line_has_a_page_that_says_who_did_what(desk: Client):
    draft = make_reserve("kaz-zinc-reserves-test")
    desk.post(change(draft), filled(desk.get(change(draft)), note="Checked."))
    [line] = lines(content_type__model="reserve")
    page = desk.get(change(line))
    title = f"{line.timestamp:%Y-%m-%d %H:%M:%S} UTC: curator, changed, reserve {draft}"
    assert f"<h1>{title}</h1>" in page.text
    assert f"<title>{title} | " in page.text
    assert address(LogEntry, "history", line.pk) not in page.text
    assert not {"log entr", "View ", "LogEntry"} & set(re.findall(r"log entr|View |LogEntry", page.text))


@pytest.mark.parametrize(
    "query",
    ["?q=zinc", "?q=192.0.2", "?done=changed", "?done=act", "?done=signed+in", "?done=x", "?timestamp__year=2026"],
)
def test_the_log_is_searched_and_filtered(desk: Client, query: str, person: User):
    draft = make_reserve("kaz-zinc-reserves-test")
    desk.post(change(draft), filled(desk.get(change(draft)), note="Checked."))
    act(desk, "publish", draft, alone="on")
    log_in(Client())
    page = desk.get(reverse("admin:auditlog_logentry_changelist") + query)
    assert page.status_code == 200
    found = {page.context["cl"].model_admin.done(line) for line in page.context["cl"].result_list}
    expected: dict[str, Callable[[set[str]], bool]] = {
        "?done=changed": lambda done: done == {"changed"},
        "?done=act": lambda done: len(done) == 1 and done.pop().startswith("Published"),
        "?done=signed+in": lambda done: done == {"signed in"},
    }
    assert found
    assert expected.get(query, bool)(found)
