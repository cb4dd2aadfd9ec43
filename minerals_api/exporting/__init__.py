"""Answers that hold the whole result of a request, not a page of it.

`whole` has the base of their renderers, which is all that a new format needs; `reading` gives them the rows in batches,
at one revision and in constant memory; `tables` and its neighbours write the formats.
"""
