"""FastAPI without an ORM: the database builds the JSON, and the bytes are passed on. The strongest peer that was found."""

import csv
import io
import os
import sqlite3
from collections.abc import Iterator

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import StreamingResponse

from benchmarks.peers import queries

app = FastAPI()
ADDRESS = f"file:{os.environ['PEERS_DATABASE']}?mode=ro"


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(ADDRESS, uri=True, check_same_thread=False, cached_statements=256)
    connection.execute("PRAGMA mmap_size=8589934592")
    connection.execute("PRAGMA cache_size=-65536")
    return connection


database = connect()


def page(sql: str, **parameters: object) -> Response:
    facts = [fact for (fact,) in database.execute(sql, parameters)]
    return Response(f'{{"results":[{",".join(facts)}]}}', media_type="application/json")


# Queries this short are answered in the event loop itself: a thread for each would cost more.
@app.get("/production/")
async def listed(after: str = "", mineral: str = "", q: str = "") -> Response:
    if mineral:
        return page(queries.FILTERED, mineral=mineral)
    if q:
        return page(queries.SEARCH, q=queries.matching(q))
    return page(queries.PAGE, after=after)


@app.get("/production.csv")
def exported() -> StreamingResponse:
    return StreamingResponse(lines(), media_type="text/csv")


def lines() -> Iterator[str]:
    rows = connect().execute("SELECT * FROM production_flat ORDER BY id")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column[0] for column in rows.description)
    while batch := rows.fetchmany(1000):
        writer.writerows(batch)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


@app.get("/production/{key}/")
async def detail(key: str) -> Response:
    found = database.execute(queries.DETAIL, {"key": key}).fetchone()
    if found is None:
        raise HTTPException(404)
    return Response(found[0], media_type="application/json")
