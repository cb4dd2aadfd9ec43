"""A copy of the dataset that follows its changes, and what the lists give to compare it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.endpoints import ENDPOINTS, JSON, ROOT, Get, pages_of

Name = tuple[str, str]
"""Kind and key."""
MOST = 500


@dataclass
class Mirror:
    """Documents by kind and key, and those facts among them that lists show unasked."""

    get: Get
    since: int = 0
    documents: dict[Name, JSON] = field(default_factory=dict)
    best: set[Name] = field(default_factory=set)
    seen: list[tuple[int, str, str]] = field(default_factory=list)
    following: str | None = None

    def read(self, page_size: int = MOST) -> bool:
        """Read one page, and say whether it was the last."""
        page = self.get(self.following or f"{ROOT}changes/?since={self.since}&page_size={page_size}").json()
        for change in page["results"]:
            self.apply(change)
        self.following = page["next"]
        if self.following is None:
            self.since = page["until"]
        return self.following is None

    def read_all(self, page_size: int = MOST) -> None:
        while not self.read(page_size):
            pass

    def apply(self, change: JSON) -> None:
        name = (change["kind"], change["key"])
        self.seen.append((change["revision"], *name))
        before = self.documents.pop(name, None)
        self.best.discard(name)
        assert (change["action"] == "entered") == (before is None)
        assert (change["moved_to"] is not None) == (change["action"] == "moved")
        if change["action"] in ("withdrawn", "moved"):
            assert change["document"] is None
            return
        self.documents[name] = change["document"]
        if change["best"]:
            self.best.add(name)
        if before is not None:
            assert patched(before, change["changed"]) == change["document"]


def patched(before: Any, changed: list[JSON]) -> Any:
    """A document after each field that changed was given its new value."""
    after = before
    for one in changed:
        after = _put(after, one["path"].split("."), one["before"], one["after"])
    return after


def _put(value: Any, path: list[str], before: Any, after: Any) -> Any:
    if not path:
        assert value == before
        return after
    name, *rest = path
    if isinstance(value, list):
        index = int(name)
        return [*value[:index], _put(value[index], rest, before, after), *value[index + 1 :]]
    return value | {name: _put(value[name], rest, before, after)}


def listed(get: Get, revision: int | None = None) -> dict[Name, JSON]:
    """Everything that the lists give, now or at a revision."""
    at = f"&revision={revision}" if revision else ""

    def rows(name: str) -> list[JSON]:
        return [row for page in pages_of(f"{ROOT}{name}/?page_size={MOST}{at}", get) for row in page["results"]]

    found = {(row["kind"], row["key"]): row for row in rows_of_facts(get, revision)}
    for endpoint in ENDPOINTS:
        if endpoint.is_of_entities:
            kind = endpoint.viewset.queryset.model.document_kind
            found |= {(kind, row["slug"]): row for row in rows(endpoint.name)}
    found |= {("source", row["key"]): row for row in rows("sources")}
    for vocabulary in get(f"{ROOT}vocabularies/?{at.removeprefix('&')}").json():
        for word in vocabulary["words"] if vocabulary["open"] else ():
            name = f"{vocabulary['name']}:{word['code']}"
            found["term", name] = {"vocabulary": vocabulary["name"], **word}
    return found


def rows_of_facts(get: Get, revision: int | None = None, claims: str = "all") -> list[JSON]:
    at = f"&revision={revision}" if revision else ""
    address = f"{ROOT}facts/?claims={claims}&page_size={MOST}{at}"
    return [row for page in pages_of(address, get) for row in page["results"]]
