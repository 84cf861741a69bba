"""Every measure of a release is SQL that its table answers, and the measures of one count agree with each other."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.publication.release import FILE


@pytest.fixture(scope="session")
def release(county):
    with duckdb.connect(str(county.settings.published / FILE), read_only=True) as con:
        yield con


def computed(release, table: str, measure: str) -> list[tuple]:
    """Rows of the columns that the measure is grouped by, and its value."""
    ((expression, grouped_by),) = release.execute(
        "select expression, grouped_by from meta.measures where table_name = ? and measure = ?", [table, measure]
    ).fetchall()
    columns, group = (f"{grouped_by}, ", f"group by {grouped_by}") if grouped_by else ("", "")
    return release.execute(f"select {columns}{expression} from marts.{table} {group} order by all").fetchall()


def test_every_measure_has_a_value(release):
    measures = release.execute("select table_name, measure, measure_kind from meta.measures").fetchall()
    assert len(measures) > 40
    for table, measure, kind in measures:
        values = [row[-1] for row in computed(release, table, measure)]
        assert any(value is not None for value in values), (table, measure)
        if kind == "share":
            assert all(0 <= value <= 100 for value in values), (table, measure)


def test_a_whole_year_is_the_same_by_all_measures(release):
    counts = release.execute("select table_name, measure from meta.measures where measure_kind = 'count'").fetchall()
    for table, measure in counts:
        years = dict(
            release.execute(
                f"select financial_year, sum({measure}) from marts.{table} group by all having count(*) > 0"
            ).fetchall()
        )
        to_date = {row[0]: row[-1] for row in computed(release, table, f"{measure}_year_to_date") if row[1].month == 3}
        rolling = {row[0].year: row[-1] for row in computed(release, table, f"{measure}_12_months") if row[0].month == 3}
        assert to_date, table
        assert to_date == {year: years[year] for year in to_date}
        assert all(rolling[int(year[:4]) + 1] == total for year, total in to_date.items()), table


def test_a_rate_of_all_months_is_that_of_the_profile(release):
    rates = release.execute(
        """select district_code, sum(rate) from (
               select district_code, month_start, {} as rate from marts.recorded_offences
               where is_serious_violence and financial_year = '2023/24' group by district_code, month_start
           ) group by all""".format(
            release.execute("select expression from meta.measures where measure = 'offences_per_1000'").fetchone()[0]
        )
    ).fetchall()
    profile = dict(
        release.execute(
            """select district_code, value from marts.district_profile
               where indicator_id = 'serious_violence' and financial_year = '2023/24'"""
        ).fetchall()
    )
    assert {code: rate for code, rate in rates if code in profile} == {
        code: pytest.approx(value, abs=0.006) for code, value in profile.items()
    }
