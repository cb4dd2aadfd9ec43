"""FastAPI with SQLAlchemy and Pydantic, as its documentation has it: models, eager loading, a response model, offsets."""

# ruff: noqa: B008  (FastAPI's way to declare what a request depends on)
import csv
import io
import os
from collections.abc import Iterator
from typing import Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, ForeignKey, create_engine, event, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload

from benchmarks.peers.queries import matching

PAGE_SIZE = 50
engine = create_engine(f"sqlite:///file:{os.environ['PEERS_DATABASE']}?mode=ro&uri=true")
app = FastAPI()


@event.listens_for(engine, "connect")
def map_memory(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA mmap_size=8589934592")


class Base(DeclarativeBase):
    pass


class Mineral(Base):
    __tablename__ = "minerals"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    symbol: Mapped[str | None]


class Country(Base):
    __tablename__ = "countries"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    iso3: Mapped[str | None]
    name: Mapped[str]


class Source(Base):
    __tablename__ = "sources"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    publisher: Mapped[str]
    title: Mapped[str | None]
    published: Mapped[str | None]
    url: Mapped[str | None]


class Citation(Base):
    __tablename__ = "citations"
    id: Mapped[int] = mapped_column(primary_key=True)
    production_id: Mapped[int] = mapped_column(ForeignKey("production.id"))
    position: Mapped[int]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    source: Mapped[Source] = relationship(foreign_keys=[source_id])
    locator: Mapped[str | None]
    via_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))
    via_source: Mapped[Source | None] = relationship(foreign_keys=[via_id])
    via_locator: Mapped[str | None]
    cited_as: Mapped[str | None]
    accessed: Mapped[str | None]
    support: Mapped[str]
    note: Mapped[str | None]

    @property
    def via(self) -> dict[str, Any] | None:
        return {"source": self.via_source, "locator": self.via_locator} if self.via_source else None


class Production(Base):
    __tablename__ = "production"
    kind = "production"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    version: Mapped[int]
    revision: Mapped[int]
    mineral_id: Mapped[int | None] = mapped_column(ForeignKey("minerals.id"))
    mineral: Mapped[Mineral | None] = relationship()
    scope: Mapped[str]
    country_id: Mapped[int | None] = mapped_column(ForeignKey("countries.id"))
    country: Mapped[Country | None] = relationship()
    stage: Mapped[str | None]
    form: Mapped[str | None]
    measure: Mapped[str]
    basis: Mapped[str | None]
    verbatim: Mapped[str | None]
    comparator: Mapped[str | None]
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    unit: Mapped[str | None]
    status: Mapped[str | None]
    availability: Mapped[str | None]
    base_value: Mapped[float | None]
    base_low: Mapped[float | None]
    base_high: Mapped[float | None]
    base_unit: Mapped[str | None]
    world_rank_verbatim: Mapped[str | None]
    world_rank_comparator: Mapped[str | None]
    world_rank_value: Mapped[int | None]
    period: Mapped[str | None]
    year: Mapped[int | None]
    as_of: Mapped[str | None]
    statement: Mapped[str | None]
    note: Mapped[str | None]
    rank: Mapped[str]
    rank_reason: Mapped[str | None]
    disputed: Mapped[bool]
    alternatives: Mapped[int]
    issues: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    citations: Mapped[list[Citation]] = relationship(order_by=Citation.position)

    @property
    def url(self) -> str:
        return f"/api/v1/production/{self.key}/"

    @property
    def quantity(self) -> "Production":
        return self

    @property
    def world_rank(self) -> dict[str, Any] | None:
        if self.world_rank_verbatim is None and self.world_rank_value is None:
            return None
        return {
            "verbatim": self.world_rank_verbatim,
            "comparator": self.world_rank_comparator,
            "value": self.world_rank_value,
        }


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MineralShown(Shown):
    slug: str
    name: str
    symbol: str | None


class CountryShown(Shown):
    slug: str
    iso3: str | None
    name: str


class SourceShown(Shown):
    key: str
    publisher: str
    title: str | None
    published: str | None
    url: str | None


class ViaSourceShown(Shown):
    key: str
    publisher: str


class ViaShown(Shown):
    source: ViaSourceShown
    locator: str | None


class CitationShown(Shown):
    position: int
    source: SourceShown
    locator: str | None
    cited_as: str | None
    accessed: str | None
    support: str
    note: str | None
    via: ViaShown | None


class QuantityShown(Shown):
    verbatim: str | None
    comparator: str | None
    value: float | None
    low: float | None
    high: float | None
    unit: str | None
    status: str | None
    availability: str | None
    base_value: float | None
    base_low: float | None
    base_high: float | None
    base_unit: str | None
    converted: None = None


class RankShown(Shown):
    verbatim: str | None
    comparator: str | None
    value: int | None


class ProductionShown(Shown):
    key: str
    kind: str
    version: int
    revision: int
    url: str
    mineral: MineralShown | None
    scope: str
    country: CountryShown | None
    stage: str | None
    form: str | None
    measure: str
    basis: str | None
    quantity: QuantityShown
    world_rank: RankShown | None
    period: str | None
    year: int | None
    as_of: str | None
    statement: str | None
    note: str | None
    rank: str
    rank_reason: str | None
    disputed: bool
    alternatives: int
    issues: list[dict[str, str]]
    citations: list[CitationShown]


class PageShown(Shown):
    results: list[ProductionShown]


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


EAGER = (
    joinedload(Production.mineral),
    joinedload(Production.country),
    selectinload(Production.citations).joinedload(Citation.source),
    selectinload(Production.citations).joinedload(Citation.via_source),
)
FOUND = text("production.id IN (SELECT rowid FROM production_words WHERE production_words MATCH :q)")
FLAT = text("SELECT * FROM production_flat ORDER BY id")


@app.get("/production/", response_model=PageShown)
def listed(page: int = 1, mineral: str = "", q: str = "", database: Session = Depends(session)) -> Any:
    query = select(Production).options(*EAGER).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    if mineral:
        of = select(Mineral.id).where(Mineral.slug == mineral).scalar_subquery()
        query = query.where(Production.mineral_id == of).order_by(Production.base_value.desc(), Production.key)
    elif q:
        query = query.where(FOUND.bindparams(q=matching(q))).order_by(Production.id)
    else:
        query = query.order_by(Production.key)
    return {"results": database.scalars(query).all()}


@app.get("/production.csv")
def exported(database: Session = Depends(session)) -> StreamingResponse:
    return StreamingResponse(lines(database), media_type="text/csv")


def lines(database: Session) -> Iterator[str]:
    rows = database.execute(FLAT.execution_options(yield_per=1000))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(rows.keys())
    for batch in rows.partitions():
        writer.writerows(batch)
        yield written.getvalue()
        written.seek(0)
        written.truncate()


@app.get("/production/{key}/", response_model=ProductionShown)
def detail(key: str, database: Session = Depends(session)) -> Any:
    found = database.scalars(select(Production).options(*EAGER).where(Production.key == key)).one_or_none()
    if found is None:
        raise HTTPException(404)
    return found
