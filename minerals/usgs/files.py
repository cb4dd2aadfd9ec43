"""The dataset's files while a release is taken over into them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from minerals.usgs.claims import Cells, Claim
from minerals.usgs.errata import Erratum
from minerals.usgs.reviewed import FOLDER, read_reviewed
from sources.dataset.checking import check_package, read_checked
from sources.dataset.dumping import write
from sources.dataset.rows import DatasetError, Package, Row
from sources.dataset.tables import tables
from sources.words import did_you_mean

SOURCES, WORDS = FOLDER / "sources.csv", FOLDER / "words.csv"
MESSAGES = {
    "release": "{title}: world production, capacity and reserves of the minerals that stand on lists",
    "errata": "{title}: corrections that its publisher has made since",
}


class Files:
    """The rows of a directory's files, and what an import adds to them."""

    def __init__(self, directory: Path, source: str) -> None:
        self.directory = directory
        self.package: Package = read_checked(directory)
        self.source = source
        self._revisions: dict[str, str] = {}
        self._facts = self.package.facts()
        self._parts = self.package.parts()
        self._known_sources = {row["key"]: row for row in self.package.rows["sources"]}
        self._known_words = {row.identity for row in self.package.rows["vocabularies"]}
        self._offered_sources = {cells["key"]: cells for cells in _reviewed(SOURCES, "sources")}
        self._offered_words = {
            (cells["vocabulary"], cells["code"]): cells for cells in _reviewed(WORDS, "vocabularies")
        }
        self._refuse_unknown_source()

    def _refuse_unknown_source(self) -> None:
        known = {**self._offered_sources, **self._known_sources}
        if self.source not in known:
            hint = did_you_mean(self.source, known)
            message = (
                f"No source has the key “{self.source}”.{hint} Add its row to {SOURCES.name} or sources.csv first."
            )
            raise DatasetError([message])

    @property
    def title(self) -> str:
        known = self._known_sources.get(self.source)
        return known["title"] if known else self._offered_sources[self.source]["title"]

    def keys_of_source(self) -> set[str]:
        """Keys of the facts that earlier imports of this release made."""
        facts = (row["fact"] for row in self.package.rows["citations"] if row["source"] == self.source)
        return {key for key in facts if key.endswith(f"-{self.source}")}

    def first_version(self, key: str) -> Cells | None:
        row = self._facts.get((key, "1"))
        return row.cells if row else None

    def revision_at(self, moment: datetime, kind: str) -> str:
        """The number of the revision that this import adds for what the release says, or for its errata."""
        if kind not in self._revisions:
            number = str(self.package.newest + 1)
            author = self.package.rows["revisions"][-1]["author"] if self.package.rows["revisions"] else "import_usgs"
            created = moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
            message = MESSAGES[kind].format(title=self.title)
            self._add("revisions", {"number": number, "created": created, "author": author, "message": message})
            self._revisions[kind] = number
        return self._revisions[kind]

    def enter(self, claim: Claim, revision: str) -> None:
        """Add a fact that is new, with its citation, and the words and the source that it needs."""
        self._add_fact(claim, {"version": "1"}, revision)
        self._add_citations([claim.citation], "1", revision)

    def supersede(self, claim: Claim, citations: list[Cells], reason: str, revision: str) -> None:
        """Let the live version of a fact leave, and enter what a claim says as its next version."""
        live = self._live(claim.key)
        live.cells |= {"left": revision, "left_reason": reason}
        version = str(int(live["version"]) + 1)
        self._add_fact(claim, {"version": version}, revision)
        self._add_citations(citations, version, revision)

    def is_corrected(self, key: str, erratum: Erratum) -> bool:
        """Whether a version of a fact cites an erratum already."""
        return any(
            (row["source"], row["locator"]) == (erratum.source, erratum.locator)
            for (fact, _), rows in self._parts.items()
            if fact == key
            for row in rows
            if row.table.name == "citations"
        )

    def _live(self, key: str) -> Row:
        return next(row for (fact, _), row in self._facts.items() if fact == key and row.leaves is None)

    def _add_fact(self, claim: Claim, cells: Cells, revision: str) -> None:
        row = self._add(claim.table, claim.cells | cells | {"entered": revision})
        self._facts[row.whole] = row
        for column, vocabulary in row.table.vocabularies.items():
            self._need_word(vocabulary, row[column], revision)

    def _add_citations(self, citations: list[Cells], version: str, revision: str) -> None:
        for citation in citations:
            row = self._add("citations", citation | {"version": version})
            self._parts.setdefault(row.whole, []).append(row)
            self._need_source(citation["source"], revision)

    def _need_word(self, vocabulary: str, code: str, revision: str) -> None:
        word = vocabulary, code
        if code and word not in self._known_words and word in self._offered_words:
            self._known_words.add(word)
            self._add("vocabularies", self._offered_words[word] | {"entered": revision})

    def _need_source(self, key: str, revision: str) -> None:
        if key not in self._known_sources and key in self._offered_sources:
            cells = self._offered_sources[key] | {"entered": revision}
            self._known_sources[key] = self._add("sources", cells)

    def _add(self, table: str, cells: Cells) -> Row:
        empty = dict.fromkeys((column.name for column in tables()[table].columns), "")
        row = Row(tables()[table], 0, empty | cells)
        self.package.rows[table].append(row)
        return row

    def check(self) -> None:
        """Put the rows in the order of a dump. Raises DatasetError if the files would not be sound."""
        for rows in self.package.rows.values():
            rows.sort(key=Row.sort_key)
        if problems := check_package(self.package):
            raise DatasetError(sorted(set(problems)))

    def write(self) -> None:
        if self._revisions:
            write(self.package, self.directory)


def _reviewed(path: Path, table: str) -> list[Cells]:
    fields = tuple(column.name for column in tables()[table].columns if column.own)
    return read_reviewed(path, dict, fields)
