"""Adds what may be added of facts with quantities."""
