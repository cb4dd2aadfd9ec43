"""Makes files as curators would, sends them to the admin, and tells what its preview says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from curating.files.admin import FILE_URLS
from curating.files.judging import Outcome

Rows = Sequence[Mapping[str, Any]]


def address(model: Any, page: str, *args: Any) -> str:
    name = FILE_URLS.get(page, page)
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def as_csv(rows: Rows, separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_xlsx(rows: Rows, formats: Mapping[str, str] | None = None) -> bytes:
    """A workbook as a person fills it in: numbers and dates are cells of their types, shown in some format."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for line, row in enumerate(rows, start=2):
        for place, (name, value) in enumerate(row.items(), start=1):
            cell = sheet.cell(line, place, value)
            if name in (formats or {}) and not isinstance(value, str):
                cell.number_format = (formats or {})[name]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def rows_of_xlsx(content: bytes) -> list[dict[str, Any]]:
    header, *rows = load_workbook(io.BytesIO(content))["data"].values
    return [dict(zip(header, row, strict=True)) for row in rows]


def export(client: Client, model: Any, form: str = "csv", query: str = "") -> Any:
    return client.get(f"{address(model, form)}{query}")


def upload(client: Client, model: Any, content: bytes | Rows, name: str = "sheet.csv") -> Any:
    """The page that a file leads to: its preview, or the form with what is wrong with the file."""
    sent = content if isinstance(content, bytes) else as_csv(content)
    return client.post(address(model, "import"), {"file": SimpleUploadedFile(name, sent)}, follow=True)


def confirm(client: Client, preview: Any, **changes: str) -> Any:
    """Send the form of a preview, as its button does."""
    data = {"seen": preview.context["seen"], **changes}
    return client.post(preview.context["preview_at"], data, follow=True)


def counts(page: Any) -> dict[str, int]:
    """How many rows a preview has of each outcome, those without any left out."""
    return {str(outcome): count for outcome, count in page.context["counts"] if count}


def rows_that_are(page: Any, outcome: Outcome) -> list[Any]:
    return [row for section in page.context["sections"] if section.outcome is outcome for row in section.page]


def problems(page: Any) -> list[tuple[int, str, str]]:
    """The line, column and message of everything that is wrong with rows."""
    return [(row.line, *problem) for row in rows_that_are(page, Outcome.WRONG) for problem in row.problems]


def differences(page: Any) -> list[tuple[str, str, str]]:
    return [difference for row in rows_that_are(page, Outcome.CHANGED) for difference in row.differences]


def notes(page: Any) -> list[str]:
    return [note for outcome in Outcome for row in rows_that_are(page, outcome) for note in row.notes]


def refusal(page: Any) -> str:
    """Why a file was not taken at all."""
    return " ".join(page.context["form"].errors.get("file", []))


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def log_in(name: str, permissions: Iterable[str] = ()) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


CURATOR = (
    *("view_reserve", "add_reserve", "change_reserve", "view_event", "add_event", "change_event"),
    *("view_source", "add_source", "change_source", "view_mineral", "add_mineral", "change_mineral"),
)
"""Permissions of someone who may enter and change some facts and records, and publish nothing."""

RESERVE = {
    "key": "kaz-tin-reserves-test",
    "mineral": "tin",
    "scope": "country",
    "country": "kaz",
    "category": "reserves",
    "verbatim": "10 tons",
    "comparator": "=",
    "value": "10",
    "unit": "t",
    "availability": "reported",
    "period": "2024",
    "source": "report-2024",
    "locator": "page 3",
}
"""A row of a new fact with all that it needs."""
