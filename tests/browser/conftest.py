"""A browser that walks the curators' admin, and what tests of it share.

A test asks for `open_page`, or for `page` where a laptop's window will do, makes who acts with `person`, and lets
`sign_in` type their name and password. All of it is written to the database for real, as the server runs in a thread
of its own. `screenshot` keeps what the page looks like: in the folder that SCREENSHOTS names, or else among pytest's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.walking import PASSWORD

OpenPage = Callable[..., Page]
Theme = Literal["light", "dark"]

LAPTOP, TABLET = (1280, 800), (820, 1180)
SIZES = {"laptop": LAPTOP, "tablet": TABLET}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.chromium)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module.

    While it runs, so does an event loop in this thread, in which Django would refuse to read its database. It is not
    refused here: nothing of the tests is run by that loop. With the module both are over, so no other test is touched.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--disable-dev-shm-usage"]
            )
            yield browser
            browser.close()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Opens a window on the server, of any size and in either theme, that knows nothing of any other window.

    The test fails if a script of a page fails, or the pages' own policy refuses something of theirs.
    """
    contexts, wrong = [], []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            wrong.append(message.text)

    def open_one(size: tuple[int, int] = LAPTOP, theme: Theme = "light", **options: Any) -> Page:
        width, height = size
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        contexts.append(context)
        context.on("console", note)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.set_default_timeout(20_000)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A window of a laptop's size."""
    return open_page()


@pytest.fixture
def person(transactional_db: None) -> Callable[..., User]:
    """Makes someone who may sign in, in a role, such as curator or reviewer; or a superuser."""

    def make(role: str = "", *, name: str = "", **fields: Any) -> User:
        if role == "superuser":
            return User.objects.create_superuser(name or role, password=PASSWORD, **fields)
        user = User.objects.create_user(name or role or "someone", password=PASSWORD, is_staff=True, **fields)
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture(scope="session")
def screenshot(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Keeps what a page looks like, under a name, whole unless `whole` is False."""
    named = os.environ.get("SCREENSHOTS", "")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str, *, whole: bool = True) -> Path:
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled")
        return path

    return take


@pytest.fixture(scope="session")
def picture(screenshot: Callable[..., Path]) -> Callable[[Page, str], None]:
    """Keeps what a page looks like on a laptop and on a tablet, where pictures were asked for."""

    def take(page: Page, name: str) -> None:
        if not os.environ.get("SCREENSHOTS"):
            return
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            screenshot(page, f"{name}-{size}")
        page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})

    return take
