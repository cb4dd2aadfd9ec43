"""The ledger: sources, entities, and the facts that cite the one about the other.

Four rules hold for every row of it, and the database itself keeps them (see `guards`): a published fact has a
citation; it never changes; it, and a source it cites, is never deleted; one version of a key is live at a time.
"""

from sources.models.documents import OPEN, Document, Line, Mention
from sources.models.facts import Citation, Fact, Rank, Revision, Support
from sources.models.moves import Move
from sources.models.records import Entity, Record, Source, Term, validate_key

__all__ = [
    "OPEN",
    "Citation",
    "Document",
    "Entity",
    "Fact",
    "Line",
    "Mention",
    "Move",
    "Rank",
    "Record",
    "Revision",
    "Source",
    "Support",
    "Term",
    "validate_key",
]
