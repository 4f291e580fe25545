"""Records the plans of the corpus on real servers: `python -m mysqlplans.record mysql://user:password@host:port…` (from tests/), one URL a server.

Writes recorded.jsonl.gz beside this file: a line a plan with `server`, `format`, `name` and `text` as the server printed it. The four servers
of the recording at hand: Oracle MySQL 8.0.45 and 9.7.4, MariaDB 10.11 and 11.8, started as the launcher of the tests starts its own.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql

from mysqlplans.corpus import SCHEMA, STATEMENTS, WRITES

RECORDED = Path(__file__).parent / "recorded.jsonl.gz"


def _formats(version: str) -> Iterator[tuple[str, tuple[str, ...], str, bool]]:
    """(name, statements before, EXPLAIN words, whether it executes)."""
    if "MariaDB" in version:
        yield "mariadb json", (), "EXPLAIN FORMAT=JSON", False
        yield "mariadb analyze json", (), "ANALYZE FORMAT=JSON", True
        return
    second = int(version.split(".")[0]) >= 9
    first = ("SET SESSION explain_json_format_version = 1",) if second else ()
    yield "json v1", first, "EXPLAIN FORMAT=JSON", False
    yield "tree", (), "EXPLAIN FORMAT=TREE", False
    yield "analyze tree", (), "EXPLAIN ANALYZE", True
    if second:
        after = ("SET SESSION explain_json_format_version = 2",)
        yield "json v2", after, "EXPLAIN FORMAT=JSON", False
        yield "analyze json v2", after, "EXPLAIN ANALYZE FORMAT=JSON", True


def plans_of(connection: Any) -> Iterator[dict[str, str]]:
    """Each plan of one server; what it refuses to explain is left out and told on stderr."""
    cursor = connection.cursor()
    cursor.execute("SELECT VERSION()")
    version = cursor.fetchone()[0]
    for statement in SCHEMA:
        cursor.execute(statement)
    for form, before, words, executes in _formats(version):
        for statement in before:
            cursor.execute(statement)
        for name, text in {**STATEMENTS, **({} if executes else WRITES)}.items():
            try:
                cursor.execute(f"{words} {text}")
            except pymysql.Error as error:
                print(f"{version}: {form}: {name}: {error.args[0]}", file=sys.stderr)
                continue
            yield {"server": version, "format": form, "name": name, "text": cursor.fetchone()[0]}


def main(urls: list[str]) -> None:
    lines: list[str] = []
    for url in urls:
        place = urlsplit(url)
        connection = pymysql.connect(
            host=place.hostname or "127.0.0.1",
            port=place.port or 3306,
            user=place.username or "root",
            password=unquote(place.password or ""),
            autocommit=True,
            connect_timeout=10,
            read_timeout=120,
        )
        with connection:
            lines += [json.dumps(one) for one in plans_of(connection)]
    RECORDED.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    print(f"{len(lines)} plans")


if __name__ == "__main__":
    main(sys.argv[1:])
