"""Measures are declared once beside a model, and a release has them as SQL that its tables can answer."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.publication import measures

LINEAGE = {
    "marts.crimes": {
        "feeds": [],
        "measures": [{"name": "crimes", "of": "n"}, {"name": "knife_percent", "of": "n", "where": "is_knife"}],
    },
    "marts.nothing_declared": {"feeds": []},
}


@pytest.fixture
def con():
    """Twenty-six months with 1, 2, 3, ... crimes, a fifth of them (whole ones) with a knife, in one place of 2,000 people."""
    with duckdb.connect() as con:
        con.execute(
            """
            create schema marts; create schema meta;
            create table marts.crimes as
                select (date '2022-04-01' + to_months(i::int))::date as month_start, '2022/23' as financial_year,
                    'E1' as district_code, is_knife, if(is_knife, (i + 1) // 5, i + 1 - (i + 1) // 5) as n
                from range(26) as r (i), (values (true), (false)) as k (is_knife);
            update marts.crimes set financial_year = case
                when month_start < '2023-04-01' then '2022/23' when month_start < '2024-04-01' then '2023/24' else '2024/25' end;
            create table marts.population as
                select 'Mid-year estimate' as population_source, 'E1' as district_code,
                    2022 as population_year, 2000 as population;
            create table marts.dim_date as select distinct month_start as date_day, 2022 as population_year from marts.crimes;
            """
        )
        measures.write(con, LINEAGE)
        yield con


def answer(con: duckdb.DuckDBPyConnection, measure: str, where: str = "true") -> dict:
    """Month (or None) -> value of a measure."""
    ((expression, grouped_by),) = con.execute(
        "select expression, grouped_by from meta.measures where measure = ?", [measure]
    ).fetchall()
    month = "month_start" if "month_start" in grouped_by else "null"
    group = f"group by {grouped_by}" if grouped_by else ""
    return dict(con.execute(f"select {month}, {expression} from marts.crimes where {where} {group}").fetchall())


def test_every_kind_of_measure_is_there_once(con):
    kinds = con.execute("select measure_kind, count(*) from meta.measures group by all order by all").fetchall()
    assert kinds == [
        ("change", 1),
        ("count", 1),
        ("limit", 4),
        ("rate", 1),
        ("rolling 12 months", 1),
        ("share", 1),
        ("year to date", 1),
    ]
    assert con.execute("select distinct schema_name, table_name from meta.measures").fetchall() == [("marts", "crimes")]


def test_a_year_to_date_begins_again_in_april(con):
    so_far = {f"{month:%Y-%m}": value for month, value in answer(con, "crimes_year_to_date").items()}
    assert (so_far["2023-03"], so_far["2023-04"], so_far["2023-05"]) == (sum(range(1, 13)), 13, 13 + 14)


def test_twelve_months_and_the_change_reach_back_by_months_and_not_by_rows(con):
    con.execute("delete from marts.crimes where month_start = '2023-06-01'")
    rolling = {f"{month:%Y-%m}": value for month, value in answer(con, "crimes_12_months").items()}
    assert rolling["2024-05"] == sum(range(15, 27)) - 15
    change = {f"{month:%Y-%m}": value for month, value in answer(con, "change_crimes").items()}
    # A year after the month that is missing nothing can be compared.
    assert "2023-06" not in change
    assert (change["2023-03"], change["2023-04"], change["2024-05"]) == (None, 12, 12)


def test_a_rate_divides_by_the_residents_of_the_place_and_year(con):
    assert list(answer(con, "crimes_per_1000", "month_start = '2022-08-01'").values()) == [2.5]


@pytest.mark.parametrize(("count", "lower", "upper"), [(1, 0.025, 5.572), (10, 4.795, 18.390), (100, 81.364, 121.627)])
def test_limits_of_a_count_are_near_the_exact_ones(con, count, lower, upper):
    """Exact limits: Pearson and Hartley, Biometrika Tables for Statisticians, table 40."""
    con.execute(
        f"create or replace table marts.crimes as select date '2022-04-01' as month_start, true as is_knife, {count} as n"
    )
    assert answer(con, "crimes_lower_95") == {None: pytest.approx(lower, abs=0.1)}
    assert answer(con, "crimes_upper_95") == {None: pytest.approx(upper, abs=0.1)}


def test_limits_of_a_share_are_wilsons(con):
    """Newcombe 1998, Statistics in Medicine 17: 81 of 263."""
    con.execute("create or replace table marts.crimes as select true as is_knife, 81 as n union all select false, 182")
    assert answer(con, "knife_percent") == {None: pytest.approx(30.80, abs=0.005)}
    assert answer(con, "knife_percent_lower_95") == {None: pytest.approx(25.53, abs=0.005)}
    assert answer(con, "knife_percent_upper_95") == {None: pytest.approx(36.62, abs=0.005)}


def test_what_has_no_months_has_no_measures_of_time():
    with duckdb.connect() as con:
        con.execute("create schema marts; create schema meta; create table marts.crimes (n bigint, is_knife boolean)")
        measures.write(con, LINEAGE)
        kinds = con.execute("select distinct measure_kind from meta.measures order by all").fetchall()
        assert kinds == [("count",), ("limit",), ("share",)]


def test_a_release_has_the_table_with_its_description(press):
    press.publish(lineage={})
    assert press.read("from meta.measures") == []
