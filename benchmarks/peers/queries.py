"""The same nesting as the service's, built by SQLite itself: for Datasette, and for FastAPI without an ORM."""

FACT = """json_object(
  'key', p.key, 'kind', 'production', 'version', p.version, 'revision', p.revision,
  'url', '/api/v1/production/' || p.key || '/',
  'mineral', CASE WHEN m.id IS NULL THEN NULL ELSE
    json_object('slug', m.slug, 'name', m.name, 'symbol', m.symbol) END,
  'scope', p.scope,
  'country', CASE WHEN c.id IS NULL THEN NULL ELSE
    json_object('slug', c.slug, 'iso3', c.iso3, 'name', c.name) END,
  'stage', p.stage, 'form', p.form, 'measure', p.measure, 'basis', p.basis,
  'quantity', json_object(
    'verbatim', p.verbatim, 'comparator', p.comparator, 'value', p.value, 'low', p.low, 'high', p.high,
    'unit', p.unit, 'status', p.status, 'availability', p.availability, 'base_value', p.base_value,
    'base_low', p.base_low, 'base_high', p.base_high, 'base_unit', p.base_unit, 'converted', NULL),
  'world_rank', CASE WHEN coalesce(p.world_rank_verbatim, p.world_rank_value) IS NULL THEN NULL ELSE
    json_object('verbatim', p.world_rank_verbatim, 'comparator', p.world_rank_comparator,
                'value', p.world_rank_value) END,
  'period', p.period, 'year', p.year, 'as_of', p.as_of, 'statement', p.statement, 'note', p.note,
  'rank', p.rank, 'rank_reason', p.rank_reason, 'disputed', json(iif(p.disputed, 'true', 'false')),
  'alternatives', p.alternatives, 'issues', json(p.issues),
  'citations', (SELECT json_group_array(json_object(
      'position', x.position,
      'source', json_object('key', s.key, 'publisher', s.publisher, 'title', s.title,
                            'published', s.published, 'url', s.url),
      'locator', x.locator, 'cited_as', x.cited_as, 'accessed', x.accessed, 'support', x.support, 'note', x.note,
      'via', CASE WHEN v.id IS NULL THEN NULL ELSE json_object(
        'source', json_object('key', v.key, 'publisher', v.publisher), 'locator', x.via_locator) END))
    FROM citations x JOIN sources s ON s.id = x.source_id LEFT JOIN sources v ON v.id = x.via_id
    WHERE x.production_id = p.id))"""

TABLES = """production p LEFT JOIN minerals m ON m.id = p.mineral_id LEFT JOIN countries c ON c.id = p.country_id"""

PAGE = f"SELECT {FACT} AS fact FROM {TABLES} WHERE p.key > :after ORDER BY p.key LIMIT 50"
"""A page after a key, the first one after none."""

DETAIL = f"SELECT {FACT} AS fact FROM {TABLES} WHERE p.key = :key"

FILTERED = (
    f"SELECT {FACT} AS fact FROM {TABLES} WHERE p.mineral_id = (SELECT id FROM minerals WHERE slug = :mineral) "
    "ORDER BY p.base_value DESC, p.key LIMIT 50"
)
SEARCH = (
    f"SELECT {FACT} AS fact FROM production_words w JOIN production p ON p.id = w.rowid "
    "LEFT JOIN minerals m ON m.id = p.mineral_id LEFT JOIN countries c ON c.id = p.country_id "
    "WHERE production_words MATCH :q ORDER BY w.rowid LIMIT 50"
)
"""Rows are numbered in the order of their keys, so that the index of words gives them in that order."""


def matching(words: str) -> str:
    """The expression of full-text search that asks for all words, each from its beginning."""
    return " ".join(f'"{word}"*' for word in words.split())
