"""The audit log: what people do at the desk, each act with who, when, what and from where.

Only what a request to the desk does is logged, by whoever is signed in: commands, such as loading the dataset, write no
line, and what is published in bulk is told by its revision. Everything that people write is logged by a rule over the
apps, so that a new kind needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from auditlog.signals import pre_log
from axes.signals import user_locked_out
from django.apps import apps
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest

WRITTEN_BY_PEOPLE = frozenset({"auth", "sources", "curating", "minerals", "projects"})
"""The apps whose models are logged."""

SECRET = frozenset({"password"})
UNTOLD = frozenset({"last_login"})
"""Fields that change by signing in, which has a line of its own."""

ACT = "act"
"""The event of an act that says itself what it did, such as publishing."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The request to the desk that is being answered, and the address that it came from."""

    request: HttpRequest
    address: str | None

    now: ClassVar[ContextVar[Heard | None]] = ContextVar("heard", default=None)

    @property
    def person(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None


@contextmanager
def heard(request: HttpRequest, address: str | None) -> Iterator[None]:
    """While a request is answered, what is done is done by who sent it."""
    token = Heard.now.set(Heard(request, address))
    try:
        yield
    finally:
        Heard.now.reset(token)


def someone_acts() -> bool:
    now = Heard.now.get()
    return now is not None and now.person is not None


def note(event: str, thing: Any = None, *, said: str = "", name: str = "", by: Any = None) -> None:
    """Log what is no change of a field, such as signing in; of a thing, or of a name that no account has."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(get_user_model() if thing is None else thing),
        object_pk="" if thing is None else str(thing.pk),
        object_id=thing.pk if thing is not None and isinstance(thing.pk, int) else None,
        object_repr=name if thing is None else str(thing),
        action=LogEntry.Action.ACCESS,
        actor=by,
        additional_data={"event": event, "said": said},
    )


def logged_models() -> list[type[Model]]:
    """The models that people write. A table that kinds extend is left out: each kind has a line with all its fields."""
    return [model for model in apps.get_models() if model._meta.app_label in WRITTEN_BY_PEOPLE and _is_written(model)]


def _is_written(model: type[Model]) -> bool:
    from sources.models import Document, Line, Mention

    is_extended = any(relation.parent_link for relation in model._meta.related_objects)
    return model not in (Document, Line, Mention) and not is_extended


_sets: dict[type[Model], Any] = {}
"""The field behind each table that ties two models, such as users and groups."""


def register() -> None:
    """Log every change of these models: of the fields that people fill in, not of those that follow from them."""
    for model in logged_models():
        fields = [field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key]
        auditlog.register(
            model,
            include_fields=[name for name in fields if name not in UNTOLD],
            mask_fields=[name for name in fields if name in SECRET],
            mask_callable="curating.audit.hidden",
        )
        for field in model._meta.local_many_to_many:
            table: Any = field.remote_field.through
            _sets[table] = field
            m2m_changed.connect(_note_related, sender=table, dispatch_uid="audit")


def hidden(_: str) -> str:
    return "(hidden)"


@receiver(pre_log, dispatch_uid="audit")
def _only_of_people(**_: Any) -> bool:
    return someone_acts()


@receiver(pre_save, sender=LogEntry, dispatch_uid="audit")
def _complete(instance: LogEntry, **_: Any) -> None:
    """Add who and from where to a new line; the name as text, which outlives the account."""
    now = Heard.now.get()
    if now is None or instance.pk is not None:
        return
    instance.actor = instance.actor or now.person
    instance.remote_addr = now.address
    by = instance.actor.get_username() if instance.actor else ""
    instance.additional_data = {**(instance.additional_data or {}), "by": by}


def _note_related(
    sender: type[Model], instance: Any, action: str, model: Any, pk_set: set[Any] | None, *, reverse: bool, **_: Any
) -> None:
    """What was added to, or taken from, a set such as the groups of a user."""
    if action not in ("post_add", "post_remove", "pre_clear") or not someone_acts():
        return
    if action == "pre_clear":
        field = _sets[sender]
        related = getattr(instance, field.remote_field.get_accessor_name() if reverse else field.name).all()
    else:
        related = model.objects.filter(pk__in=pk_set or ())
    operation = "add" if action == "post_add" else "delete"
    LogEntry.objects.log_m2m_changes(related, instance, operation, str(model._meta.verbose_name_plural))


@receiver(post_save, sender=AdminEntry, dispatch_uid="audit")
def _note_act(instance: AdminEntry, created: bool, **_: Any) -> None:  # noqa: FBT001 (Django's)
    """What an act said of itself in the admin's history. Where Django lists the changed fields there, they are logged."""
    if not created or not someone_acts() or instance.change_message[:1] in ("", "["):
        return
    LogEntry.objects.create(
        content_type=instance.content_type,
        object_pk=instance.object_id,
        object_id=int(number) if (number := str(instance.object_id)).isdecimal() else None,
        object_repr=instance.object_repr,
        action=LogEntry.Action.ACCESS,
        additional_data={"event": ACT, "said": instance.change_message},
    )


@receiver(user_logged_in, dispatch_uid="audit")
def _note_login(request: HttpRequest, user: Any, **_: Any) -> None:
    if Heard.now.get():
        note("signed in", user, by=user)


@receiver(user_logged_out, dispatch_uid="audit")
def _note_logout(request: HttpRequest, user: Any, **_: Any) -> None:
    if Heard.now.get() and user is not None:
        note("signed out", user, by=user, said=getattr(request, "session_over", ""))


@receiver(user_login_failed, dispatch_uid="audit")
def _note_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A name that no account has is not kept: it may be a password, typed into the wrong field."""
    counted = request is None or getattr(request, "axes_failures_since_start", None) is not None
    if Heard.now.get() and counted:
        _note_of_name("login failed", credentials.get("username", ""))


@receiver(user_locked_out, dispatch_uid="audit")
def _note_lock_out(request: HttpRequest, username: str, **_: Any) -> None:
    """Once: what is tried while the lock-out lasts is refused unread."""
    if Heard.now.get() and getattr(request, "axes_failures_since_start", None) is not None:
        _note_of_name("locked out", username)


def _note_of_name(event: str, name: str) -> None:
    user = get_user_model().objects.filter(username=name).first()
    note(event, user, name="a name that no account has")
