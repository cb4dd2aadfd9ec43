"""Every kind of page of the admin keeps to WCAG A and AA, on a laptop and on a tablet, in both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page

from sources.registry import fact_models
from tests.browser.conftest import SIZES, OpenPage, Theme
from tests.browser.walking import sign_in
from tests.factories import make_reserve, publish

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}


@pytest.fixture
def pages(transactional_db: None, person: Callable[..., User]) -> dict[str, str]:
    """The address of one page of each kind, by a name."""
    draft, published = make_reserve("kaz-zinc-reserves-draft"), make_reserve("kaz-zinc-reserves-published")
    publish(published)
    kind = f"admin:{draft._meta.app_label}_{draft._meta.model_name}"
    colleague = person(name="colleague")
    TOTPDevice.objects.create(user=colleague, name="app")
    return {
        "index": reverse("admin:index"),
        "app": reverse("admin:app_list", args=["minerals"]),
        "list": reverse(f"{kind}_changelist"),
        "facts": reverse("admin:sources_fact_changelist"),
        "add": reverse(f"{kind}_add"),
        "draft": reverse(f"{kind}_change", args=[draft.pk]),
        "published": reverse(f"{kind}_change", args=[published.pk]),
        "history": reverse(f"{kind}_history", args=[published.pk]),
        "publish": f"{reverse(f'{kind}_publish')}?facts={draft.pk}",
        "withdraw": f"{reverse(f'{kind}_withdraw')}?facts={published.pk}",
        "delete": reverse(f"{kind}_delete", args=[draft.pk]),
        "source": reverse("admin:sources_source_change", args=[published.citations.get().source_id]),
        "entity": reverse("admin:minerals_mineral_change", args=[published.mineral_id]),
        "password": reverse("admin:password_change"),
        "two-factor": reverse("admin:two-factor"),
        "people": reverse("admin:auth_user_changelist"),
        "account": reverse("admin:auth_user_change", args=[colleague.pk]),
        "reset": reverse("admin:auth_user_two_factor", args=[colleague.pk]),
        "audit": reverse("admin:auditlog_logentry_changelist"),
    }


def shown(page: Page, pages: dict[str, str], user: User) -> Iterator[str]:
    """Brings one page after the other into a window, and names it."""
    page.goto(reverse("admin:login"))
    yield "login"
    page.get_by_role("button", name="Log in").click()
    yield "login-refused"
    sign_in(page, user)
    for name, address in pages.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, name
        yield name
    page.goto(pages["add"])
    page.get_by_role("button", name="Save", exact=True).click()
    yield "add-refused"
    page.goto(pages["two-factor"])
    page.get_by_role("button", name="Set up two-factor login").click()
    page.get_by_role("img", name="QR code").wait_for()
    yield "two-factor-set-up"
    page.get_by_role("button", name="Turn it on").click()
    yield "two-factor-refused"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_fails_a_rule(
    size: str, theme: Theme, open_page: OpenPage, pages: dict[str, str], person: Callable[..., User], screenshot
):
    page = open_page(SIZES[size], theme)
    failures: dict[str, str] = {}
    for name in shown(page, pages, person("superuser")):
        screenshot(page, f"{name}-{size}-{theme}", whole=name not in ("list", "facts"))
        results = Axe().run(page, options=RULES).response["violations"]
        width = page.evaluate("document.documentElement.scrollWidth")
        failures |= {
            f"{name}: {rule['id']} at {node['target']}": node["failureSummary"]
            for rule in results
            for node in rule["nodes"]
        }
        if width > SIZES[size][0]:
            failures[f"{name}: wider than the window"] = str(width)
    assert failures == {}


def test_every_kind_of_fact_has_its_list_and_form(
    open_page: OpenPage, person: Callable[..., User], transactional_db: None
):
    page = open_page()
    sign_in(page, person("superuser"))
    failures: dict[str, str] = {}
    for model in fact_models().values():
        for view in ("changelist", "add"):
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}")
            page.goto(address)
            results = Axe().run(page, options=RULES).response["violations"]
            failures |= {f"{address}: {rule['id']}": rule["nodes"][0]["html"] for rule in results}
    assert failures == {}
