"""Writes the documents that the API serves anew, after a change of what they show."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources import lines
from sources.management.progress import progress_of
from sources.rendering import outdated, render


class Command(BaseCommand):
    help = (
        "Write the standing documents anew where today's code would write them otherwise. No figure changes and no "
        "revision is made; give the service a new RELEASE afterwards, so that clients ask again. Documents of older "
        "revisions stay as they were served; loading the dataset into an empty database writes those anew as well."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, and fail if any is outdated")

    def handle(self, *, check: bool, verbosity: int, **_: Any) -> None:
        progress = progress_of(self, verbosity)
        if check and (found := outdated(progress)):
            listed = ", ".join(f"{document.kind} {document.key}" for document in found[:10])
            raise CommandError(f"Outdated documents: {len(found)}, such as {listed}. Run render_documents.")
        if check and (wrong := lines.wrong()):
            raise CommandError(f"Outdated lines of tables: {len(wrong)}. Run render_documents.")
        count = 0 if check else render(progress)
        if verbosity:
            self.stdout.write(f"Documents written anew: {count}.")
