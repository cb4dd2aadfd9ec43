"""Signing in: guesses are locked out, passwords are strong, sessions end, and the API knows nothing of any of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curating.login import sessions
from tests.curating.signing import LOGIN, is_in, log_in, make_person

pytestmark = pytest.mark.django_db

HERE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.1"}
ELSEWHERE: dict[str, Any] = {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person() -> User:
    return make_person()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets it be so many seconds after the test began, for sessions."""
    began = sessions.now()
    return lambda seconds: monkeypatch.setattr(sessions, "now", lambda: began + seconds)


def guess(times: int, name: str = "curator", **where: Any) -> Any:
    """The answer to the last of so many wrong passwords."""
    answer = None
    for _ in range(times):
        answer = log_in(Client(), name, "a wrong guess", **where)
    return answer


def test_the_right_password_opens_the_desk(client: Client, person: User):
    assert not is_in(client)
    assert log_in(client).headers["Location"] == "/admin/"
    assert is_in(client)


def test_after_five_guesses_one_waits_and_is_told_how_long(client: Client, person: User):
    assert guess(4, **HERE).status_code == 200
    locked = guess(1, **HERE)
    assert locked.status_code == 429
    assert 800 < int(locked.headers["Retry-After"]) <= 900
    assert "in 15 minutes" in locked.text
    refused = log_in(client, **HERE)
    assert (refused.status_code, is_in(client)) == (429, False)


def test_a_lock_out_ends_by_itself(client: Client, person: User):
    guess(5, **HERE)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client, **HERE).status_code == 302


@pytest.mark.parametrize("command", ["axes_reset", "axes_reset_username curator", "axes_reset_ip 192.0.2.1"])
def test_a_lock_out_is_lifted_by_a_command(client: Client, person: User, command: str):
    guess(5, **HERE)
    assert log_in(client, **HERE).status_code == 429
    call_command(*command.split())
    log_in(client, **HERE)
    assert is_in(client)


def test_trying_during_a_lock_out_makes_it_no_longer(person: User):
    guess(5, **HERE)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))
    assert int(guess(1, **HERE).headers["Retry-After"]) <= 300


def test_guesses_from_elsewhere_lock_nobody_out_here(client: Client, person: User):
    guess(5, **ELSEWHERE)
    assert log_in(client, **HERE).status_code == 302


def test_guesses_from_many_places_lock_a_name_but_not_where_its_owner_signs_in(client: Client, person: User, settings):
    settings.LOGIN_LIMIT_BY_NAME = 8
    AccessLog.objects.create(username="curator", ip_address="192.0.2.1", user_agent="", path_info=LOGIN)
    for number in range(4):
        guess(2, REMOTE_ADDR=f"203.0.113.{number}")
    assert log_in(Client(), REMOTE_ADDR="203.0.113.99").status_code == 429
    assert log_in(client, **HERE).status_code == 302


def test_an_address_that_guesses_at_many_names_waits(person: User, settings):
    settings.LOGIN_LIMIT_BY_ADDRESS = 6
    for number in range(6):
        guess(1, f"nobody-{number}", **ELSEWHERE)
    assert log_in(Client(), **ELSEWHERE).status_code == 429
    assert log_in(Client(), **HERE).status_code == 302


def test_signing_in_with_an_own_account_forgives_no_guesses_at_another(person: User):
    make_person("neighbour")
    guess(4, **HERE)
    log_in(Client(), "neighbour", **HERE)
    assert guess(1, **HERE).status_code == 429


def test_signing_in_forgives_ones_own_mistakes(person: User):
    guess(4, **HERE)
    log_in(Client(), **HERE)
    assert guess(4, **HERE).status_code == 200


def test_behind_a_proxy_the_client_is_locked_out_and_not_the_proxy(person: User, settings):
    settings.TRUSTED_PROXIES = 1
    for guesser in ("203.0.113.5", "made-up, 203.0.113.5"):
        guess(3, **HERE, HTTP_X_FORWARDED_FOR=guesser)
    assert log_in(Client(), **HERE, HTTP_X_FORWARDED_FOR="203.0.113.5").status_code == 429
    assert log_in(Client(), **HERE, HTTP_X_FORWARDED_FOR="198.51.100.7").status_code == 302


@pytest.mark.parametrize("address", ["2001:db8:1:2:3:4:5:6", "fe80::1%eth0", "", "a socket"])
def test_any_address_can_be_locked_out(person: User, address: str):
    assert guess(5, REMOTE_ADDR=address).status_code == 429


def test_one_subscriber_of_ipv6_is_one_guesser(person: User):
    for number in range(5):
        guess(1, REMOTE_ADDR=f"2001:db8:1:2::{number}")
    assert log_in(Client(), REMOTE_ADDR="2001:db8:1:2::99").status_code == 429
    assert log_in(Client(), REMOTE_ADDR="2001:db8:1:3::99").status_code == 302


@pytest.mark.parametrize("name", ["n" * 151, "n" * 5000, "ﬁ" * 140, "<b>", "x y"])
def test_a_name_that_nobody_can_have_is_refused_like_any_other(person: User, name: str):
    answer = log_in(Client(), name)
    assert answer.status_code == 200
    assert "Please enter the correct" in answer.text


def test_a_lock_out_touches_nothing_but_the_login(client: Client, person: User):
    client.force_login(person)
    guess(5)
    assert is_in(client)
    assert Client().get("/api/v1/").status_code == 200


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("q7-zu-11ere", "too short"),
        ("qwertyuiop123", "too common"),
        ("918273645546372", "entirely numeric"),
        ("curator-1234", "too similar to the username"),
    ],
)
def test_a_weak_password_is_refused(person: User, password: str, said: str):
    with pytest.raises(ValidationError, match=said):
        validate_password(password, person)


def test_a_weak_password_is_refused_on_the_page_that_says_why(admin_client: Client, person: User):
    page = admin_client.post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"password1": "elevenchars", "password2": "elevenchars", "usable_password": "true"},
    )
    assert "at least 12 characters" in page.text
    assert log_in(Client()).status_code == 302


def test_a_session_that_is_not_used_ends(client: Client, person: User, later):
    log_in(client)
    later(59 * 60)
    assert is_in(client)
    later(118 * 60)
    assert is_in(client)
    later(180 * 60)
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[0][0].startswith(LOGIN)
    assert "You were signed out after 1 hour without use. Sign in again to go on." in page.text


def test_a_session_ends_however_much_it_is_used(client: Client, person: User, later):
    log_in(client)
    for minutes in range(50, 12 * 60, 50):
        later(minutes * 60)
        assert is_in(client)
    later(12 * 3600 + 60)
    page = client.get("/admin/", follow=True)
    assert "You were signed out 12 hours after you signed in" in page.text
    assert not is_in(client)


def test_what_is_typed_while_a_session_ends_keeps_it_going(client: Client, person: User, later):
    log_in(client)
    later(50 * 60)
    answer = client.get(reverse("admin:stay")).json()
    assert 11 * 3600 < answer["seconds"] < 11 * 3600 + 11 * 60
    assert answer["token"]
    later(100 * 60)
    assert is_in(client)


def test_nobody_else_is_kept_going(client: Client):
    assert client.get(reverse("admin:stay")).headers["Location"].startswith(LOGIN)


def test_a_session_from_before_there_was_an_end_is_over(client: Client, person: User):
    client.force_login(person)
    session = client.session
    del session["desk_began"]
    session.save()
    assert not is_in(client)


@pytest.mark.parametrize("name", ["sessionid", "csrftoken"])
def test_cookies_are_the_desks_alone(client: Client, person: User, name: str):
    client.get(LOGIN)
    log_in(client)
    cookie = client.cookies[name]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    assert name == "csrftoken" or not cookie["max-age"]


@pytest.mark.parametrize("address", ["/", "/api/v1/", "/api/v1/minerals/", "/api/docs/", "/health/live"])
def test_readers_get_no_session_even_who_sends_one(client: Client, person: User, address: str):
    log_in(client)
    plain = Client().get(address)
    signed = client.get(address)
    for answer in (plain, signed):
        assert not answer.cookies
        assert "cookie" not in answer.headers.get("Vary", "").lower()
    assert plain.headers.get("ETag") == signed.headers.get("ETag")


def test_only_staff_get_in(client: Client):
    make_person("reader", is_staff=False)
    assert log_in(client, "reader").status_code == 200
    assert not is_in(client)


def test_next_leads_nowhere_else(client: Client, person: User):
    data = {"username": person.username, "password": "a kettle of 7 grey herons", "next": "https://example.org/"}
    assert client.post(LOGIN, data).headers["Location"] != "https://example.org/"
