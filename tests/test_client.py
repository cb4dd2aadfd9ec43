"""A client generated from the OpenAPI document reads the API, with types, down to the source of a figure."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application

pytestmark = pytest.mark.usefixtures("one_connection")

PACKAGE = "generated_minerals_client"
CONFIG = """
post_hooks: []
# What the generator knows no other way to read: bytes.
content_type_overrides:
  application/vnd.apache.parquet: application/octet-stream
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The client, generated without a warning and imported."""
    folder = tmp_path_factory.mktemp("client")
    config = folder / "config.yml"
    config.write_text(CONFIG)
    generate(folder / PACKAGE, config)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module(PACKAGE)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def generate(output: Path, config: Path) -> None:
    document = settings.BASE_DIR / "docs" / "openapi.json"
    options = {"--path": document, "--output-path": output, "--config": config, "--meta": "none"}
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    for name, value in options.items():
        command += [name, str(value)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def operation(tag: str, name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.api.{tag}.{name}")


@pytest.fixture
def client(generated: ModuleType) -> object:
    """The client, over this application rather than the network."""
    transport = httpx.WSGITransport(get_wsgi_application())
    return generated.Client("http://testserver", httpx_args={"transport": transport}, raise_on_unexpected_status=True)


def test_it_reads_the_cited_zinc_figure(client: object) -> None:
    page = operation("reserves", "reserves_list").sync(
        client=client, country="KAZ", mineral="zinc", source="aifc-2024-07-09"
    )
    [reserve] = page.results
    [citation] = reserve.citations

    assert (reserve.quantity.value, reserve.quantity.unit) == (6.7, "Mt")
    assert citation.source.key == "aifc-2024-07-09"
    assert citation.via.source.key == "jamestown-edm-2025-kz-prc-cm"
    assert citation.via.locator == "body, paragraph 2"


def test_it_tells_the_kinds_of_facts_apart(client: object) -> None:
    page = operation("facts", "facts_list").sync(client=client, country="KAZ", page_size=200)

    assert {type(fact).__name__.lower() for fact in page.results} == {fact.kind for fact in page.results}


def test_it_reads_why_a_request_was_refused(client: object) -> None:
    problem = operation("reserves", "reserves_list").sync(client=client, country="Kazakstan")

    assert (problem.status, problem.errors[0].parameter) == (400, "country")
    assert problem.errors[0].nearest == "Kazakhstan"
