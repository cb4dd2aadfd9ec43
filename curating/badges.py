"""Where a fact is in its life, as a badge: a word with a colour of its own, see `desk.css`."""

from __future__ import annotations

from django.utils.html import format_html

STATES = ("draft", "in review", "returned", "live", "superseded", "withdrawn")


def badge(state: str, text: str = "") -> str:
    """A badge for one of the states; the text may say more, such as since when."""
    return format_html(
        '<span class="state state-{}">{}</span>', state.replace(" ", "-").replace("_", "-"), text or state
    )
