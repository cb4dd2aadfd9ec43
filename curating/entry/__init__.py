"""Entering: a source first, found twice or filled in from a record, then the facts that it states."""
