"""Where a fact is in its life, as a badge: a word with a colour of its own, see `desk.css`."""

from __future__ import annotations

from django.utils.html import format_html


def badge(state: str, words: str) -> str:
    """The first of these words, or the first few, as a badge: draft, in review, sent back, live, superseded, withdrawn.

    What the words say beyond the state, such as since when, follows it.
    """
    word, space, more = words.partition(" since ") if " since " in words else words.partition(" in revision ")
    shown = format_html('<span class="state state-{}">{}</span>', state.replace("_", "-"), word)
    return format_html("{}{}{}", shown, space, more) if more else shown
