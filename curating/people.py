"""Users and groups. Who manages them can give nobody rights beyond their own, themselves included."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from curating.login.accounts import SigningInAdmin
from curating.roles import ROLES
from curating.shared import FoundAdmin

SUPERUSERS_ONLY = ("is_superuser", "user_permissions")


def permissions_of(user: Any) -> QuerySet[Permission]:
    """What a user may do by permission, whether active or not."""
    if user.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(Q(user=user.pk) | Q(group__user=user.pk)).distinct()


def groups_within(user: Any) -> QuerySet[Group]:
    """The groups that may do nothing that a user may not."""
    beyond = Permission.objects.exclude(pk__in=permissions_of(user).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


def may_manage(manager: Any, user: Any) -> bool:
    """Whether a user has no right that a manager lacks: to change a user's password is to gain the user's rights."""
    if manager.is_superuser:
        return True
    beyond = permissions_of(user).exclude(pk__in=permissions_of(manager).values("pk"))
    return not user.is_superuser and not beyond.exists()


class CuratorAdmin(FoundAdmin, SigningInAdmin):
    """Users, who get their rights from groups."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_manage(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or may_manage(request.user, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (name, options | {"fields": [field for field in options["fields"] if field not in SUPERUSERS_ONLY]})
            for name, options in fieldsets
        ]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups" and not request.user.is_superuser:
            kwargs["queryset"] = groups_within(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RoleAdmin(FoundAdmin, GroupAdmin):
    """Groups. The roles of the desk are as the software has them; what is to differ is a group of its own."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(request, obj)

    def _is_open(self, request: HttpRequest, group: Group | None) -> bool:
        if group is None or request.user.is_superuser:
            return group is None or group.name not in ROLES
        return group.name not in ROLES and groups_within(request.user).filter(pk=group.pk).exists()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        if request and db_field.name == "permissions" and not request.user.is_superuser:
            kwargs["queryset"] = permissions_of(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def register(site: Any) -> None:
    """Put these in the place of Django's own."""
    site.unregister([User, Group])
    site.register(User, CuratorAdmin)
    site.register(Group, RoleAdmin)
