"""Rows of the tables of the reports: each has one position, those of a group are together, and the order is that of the print."""

from __future__ import annotations

import csv
from itertools import groupby
from typing import Any

import duckdb

from orchestration.home.areas import AREAS
from tests import counties

(PRINT,) = AREAS.glob("*/reports/sna-2024/figures.csv")
# Ordered by their figures, which are those of their year.
RANKED = {"T42", "T55", "T61"}
LINES = """select report_id, table_id, row_group, row_label, min(row_order) as place, count(distinct row_order) as places
    from sna.figures where table_id like 'T%' group by all order by report_id, table_id, place, row_group, row_label"""
Lines = list[tuple[str, str]]


def printed() -> dict[str, Lines]:
    """Table -> its rows in the print, as (group, label)."""
    found: dict[str, Lines] = {}
    with PRINT.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            line = (row["row_group"], row["row_label"])
            if line not in found.setdefault(row["table_id"], []):
                found[row["table_id"]].append(line)
    return found


def groups(lines: Lines) -> list[str]:
    """The groups of rows one after the other; one that is interrupted is there again."""
    return [group for group, _ in groupby(lines, key=lambda line: line[0])]


def check(rows: list[tuple[Any, ...]]) -> None:
    assert [row[:4] for row in rows if row[5] != 1] == []
    theirs = printed()
    for (report, table), own in groupby(rows, key=lambda row: (row[0], row[1])):
        lines = [(row[2], row[3]) for row in own]
        assert len(groups(lines)) == len(set(groups(lines))), (report, table)
        expected = [group for group in groups(theirs[table]) if group in groups(lines)]
        assert [group for group in groups(lines) if group in expected] == expected, (report, table)
        if table not in RANKED:
            known = [line for line in lines if line in theirs[table]]
            assert known == [line for line in theirs[table] if line in known], (report, table)


def test_rows_have_the_order_of_the_print() -> None:
    with duckdb.connect(str(counties.mini().warehouse), read_only=True) as con:
        rows = con.execute(LINES).fetchall()
    assert {"T03", "T33", "T49"} <= {row[1] for row in rows}
    check(rows)


def test_rows_of_the_demonstration_have_the_order_of_the_print(county: counties.County) -> None:
    rows = county.query(LINES)
    assert {"T33", "T43", "T49", "T56", "T61"} <= {row[1] for row in rows}
    check(rows)
