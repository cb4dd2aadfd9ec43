"""The pages of the second factor. Each is one method of one class, which the site wraps and gives its address."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

import django_otp
import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_otp.plugins.otp_totp.models import TOTPDevice

from curating import audit
from curating.login import second_factor, sessions
from curating.login.forms import CodeForm
from curating.login.second_factor import Step, Verdict

if TYPE_CHECKING:
    from curating.login.site import DeskSite

WRONG = (
    "That code is not right, or was used already. Enter the six digits that your app shows now, or a recovery code. "
    "If your app's codes are never right, set the clock of your phone."
)


class SecondFactorPages:
    """Asks for codes, and lets people set up, renew and turn off theirs."""

    def __init__(self, site: DeskSite) -> None:
        self.site = site

    def code(self, request: HttpRequest) -> HttpResponse:
        """The second step of signing in."""
        if second_factor.next_step(request.user) is not Step.CODE:
            return redirect(_next(request))
        form = CodeForm(request.POST or None)
        verdict = self._verdict(request, form)
        if verdict and verdict.device:
            django_otp.login(request, verdict.device)
            request.session.cycle_key()
            audit.note("confirmed", request.user, said=_kind_of(verdict))
            if verdict.is_recovery:
                left = second_factor.codes_left(request.user)
                messages.warning(request, f"You used a recovery code. Left: {left}.")
            return redirect(_next(request))
        context = {"title": "Two-factor login", "form": form, "next": _next(request)}
        return self._page(request, "code", context, verdict)

    def overview(self, request: HttpRequest) -> HttpResponse:
        """Whether it is on, and what can be done."""
        return self._overview(request, CodeForm())

    def _overview(self, request: HttpRequest, form: CodeForm, verdict: Verdict | None = None) -> HttpResponse:
        # The page may have been opened only to be read.
        form.fields["code"].widget.attrs.pop("autofocus", None)
        context = {
            "title": "Two-factor login",
            "on": second_factor.is_on(request.user),
            "left": second_factor.codes_left(request.user),
            "required": settings.REQUIRE_TOTP,
            "codes_given": second_factor.RECOVERY_CODES,
            "form": form,
        }
        return self._page(request, "overview", context, verdict)

    def set_up(self, request: HttpRequest) -> HttpResponse:
        """A key to scan, and a code that shows that it was."""
        if second_factor.is_on(request.user):
            return redirect(f"{self.site.name}:two-factor")
        if request.method == "POST" and "code" not in request.POST:
            second_factor.begin(request.user)
            return redirect(f"{self.site.name}:two-factor-set-up")
        device = second_factor.begun(request.user)
        if device is None:
            return redirect(f"{self.site.name}:two-factor")
        form = CodeForm(request.POST or None)
        verdict = self._verdict(request, form, confirmed=False)
        if verdict and isinstance(verdict.device, TOTPDevice):
            codes = second_factor.confirm(verdict.device)
            django_otp.login(request, verdict.device)
            request.session.cycle_key()
            audit.note("two-factor on", request.user)
            return self._codes(request, codes, "From now on you are asked for a code when you sign in.")
        context = {"title": "Set up two-factor login", "key": second_factor.key_of(device), "form": form}
        return self._page(request, "set_up", context, verdict)

    def picture(self, request: HttpRequest) -> HttpResponse:
        """The key that is being set up, as a QR code."""
        device = second_factor.begun(request.user)
        if device is None:
            raise Http404("No key is being set up.")
        drawn = BytesIO()
        segno.make(device.config_url, error="m").save(drawn, kind="svg", scale=5, light="#fff")
        return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")

    def renew(self, request: HttpRequest) -> HttpResponse:
        """New recovery codes, for someone who has a code of the app, or the last recovery code."""
        verdict, refused = self._confirmed_act(request)
        if refused:
            return refused
        codes = second_factor.renew_codes(request.user)
        audit.note("recovery codes renewed", request.user, said=_kind_of(verdict))
        return self._codes(request, codes, "The codes that you had before are no longer taken.")

    def turn_off(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_TOTP:
            messages.error(request, "It can't be turned off here: everyone needs it (REQUIRE_TOTP).")
            return redirect(f"{self.site.name}:two-factor")
        verdict, refused = self._confirmed_act(request)
        if refused:
            return refused
        second_factor.turn_off(request.user)
        audit.note("two-factor off", request.user, said=_kind_of(verdict))
        messages.success(request, "Two-factor login is off. Your password alone opens the desk.")
        return redirect(f"{self.site.name}:two-factor")

    def stay(self, request: HttpRequest) -> JsonResponse:
        """For the script of a form that is being filled in: the session is used, and this is what goes with it now."""
        return JsonResponse({"token": get_token(request), "seconds": sessions.seconds_left(request)})

    def _confirmed_act(self, request: HttpRequest) -> tuple[Verdict, HttpResponse | None]:
        """What became of the code that was sent along; and what to answer where it opens nothing."""
        if request.method != "POST":
            return Verdict(), HttpResponseNotAllowed(["POST"])
        if not second_factor.is_on(request.user):
            return Verdict(), redirect(f"{self.site.name}:two-factor")
        form = CodeForm(request.POST)
        verdict = self._verdict(request, form) or Verdict()
        return verdict, None if verdict.device else self._overview(request, form, verdict)

    def _verdict(self, request: HttpRequest, form: CodeForm, *, confirmed: bool = True) -> Verdict | None:
        """Tries the code of a form that was sent, and says in the form what is wrong with it."""
        if request.method != "POST" or not form.is_valid():
            return None
        verdict = second_factor.try_code(request.user, form.cleaned_data["code"], confirmed=confirmed)
        if verdict.wait_until:
            seconds = _seconds_until(verdict)
            form.add_error("code", f"Too many wrong codes. Try again in {seconds} second{'' if seconds == 1 else 's'}.")
        elif verdict.device is None:
            form.add_error("code", WRONG)
            audit.note("code refused", request.user)
        return verdict

    def _codes(self, request: HttpRequest, codes: list[str], said: str) -> HttpResponse:
        context = {"title": "Your recovery codes", "codes": codes, "said": said}
        return self._page(request, "codes", context)

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any], verdict: Verdict | None = None
    ) -> HttpResponse:
        request.current_app = self.site.name
        waits = bool(verdict and verdict.wait_until)
        return TemplateResponse(
            request,
            f"curating/login/{name}.html",
            {**self.site.each_context(request), **context},
            status=429 if waits else 200,
            headers={"Retry-After": str(_seconds_until(verdict))} if verdict and waits else None,
        )


def _kind_of(verdict: Verdict) -> str:
    return "with a recovery code" if verdict.is_recovery else "with a code of the app"


def _seconds_until(verdict: Verdict) -> int:
    until = verdict.wait_until or timezone.now()
    return max(math.ceil((until - timezone.now()).total_seconds()), 1)


def _next(request: HttpRequest) -> str:
    """Where someone wanted to go, if that is a page of this site."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")
