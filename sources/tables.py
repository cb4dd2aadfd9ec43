"""What a view says of its answers as tables, for the formats that give a whole result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sources.columns import Column, Row, columns_of
from sources.shapes import Shapes


class TableMixin:
    """Names the columns of a view's answers, and the formats that it can be asked for."""

    reads_documents: bool = False
    """Whether each row is a stored document of its own."""
    at_hand: Sequence[Row] | None = None
    """The rows of the table asked for, where they are few and made already."""

    def get_tables(self) -> Shapes:
        """The serializers whose fields the answer has as the columns of a table; none where it can't be one."""
        return ()

    def get_columns(self) -> tuple[Column, ...]:
        return columns_of(self.get_tables())

    def get_renderers(self) -> list[Any]:
        """The formats of the answer: those that take a whole result only where they can write it."""
        renderers = super().get_renderers()  # type: ignore[misc]
        return [one for one in renderers if not getattr(one, "takes_whole", False) or one.suits(self)]

    @property
    def writes_whole(self) -> Any:
        """The renderer that was asked to answer with the whole result, if one was."""
        renderer: Any = self.request.accepted_renderer  # type: ignore[attr-defined]
        return renderer if getattr(renderer, "takes_whole", False) else None
