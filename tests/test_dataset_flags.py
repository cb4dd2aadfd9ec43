"""What check_dataset says of files that are sound: the figures and dates that look wrong all the same."""

import io
from pathlib import Path

import orjson
import pytest
from django.core.management import call_command

from sources.dataset.checking import read_checked
from sources.dataset.flagging import flags
from sources.dataset.tables import table_of
from sources.management.options import dataset_directory
from sources.models import Document
from sources.registry import fact_models
from tests.small_dataset import COMMON, FIGURE, SMALL, empty_database, write

pytestmark = pytest.mark.django_db

ZINC = {**COMMON, **FIGURE, "mineral": "zinc", "category": "reserves", "period": "2024", "entered": ""}
TABLE = [
    {**ZINC, "key": "table-world", "scope": "world", "value": "130"},
    {**ZINC, "key": "table-chn", "scope": "country", "country": "chn", "value": "170"},
    {
        **ZINC, "key": "table-kaz", "version": "1", "entered": "1", "left": "3", "left_reason": "Misread.",
        "scope": "country", "country": "kaz", "value": "0.001", "category": "resources",
    },
    {
        **ZINC, "key": "table-kaz", "version": "2", "entered": "3", "scope": "country", "country": "kaz",
        "value": "1000", "category": "resources",
    },
    {
        **ZINC, "key": "table-kaz", "version": "3", "scope": "country", "country": "kaz", "value": "4",
        "category": "resources", "world_rank_comparator": "=", "world_rank_value": "1",
    },
    {**ZINC, "key": "table-kaz-2023", "scope": "country", "country": "kaz", "value": "4000", "period": "2023",
     "category": "resources", "as_of": "2025"},
    {**ZINC, "key": "table-chn-resources", "scope": "country", "country": "chn", "low": "5", "high": "6",
     "category": "resources"},
]  # fmt: skip
CITED = [
    {"fact": row["key"], "version": row["version"], "position": "1", "source": "table-2024", "support": "supports"}
    for row in TABLE
]
SOURCE = {"key": "table-2024", "entered": "1", "kind": "report", "publisher": "Survey", "published": "2024-12"}
CONTENT = SMALL | {
    "reserves": TABLE,
    "citations": [*CITED, *[row for row in SMALL["citations"] if row["fact"] == "pact"]],
    "sources": [*SMALL["sources"], SOURCE],
}
EXPECTED = """\
reserves.csv:2:value: sum_differs_from_total: The world total is 130 Mt, but 1 figure of table-2024 for countries and \
the rest of the world adds to at least 170 Mt, which rounding does not explain.
reserves.csv:6:value: jump: The 4,000 Mt of table-kaz-2023 is 1,000 times its 4 Mt.
reserves.csv:6:world_rank_value: rank_differs: It claims place 1, but of the figures stored for 1 other country, \
1 is larger than its 4 Mt, which is place 2 at the highest (table-2024).
reserves.csv:7:as_of: date_contradiction: The estimate is as of 2025, after table-2024 (2024-12) was published.
reserves.csv:7:value: jump: Its 4,000 Mt is 1,000 times the 4 Mt of table-kaz.
5 flags to look into.
"""


def checked(directory: Path, **options: int) -> str:
    call_command("describe_dataset", "--in", str(directory), verbosity=0)
    out = io.StringIO()
    call_command("check_dataset", "--from", str(directory), stdout=out, **options)
    return out.getvalue()


def test_flags_are_listed_by_file_line_and_column_and_counted(tmp_path: Path) -> None:
    sound, *listed = checked(write(tmp_path, CONTENT)).splitlines(keepends=True)

    assert "is sound." in sound
    assert "".join(listed) == EXPECTED


def test_versions_that_were_replaced_or_withdrawn_are_not_checked(tmp_path: Path) -> None:
    gone = {"entered": "1", "left": "3", "left_reason": "Misread."}
    withdrawn = [row | gone if row["key"] == "table-chn" else row for row in TABLE]

    assert "sum_differs" not in checked(write(tmp_path, CONTENT | {"reserves": withdrawn}))


def test_files_in_which_nothing_looks_wrong_have_no_flags(tmp_path: Path) -> None:
    assert checked(write(tmp_path, SMALL)).endswith("\n0 flags to look into.\n")


def test_a_single_flag_is_counted_as_one(tmp_path: Path) -> None:
    alone = CONTENT | {"reserves": TABLE[:2], "citations": [*CITED[:2], *CONTENT["citations"][len(CITED) :]]}

    assert checked(write(tmp_path, alone)).endswith("\n1 flag to look into.\n")


def test_a_quiet_check_says_nothing_of_flags(tmp_path: Path) -> None:
    assert checked(write(tmp_path, CONTENT), verbosity=0) == ""


def flagged_in(directory: Path) -> list[tuple[str, str]]:
    """The file and message of each flag on the files."""
    return sorted((flag.file, flag.message) for flag in flags(read_checked(directory)))


def flagged_in_database() -> list[tuple[str, str]]:
    files = {kind: table_of(model).file for kind, model in fact_models().items()}
    rows = Document.objects.standing().exclude(issues="").values_list("kind", "body")
    issues = [(files[kind], issue) for kind, body in rows for issue in orjson.loads(body)["issues"]]
    return sorted((file, f"{issue['code']}: {issue['explanation']}") for file, issue in issues)


def test_publishing_flags_what_the_check_of_the_files_flags(tmp_path: Path) -> None:
    directory = write(tmp_path, CONTENT)
    empty_database()
    call_command("load_dataset", "--from", str(directory), verbosity=0, stderr=io.StringIO())

    assert flagged_in_database() == flagged_in(directory) != []


def test_the_shipped_dataset_is_served_with_the_flags_of_its_files() -> None:
    assert flagged_in_database() == flagged_in(dataset_directory())
