"""Every endpoint of the router, as the tests of the contract see it: a new one has them by existing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from minerals_api.problems import MEDIA_TYPE
from minerals_api.urls import router
from sources.filters import MEASURE, StrictFilter, StrictFilterSet
from sources.views import EntityViewSet, FactKindViewSet

ROOT = "/api/v1/"
MOST = 500
"""The largest page that may be asked for."""

JSON = dict[str, Any]
Answer = Any
"""A response, to which the test client has added `json()`, unknown to the type."""
Get = Callable[[str], Answer]


@dataclass(frozen=True)
class Endpoint:
    """One line of the router."""

    name: str
    viewset: type[Any]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        return f"{ROOT}{self.name}/"

    @property
    def address(self) -> str:
        """The path, with the least query that the list answers."""
        return asking(self.path, self.filterset.example() if self.filterset else {})

    @property
    def has_details(self) -> bool:
        return hasattr(self.viewset, "retrieve")

    @property
    def has_pages(self) -> bool:
        return self.viewset.pagination_class is not None

    @property
    def is_of_facts(self) -> bool:
        return issubclass(self.viewset, FactKindViewSet)

    @property
    def is_of_entities(self) -> bool:
        return issubclass(self.viewset, EntityViewSet)

    @property
    def filterset(self) -> type[StrictFilterSet] | None:
        return self.viewset.filterset_class

    @property
    def filters(self) -> dict[str, StrictFilter]:
        return dict(self.filterset.base_filters) if self.filterset else {}

    @property
    def orderings(self) -> list[str]:
        return list(self.viewset.ordering_fields)

    @property
    def parameters(self) -> list[str]:
        """What the list takes."""
        ordering = ["ordering"] if self.orderings else []
        return ["format", "style", *self.viewset.shared_on_lists, *ordering, *self.filters]

    @property
    def measures(self) -> bool:
        return any(one.field_name == MEASURE for one in self.filters.values())

    def address_of(self, row: JSON) -> str:
        return f"{self.path}{row[self.viewset.lookup_field]}/"


def asking(address: str, query: Mapping[str, Any] | Sequence[tuple[str | bytes, Any]]) -> str:
    """An address that asks for this besides what it asks for already; a parameter that is there is given anew."""
    added: list[tuple[str | bytes, Any]] = [*(query.items() if isinstance(query, Mapping) else query)]
    path, _, asked = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(asked) if name not in dict(added)]
    return f"{path}?{urlencode([*kept, *added])}" if kept or added else path


ENDPOINTS = [Endpoint(prefix, viewset) for prefix, viewset, _ in router.registry]
OF_FACTS = [endpoint for endpoint in ENDPOINTS if endpoint.is_of_facts]
OF_ENTITIES = [endpoint for endpoint in ENDPOINTS if endpoint.is_of_entities]
WITH_PAGES = [endpoint for endpoint in ENDPOINTS if endpoint.has_pages]
WITH_DETAILS = [endpoint for endpoint in ENDPOINTS if endpoint.has_details]
WITH_SHAPES = [endpoint for endpoint in ENDPOINTS if "fields" in endpoint.parameters]
WITH_REVISIONS = [endpoint for endpoint in ENDPOINTS if "revision" in endpoint.parameters]
WITH_SUMS = [endpoint for endpoint in ENDPOINTS if hasattr(endpoint.viewset, "summary")]
WITH_MEASURES = [endpoint for endpoint in ENDPOINTS if endpoint.measures]
FACTS = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "facts")


def each(endpoints: Iterable[Endpoint]) -> pytest.MarkDecorator:
    """Run a test for each of these endpoints."""
    return pytest.mark.parametrize("endpoint", list(endpoints), ids=str)


def refused(response: Answer) -> list[JSON]:
    """The parameters that a response refuses, and why."""
    document = response.json()
    assert response.status_code == HTTPStatus.BAD_REQUEST, document
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert document["errors"]
    return document["errors"]


def the_error(response: Answer) -> JSON:
    """The one thing that a response refuses."""
    [error] = refused(response)
    return error


def rows_of(endpoint: Endpoint, get: Get) -> list[JSON]:
    """Every row of a list, in its order."""
    if not endpoint.has_pages:
        listed = get(endpoint.address).json()
        return listed if isinstance(listed, list) else [listed]
    return [row for page in pages_of(f"{endpoint.address}?page_size={MOST}", get) for row in page["results"]]


def pages_of(address: str | None, get: Get, *, direction: str = "next") -> Iterator[JSON]:
    """The page at an address, and those that follow."""
    while address:
        page = get(address).json()
        yield page
        address = page[direction]


def first_row(endpoint: Endpoint, get: Get) -> JSON:
    """A row of a list; of facts one that has been there for longest, so that it is at old revisions too."""
    address = f"{endpoint.address}?page_size=1" if endpoint.has_pages else endpoint.address
    page = get(f"{address}&ordering=revision" if "revision" in endpoint.orderings else address).json()
    return page["results"][0] if endpoint.has_pages else page[0]


def addresses_of(endpoint: Endpoint, get: Get) -> list[str]:
    """One address of each operation that an endpoint has."""
    beside = [f"{endpoint.address}{action.url_path}/" for action in actions_of(endpoint, detail=False)]
    return [*shaped_addresses_of(endpoint, get), *beside]


def shaped_addresses_of(endpoint: Endpoint, get: Get) -> list[str]:
    """Those whose answers are documents, of which fields can be selected."""
    if not endpoint.has_details:
        return [endpoint.address]
    detail = endpoint.address_of(first_row(endpoint, get))
    return [endpoint.address, detail, *(f"{detail}{one.url_path}/" for one in actions_of(endpoint, detail=True))]


def actions_of(endpoint: Endpoint, *, detail: bool) -> list[Any]:
    """What an endpoint has besides its list and details: about one thing, or about all."""
    return [action for action in endpoint.viewset.get_extra_actions() if action.detail is detail]


def fields_at(address: str, get: Get) -> list[str]:
    """The names of the fields of what is at an address, in their order."""
    found = get(address).json()
    found = found.get("results", found) if isinstance(found, dict) else found
    return list(found[0] if isinstance(found, list) else found)


def formats_at(address: str, get: Get, *, whole: bool = True) -> list[str]:
    """The formats that an address has; of these, where so asked, those that hold the whole result."""
    [error] = get(asking(address, {"format": "no-such-format"})).json()["errors"]
    return [name for name in error["allowed"] if not whole or name not in PAGED_FORMATS]


PAGED_FORMATS = ("json", "html")
