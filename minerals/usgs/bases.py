"""Holds a row against the basis that the table of columns reads in it."""

from __future__ import annotations

import re

from minerals.usgs.columns import Column
from minerals.usgs.release import ReleaseRow

_HEADING = re.compile(r"\(Data in [^(),]+,\s*(?P<basis>.+?),? unless otherwise specified\)")


def basis_of_heading(other_notes: str) -> str:
    """What the heading of a chapter says its data are of, such as “cobalt content”; empty if it says only the unit."""
    found = _HEADING.search(other_notes)
    return found["basis"] if found else ""


def contradiction(row: ReleaseRow, column: Column) -> str:
    """Why a row does not have the basis that its column is said to have; empty if it has."""
    if column.basis_read_in and column.basis_read_in.casefold() not in row.texts.casefold():
        return (
            f"The basis of the column, {column.basis}, was read in “{column.basis_read_in}”, which neither the heading "
            "nor the notes of this row say."
        )
    if not column.basis_read_in and (said := basis_of_heading(row.other_notes)):
        return f"The heading of the chapter states a basis, “{said}”, which the table of columns has not."
    return ""
