"""The fixed lists of words: those whose meaning the code itself depends on. Open ones are terms, see `Term`."""

from collections.abc import Iterable, Mapping

from sources.changes.rows import Action
from sources.issues import IssueCode
from sources.models import Rank, Support

_closed: dict[str, dict[str, str]] = {}


def add(name: str, words: Mapping[str, str]) -> None:
    """Show a fixed list among the vocabularies."""
    _closed[name] = dict(words)


def add_choices(name: str, choices: Iterable[tuple[str, str]]) -> None:
    """The same for the choices of a model field, whose labels are the word, a colon and what it means."""
    add(name, {code: label.partition(": ")[2] or label for code, label in choices})


def closed() -> dict[str, list[dict[str, str]]]:
    return {
        name: [{"code": code, "definition": definition} for code, definition in words.items()]
        for name, words in _closed.items()
    }


add_choices("rank", Rank.choices)
add_choices("support", Support.choices)
add_choices("issue", IssueCode.choices)
add_choices("change-action", Action.choices)
