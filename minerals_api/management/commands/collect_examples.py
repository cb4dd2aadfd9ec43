"""Takes the examples of the OpenAPI document from the API itself."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from minerals_api.examples import FILE, collect


class Command(BaseCommand):
    help = "Write the examples that the OpenAPI document shows anew, from a database with the shipped dataset."

    def handle(self, **_: Any) -> None:
        text = json.dumps(collect(), ensure_ascii=False, indent=1)
        FILE.write_text(f"{text}\n", encoding="utf-8", newline="\n")
