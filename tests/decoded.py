"""Which files hold a text: in their names, in their bytes, or in what they keep compressed, encoded or escaped.

Parquet, DuckDB and SQLite files are read table by table, HTML and JSON without their escapes, compressed archives and workbooks
member by member.
"""

from __future__ import annotations

import html
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb


def holders(folders: Iterable[Path], words: Collection[str]) -> dict[Path, set[str]]:
    """Files below the folders that hold any of the words, without regard to letter case, with those that they hold."""
    found: dict[Path, set[str]] = {}
    for path in sorted({path for folder in folders for path in folder.rglob("*") if path.is_file()}):
        if held := held_by(path, words):
            found[path] = held
    return found


def held_by(path: Path, words: Collection[str]) -> set[str]:
    """The words that a file holds."""
    wanted = {word.casefold(): word for word in words}
    held: set[str] = set()
    for text in (path.name, *texts(path)):
        folded = text.casefold()
        held |= {word for plain, word in wanted.items() if plain in folded}
    return held


def texts(path: Path) -> Iterator[str]:
    """Everything of a file that can be read as text, in parts."""
    data = path.read_bytes()
    yield from _plain(data)
    if data[:4] == b"PAR1":
        with duckdb.connect() as con:
            yield from _rows(con, [f"read_parquet('{path}')"])
    elif data[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as con:
            names = con.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall()
            yield from _rows(con, [f'"{schema}"."{table}"' for schema, table in names])
            yield str(con.execute("select sql from duckdb_views() where not internal").fetchall())
    elif data.startswith(b"SQLite format 3\0"):
        yield from _sqlite(path)
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield from _plain(archive.read(name))
    elif data[:2] == b"\x1f\x8b":
        yield from _plain(zlib.decompress(data, wbits=31))


def _plain(data: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16-le"):
        text = data.decode(encoding, "ignore")
        yield text
        if "&" in text:
            yield html.unescape(text)
        if "\\u" in text:
            yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def _rows(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> Iterator[str]:
    for table in tables:
        rows = con.execute(f"select t::varchar from {table} as t")
        while part := rows.fetchmany(10_000):
            yield "\n".join(row for (row,) in part)


def _sqlite(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
        names = [name for (name,) in con.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            for row in con.execute(f'select * from "{name}"'):
                for value in row:
                    if isinstance(value, bytes):
                        yield from _plain(value)
                    elif value is not None:
                        yield str(value)
