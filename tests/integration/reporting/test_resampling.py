"""Ranks and priorities when published counts are drawn again."""

import duckdb
import pytest

from reporting import figures, resampling

COUNTS = [
    # indicator, year, polarity, unit, events of three districts
    ("far", "2022/23", "lower is better", "rate", (100, 400, 1600)),
    ("far", "2023/24", "lower is better", "rate", (100, 400, 3200)),
    ("near", "2022/23", "higher is better", "percent", (500, 500, 500)),
    ("near", "2023/24", "higher is better", "percent", (500, 500, 20)),
    ("new", "2023/24", "lower is better", "rate", (10, 20, 30)),
    ("context", "2022/23", "not judged", "rate", (100, 400, 1600)),
    ("context", "2023/24", "not judged", "rate", (100, 400, 3200)),
]


def database(counts=COUNTS):
    con = duckdb.connect()
    con.execute(
        """create schema marts;
           create table marts.district_profile (indicator_id varchar, financial_year varchar, polarity varchar, unit varchar,
               district_code varchar, events bigint, base_count bigint, value_lower_95 double)"""
    )
    rows = [
        (indicator, year, polarity, unit, code, events, 1000 if unit == "percent" else 100_000, 0.0)
        for indicator, year, polarity, unit, all_events in counts
        for code, events in zip("abc", all_events, strict=True)
    ]
    rows.append(("no limits", "2023/24", "lower is better", "rate", "a", 5, 1000, None))
    con.executemany("insert into marts.district_profile values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return con


def found(con, year="2023/24"):
    rows = con.execute(f"from {resampling.relation(con)} where financial_year = ?", [year]).fetchall()
    return {(indicator, code): values for _, code, indicator, *values in rows}


def test_districts_far_apart_keep_their_rank():
    drawn = found(database())
    assert [drawn["far", code][:3] for code in "abc"] == [[3, 3, 100.0], [2, 2, 100.0], [1, 1, 100.0]]


def test_equal_districts_may_have_either_rank():
    drawn = found(database())
    assert drawn["near", "a"][:2] == [1, 2] and drawn["near", "b"][:2] == [1, 2]
    assert drawn["near", "a"][2] == pytest.approx(50, abs=4)
    assert drawn["near", "c"][:3] == [3, 3, 100.0]


def test_a_priority_is_worse_than_all_and_than_before_in_the_draws():
    drawn = found(database())
    # A high rate is bad, and a low percentage where higher is better.
    assert drawn["far", "c"][3] == drawn["near", "c"][3] == 100
    assert drawn["far", "a"][3] == 0
    assert drawn["new", "c"][3] is drawn["context", "c"][3] is None
    assert found(database(), "2022/23")["far", "c"][3] is None


def test_what_has_no_limits_is_not_drawn():
    assert ("no limits", "a") not in found(database())


def test_the_same_counts_have_the_same_draws_whatever_else_is_published():
    alone = [row for row in COUNTS if row[0] == "near"]
    assert {key: value for key, value in found(database()).items() if key[0] == "near"} == found(database(alone))


def test_a_figure_of_the_draws_is_found_again():
    con = database()
    place = figures.place_of(
        resampling.TABLE, "district_rank_upper_95", {"financial_year": "2023/24", "district_code": "a", "indicator_id": "near"}
    )
    assert figures.look_up(con, [place]) == {place: 2}
