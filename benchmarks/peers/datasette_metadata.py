"""Prints the metadata that Datasette is started with: a canned query for each kind of read."""

import json

from benchmarks.peers import queries

CANNED = {
    "page": {"sql": queries.PAGE, "params": ["after"]},
    "detail": {"sql": queries.DETAIL, "params": ["key"]},
    "filtered": {"sql": queries.FILTERED, "params": ["mineral"]},
    "search": {"sql": queries.SEARCH, "params": ["q"]},
}

if __name__ == "__main__":
    print(json.dumps({"databases": {"peers": {"queries": CANNED}}}))
