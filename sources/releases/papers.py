"""What goes with the tables of a release: how to read and cite it, its description, what Datasette shows of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sources.dataset import package
from sources.dataset.tables import tables
from sources.releases.described import described_columns, meaning_of
from sources.releases.flat import FlatTable

DATABASE = "critical-minerals.sqlite"


@dataclass(frozen=True, slots=True)
class About:
    """What a release is, whatever is in it."""

    name: str
    revision: int
    created: datetime
    """When its revision was published (UTC)."""
    message: str
    """What that revision changed and why."""
    since: int
    """The revision that the release before it froze, 0 if there is none."""

    def as_json(self) -> dict[str, Any]:
        created = self.created.isoformat().replace("+00:00", "Z")
        return {
            "name": self.name,
            "revision": self.revision,
            "created": created,
            "message": self.message,
            "since": self.since,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> About:
        return cls(**{**said, "created": datetime.fromisoformat(said["created"])})


def readme(about: About) -> str:
    return f"""\
# {package.TITLE}, release {about.name}

{package.DESCRIPTION}

This is revision {about.revision} of the dataset, published on {about.created:%Y-%m-%d}. Its files never change.

| file | what it is |
|---|---|
| `flat-*.csv`, `flat-*.parquet` | the live facts of each kind, a row each with its citations: begin here |
| other `*.csv` | the tables of record, all versions and states, tied by keys |
| other `*.parquet` | the same, with types |
| `{DATABASE}` | the tables of record as an SQLite database, for `sqlite3` or `datasette {DATABASE} -m metadata.json` |
| `datapackage.json` | the description of the CSV files, a Frictionless Data Package |
| `CODEBOOK.md` | every table, column, type, unit and word |
| `CHANGELOG.md` | what changed since the release before this one |
| `LICENSE-DATA` | what you may do with the data |
| `CITATION.cff` | how to cite it |
| `release.json` | name, revision and date, for programs |
| `SHA256SUMS` | checksums: `sha256sum -c SHA256SUMS` |

In the tables of record a fact counts as long as its `left` is empty. Each has one or more rows in `citations.csv`, by its key and version: they say
which document supports it, and where. Where sources disagree, all their claims are here.

In Python, with pandas:

```python
reserves = pandas.read_parquet("flat-reserves.parquet")
reserves[reserves["mineral"] == "zinc"][["country", "value", "unit", "source_keys", "locators"]]
```

In SQL, the view `live_reserves` has the reserves that count.
"""


def citation(about: About) -> str:
    return f"""\
cff-version: 1.2.0
message: Cite the release that you used, and the source of each figure.
type: dataset
title: "{package.TITLE}"
authors:
  - name: {package.CREATOR}
version: "{about.name}"
date-released: {about.created:%Y-%m-%d}
license: {package.LICENCE}
identifiers:
  - type: other
    value: "revision {about.revision}"
    description: The revision of the dataset that the release holds.
"""


def descriptor(about: About, flat: Iterable[FlatTable], folder: Path) -> str:
    """The description of the package, with the release and the checksum of each file."""
    described = package.describe(about.revision, with_origins=False)
    resources = [*described.pop("resources"), *(table.resource() for table in flat)]
    release = {
        "created": about.as_json()["created"],
        "contributors": [{"title": package.CREATOR, "role": "author"}],
        "release": about.as_json(),
    }
    return package.text_of(described | release | {"resources": [_sealed(one, folder) for one in resources]})


def _sealed(resource: dict[str, Any], folder: Path) -> dict[str, Any]:
    content = (folder / resource["path"]).read_bytes()
    schema = resource.pop("schema")
    return resource | {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "schema": schema}


def datasette_metadata(about: About) -> dict[str, Any]:
    """What Datasette shows beside the tables."""
    shown = {
        table.name: {
            "description": meaning_of(table),
            "columns": {column.name: column.meaning for column in described_columns(table)},
        }
        for table in tables().values()
    }
    return {
        "title": f"{package.TITLE}, release {about.name}",
        "description": package.DESCRIPTION,
        "license": "CC BY 4.0",
        "license_url": package.LICENCE_URL,
        "databases": {DATABASE.partition(".")[0]: {"tables": shown}},
    }
