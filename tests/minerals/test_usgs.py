"""A Mineral Commodity Summaries data release becomes facts cell by cell, and nothing in it is guessed."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command

from minerals.usgs.amounts import Amount, amount_of, unit_of
from minerals.usgs.bases import basis_of_heading
from minerals.usgs.columns import read_columns
from minerals.usgs.footnotes import Footnotes
from minerals.usgs.release import read_release
from minerals.usgs.totals import Sums
from sources.dataset.checking import check_package
from sources.dataset.reading import read_package
from sources.dataset.rows import DatasetError, Package
from tests.usgs_excerpt import EXCERPT, ROOT, SOURCE, lines_of, save, take

pytestmark = pytest.mark.django_db

HISTORY = "usgs-mcs2026-version-history"
Cells = dict[str, str]


def facts(package: Package) -> dict[tuple[str, str], Cells]:
    """Facts by the part of their key before the source's, and by version."""
    return {(key.removesuffix(f"-{SOURCE}"), version): row.cells for (key, version), row in package.facts().items()}


def citations(package: Package, key: str, version: str = "1") -> list[Cells]:
    return [part.cells for part in package.parts()[f"{key}-{SOURCE}", version]]


def said(cells: Cells, *names: str) -> tuple[str, ...]:
    return tuple(cells[name] for name in names)


# Amounts


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234", Amount("1,234", "reported", "t", "=", "1234")),
        ("34000", Amount("34000", "reported", "t", "=", "34000")),
        ("1,234.50", Amount("1,234.50", "reported", "t", "=", "1234.5")),
        (">2,000,000", Amount(">2,000,000", "reported", "t", ">", "2000000")),
        ("<200,000", Amount("<200,000", "reported", "t", "<", "200000")),
        ("330 - 390", Amount("330 - 390", "reported", "t", "=", low="330", high="390")),
        ("—", Amount("—", "nil", "t", "=", "0")),
        ("0", Amount("0", "nil", "t", "=", "0")),
        ("W", Amount("W", "withheld", "t")),
        ("NA", Amount("NA", "not_available", "t")),
        ("XX", Amount("XX", "not_available", "t")),
        ("Large", Amount("Large", "not_available", "t")),
        ("Small", Amount("Small", "not_available", "t")),
        ("s", Amount("s", "not_available", "t")),
        ("Less than ½ unit", Amount("Less than ½ unit", "reported", "t", "<", "0.5")),
    ],
)
def test_a_cell_is_read_as_what_it_states(cell: str, amount: Amount) -> None:
    assert amount_of(cell, "t") == amount


def test_a_footnote_turns_small_into_a_bound() -> None:
    assert amount_of("s", "Mm3", is_below_half=True) == Amount("s", "reported", "Mm3", "<", "0.5")


@pytest.mark.parametrize(
    "cell",
    ["1.234,5", "1 234", "1\u00a0234", "1.234", "12,34", "1,2345", "1,234,5", "-5", "1e3", "E", "", "approx. 5", "١٢"],
)
def test_what_could_be_read_in_two_ways_is_no_number(cell: str) -> None:
    with pytest.raises(ValueError, match="neither a number"):
        amount_of(cell, "t")


@pytest.mark.parametrize("unit", ["short tons", "metric ton", "thousands of carats", ""])
def test_no_unit_is_guessed(unit: str) -> None:
    with pytest.raises(ValueError, match="no unit that is known"):
        unit_of(unit)


@pytest.mark.parametrize(
    ("heading", "basis"),
    [
        ("(Data in metric tons, cobalt content, unless otherwise specified) -- Revised.", "cobalt content"),
        ("(Data in thousand metric tons, potassium oxide (K2O) equivalent, unless otherwise specified)", "potassium oxide (K2O) equivalent"),
        ("(Data in metric tons, arsenic content unless otherwise specified)", "arsenic content"),
        ("(Data in metric tons unless otherwise specified)", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_heading_says_the_basis(heading: str, basis: str) -> None:
    assert basis_of_heading(heading) == basis


# Facts

QUANTITY = ("verbatim", "comparator", "value", "unit", "status", "availability")
FACTS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("kaz-tungsten-mine-production-2025", QUANTITY, ("2,400", "=", "2400", "t", "estimated", "reported")),
    ("kaz-tungsten-mine-production-2025", ("period", "as_of", "scope", "country"), ("2025", "", "country", "kaz")),
    ("kaz-tungsten-mine-production-2025", ("stage", "measure", "basis"), ("mine", "output", "contained_metal")),
    ("kaz-tungsten-reserves-2025", ("period", "as_of", "category"), ("", "2025", "reserves")),
    ("kaz-tungsten-reserves-2025", QUANTITY, ("NA", "", "", "t", "", "not_available")),
    ("usa-titanium-sponge-production-2024", QUANTITY, ("W", "", "", "t", "", "withheld")),
    ("world-titanium-sponge-production-2024", ("note",), ("World total, rounded by the source. Without U.S. production.",)),
    ("kaz-titanium-dioxide-pigment-capacity-2025", ("stage", "form", "measure"), ("pigment", "titanium dioxide pigment", "capacity")),
    ("kaz-titanium-sponge-capacity-2025", ("status", "unit"), ("estimated", "t")),
    ("kaz-molybdenum-mine-production-2024", ("unit", "basis"), ("t", "contained_metal")),
    ("kaz-molybdenum-reserves-2025", ("unit", "basis"), ("kt", "contained_metal")),
    ("prk-molybdenum-reserves-2025", ("country",), ("prk",)),
    ("civ-manganese-mine-production-2024", ("country", "basis"), ("civ", "contained_metal")),
    ("usa-manganese-mine-production-2024", QUANTITY, ("—", "=", "0", "kt", "actual", "nil")),
    ("aus-manganese-reserves-2025", ("basis",), ("gross_weight",)),
    ("aus-manganese-reserves-2025", ("note",), ("Gross weight; the production of the same table is manganese content. JORC-compliant or equivalent: 110 million tons.",)),
    ("rest-of-world-manganese-reserves-2025", (*QUANTITY, "scope"), ("Small", "", "", "kt", "", "not_available", "rest_of_world")),
    ("kaz-chromium-ore-reserves-2024", ("as_of", "basis"), ("2024", "gross_weight")),
    ("kaz-chromium-reserves-cr2o3-2025", ("as_of", "basis"), ("2025", "Cr2O3")),
    ("kaz-chromium-mine-production-2024", ("basis", "status"), ("gross_weight", "estimated")),
    ("tur-chromium-mine-production-2024", ("country", "status"), ("tur", "actual")),
    ("aus-scandium-reserves-2023", ("as_of", "value", "status"), ("2023", "34000", "estimated")),
    ("world-scandium-capacity-2025", ("measure", "basis"), ("capacity", "scandium_oxide_equivalent")),
    ("world-yttrium-mine-production-2025", ("comparator", "value", "low", "high", "unit", "status"), ("=", "", "10000", "15000", "t", "estimated")),
    ("world-yttrium-mine-production-2025", ("basis", "form"), ("Y2O3_equivalent", "rare-earth mineral concentrates")),
    ("rest-of-world-cesium-reserves-2025", QUANTITY, ("<200,000", "<", "200000", "t", "estimated", "reported")),
    ("rest-of-world-cesium-reserves-2025", ("note",), ("Australia, Canada, China and Namibia together. “tons” taken as metric.",)),
    ("rest-of-world-rubidium-reserves-2025", ("basis",), ("recoverable_material",)),
    ("world-boron-production-2024", (*QUANTITY, "scope"), ("XX", "", "", "kt", "", "not_available", "world")),
    ("world-boron-production-2024", ("note",), ("No total: countries do not report in one consistent way.",)),
    ("chl-boron-reserves-2025", ("basis", "value"), ("ulexite", "35000")),
    ("chn-boron-production-2024", ("basis", "form"), ("boric_oxide_equivalent", "")),
    ("zaf-helium-production-2025", QUANTITY, ("s", "<", "0.5", "Mm3", "estimated", "reported")),
    ("qat-helium-reserves-2025", QUANTITY, ("Large", "", "", "Mm3", "", "not_available")),
    ("usa-graphite-natural-reserves-2025", ("availability", "note"), ("not_available", "Included in the world total. “s” stands for small.")),
    ("kor-graphite-natural-mine-production-2024", ("country",), ("kor",)),
    ("mmr-rare-earths-mine-production-2025", ("country", "basis"), ("mmr", "REO_equivalent")),
    ("cod-cobalt-mine-production-2024", ("country",), ("cod",)),
    ("ncl-nickel-mine-production-2024", ("country", "note"), ("ncl", "Overseas territory of France.")),
    ("fin-selenium-refinery-production-2024", ("status",), ("actual",)),
    ("bel-selenium-refinery-capacity-2025", ("status",), ("actual",)),
    ("usa-selenium-refinery-production-2024", ("form",), ("crude and anode slimes",)),
    ("isr-potash-reserves-2025", ("verbatim", "basis"), ("Large", "K2O_equivalent")),
    ("can-potash-reserves-recoverable-ore-2025", ("basis",), ("recoverable_ore",)),
    ("ukr-iron-ore-reserves-2025", ("unit", "basis", "reporting_code", "reporting_class"), ("Mt", "ore", "Soviet", "A+B")),
    ("rus-platinum-group-metals-reserves-2025", ("mineral", "reporting_code", "reporting_class"), ("platinum-group-metals", "GKZ", "A+B+C1")),
    ("aus-ilmenite-reserves-2025", ("mineral", "basis"), ("titanium", "TiO2_in_ilmenite")),
    ("world-rutile-mine-production-2024", ("form", "basis"), ("rutile", "TiO2")),
    ("aus-zirconium-reserves-2025", ("basis",), ("ZrO2",)),
    ("per-arsenic-trioxide-production-2024", ("form", "basis"), ("arsenic trioxide", "gross_weight")),
]  # fmt: skip


def test_rows_become_facts(taken: Package) -> None:
    made = facts(taken)
    wrong = [(key, names, said(made[key, "1"], *names)) for key, names, _ in FACTS]

    assert wrong == [(key, names, expected) for key, names, expected in FACTS]


def test_every_world_row_of_a_listed_mineral_is_a_fact(taken: Package) -> None:
    left_out = {"CEMENT", "GOLD"}
    rows = [
        line
        for line in lines_of()[1:]
        if "World" in line[1] and line[0] not in left_out and line[2] not in ("Neon", "Krypton", "Xenon")
    ]

    assert len(rows) >= 120
    assert sum(version == "1" for _, version in facts(taken)) == len(rows)


def test_the_dataset_is_sound_with_them(taken: Package) -> None:
    assert check_package(taken) == []


@pytest.mark.parametrize(
    ("key", "locator"),
    [
        ("kaz-tungsten-mine-production-2024", "TUNGSTEN, World Mine Production and Reserves, Kazakhstan, 2024"),
        ("kaz-tungsten-reserves-2025", "TUNGSTEN, World Mine Production and Reserves, Kazakhstan, Reserves, 2025"),
        ("world-tungsten-reserves-2025", "TUNGSTEN, World Mine Production and Reserves, World total, Reserves: rounded, 2025"),
    ],
)  # fmt: skip
def test_a_citation_leads_to_one_cell(key: str, locator: str, taken: Package) -> None:
    [citation] = citations(taken, key)

    assert said(citation, "source", "locator", "support") == (SOURCE, locator, "supports")


def test_no_two_facts_cite_one_cell(taken: Package) -> None:
    places = [part["locator"] for part in taken.rows["citations"] if (part["source"], part["version"]) == (SOURCE, "1")]

    assert len(set(places)) == len(places)


def test_words_come_with_their_first_fact(taken: Package) -> None:
    words = {row.identity: row["entered"] for row in taken.rows["vocabularies"]}

    assert words["basis", "REO_equivalent"] == words["stage", "refinery"] == "2"
    assert ("basis", "marketable_rock") not in words


# Errata


def test_an_erratum_is_a_newer_version_that_cites_it(taken: Package) -> None:
    made = facts(taken)
    old, new = (made["bra-rare-earths-reserves-2025", version] for version in "12")
    erratum, cell = citations(taken, "bra-rare-earths-reserves-2025", "2")

    assert said(old, "value", "entered", "left") == ("21000000", "2", "3")
    assert "21,000,000 to 11,000,000" in old["left_reason"]
    assert said(new, "value", "verbatim", "entered", "left") == ("11000000", "11,000,000", "3", "")
    assert said(erratum, "source", "locator") == (HISTORY, "version 1.3, p. 153")
    assert said(cell, "source", "support") == (SOURCE, "partly")


def test_an_erratum_corrects_the_total(taken: Package) -> None:
    made = facts(taken)

    assert [made["world-rare-earths-reserves-2025", version]["verbatim"] for version in "12"] == [
        ">85,000,000",
        ">75,000,000",
    ]


def test_an_erratum_moves_a_footnote(taken: Package) -> None:
    made = facts(taken)
    china = [made["chn-rare-earths-mine-production-2024", version]["note"] for version in "12"]
    india = [made["ind-rare-earths-reserves-2025", version]["note"] for version in "12"]

    assert china == ["Production quota; without undocumented production.", ""]
    assert india[0] == ""
    assert "OSCOM" in india[1]


def test_revisions_keep_release_and_errata_apart(taken: Package) -> None:
    revisions = [row.cells for row in taken.rows["revisions"]]

    assert [row["number"] for row in revisions] == ["1", "2", "3"]
    assert said(revisions[1], "created", "author") == ("2099-01-01T00:00:00Z", revisions[0]["author"])
    assert {row["entered"] for row in taken.rows["sources"] if row["key"] == HISTORY} == {"3"}


def test_an_erratum_that_the_cell_already_has_changes_nothing(empty: Path, tmp_path: Path) -> None:
    lines = [[">75,000,000" if cell == ">85,000,000" else cell for cell in line] for line in lines_of()]
    outcome, package = take(save(lines, tmp_path / "later.csv"), empty)

    assert outcome.corrected == 3
    assert ("world-rare-earths-reserves-2025", "2") not in facts(package)


def test_an_erratum_of_another_figure(empty: Path, tmp_path: Path) -> None:
    lines = [[">80,000,000" if cell == ">85,000,000" else cell for cell in line] for line in lines_of()]

    with pytest.raises(DatasetError, match=r"corrects “>85,000,000”, but the cell has “>80,000,000”"):
        take(save(lines, tmp_path / "later.csv"), empty)


# Again, and as a count


def test_a_second_time_changes_nothing(empty: Path) -> None:
    take(EXCERPT, empty)
    before = {path.name: path.read_bytes() for path in empty.iterdir()}
    outcome, _ = take(EXCERPT, empty)

    assert {path.name: path.read_bytes() for path in empty.iterdir()} == before
    assert (outcome.counts["facts made: new"], outcome.corrected, outcome.corrected_before) == (0, 0, 4)


def test_published_rows_are_adopted_and_stay(tmp_path: Path) -> None:
    """Four cells of this release were facts before it was taken over."""
    directory = shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    outcome, package = take(EXCERPT, directory)
    adopted = {
        key: row for (key, version), row in package.facts().items() if row["entered"] == "1" and key.endswith(SOURCE)
    }

    assert len(adopted) == 4
    assert adopted.keys() <= {key for _, key in outcome.fates.values()}
    assert outcome.counts["facts made: new"] == 0
    for path in (ROOT / "fixtures").glob("*.csv"):
        assert (directory / path.name).read_bytes() == path.read_bytes()


def test_what_a_release_has_otherwise_is_shown_with_both_figures(
    empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(EXCERPT, empty)
    lines = [["590,000" if cell == "580,000" else cell for cell in line] for line in lines_of()]
    later = save(lines, tmp_path / "later.csv")
    call_command("import_usgs", later, source=SOURCE, directory=empty, partial=True, dry_run=True)
    [line] = [line for line in capsys.readouterr().out.splitlines() if "stays as published" in line]

    assert line.startswith("aus-manganese-reserves-2025")
    assert "verbatim 590,000 instead of 580,000; value 590000 instead of 580000." in line


def test_the_command_counts(empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fates = tmp_path / "fates.csv"
    call_command("import_usgs", EXCERPT, source=SOURCE, directory=empty, partial=True, report=fates)
    count = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(fates.read_text(encoding="utf-8"))))

    for what in ("rows read", "facts made: new", "left out: Import sources", "left out: Salient statistics"):
        assert what in count
    assert f"{len(lines_of()) - 1:,}  rows read" in count
    assert "  4  errata: figures corrected" in count
    assert "stands one column too far left" in count
    assert len(rows) == len(lines_of()) - 1
    assert {row["key"] for row in rows if row["outcome"].startswith("facts")} == {
        key for key, version in read_package(empty)[0].facts()
    }


def test_a_dry_run_writes_nothing(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.read_bytes() for path in empty.iterdir()}
    call_command("import_usgs", EXCERPT, source=SOURCE, directory=empty, partial=True, dry_run=True)

    assert {path.name: path.read_bytes() for path in empty.iterdir()} == before
    assert "Nothing was written." in capsys.readouterr().out


# Totals and footnotes


def test_a_total_is_held_against_its_rows() -> None:
    columns = read_columns()
    pairs = [(row, column) for row in read_release(EXCERPT) if (column := columns.of(row))]
    [total] = [pair for pair in pairs if (pair[0].country, pair[1].name) == ("World total", "manganese-reserves")]
    rows = [pair for pair in pairs if pair[1].name == "manganese-reserves"]

    # Australia has 580,000 and the rest is “Small”: no sum of the excerpt exceeds the total of 1,700,000.
    assert Sums(rows).remark(*total) == ""
    assert Sums(rows * 4).remark(*total) == "The numbers of the table add up to 2,320,000."


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("See Appendix C for resource and reserve definitions and information concerning data sources.", ""),
        ("Excludes U.S. production.", "Without U.S. production."),
        (
            "For Australia, Joint Ore Reserves Committee-compliant or equivalent reserves were 110 million tons.",
            "JORC-compliant or equivalent: 110 million tons.",
        ),
        (
            "Australia, Joint Ore Reserves Committee-compliant or equivalent reserves were 19 million tons.",
            "JORC-compliant or equivalent: 19 million tons.",
        ),
    ],
)
def test_a_footnote_in_our_words(text: str, note: str) -> None:
    assert [footnote.note for footnote in Footnotes().of(f"Estimated .-- {text}")] == ["", note]
