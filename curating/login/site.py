"""The site of the admin: who gets in, and how its pages are listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from curating.login import second_factor
from curating.login.forms import LoginForm
from curating.login.second_factor import Step
from curating.login.views import SecondFactorPages
from curating.places import Place, grouped

View = Callable[..., HttpResponse]


class DeskSite(AdminSite):
    """Django's site, which opens to nobody whose second factor is still to come."""

    site_header = "Critical Minerals API: the curators' desk"
    site_title = "Critical Minerals API"
    index_title = "The curators' desk"
    login_form = LoginForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: list[Place] = []
        """The desk's pages that are no model's, such as the queue of reviews."""

    @cached_property
    def second_factor(self) -> SecondFactorPages:
        return SecondFactorPages(self)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and second_factor.next_step(request.user) is None

    def get_urls(self) -> list[URLResolver | URLPattern]:
        pages = self.second_factor
        return [
            path("logout/", self.step_view(self.logout), name="logout"),
            path("code/", self.step_view(pages.code, Step.CODE), name="code"),
            path("two-factor/", self.step_view(pages.overview, Step.SET_UP), name="two-factor"),
            path("two-factor/set-up/", self.step_view(pages.set_up, Step.SET_UP), name="two-factor-set-up"),
            path("two-factor/key.svg", self.step_view(pages.picture, Step.SET_UP), name="two-factor-key"),
            path("two-factor/codes/", self.admin_view(pages.renew), name="two-factor-codes"),
            path("two-factor/off/", self.admin_view(pages.turn_off), name="two-factor-off"),
            path("stay/", self.admin_view(pages.stay), name="stay"),
            *super().get_urls(),
        ]

    def step_view(self, view: View, *steps: Step) -> View:
        """A view that is also open to someone who has given a password and has to take one of these steps; any, if none."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            waits_for = second_factor.next_step(user)
            if not super(DeskSite, self).has_permission(request) or (steps and waits_for not in (None, *steps)):
                return redirect_to_login(request.get_full_path(), reverse("admin:login", current_app=self.name))
            return view(request, *args, **kwargs)

        return csrf_protect(never_cache(inner))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for name and password; of who has given them, for what is missing."""
        if request.method == "GET" and super().has_permission(request):
            match second_factor.next_step(request.user):
                case Step.CODE:
                    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
                    return redirect(f"{reverse('admin:code')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")
                case Step.SET_UP:
                    return redirect("admin:two-factor")
        return super().login(request, extra_context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return context if context["has_permission"] else {**context, "available_apps": []}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """All pages by what one does there; those of one app as Django lists them."""
        listed = super().get_app_list(request, app_label)
        return listed if app_label else grouped(listed, self.places, request)
