"""The second factor: set up, asked for, recovered from, reset, and not to be gone around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from curating.login import second_factor
from tests.curating.signing import LOGIN, PASSWORD, another, code_of, is_in, log_in, make_device, make_person

pytestmark = pytest.mark.django_db

CODE, OVERVIEW, SET_UP = "/admin/code/", "/admin/two-factor/", "/admin/two-factor/set-up/"
KEY, RENEW, OFF = "/admin/two-factor/key.svg", "/admin/two-factor/codes/", "/admin/two-factor/off/"

OPEN_WITHOUT_CODE = {"login", "logout", "code"}
"""The names of what someone reaches who has given a password, but no code."""


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person() -> User:
    return make_person(is_superuser=True)


@pytest.fixture
def device(person: User) -> TOTPDevice:
    return make_device(person)


@pytest.fixture
def codes(device: TOTPDevice) -> list[str]:
    return second_factor.renew_codes(device.user)


def enter(client: Client, code: str, address: str = CODE, **data: str) -> Any:
    return client.post(address, {"code": code, **data})


def let_time_pass(device: Any) -> None:
    """The wait after a wrong code is over."""
    type(device).objects.update(throttling_failure_timestamp=timezone.now() - timedelta(days=1))


def addresses() -> Iterator[tuple[str, str, str]]:
    """The name, the route and the address of every page of the desk, with something in the place of each argument."""
    for pattern in get_resolver().url_patterns:
        for found, route in _below(pattern, ""):
            if route.startswith("admin/"):
                filled = re.sub(r"<(?:(\w+):)?\w+>", lambda kind: EXAMPLES.get(kind[1], "1"), route)
                yield found.name or "", route, "/" + re.sub(r"\(\?P1([^)|]*)[^)]*\)(/?)\$?", r"\1\2", filled)


EXAMPLES = {"uuid": str(UUID(int=1))}
"""What stands for an argument of an address, by its converter; a 1 for others."""


def _below(pattern: Any, route: str) -> Iterator[tuple[URLPattern, str]]:
    here = f"{route}{pattern.pattern}".replace("^", "")
    if isinstance(pattern, URLPattern):
        yield pattern, here
    else:
        for inner in pattern.url_patterns:
            yield from _below(inner, here)


PAGES = sorted(set(addresses()))
ADDRESSES = sorted({(name, address) for name, _, address in PAGES})


def test_the_addresses_of_the_desk_are_known_and_each_leads_to_its_own_page():
    names = {name for name, _ in ADDRESSES}
    assert {"index", "care", "two-factor-off", "minerals_reserve_publish", "auditlog_logentry_changelist"} <= names
    assert len(ADDRESSES) > 100
    assert {address: route for _, route, address in PAGES if resolve(address).route != route} == {}


def test_a_code_is_asked_for_after_the_password(client: Client, device: TOTPDevice):
    answer = client.post(f"{LOGIN}?next={OVERVIEW}", {"username": "curator", "password": PASSWORD, "next": OVERVIEW})
    page = client.get(answer.headers["Location"], follow=True)
    assert page.redirect_chain[-1][0] == f"{CODE}?next=%2Fadmin%2Ftwo-factor%2F"
    assert "six digits" in page.text
    assert not is_in(client)
    opened = client.post(CODE, {"code": code_of(device), "next": OVERVIEW})
    assert opened.headers["Location"] == OVERVIEW
    assert is_in(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_code_no_page_of_the_desk_opens(client: Client, device: TOTPDevice, method: str):
    log_in(client)
    opened = {}
    for name, address in ADDRESSES:
        answer = getattr(client, method)(address)
        # Where nothing can be sent, nobody is asked who they are.
        refused = method == "post" and answer.status_code == 405
        if name not in OPEN_WITHOUT_CODE and not refused and not answer.headers.get("Location", "").startswith(LOGIN):
            opened[address] = answer.status_code
    assert opened == {}


def test_a_session_from_before_it_was_set_up_is_asked_too(client: Client, person: User):
    log_in(client)
    assert is_in(client)
    make_device(person)
    assert not is_in(client)


def test_the_page_that_asks_tells_nothing_of_the_desk(client: Client, device: TOTPDevice):
    log_in(client)
    page = client.get(CODE)
    assert page.context["available_apps"] == []
    assert "minerals" not in page.text.replace("minerals_api", "").replace("Critical Minerals", "")


def test_a_wrong_code_is_refused_and_the_wait_doubles(client: Client, device: TOTPDevice):
    log_in(client)
    wrong = another(code_of(device))
    first = enter(client, wrong)
    assert "That code is not right" in first.text
    second = enter(client, code_of(device))
    assert second.status_code == 429
    assert int(second.headers["Retry-After"]) == 1
    assert "Try again in 1 second." in second.text
    for _ in range(4):
        let_time_pass(device)
        enter(client, another(code_of(device)))
    assert int(enter(client, code_of(device)).headers["Retry-After"]) in (15, 16)
    assert not is_in(client)
    let_time_pass(device)
    enter(client, code_of(device))
    assert is_in(client)


def test_a_code_opens_the_desk_once(client: Client, device: TOTPDevice):
    code = code_of(device)
    log_in(client)
    enter(client, code)
    other = Client()
    log_in(other)
    assert "was used already" in enter(other, code).text
    assert not is_in(other)


def test_the_session_gets_a_new_key_with_the_code(client: Client, device: TOTPDevice):
    log_in(client)
    before = client.cookies["sessionid"].value
    enter(client, code_of(device))
    assert client.cookies["sessionid"].value != before


@pytest.mark.parametrize("spaced", ["{0}", " {0} ", "{0:.3}-{0:.6}"])
def test_a_recovery_code_opens_it_once(client: Client, codes: list[str], spaced: str):
    code = codes[0]
    log_in(client)
    typed = f"{code[:4]} {code[4:].upper()}" if "-" in spaced else spaced.format(code)
    enter(client, typed)
    page = client.get("/admin/")
    assert "You used a recovery code. Left: 9." in page.text
    other = Client()
    log_in(other)
    enter(other, code)
    assert not is_in(other)


def test_a_recovery_code_made_on_the_server_opens_it(client: Client, device: TOTPDevice):
    printed = StringIO()
    call_command("addstatictoken", "curator", stdout=printed)
    log_in(client)
    enter(client, printed.getvalue().strip())
    assert is_in(client)


def test_a_wrong_recovery_code_keeps_nobody_from_using_the_app(client: Client, device: TOTPDevice, codes: list[str]):
    log_in(client)
    enter(client, "abcdefgh")
    enter(client, code_of(device))
    assert is_in(client)


@pytest.mark.parametrize("code", ["", " - ", "12345", "1234567", "٣٤٥٦٧٨", "x" * 41, "\x00"])
def test_what_is_no_code_is_refused(client: Client, device: TOTPDevice, code: str):
    log_in(client)
    page = enter(client, code)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not is_in(client)


def test_ones_own_code_opens_no_other_account(client: Client, device: TOTPDevice):
    colleague = make_device(make_person("colleague"))
    log_in(client)
    enter(client, code_of(colleague))
    assert not is_in(client)


def test_someone_half_signed_in_can_leave(client: Client, device: TOTPDevice):
    log_in(client)
    client.post("/admin/logout/")
    assert "_auth_user_id" not in client.session


def test_it_is_set_up_with_a_code_that_shows_that_it_works(client: Client, person: User):
    log_in(client)
    assert "Set up two-factor login" in client.get(OVERVIEW).text
    client.post(SET_UP)
    page = client.get(SET_UP)
    device = TOTPDevice.objects.get(user=person)
    assert not device.confirmed
    assert second_factor.key_of(device) in page.text
    picture = client.get(KEY)
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture.headers["Cache-Control"]
    assert "style=" not in picture.text

    assert "That code is not right" in enter(client, another(code_of(device)), SET_UP).text
    let_time_pass(device)
    shown = enter(client, code_of(device), SET_UP)
    assert "no-store" in shown.headers["Cache-Control"]
    told = re.findall(r"<li><code>(\w+)</code>", shown.text)
    assert sorted(told) == sorted(StaticToken.objects.filter(device__user=person).values_list("token", flat=True))
    assert len(told) == 10
    assert is_in(client)
    assert client.get(KEY).status_code == 404
    assert told[0] not in client.get(OVERVIEW).text
    other = Client()
    log_in(other)
    assert not is_in(other)


def test_a_key_that_was_never_confirmed_is_asked_for_by_nobody(client: Client, person: User):
    log_in(client)
    client.post(SET_UP)
    assert is_in(client)
    other = Client()
    log_in(other)
    assert is_in(other)


def test_looking_changes_nothing(client: Client, device: TOTPDevice):
    log_in(client)
    enter(client, code_of(device))
    for address in (RENEW, OFF):
        assert client.get(address).status_code == 405
    client.get(SET_UP)
    assert TOTPDevice.objects.get().confirmed
    assert not StaticToken.objects.exists()


def test_new_recovery_codes_and_turning_it_off_need_a_code(client: Client, device: TOTPDevice, codes: list[str]):
    log_in(client)
    enter(client, code_of(device))
    assert "was used already" in enter(client, code_of(device), OFF).text
    assert "Enter the six digits" in enter(client, "", RENEW).text
    assert TOTPDevice.objects.exists()
    let_time_pass(device)
    shown = enter(client, codes[0], RENEW)
    told = re.findall(r"<li><code>(\w+)</code>", shown.text)
    assert len(told) == 10
    assert not set(told) & set(codes)
    enter(client, told[0], OFF)
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert is_in(client)


def test_where_it_is_required_everyone_sets_it_up_first(client: Client, person: User, settings):
    settings.REQUIRE_TOTP = True
    log_in(client)
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == OVERVIEW
    assert "Everyone who works here needs it" in page.text
    closed = {"index", "password_change", "auth_user_changelist", "two-factor-off", "stay"}
    for name in closed:
        assert client.get(reverse(f"admin:{name}")).headers["Location"].startswith(LOGIN), name
    client.post(SET_UP)
    device = TOTPDevice.objects.get(user=person)
    enter(client, code_of(device), SET_UP)
    assert is_in(client)
    enter(client, StaticToken.objects.first().token, OFF)
    assert "It can&#x27;t be turned off here" in client.get(OVERVIEW).text
    assert TOTPDevice.objects.exists()


@pytest.fixture
def administrator() -> User:
    user = make_person("administrator")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "view_group"]))
    return user


def reset(client: Client, user: User, method: str = "post") -> Any:
    return getattr(client, method)(reverse("admin:auth_user_two_factor", args=[user.pk]))


def test_an_administrator_resets_a_colleagues(client: Client, administrator: User):
    colleague = make_person("colleague")
    make_device(colleague)
    client.force_login(administrator)
    page = client.get(reverse("admin:auth_user_change", args=[colleague.pk]))
    assert "Reset two-factor login" in page.text
    assert "once you are sure that it is them" in reset(client, colleague, "get").text
    assert TOTPDevice.objects.exists()
    reset(client, colleague)
    assert not TOTPDevice.objects.exists()
    reset(client, colleague)
    assert "was off already" in client.get("/admin/").text
    other = Client()
    log_in(other, "colleague")
    assert is_in(other)


def test_nobody_else_does(client: Client, device: TOTPDevice, administrator: User):
    client.force_login(make_person("colleague"))
    assert reset(client, administrator).status_code == 403
    client.force_login(administrator)
    assert reset(client, device.user).status_code == 403
    assert reset(client, device.user, "get").status_code == 403
    assert client.post("/admin/auth/user/999999/two-factor/").status_code == 404
    assert TOTPDevice.objects.exists()


def test_keys_are_shown_nowhere(client: Client, device: TOTPDevice):
    client.force_login(device.user)
    for model in (TOTPDevice, StaticToken):
        assert not admin.site.is_registered(model)
    assert device.key not in client.get(reverse("admin:auth_user_change", args=[device.user.pk])).text


def test_an_administrator_makes_nobody_a_superuser(client: Client, administrator: User, person: User):
    client.force_login(administrator)
    assert client.post(reverse("admin:auth_user_change", args=[person.pk]), {"username": "mine"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[person.pk]), {}).status_code == 403
    address = reverse("admin:auth_user_change", args=[administrator.pk])
    form = client.get(address).context["adminform"].form
    assert not {"is_superuser", "user_permissions"} & set(form.fields)
    data = {"username": "administrator", "is_active": "on", "is_staff": "on", "is_superuser": "on", "groups": []}
    assert client.post(address, data).status_code == 302
    administrator.refresh_from_db()
    assert not administrator.is_superuser
    assert administrator.user_permissions.count() == 3


def test_who_has_signed_in_is_not_deleted(client: Client, person: User):
    newcomer, colleague = make_person("newcomer"), make_person("colleague")
    log_in(Client(), "colleague")
    client.force_login(person)
    addresses = [reverse("admin:auth_user_delete", args=[user.pk]) for user in (newcomer, colleague)]
    assert [client.post(address, {"post": "yes"}).status_code for address in addresses] == [302, 403]
    selected = {"action": "delete_selected", "_selected_action": [colleague.pk], "post": "yes"}
    client.post(reverse("admin:auth_user_changelist"), selected)
    assert User.objects.filter(pk=colleague.pk).exists()
