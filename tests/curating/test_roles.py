"""Who may do what at the desk: by role, by permission, and by address, whatever a page offers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management.sql import emit_post_migrate_signal
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from django.urls.converters import UUIDConverter

from curating import reviewing
from curating.models import Act, Step
from curating.roles import ROLES
from minerals.models import Mineral, Reserve
from sources.models import Document, Fact, Revision, Source, Term
from sources.registry import entity_models, fact_models, record_models
from tests.curating.desk import (
    act,
    address,
    change,
    filled,
    in_review,
    logged_in,
    lost_link,
    person,
    publish_edit,
    seen_by,
)
from tests.factories import make_fact, make_mineral, make_reserve, make_source, make_term, publish

pytestmark = pytest.mark.django_db

FACTS, RECORDS = set(fact_models().values()), set(record_models().values())
DESK = [
    model
    for app in ("sources", "curating", "minerals", "projects")
    for model in apps.get_app_config(app).get_models()
    if model._meta.default_permissions
]
KEPT = [model for model in DESK if model not in FACTS | RECORDS]
ACTIONS = ("view", "add", "change", "delete")

MAY: dict[str, dict[str, str]] = {
    "viewer": {"fact": "view", "record": "view", "kept": "view", "user": ""},
    "curator": {"fact": "view add change delete", "record": "view add change", "kept": "view", "user": ""},
    "reviewer": {"fact": "view add change delete", "record": "view add change", "kept": "view", "user": ""},
    "administrator": {
        "fact": "view add change delete",
        "record": "view add change",
        "kept": "view",
        "user": "view add change",
    },
}
"""What each role may do to drafts, to what the dataset doesn't show, to what the acts themselves write, and to users."""


def sort_of(model: type[Model]) -> str:
    return "fact" if model in FACTS else "record" if model in RECORDS else "user" if model is User else "kept"


def allowed(user: User, model: type[Model]) -> set[str]:
    return {action for action in ACTIONS if user.has_perm(f"{model._meta.app_label}.{action}_{model._meta.model_name}")}


@pytest.mark.parametrize("role", MAY)
def test_a_role_has_the_rights_it_is_to_have_and_no_others(role: str):
    user = person("someone", role)
    models: list[Any] = [*DESK, User]
    expected = {model: set(MAY[role][sort_of(model)].split()) for model in models}
    assert {model: allowed(user, model) for model in models} == expected


@pytest.mark.parametrize("role", MAY)
def test_who_reviews_may_publish_and_who_administers_may_make_groups(role: str):
    user = person("someone", role)
    assert user.has_perm("sources.publish_fact") == (role in ("reviewer", "administrator"))
    assert bool(allowed(user, Group)) == (role == "administrator")
    assert not user.has_perm("auth.delete_user")
    assert not user.is_superuser


def test_a_role_has_no_right_beyond_the_desk_and_its_users():
    labels = Permission.objects.filter(group__name__in=ROLES).values_list("content_type__app_label", flat=True)
    assert set(labels) == {"sources", "curating", "minerals", "projects", "auth", "auditlog"}


def open_to(user: User, model: type[Model], thing: Any) -> set[str]:
    """What the pages of a model let a user do to one thing."""
    request = RequestFactory().get("/")
    request.user = user
    page = admin.site.get_model_admin(model)
    may = {"view": page.has_view_permission, "change": page.has_change_permission, "delete": page.has_delete_permission}
    return {action for action, has_permission in may.items() if has_permission(request, thing)}


@pytest.mark.parametrize(
    ("role", "draft", "published", "unshown", "shown"),
    [
        ("viewer", "view", "view", "view", "view"),
        ("curator", "view change delete", "view", "view change", "view"),
        ("reviewer", "view change delete", "view", "view change", "view change"),
        ("administrator", "view change delete", "view", "view change", "view change"),
    ],
)
def test_what_is_published_is_open_to_fewer(role: str, draft: str, published: str, unshown: str, shown: str):
    user = person("someone", role)
    live = make_reserve("live-reserves")
    publish(live)
    live.refresh_from_db()
    things = [make_reserve("draft-reserves"), live, make_mineral("testium"), live.mineral]
    found = [open_to(user, type(thing), thing) for thing in things]
    assert found == [set(words.split()) for words in (draft, published, unshown, shown)]


STATUS: dict[str, dict[str, int]] = {
    "viewer": {
        "add": 403,
        "change": 403,
        "delete": 403,
        "submit": 403,
        "correct": 403,
        "publish": 403,
        "send_back": 403,
    },
    "curator": {
        "add": 200,
        "change": 302,
        "delete": 302,
        "submit": 302,
        "correct": 302,
        "publish": 403,
        "send_back": 403,
    },
    "reviewer": {
        "add": 200,
        "change": 302,
        "delete": 302,
        "submit": 302,
        "correct": 302,
        "publish": 302,
        "send_back": 302,
    },
}
STATUS = {role: answers | {"withdraw": answers["publish"]} for role, answers in STATUS.items()}
STATUS["administrator"] = STATUS["reviewer"]
STATUS[""] = STATUS["viewer"]
"""What each role is answered that goes to an address, by what is done there; nobody is without a role but logged in."""


@pytest.mark.parametrize("role", STATUS)
@pytest.mark.parametrize("kind", ["reserve", "event"])
def test_an_act_is_open_by_its_address_to_those_who_may_do_it(role: str, kind: str):
    model = fact_models()[kind]
    keeper, client = person("keeper", "curator"), logged_in(person("someone", role))
    facts = [drafted(kind, name) for name in ("new", "waiting", "returning", "live", "corrected")]
    new, waiting, returning, live, corrected = facts
    in_review(waiting, returning, by=keeper)
    publish(live, corrected)
    form = logged_in(keeper).get(change(new))

    def done(name: str, fact: Fact) -> int:
        data = {"facts": fact.pk, "message": "As it says.", "seen": seen_by(client, name, fact)}
        return client.post(address(model, name), data).status_code

    answers = {
        "add": client.get(address(model, "add")).status_code,
        "change": client.post(change(new), filled(form, note="Changed.")).status_code,
        "submit": done("submit", new),
        "publish": done("publish", waiting),
        "send_back": done("send_back", returning),
        "withdraw": done("withdraw", live),
        "correct": client.post(address(model, "correct", corrected.pk)).status_code,
        "delete": client.post(address(model, "delete", returning.pk), {"post": "yes"}).status_code,
    }
    assert answers == STATUS[role]


@pytest.mark.parametrize("kind", fact_models())
def test_a_curator_does_not_publish_send_back_or_withdraw_a_fact_of_any_kind(kind: str):
    keeper = person("keeper", "curator")
    waiting, live = drafted(kind, "waiting"), drafted(kind, "live")
    in_review(waiting, by=keeper)
    publish(live)
    clients = [logged_in(keeper), logged_in(person("other", "curator")), logged_in(person("someone", "viewer"))]
    asked = [(name, fact) for name, fact in (("publish", waiting), ("send_back", waiting), ("withdraw", live))]
    for where in (type(waiting), Fact):
        for client in clients:
            data = [(address(where, name), {"facts": fact.pk, "message": "Because."}) for name, fact in asked]
            assert {client.post(*one).status_code for one in data} == {403}
    assert [step.act for step in waiting.steps.all()] == [Act.ENTERED, Act.SUBMITTED]


def drafted(kind: str, name: str) -> Fact:
    """A draft of a kind, whose words are in their vocabularies."""
    fact = make_fact(kind, f"{kind}-{name}")
    for field, vocabulary in fact.vocabularies.items():
        if word := getattr(fact, field):
            make_term(vocabulary, word)
    return fact


def addresses_of(page: admin.ModelAdmin, draft: Reserve) -> list[str]:
    """All that the admin of a model serves, of one thing where an address is of one."""
    thing = draft if page.model is Reserve else page.model._default_manager.first()
    patterns = [one for one in page.get_urls() if one.name and (thing or not one.pattern.converters)]
    return [
        reverse(f"admin:{one.name}", args=[_named(by, thing) for by in one.pattern.converters.values()])
        for one in patterns
    ]


def _named(converter: Any, thing: Any) -> Any:
    """What an address names a thing by; a file on its way in has a number that nobody guesses."""
    return UUID(int=1) if isinstance(converter, UUIDConverter) else thing.pk


@pytest.fixture
def waiting(enterer: User) -> Reserve:
    draft = make_reserve("draft-reserves")
    in_review(draft, by=enterer)
    lost_link()
    return draft


PAGES = [pytest.param(page, id=model._meta.label_lower) for model, page in admin.site._registry.items()]


@pytest.mark.parametrize("page", PAGES)
def test_no_address_is_open_to_who_has_no_role(page: Any, waiting: Reserve):
    client = logged_in(person("someone"))
    asked: Any = {"facts": waiting.pk, "message": "Because."}
    addresses = addresses_of(page, waiting)
    answers = {
        where: (client.get(where, asked).status_code, client.post(where, asked).status_code) for where in addresses
    }
    assert len(answers) >= 2
    assert {where: codes for where, codes in answers.items() if not set(codes) <= {403, 404}} == {}
    assert [step.act for step in waiting.steps.all()] == [Act.ENTERED, Act.SUBMITTED]


@pytest.mark.parametrize("page", PAGES)
def test_a_viewer_changes_nothing_at_any_address(page: Any, waiting: Reserve):
    client = logged_in(person("someone", "viewer"))

    def counted() -> list[int]:
        return [model.objects.count() for model in (Fact, Step, Revision, Document, Source, Term, User, Group)]

    before = counted()
    selected = {"_selected_action": [waiting.pk], "post": "yes", "facts": waiting.pk, "message": "Because."}
    actions = [{"action": name} for _, name, _ in page._get_base_actions()]
    statuses = {
        client.post(where, action | selected).status_code
        for where in addresses_of(page, waiting)
        for action in (actions if where.endswith(f"/{page.opts.model_name}/") else [{}])
    }
    assert max(statuses) < 500
    assert counted() == before


def test_rights_that_a_migration_finds_missing_or_too_many_are_set_right():
    publishing = Permission.objects.get(codename="publish_fact")
    Permission.objects.filter(codename__endswith="_reserve").delete()
    Group.objects.filter(name__in=("viewer", "curator")).delete()
    Group.objects.get(name="reviewer").permissions.clear()
    translators = Group.objects.create(name="translators")
    translators.permissions.add(publishing)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    Group.objects.get(name="viewer").permissions.add(publishing)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    for role in MAY:
        assert allowed(person(f"new-{role}", role), Reserve) == set(MAY[role]["fact"].split())
    assert not person("another", "viewer").has_perm("sources.publish_fact")
    assert person("third", "reviewer").has_perm("sources.publish_fact")
    assert list(translators.permissions.all()) == [publishing]


@pytest.fixture
def manager() -> User:
    return person("manager", "administrator")


@pytest.fixture
def managing(manager: User) -> Client:
    return logged_in(manager)


def of_user(page: Any, **changes: Any) -> dict[str, Any]:
    """What the form of a user sends, whose date goes in two fields."""
    return filled(page, date_joined_0="2026-11-24", date_joined_1="12:00:00", **changes)


def test_an_administrator_makes_a_curator(managing: Client):
    password = "correct horse battery staple"
    entered = {"username": "newcomer", "usable_password": "true", "password1": password, "password2": password}
    managing.post(reverse("admin:auth_user_add"), entered)
    user = User.objects.get(username="newcomer")
    page = managing.get(change(user))
    role = Group.objects.get(name="curator")
    managing.post(change(user), of_user(page, is_staff="on", groups=[role.pk]))
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, [*user.groups.all()]) == (True, False, [role])


@pytest.mark.parametrize("own", [True, False])
def test_nobody_but_a_superuser_gives_rights_beyond_their_own(manager: User, managing: Client, own: bool):
    user = manager if own else person("newcomer", "viewer")
    stronger = Group.objects.create(name="stronger")
    stronger.permissions.add(Permission.objects.get(codename="delete_user"))
    page = managing.get(change(user))
    groups = [group.pk for group in user.groups.all()]
    beyond = {"is_superuser": "on", "user_permissions": [Permission.objects.get(codename="delete_user").pk]}
    assert managing.post(change(user), of_user(page, groups=groups, **beyond)).status_code == 302
    refused = managing.post(change(user), of_user(page, groups=[*groups, stronger.pk]))
    assert "groups" in refused.context["adminform"].form.errors
    user = User.objects.get(pk=user.pk)
    assert (user.is_superuser, user.has_perm("auth.delete_user")) == (False, False)


def test_nobody_but_a_superuser_takes_over_who_may_do_more(managing: Client):
    stronger = person("stronger", "administrator", "delete_user")
    resting = User.objects.create_user("resting", is_staff=True, is_active=False)
    resting.user_permissions.add(Permission.objects.get(codename="delete_user"))
    for user in (User.objects.create_superuser("root-user"), stronger, resting):
        before = user.password
        assert managing.get(change(user)).status_code == 200
        assert managing.post(change(user), {"username": user.username, "is_active": "on"}).status_code == 403
        where = reverse("admin:auth_user_password_change", args=[user.pk])
        assert managing.post(where, {"password1": "x" * 20, "password2": "x" * 20}).status_code == 403
        user.refresh_from_db()
        assert user.password == before


def test_an_administrator_makes_groups_within_the_own_rights(managing: Client):
    within, beyond = (Permission.objects.get(codename=name) for name in ("view_reserve", "delete_user"))
    where = reverse("admin:auth_group_add")
    refused = managing.post(where, {"name": "helpers", "permissions": [within.pk, beyond.pk]})
    assert "permissions" in refused.context["adminform"].form.errors
    managing.post(where, {"name": "helpers", "permissions": [within.pk]})
    assert [*Group.objects.get(name="helpers").permissions.all()] == [within]

    stronger = Group.objects.create(name="stronger")
    stronger.permissions.add(beyond)
    assert managing.post(change(stronger), {"name": "mine", "permissions": [within.pk]}).status_code == 403
    assert managing.post(address(Group, "delete", stronger.pk), {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [stronger.pk], "post": "yes"}
    assert managing.post(address(Group, "changelist"), selected).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_the_roles_themselves_are_changed_by_nobody(superuser: Client, role: str):
    group = Group.objects.get(name=role)
    assert superuser.post(change(group), {"name": "other", "permissions": []}).status_code == 403
    assert superuser.post(address(Group, "delete", group.pk), {"post": "yes"}).status_code == 403


def test_a_superuser_makes_superusers_and_gives_any_right(superuser: Client):
    user = person("newcomer", "viewer")
    permission = Permission.objects.get(codename="delete_user")
    page = superuser.get(change(user))
    superuser.post(change(user), of_user(page, is_superuser="on", user_permissions=[permission.pk]))
    user.refresh_from_db()
    assert (user.is_superuser, [*user.user_permissions.all()]) == (True, [permission])


def test_who_has_done_something_is_not_deleted(superuser: Client, enterer: User):
    reviewing.entered([make_reserve("draft-reserves")], enterer)
    page = superuser.post(address(User, "delete", enterer.pk), {"post": "yes"}, follow=True)
    assert page.status_code == 200
    assert User.objects.filter(pk=enterer.pk).exists()


def test_a_curator_changes_a_source_only_while_the_dataset_does_not_show_it(curator: Client, reviewer: Client):
    fresh, shown = make_source("fresh", kind="news"), make_source("shown", kind="news")
    publish(make_reserve("live-reserves", source=shown))
    assert curator.post(change(fresh), filled(curator.get(change(fresh)), title="Other")).status_code == 302
    changed = {"title": "As printed", "revision_message": "The title as printed."}
    assert curator.post(change(shown), changed).status_code == 403
    publish_edit(reviewer, shown, **changed)
    assert Source.objects.get(pk=shown.pk).title == "As printed"


def test_a_reviewer_without_a_kind_does_not_publish_it():
    reserve = make_reserve("draft-reserves")
    in_review(reserve, by=person("keeper", "curator"))
    client = logged_in(person("someone", "", "view_reserve", "view_fact", "change_production", "publish_fact"))
    assert act(client, "publish", reserve).status_code == 403
    assert client.post(address(Fact, "publish"), {"facts": reserve.pk, "message": "Now."}).status_code == 403


def test_every_kind_of_entity_is_entered_by_a_curator(curator: Client):
    statuses = {kind: curator.get(address(model, "add")).status_code for kind, model in entity_models().items()}
    assert set(statuses.values()) == {200}
    assert Mineral.document_kind in statuses


def test_a_visitor_is_asked_to_log_in(client: Client, draft: Reserve):
    for page in (change(draft), address(Reserve, "publish"), address(Reserve, "correct", draft.pk)):
        assert client.get(page).headers["Location"].startswith(reverse("admin:login"))
