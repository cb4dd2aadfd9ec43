"""How far each role may walk: what it does there, and where the way ends, the button as well as the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from curating.acts import Acting
from curating.models import Act
from curating.roles import ROLES
from minerals.models import Mineral, Reserve
from sources.models import Fact, Revision
from tests.browser.conftest import OpenPage
from tests.browser.walking import confirm, refused, sign_in, told
from tests.curating.desk import address, change, in_review
from tests.factories import make_mineral, make_reserve, publish

Picture = Callable[..., None]
WHY = "As the source says."
PATIENCE = 60


@dataclass(frozen=True)
class Desk:
    """What is there to act on."""

    draft: Reserve
    waiting: Reserve
    returning: Reserve
    live: Reserve
    leaving: Reserve
    mineral: Mineral
    revision: Revision


@pytest.fixture
def desk(transactional_db: None, person: Callable[..., User]) -> Desk:
    mineral, keeper = make_mineral("testium"), person("curator", name="keeper")
    names = ("draft", "waiting", "returning", "live", "leaving")
    facts = {name: make_reserve(f"testium-{name}", mineral=mineral) for name in names}
    in_review(facts["waiting"], facts["returning"], by=keeper)
    publish(facts["live"])
    return Desk(**facts, mineral=mineral, revision=publish(facts["leaving"]))


@dataclass(frozen=True)
class Way:
    """An act: the page that offers it, by what, its own address, and how it is done there."""

    page: Callable[[Desk], str]
    offer: Callable[[Page], Locator]
    address: Callable[[Desk], str]
    do: Callable[[Page, Locator], Any]


def link(name: str) -> Callable[[Page], Locator]:
    return lambda page: page.locator("#content").get_by_role("link", name=name, exact=True)


def button(name: str) -> Callable[[Page], Locator]:
    return lambda page: page.locator("#content").get_by_role("button", name=name, exact=True)


def confirmed(verb: str, said: str) -> Callable[[Page, Locator], None]:
    def do(page: Page, offered: Locator) -> None:
        offered.click()
        confirm(page, WHY, verb)
        told(page, said)

    return do


def pressed(said: str, level: str = "success") -> Callable[[Page, Locator], None]:
    def do(page: Page, offered: Locator) -> None:
        offered.click()
        told(page, said, level)

    return do


def opened(title: str) -> Callable[[Page, Locator], None]:
    def do(page: Page, offered: Locator) -> None:
        offered.click()
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()

    return do


def _undo_is_offered(page: Page, offered: Locator) -> None:
    offered.click()
    expect(page.get_by_role("heading", name="Undo revision")).to_be_visible()


def on(name: str, of: str) -> Callable[[Desk], str]:
    return lambda desk: f"{address(Reserve, name)}?facts={getattr(desk, of).pk}"


def page_of(of: str) -> Callable[[Desk], str]:
    return lambda desk: change(getattr(desk, of))


def at(where: str) -> Callable[[Desk], str]:
    return lambda desk: where


LIST = at("/admin/minerals/reserve/")
WAYS: dict[str, dict[str, Way]] = {
    "curator": {
        "enter": Way(LIST, link("Add reserve"), at("/admin/minerals/reserve/add/"), opened("Add reserve")),
        "import": Way(LIST, link("Import"), at("/admin/minerals/reserve/import/"), opened("Import reserves")),
        "submit": Way(
            page_of("draft"),
            button("Save and submit for review"),
            on("submit", "draft"),
            pressed("Submitted for review"),
        ),
        "correct": Way(
            page_of("live"),
            button("Correct this fact"),
            lambda desk: address(Reserve, "correct", desk.live.pk),
            pressed("This is the draft that will correct", "info"),
        ),
    },
    "reviewer": {
        "send back": Way(
            page_of("returning"), link("Send back"), on("send_back", "returning"), confirmed("Send back", "Sent back")
        ),
        "publish": Way(
            page_of("waiting"), link("Publish"), on("publish", "waiting"), confirmed("Publish", "Published in revision")
        ),
        "withdraw": Way(
            page_of("leaving"),
            link("Withdraw"),
            on("withdraw", "leaving"),
            confirmed("Withdraw", "Withdrawn in revision"),
        ),
        "rename": Way(
            page_of("mineral"),
            link("Rename"),
            lambda desk: address(Mineral, "rename", desk.mineral.pk),
            opened("Rename Testium"),
        ),
        "merge": Way(
            page_of("mineral"),
            link("Merge into another"),
            lambda desk: address(Mineral, "merge", desk.mineral.pk),
            opened("Merge Testium into another"),
        ),
        "undo": Way(
            page_of("revision"),
            link("Undo this revision"),
            lambda desk: address(Revision, "undo", desk.revision.number),
            _undo_is_offered,
        ),
    },
    "administrator": {
        "users": Way(at("/admin/"), link("Users"), at("/admin/auth/user/"), opened("Users")),
        "groups": Way(at("/admin/"), link("Groups"), at("/admin/auth/group/"), opened("Groups")),
        "audit": Way(at("/admin/"), link("Audit log"), at("/admin/auditlog/logentry/"), opened("Audit log")),
    },
}
"""By the first role that may go there: each later one may as well."""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_goes_as_far_as_it_may(
    role: str, page: Page, person: Callable[..., User], desk: Desk, picture: Picture
) -> None:
    sign_in(page, person(role))
    picture(page, f"role-{role}")
    ranks = list(ROLES)
    for first, ways in WAYS.items():
        for name, way in ways.items():
            page.goto(way.page(desk))
            offered = way.offer(page)
            if ranks.index(role) >= ranks.index(first):
                way.do(page, offered)
            else:
                expect(page.get_by_role("button", name="Log out")).to_be_visible()
                expect(offered).to_have_count(0)
                refused(page, way.address(desk))
                picture(page, f"role-{role}-{name.replace(' ', '-')}-refused")
    assert Fact.objects.get(pk=desk.waiting.pk).is_draft == (role in ("viewer", "curator"))
    assert bool(Fact.objects.get(pk=desk.leaving.pk).left_reason) == (role in ("reviewer", "administrator"))


def test_two_reviewers_who_publish_at_once_make_one_revision_and_one_is_told(
    open_page: OpenPage,
    person: Callable[..., User],
    desk: Desk,
    picture: Picture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meeting, done = Barrier(2, timeout=PATIENCE), Acting._done

    def both(acting: Acting, *asked: Any) -> bool:
        meeting.wait()
        return done(acting, *asked)

    monkeypatch.setattr(Acting, "_done", both)
    before, windows = Revision.objects.count(), {name: open_page() for name in ("first", "second")}
    for name, window in windows.items():
        sign_in(window, person("reviewer", name=name), to=on("publish", "waiting")(desk))
        window.locator("#id_message").fill(WHY)
    for window in windows.values():
        window.locator("#content").get_by_role("button", name="Publish").click(no_wait_after=True)
    for window in windows.values():
        expect(window.locator(".messagelist .success, .messagelist .error")).to_have_count(1)

    revision = Revision.objects.latest("number")
    assert Revision.objects.count() == before + 1
    told(windows[revision.author], f"Published in revision {revision.number}")
    (other,) = (window for name, window in windows.items() if name != revision.author)
    picture(other, "at-once-told")
    said = f"{desk.waiting} was published already, in revision {revision.number} by {revision.author}."
    expect(other.get_by_text(said)).to_have_count(1)
    expect(other.locator("#content").get_by_role("button", name="Publish")).to_have_count(0)
    assert [step.by.username for step in desk.waiting.steps.filter(act=Act.PUBLISHED)] == [revision.author]


def test_an_own_draft_is_published_by_nobody_but_a_superuser_who_says_so(
    open_page: OpenPage, person: Callable[..., User], desk: Desk, picture: Picture
) -> None:
    for role in ("administrator", "superuser"):
        user, page = person(role), open_page()
        own = make_reserve(f"testium-{role}", mineral=desk.mineral)
        in_review(own, by=user)
        sign_in(page, user, to=change(own))
        asked = page.locator("#content").get_by_role("link", name="Publish", exact=True)
        expect(asked).to_have_count(1 if role == "superuser" else 0)
        page.goto(f"{address(Reserve, 'publish')}?facts={own.pk}")
        expect(page.get_by_text("somebody else has to publish it")).to_have_count(1)
        picture(page, f"own-{role}")
        if role == "administrator":
            expect(page.locator("#content").get_by_role("button", name="Publish")).to_have_count(0)
            continue
        confirm(page, WHY, "Publish")
        assert Fact.objects.get(pk=own.pk).is_draft
        picture(page, f"own-{role}-refused")
        page.get_by_label("without a review by a second person").check()
        confirm(page, WHY, "Publish")
        told(page, "Published in revision")
        assert not Fact.objects.get(pk=own.pk).is_draft
        expect(page.get_by_text("Without a review by a second person.")).to_be_visible()
