"""The shape of the code: what may import what, how long a module may be, and what must be explained."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sources", "curating", "minerals", "projects", "minerals_api")
LONGEST_MODULE = 420

MODULES = sorted(
    path
    for folder in (*PACKAGES, "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
TEXTS = sorted(
    path
    for pattern in (
        "*.*",
        "Makefile",
        "LICENSE*",
        ".ci/*",
        "docs/**/*.*",
        *(f"{name}/**/*.*" for name in (*PACKAGES, "benchmarks")),
    )
    for path in ROOT.glob(pattern)
    if path.is_file() and path.suffix in ("", ".cff", ".css", ".html", ".json", ".lock", ".md", ".py", ".toml", ".txt")
)
MODELS = [model for package in PACKAGES for model in apps.get_app_config(package).get_models()]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    # It would silence every logger that is there, and with them the tests of what is logged.
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)
    assert lint_imports(no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_can_be_read_in_one_sitting(module: Path):
    assert len(module.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_is_explained(model):
    fields = [field for field in model._meta.local_concrete_fields if not field.auto_created]
    unexplained = [
        field.name
        for field in fields
        if not field.help_text and not (field.remote_field and field.remote_field.parent_link)
    ]
    assert unexplained == []


@pytest.mark.parametrize("text", TEXTS, ids=relative)
def test_no_text_names_a_folder_of_one_machine(text: Path):
    found = re.findall(r"(?<![\w.:/<-])/(?:root|work|home|Users|opt|tmp)\b\S*", text.read_text())
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "benchmarks/requirements.txt"])
def test_every_dependency_is_pinned_and_has_a_reason(name: str):
    lines = (ROOT / name).read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith(("#", "-r "))]
    unexplained = [line for line in requirements if not re.fullmatch(r"[\w\[\]-]+==[\w.]+ +# \w.+", line)]
    assert requirements
    assert unexplained == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_holds_its_requirements_and_no_download_address(name: str):
    lock = (ROOT / f"{name}.lock").read_text()
    pins = re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", (ROOT / f"{name}.txt").read_text(), flags=re.MULTILINE)
    assert [pin for pin in pins if not re.search(rf"^{pin[0]}(?:\[\w+\])?=={pin[1]}\s", lock, flags=re.MULTILINE)] == []
    assert not re.search(r"https?://|file:|--(?:extra-)?index-url|--find-links", lock)
