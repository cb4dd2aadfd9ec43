"""Who may do what at the desk: four groups, each of which may do what the one before may, and more.

What they may do follows from the kinds that there are, so that a new kind needs no line here. It is set after every
migration: rights that a role should not have, or has lost, don't last. Other groups are the administrators' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.db import connections
from django.db.models import Model

from sources.registry import fact_models, record_models

Right = tuple[str, str]
"""The label of an app and the code name of a permission."""


def desk_models() -> list[type[Model]]:
    """Everything that the desk shows: the models of all apps that have a kind of fact or record, and its own."""
    labels = {model._meta.app_label for model in [*fact_models().values(), *record_models().values()]}
    return [model for model in apps.get_models() if model._meta.app_label in labels | {"curating"}]


def _rights(models: Iterable[type[Model]], *actions: str) -> set[Right]:
    return {(m._meta.app_label, get_permission_codename(action, m._meta)) for m in models for action in actions}


def viewer() -> set[Right]:
    """Sees every page and changes nothing."""
    return _rights(desk_models(), "view")


def curator() -> set[Right]:
    """Enters, changes and deletes drafts, and submits them; enters and changes what the dataset doesn't show yet."""
    drafts = _rights(fact_models().values(), "add", "change", "delete")
    return viewer() | drafts | _rights(record_models().values(), "add", "change")


def reviewer() -> set[Right]:
    """Publishes, sends back and withdraws as well, and changes what the dataset shows."""
    return curator() | {("sources", "publish_fact")}


def administrator() -> set[Right]:
    """Makes users and groups and reads the audit log as well. Nobody is deleted, so that history goes on saying who."""
    users = {("auth", f"{action}_user") for action in ("add", "change", "view")} | {("auditlog", "view_logentry")}
    return reviewer() | users | {("auth", f"{action}_group") for action in ("add", "change", "delete", "view")}


ROLES: dict[str, Callable[[], set[Right]]] = {
    role.__name__: role for role in (viewer, curator, reviewer, administrator)
}


def complete(app_label: str, using: str) -> None:
    """Give each role the rights on an app that it is to have, and no others."""
    from django.contrib.auth.models import Group, Permission

    of_the_app = Permission.objects.using(using).filter(content_type__app_label=app_label)
    for name, rights in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        wanted = of_the_app.filter(codename__in={codename for label, codename in rights() if label == app_label})
        group.permissions.remove(*of_the_app.filter(group=group).exclude(pk__in=wanted.values("pk")))
        group.permissions.add(*wanted)


def complete_after_migrating(sender: Any, using: str, **_: Any) -> None:
    """Once the permissions of an app have been made, which Django does after a migration too."""
    from django.contrib.auth.models import Group

    governed = {"auth", "auditlog", *(model._meta.app_label for model in desk_models())}
    if sender.label in governed and Group._meta.db_table in connections[using].introspection.table_names():
        complete(sender.label, using)
