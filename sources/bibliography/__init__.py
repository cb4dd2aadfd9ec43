"""Bibliographies: the sources behind an answer, and the dataset itself, in the formats that reference managers read."""
