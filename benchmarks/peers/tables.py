"""Writes the production that the service shows into the tables that its peers' users would make: one a thing, indexed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

OWN = (
    "scope, country_id, NULLIF(stage, '') stage, NULLIF(form, '') form, measure, NULLIF(basis, '') basis, "
    "NULLIF(verbatim, '') verbatim, NULLIF(comparator, '') comparator, value, low, high, NULLIF(unit, '') unit, "
    "NULLIF(status, '') status, NULLIF(availability, '') availability, base_value, base_low, base_high, "
    "NULLIF(base_unit, '') base_unit, NULLIF(world_rank_verbatim, '') world_rank_verbatim, "
    "NULLIF(world_rank_comparator, '') world_rank_comparator, world_rank_value"
)
COMMON = (
    "NULLIF(period, '') period, year, NULLIF(as_of, '') as_of, NULLIF(statement, '') statement, "
    "NULLIF(f.note, '') note, rank, NULLIF(rank_reason, '') rank_reason, d.disputed, d.alternatives, "
    "json_extract(d.body, '$.issues') issues"
)
SHOWN = "sources_document d ON d.fact_id = f.id AND d.to_revision = 2147483647 AND d.best"

STATEMENTS = f"""
CREATE TABLE minerals (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT, symbol TEXT);
INSERT INTO minerals SELECT e.id, slug, name, NULLIF(symbol, '')
    FROM service.minerals_mineral m JOIN service.sources_entity e ON e.id = m.entity_ptr_id;
CREATE TABLE countries (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, iso3 TEXT, name TEXT);
INSERT INTO countries SELECT e.id, slug, NULLIF(iso3, ''), name
    FROM service.minerals_country c JOIN service.sources_entity e ON e.id = c.entity_ptr_id;
CREATE TABLE sources (id INTEGER PRIMARY KEY, key TEXT UNIQUE, publisher TEXT, title TEXT, published TEXT, url TEXT);
INSERT INTO sources SELECT id, key, publisher, NULLIF(title, ''), NULLIF(published, ''), NULLIF(url, '')
    FROM service.sources_source;

CREATE TABLE production (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, version INTEGER, revision INTEGER,
    mineral_id INTEGER REFERENCES minerals (id), scope TEXT, country_id INTEGER REFERENCES countries (id), stage TEXT,
    form TEXT, measure TEXT, basis TEXT, verbatim TEXT, comparator TEXT, value NUMERIC, low NUMERIC, high NUMERIC,
    unit TEXT, status TEXT, availability TEXT, base_value NUMERIC, base_low NUMERIC, base_high NUMERIC, base_unit TEXT,
    world_rank_verbatim TEXT, world_rank_comparator TEXT, world_rank_value INTEGER, period TEXT, year INTEGER,
    as_of TEXT, statement TEXT, note TEXT, rank TEXT, rank_reason TEXT, disputed INTEGER, alternatives INTEGER,
    issues TEXT,
    fact_id INTEGER
);
INSERT INTO production SELECT NULL, f.key, version, published_in_id, mineral_id, {OWN}, {COMMON}, f.id
    FROM service.minerals_production p JOIN service.sources_fact f ON f.id = p.fact_ptr_id
    JOIN service.{SHOWN} ORDER BY f.key;
CREATE UNIQUE INDEX production_by_fact ON production (fact_id);
CREATE INDEX production_by_value ON production (mineral_id, base_value DESC, key);

CREATE TABLE citations (
    id INTEGER PRIMARY KEY, production_id INTEGER REFERENCES production (id), position INTEGER,
    source_id INTEGER REFERENCES sources (id), locator TEXT, via_id INTEGER REFERENCES sources (id), via_locator TEXT,
    cited_as TEXT, accessed TEXT, support TEXT, note TEXT
);
INSERT INTO citations SELECT NULL, p.id, position, source_id, NULLIF(locator, ''), via_id, NULLIF(via_locator, ''),
    NULLIF(cited_as, ''), NULLIF(accessed, ''), support, NULLIF(c.note, '')
    FROM production p JOIN service.sources_citation c ON c.fact_id = p.fact_id ORDER BY p.id, position;
CREATE UNIQUE INDEX citations_of_production ON citations (production_id, position);

CREATE VIRTUAL TABLE production_words USING fts5 (words, content='', detail='none', prefix='3 5');
INSERT INTO production_words (rowid, words) SELECT p.id, search
    FROM production p JOIN service.{SHOWN.replace("f.id", "p.fact_id")};
DROP INDEX production_by_fact;
ALTER TABLE production DROP COLUMN fact_id;

CREATE VIEW production_flat AS SELECT p.id, p.key, version, revision, m.slug mineral, scope, c.slug country, stage, form,
    measure, basis, verbatim, comparator, value, low, high, unit, status, availability, base_value, base_low, base_high,
    base_unit, world_rank_verbatim, world_rank_comparator, world_rank_value, period, year, as_of, statement, p.note,
    rank, rank_reason, disputed, alternatives,
    (SELECT group_concat(s.key, '|') FROM citations x JOIN sources s ON s.id = x.source_id
     WHERE x.production_id = p.id) sources
    FROM production p LEFT JOIN minerals m ON m.id = p.mineral_id LEFT JOIN countries c ON c.id = p.country_id;
ANALYZE;
"""


def write(service: Path, target: Path) -> None:
    """Make the peers' database from that of the service."""
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    connection = sqlite3.connect(unfinished, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    connection.execute("ATTACH ? AS service", [str(service)])
    connection.executescript(f"BEGIN;{STATEMENTS}COMMIT;")
    connection.execute("DETACH service")
    connection.execute("VACUUM")
    connection.close()
    unfinished.rename(target)
