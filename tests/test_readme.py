"""What the documentation tells people to run works, and what it names exists."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from minerals.models import Reserve
from sources import ledger
from sources.models import Document
from tests.factories import make_reserve, publish

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADDRESS = "http://127.0.0.1:8000"
DOCUMENT = ("kind", "key", "body")


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced blocks of a document that are written in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def is_part_of(shown: Any, whole: Any) -> bool:
    """Whether an answer holds all that a shortened one shows."""
    if isinstance(shown, dict):
        return isinstance(whole, dict) and all(
            key in whole and is_part_of(value, whole[key]) for key, value in shown.items()
        )
    if isinstance(shown, list):
        return isinstance(whole, list) and all(any(is_part_of(item, other) for other in whole) for item in shown)
    return shown == whole


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


@needs("curl")
def test_curl_gets_the_answer_that_is_shown(live_server):
    [command] = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("curl ")]
    [shown] = blocks("json")
    command = command.replace(ADDRESS, live_server.url)
    done = subprocess.run([*shlex.split(command), "--fail", "--silent"], capture_output=True, check=True, timeout=60)
    assert is_part_of(json.loads(shown), json.loads(done.stdout))


def test_pandas_reads_the_facts(live_server):
    [code] = blocks("python")
    names: dict[str, Any] = {}
    exec(code.replace(ADDRESS, live_server.url), names)
    assert "kaz-zinc-reserves-aifc-2024" in set(names["reserves"]["key"])


def test_a_copy_keeps_in_step_as_documented(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("urllib.request.urlopen", lambda address: io.BytesIO(api.get(address).content))
    [code] = blocks("python", (ROOT / "docs" / "changes.md").read_text())
    names: dict[str, Any] = {}
    exec(code, names)
    copy, since = names["copy"], names["since"]
    assert capsys.readouterr().out == f"{len(standing())} documents at revision {since}\n"
    assert copy == standing()

    reserve = Reserve.objects.get(key="kaz-zinc-reserves-aifc-2024")
    ledger.withdraw([reserve], author="curator", reason="Misread.")
    publish(make_reserve("published-later"))
    assert names["update"](copy, since) == since + 2
    assert copy == standing()


def standing() -> dict[tuple[str, str], Any]:
    return {(kind, key): json.loads(body) for kind, key, body in Document.objects.standing().values_list(*DOCUMENT)}


def test_the_lists_are_compared_as_documented(live_server, capsys: pytest.CaptureFixture[str]):
    text = (ROOT / "docs" / "critical-by-whom.md").read_text()
    [code] = blocks("python", text)
    names: dict[str, Any] = {}
    exec(code.replace(ADDRESS, live_server.url), names)
    assert f"It prints `{capsys.readouterr().out.strip()}`" in text
    assert "neodymium" in names["perhaps_in_a_group"]
    assert {"zinc", "tin", "lead", "uranium"} <= names["not_on_the_european"]
    assert "12, such as zinc, tin, lead and uranium" in text


def test_questions_are_answered_as_documented(live_server):
    text = (ROOT / "docs" / "questions.md").read_text()
    names: dict[str, Any] = {}
    for code in blocks("python", text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code.replace(ADDRESS, live_server.url), names)
        assert f"{code}```\n\n```text\n{printed.getvalue()}```\n" in text


@needs("Rscript")
def test_r_reads_the_facts(live_server):
    [code] = blocks("r")
    code = f'{code.replace(ADDRESS, live_server.url)}\ncat(reserves$key, sep = "\\n")'
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, check=True, text=True, timeout=120)
    assert "kaz-zinc-reserves-aifc-2024" in done.stdout.splitlines()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_command_named_is_a_target(document: Path):
    named = set(re.findall(r"(?:^|`)(?:[A-Z_]+=\S+ )?make ([a-z]+)", document.read_text(), flags=re.MULTILINE))
    assert named <= set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))


def test_the_two_commands_of_the_readme_come_first():
    assert re.findall(r"^make ([a-z]+)", blocks("sh")[0], flags=re.MULTILINE) == ["run", "test"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_named_exists(document: Path):
    text = document.read_text()
    links = [document.parent / link for link in re.findall(r"\]\((?!https?://)([^)#]+)\)", text)]
    named = re.findall(r"`((?:\w[\w.-]*/)+[\w.-]*)`", text)
    ours = [ROOT / name for name in named if (ROOT / name.split("/")[0]).is_dir()]
    assert [str(path.relative_to(ROOT)) for path in (*links, *ours) if not path.exists()] == []


def test_every_setting_is_documented():
    settings = (ROOT / "minerals_api" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"(\w+)\"", settings))
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "running.md").read_text(), flags=re.MULTILINE))
    assert documented == read


def in_words(value: Any) -> str:
    """A setting as a person would say it; whole numbers from a minute on are seconds."""
    if isinstance(value, bool):
        return "on" if value else "off"
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if seconds < 60:
        return str(seconds)
    number, unit = (seconds / 3600, "hour") if seconds >= 3600 else (seconds / 60, "minute")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


def test_the_settings_of_accounts_are_as_documented():
    section = (ROOT / "docs" / "running.md").read_text().partition("## Accounts")[2].partition("\n## ")[0]
    documented = {name: value for value, name in re.findall(r"\| ([^|]+) \| `(\w+)` \|$", section, flags=re.MULTILINE)}
    assert len(documented) == 8
    assert documented == {name: in_words(getattr(settings, name)) for name in documented}
