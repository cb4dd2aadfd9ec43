"""What tests of the curators' desk share: its addresses, its forms as a browser sends them, and its people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curating import reviewing
from curating.models import ArchiveProposal, LinkCheck
from sources.models import Fact
from tests.factories import make_source


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def change(thing: Any) -> str:
    return address(type(thing), "change", thing.pk)


def filled(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send from a form's page, with some fields changed."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for formset in formsets for form in (formset.management_form, *formset.forms)]
    data = {field.html_name: field.value() for form in forms for field in form}
    return {name: "" if value is None else value for name, value in (data | changes).items()}


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def act(client: Client, name: str, *facts: Fact, message: str = "As the source says.", **answers: str) -> Any:
    """Do an act from its confirmation, having seen what it would change."""
    asked = {"facts": ",".join(str(fact.pk) for fact in facts)}
    seen = answers.get("seen") or seen_by(client, name, *facts)
    data = asked | {"message": message} | answers | {"seen": seen}
    return client.post(address(type(facts[0]), name), data, follow=True)


def seen_by(client: Client, name: str, *facts: Fact) -> str:
    """What stands for the preview of an act that a person was shown; nothing where none was."""
    return seen_at(client, address(type(facts[0]), name), ",".join(str(fact.pk) for fact in facts))


def seen_at(client: Client, where: str, facts: Any) -> str:
    page = client.get(where, {"facts": facts})
    shown = page.context and page.context.get("page")
    return shown.preview.token if shown else ""


def publish_edit(client: Client, record: Any, **changes: Any) -> Any:
    """Save a source, entity or word that the dataset shows, look at what that would change, and confirm it."""
    data = filled(client.get(change(record)), **changes)
    page = client.post(change(record), data)
    return client.post(change(record), data | {"seen": page.context["page"].preview.token}, follow=True)


def person(name: str, role: str = "", *permissions: str) -> User:
    """Someone who may log in at the desk, with the rights of a role or with these permissions."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def user_named(name: str) -> User:
    """Someone by a name, made if there is no such person yet."""
    return User.objects.get_or_create(username=name)[0]


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_review(*facts: Fact, by: User) -> None:
    """Let drafts be entered and submitted by somebody."""
    reviewing.entered(facts, by)
    reviewing.submit(facts, by)


def lost_link() -> ArchiveProposal:
    """A source whose address is gone, with the archived copy that is proposed for it."""
    source = make_source("lost", url="https://lost.test/page")
    LinkCheck.objects.add(source, outcome="not_found")
    address = f"https://web.archive.org/web/20210503120000/{source.url}"
    return ArchiveProposal.objects.create(source=source, address=address, taken_at=timezone.now())
