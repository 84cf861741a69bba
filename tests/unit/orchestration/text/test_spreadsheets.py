"""What a spreadsheet would run is known, whatever is before it; numbers and plain words are left alone."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.publication import release_files
from orchestration.text.spreadsheets import disarmed_sql, runs_sql

RUN = [
    *("=1+1", "=cmd|' /C calc'!A0", "+A1+A2", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "-foo", '=HYPERLINK("http://x","y")'),
    *("\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\u00a0@x", "\u3000=1", "\ufeff=1+1", "\u200b=1+1", "\x00=1", "\x0b+A1"),
    *("＝1+1", "＋A1", "－2+3", "＠x", "﹢A1", "+44 1332 496012", "-1 Ada", "=\n1", "-2\n+cmd()", "−A1", "=%1"),
]
PLAIN = [
    *(
        "-2",
        "+5",
        "-1.25",
        "-1,234.5",
        "-.5",
        "+5%",
        "-1e5",
        "-",
        "--",
        "- ",
        "=",
        "Street",
        "65+",
        "18-24",
        "<18",
        "a=b",
        "(=1)",
    ),
    *("", " ", "−2", "2023-07", "A+B", "'=1", "*", "~", "#N/A"),
]


def both(text):
    return duckdb.execute(f"select {runs_sql('x')}, {disarmed_sql('x')} from (select $1::varchar as x)", [text]).fetchone()


@pytest.mark.parametrize("text", RUN)
def test_what_is_run_gets_an_apostrophe(text):
    assert both(text) == (True, "'" + text)


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_not_run_stays(text):
    assert both(text) == (False, text)


def test_csv_files_of_a_release_run_nothing_and_parquet_holds_the_text_itself(tmp_path):
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.execute('create table marts.t as select unnest($1::varchar[]) as "a text", -2 as number', [RUN])
        for kind in release_files.OPTIONS:
            release_files.write(con, tmp_path, kind, [("marts", "t")])
        texts = con.execute(f"select \"a text\" from '{tmp_path}/parquet/marts/t.parquet'").fetchall()
        written = con.execute(
            f"select \"a text\", number from read_csv('{tmp_path}/csv/marts/t.csv', all_varchar=true, header=true)"
        ).fetchall()
    assert [text for (text,) in texts] == RUN
    assert written == [("'" + text, "-2") for text in RUN]
