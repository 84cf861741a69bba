"""The searcher finds a text wherever a file can hide it; else no test that finds nothing would say anything."""

import gzip
import html
import json
import sqlite3

import duckdb
import pytest
import xlsxwriter

from tests.decoded import holders

SECRET = "Zoë O'Quibble"


def parquet(path):
    duckdb.execute(f"copy (select [$1] as names from range(1000)) to '{path}' (format parquet, compression zstd)", [SECRET])


def database(path):
    with duckdb.connect(str(path)) as con:
        con.execute("create schema s; create table s.t as select {'a': $1::varchar} as b from range(5000)", [SECRET])


def sqlite(path):
    with sqlite3.connect(path) as con:
        con.execute("create table t (a blob)")
        con.execute("insert into t values (?)", [json.dumps(SECRET).encode()])


def workbook(path):
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_comment(0, 0, SECRET)


MAKERS = {
    "text": lambda path: path.write_text(f"a {SECRET.upper()} b"),
    "UTF-16": lambda path: path.write_text(SECRET, "utf-16"),
    "JSON": lambda path: path.write_text(json.dumps([SECRET])),
    "HTML": lambda path: path.write_text(html.escape(SECRET)),
    "gzip": lambda path: path.write_bytes(gzip.compress(SECRET.encode())),
    "Parquet": parquet,
    "DuckDB": database,
    "SQLite": sqlite,
    "workbook": workbook,
    "name": lambda path: path.with_name(f"{SECRET}.csv").write_text(""),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_text_is_found(tmp_path, kind):
    MAKERS[kind](tmp_path / "file")
    (tmp_path / "other").write_text("nothing")
    (found,) = holders([tmp_path], ["absent", SECRET]).values()
    assert found == {SECRET}
