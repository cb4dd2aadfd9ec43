"""What the desk's own pages show."""

from typing import Any

from django import template

from curating import queue

register = template.Library()


@register.simple_tag
def waiting_for(user: Any) -> list[queue.Waiting]:
    """The drafts that wait for a person."""
    return queue.waiting_for(user)
