"""Looks whether the addresses of sources still answer. Meant to be run by a timer."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from curating.links import archive, checking
from curating.links.fetching import Fetcher
from curating.links.turns import Pace
from curating.links.visiting import Visitor, agent_of
from sources.models import Source

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def duration(text: str) -> timedelta:
    """A number of days, hours or minutes, such as 30d, 12h or 0d."""
    if not (named := re.fullmatch(r"([0-9]{1,5})([dhm])", text)):
        raise ArgumentTypeError(f"“{text}” is no length of time; write it as 30d, 12h or 90m")
    return timedelta(**{UNITS[named[2]]: int(named[1])})


def positive(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not int(text):
        raise ArgumentTypeError(f"“{text}” is no number from 1 upwards")
    return int(text)


class Command(BaseCommand):
    help = (
        "Look whether the addresses of sources still answer, and keep what was found. No source and no fact is changed. "
        "Addresses looked at lately are passed over, so that a run that was stopped is taken up by the next one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", action="append", metavar="KEY", help="only this source, now (may be repeated)")
        parser.add_argument(
            "--older-than",
            type=duration,
            default=timedelta(days=30),
            metavar="TIME",
            help="pass over what was looked at within this time: 30d (the default), 12h, 90m. Troubles that may have "
            "passed, such as a failing server, are looked at again after a day",
        )
        parser.add_argument("--limit", type=positive, metavar="N", help="look at no more than so many addresses")
        parser.add_argument("--dry-run", action="store_true", help="say what would be looked at, and ask nobody")
        parser.add_argument(
            "--propose-archived",
            action="store_true",
            help="ask the Internet Archive for copies of what is gone or leads elsewhere, and propose them to reviewers",
        )

    def handle(self, *, limit: int | None, dry_run: bool, propose_archived: bool, **options: Any) -> None:
        sources = self._sources(options["source"] or [], options["older_than"])[:limit]
        if dry_run:
            for source in sources:
                self.stdout.write(f"{source.key} {source.url}")
            self.stdout.write(f"To be looked at: {len(sources)}.")
            return
        visitor = self.visitor()
        failed = self._check(sources, visitor, options["verbosity"])
        if propose_archived:
            self._propose(visitor, options["verbosity"])
        if failed:
            raise CommandError(f"{failed} addresses could not be judged, through a fault of the checker; see the log.")

    def visitor(self) -> Visitor:
        """Whoever asks the addresses."""
        contact = settings.LINK_CHECKER_CONTACT.strip()
        if not re.fullmatch(r"[\x20-\x7e]*", contact):
            raise CommandError(
                "LINK_CHECKER_CONTACT holds more than plain letters: give an address of mail or the web."
            )
        if not contact:
            self.stderr.write("Set LINK_CHECKER_CONTACT, so that whoever is asked knows whom to write to.")
        return Visitor(Fetcher(agent_of(contact)), Pace())

    def _sources(self, keys: Sequence[str], older_than: timedelta) -> QuerySet[Source]:
        if not keys:
            return checking.due(older_than)
        named = Source.objects.filter(key__in=keys)
        if unknown := sorted(set(keys) - {source.key for source in named}):
            raise CommandError(f"There is no source {', '.join(unknown)}.")
        if silent := sorted(source.key for source in named if not source.url):
            raise CommandError(f"{', '.join(silent)} has no address to look at.")
        return named.order_by("key")

    def _check(self, sources: QuerySet[Source], visitor: Visitor, verbosity: int) -> int:
        """Look at the sources, say what was found, and return at how many the checker itself failed."""
        found = []
        for check in checking.check(sources, visitor):
            found.append(check)
            if check and verbosity:
                said = " ".join(filter(None, (check.outcome, check.final_address, check.note)))
                self.stdout.write(f"{check.source.key}: {said}")
        judged = [check.outcome for check in found if check]
        if verbosity:
            self.stdout.write(f"Looked at {len(judged)} addresses: {checking.summary(judged)}.")
            if left := len(sources) - len(found):
                self.stdout.write(f"Left for the next run, as their sites asked to wait: {left}.")
        return len(found) - len(judged)

    def _propose(self, visitor: Visitor, verbosity: int) -> None:
        for check, said in archive.propose(list(archive.wanting()), visitor):
            if verbosity:
                self.stdout.write(f"{check.source.key}: {said}.")
