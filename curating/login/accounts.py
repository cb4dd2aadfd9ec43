"""What signing in adds to the pages of accounts, and the libraries' own pages that it takes away."""

from __future__ import annotations

from typing import Any

from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django_otp.plugins.otp_static.admin import StaticDeviceAdmin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDeviceAdmin
from django_otp.plugins.otp_totp.models import TOTPDevice

from curating import audit
from curating.audit_admin import AuditAdmin
from curating.login import second_factor

THEIRS = {LogEntry: LogEntryAdmin, TOTPDevice: TOTPDeviceAdmin, StaticDevice: StaticDeviceAdmin}
"""Pages that show the keys of the second factor. Importing them registers them, so that they can be taken away."""


class SigningInAdmin(UserAdmin):
    """Accounts, with their second factor. Who has signed in is made inactive, never deleted: what they did keeps their name."""

    list_display = ("username", "roles", "is_active", "is_superuser", "two_factor", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups", "totpdevice_set")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description="two-factor", boolean=True)
    def two_factor(self, user: Any) -> bool:
        return any(device.confirmed for device in user.totpdevice_set.all())

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and obj.last_login is None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_two_factor)
        return [path("<int:pk>/two-factor/", view, name="auth_user_two_factor"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        may_reset = user is not None and self.has_change_permission(request, user) and second_factor.is_on(user)
        return super().change_view(request, object_id, form_url, {"may_reset": may_reset, **(extra_context or {})})

    def reset_two_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let someone in who has lost their phone and their recovery codes, once it is clear that it is them."""
        user = self.get_object(request, str(pk))
        if user is None:
            raise Http404("There is no such account.")
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        back = reverse("admin:auth_user_change", args=[pk])
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "Reset two-factor login",
                "person": user,
                "back": back,
            }
            return TemplateResponse(request, "curating/login/reset.html", context)
        if second_factor.turn_off(user):
            audit.note("two-factor reset", user)
            self.message_user(request, f"Two-factor login of {user} is off. Ask them to set it up anew.")
        else:
            self.message_user(request, f"Two-factor login of {user} was off already.", messages.WARNING)
        return redirect(back)


def register(site: Any) -> None:
    """Put the audit log in the place of the library's own page of it, and nothing in that of the keys'."""
    site.unregister([*THEIRS])
    site.register(LogEntry, AuditAdmin)
