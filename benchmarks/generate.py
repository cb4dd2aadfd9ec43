"""Writes made-up facts into a database of the service, published as one revision.

There are two ways, with the same result: through the ledger at once, or, for many facts, through the ledgers of many
small databases, each with all claims that can be rivals, whose rows are then brought together. Of very many facts, most
are copies of others under keys of their own.

    python -m benchmarks.generate --facts 10000 --to .bench/10000.sqlite3
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from benchmarks.claims import Ids, Subject

LARGEST_SHARD, FEWEST_SHARDS = 10_000, 8
AUTHOR = "benchmarks"
RECORDS_SAID, FACTS_SAID = "Synthetic sources, to measure with.", "Synthetic facts, to measure with."


def connect(database: str | Path) -> None:
    """Start Django on a database: the path of a SQLite file, or an address."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "minerals_api.settings"
    os.environ["DATABASE_URL"] = str(database) if "://" in str(database) else f"sqlite:///{Path(database).absolute()}"
    django.setup()


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def begin() -> None:
    """Fill the database that Django runs on with the shipped dataset, and the sources and words of made-up facts."""
    from django.core.management import call_command

    from benchmarks import claims
    from sources.ledger import Change, commit
    from sources.models import Record, Revision, Term

    migrate()
    call_command("load_dataset", verbosity=0)
    terms = claims.terms(set(Term.objects.values_list("vocabulary", "code")))
    records: list[Record] = [*terms, *claims.sources()]
    for record in records:
        record.save()
    newest = Revision.objects.get(number=Revision.objects.count())
    commit(Change(AUTHOR, RECORDS_SAID, records=records, created=newest.created + timedelta(days=1)))


def plan(facts: int) -> list[Subject]:
    """What the facts are about. It stays away from what the dataset says, since those facts would change."""
    from benchmarks.claims import WORLD, subjects
    from minerals.models import Country, Mineral, Production, Reserve

    countries = Country.objects.filter(type__in=["country", "territory"]).values_list("slug", flat=True)
    taken = [
        (mineral, country or WORLD)
        for kind in (Production, Reserve)
        for mineral, country in kind.objects.values_list("mineral__slug", "country__slug")
    ]
    found = subjects(facts, list(Mineral.objects.values_list("slug", flat=True)), list(countries), taken)
    return sorted(found, key=lambda subject: subject.circle)


def ids() -> Ids:
    from benchmarks.claims import SERIES, Ids
    from minerals.models import Country, Mineral
    from sources.models import Source

    keys = [f"synthetic-survey-{series}-" for series in range(1, SERIES + 1)]
    known = Source.objects.values_list("key", "pk")
    return Ids(
        dict(Mineral.objects.values_list("slug", "pk")),
        dict(Country.objects.values_list("slug", "pk")),
        {key: pk for key, pk in known if key.startswith(tuple(keys))},
    )


def publish(subjects: Sequence[Subject]) -> None:
    """Publish all claims about these subjects in one revision, through the ledger."""
    from benchmarks.claims import claims_about
    from sources.batches import BATCH
    from sources.bulk import insert_facts
    from sources.ledger import Change, commit
    from sources.models import Citation

    known = ids()
    made = [claim for subject in subjects for claim in claims_about(subject, known)]
    insert_facts([fact for fact, _ in made])
    for fact, citations in made:
        for citation in citations:
            citation.fact_id = fact.pk
    Citation.objects.bulk_create((one for _, citations in made for one in citations), batch_size=BATCH)
    commit(Change(AUTHOR, FACTS_SAID, enter=[fact.pk for fact, _ in made], created=publishing_day()))


def publishing_day() -> datetime:
    from sources.models import Revision

    return Revision.objects.order_by("-number")[0].created + timedelta(days=1)


def shards(subjects: Sequence[Subject], size: int) -> Iterator[list[Subject]]:
    """The subjects in parts of about so many facts, whole circles together."""
    part: list[Subject] = []
    for subject in subjects:
        if sum_of(part) >= size and subject.circle != part[-1].circle:
            yield part
            part = []
        part.append(subject)
    if part:
        yield part


def sum_of(subjects: Sequence[Subject]) -> int:
    return sum(subject.claims for subject in subjects)


def publish_apart(work: tuple[Path, Path, list[Subject]]) -> Path:
    """Publish a part of the subjects in a copy of the database that all parts begin with."""
    from django.db import connection

    base, shard, subjects = work
    shutil.copyfile(base, shard)
    connection.close()
    connection.settings_dict["NAME"] = str(shard)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    publish(subjects)
    connection.close()
    return shard


def clear(database: Path) -> None:
    """Delete a database with its journals: one of another database would spoil the next."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def settle(database: Path) -> None:
    """Leave one file, without a journal, and with what the query planner wants to know."""
    from django.db import connections

    connections.close_all()
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")
    connection.close()


def generate_in_shards(facts: int, base: Path, target: Path, size: int) -> None:
    """Publish facts in parts, on all cores, and bring them together in one database."""
    connect(target)
    from benchmarks.merge import Merger

    subjects = plan(facts)
    parts = list(shards(subjects, size))
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        works = [(base, Path(folder) / f"{number}.sqlite3", part) for number, part in enumerate(parts)]
        context = multiprocessing.get_context("spawn")
        with context.Pool(os.cpu_count(), connect, (target,)) as pool, Merger(target) as merger:
            for number, shard in enumerate(pool.imap(publish_apart, works), start=1):
                merger.add(shard)
                shard.unlink()
                print(f"\r{number} of {len(parts)} parts", end="", flush=True)
    print()


def copy(facts: int, base: Path, original: Path, target: Path) -> None:
    """Have the facts of a smaller database in one again and again, each time under keys of their own."""
    shutil.copyfile(original, target)
    connect(target)
    from benchmarks.copies import add_copies

    published = json.loads(original.with_suffix(".json").read_text())["facts"]
    add_copies(target, base, original, facts // published - 1)


def generate(facts: int, target: Path, base: Path, *, way: str, size: int, original: Path | None = None) -> float:
    """Make the database, from one that `begin` filled. Returns the seconds that publishing, or copying, took."""
    clear(target)
    unfinished = target.with_suffix(".unfinished")
    clear(unfinished)
    shutil.copyfile(base, unfinished)
    start = time.perf_counter()
    if original:
        copy(facts, base, original, unfinished)
    elif way == "shards":
        generate_in_shards(facts, base, unfinished, size)
    else:
        connect(unfinished)
        publish(plan(facts))
    seconds = time.perf_counter() - start
    settle(unfinished)
    unfinished.rename(target)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="a database to begin with; made, and kept there, if missing")
    parser.add_argument("--way", choices=("ledger", "shards"), default="shards")
    parser.add_argument("--shard", type=int, help="facts in one part")
    parser.add_argument("--of", type=Path, help="a database whose facts are copied until there are so many")
    options = parser.parse_args()
    size = options.shard or min(LARGEST_SHARD, options.facts // FEWEST_SHARDS + 1)
    base = options.base or options.to.with_name("base.sqlite3")
    if not base.exists():
        make_base(base)
    seconds = generate(options.facts, options.to, base, way=options.way, size=size, original=options.of)
    way = "copies" if options.of else options.way
    told = {"facts": options.facts, "way": way, "seconds": round(seconds, 1)}
    options.to.with_suffix(".json").write_text(json.dumps(told))
    print(f"{options.facts:,} facts in {seconds:,.0f} s")


def make_base(base: Path) -> None:
    """In a process of its own, as Django keeps to the database that it began with."""
    process = multiprocessing.get_context("spawn").Process(target=_make_base, args=(base,))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("The database to begin with could not be made.")


def _make_base(base: Path) -> None:
    base.parent.mkdir(parents=True, exist_ok=True)
    unfinished = base.with_suffix(".unfinished")
    clear(unfinished)
    connect(unfinished)
    begin()
    settle(unfinished)
    unfinished.rename(base)


if __name__ == "__main__":
    main()
