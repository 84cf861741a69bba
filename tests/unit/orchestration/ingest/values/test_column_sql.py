"""Properties of typing: what a sender means is what lands, however it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contracts.model import Column
from orchestration.ingest.values.column_sql import age_sql, typed_sql
from tests.unit.orchestration.ingest.conftest import CONTRACTS

CRIMES, VICTIMS = CONTRACTS["crimes"].by_name, CONTRACTS["victims"].by_name
INTEGER, MOMENT, DAY = CRIMES["easting"], CRIMES["committed_from"], VICTIMS["offence_date"]
NUMBER = replace(INTEGER, type="number", sql_type="DOUBLE")
DB = duckdb.connect()
DB.execute("set TimeZone = 'UTC'")

moments = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(lambda d: d.replace(microsecond=0))
# Five digits: a spreadsheet's serial number below 10000 (May 1927) is too easily something else.
spreadsheet_days = st.dates(date(1927, 5, 18), date(2099, 12, 31))


def typed(column: Column, written: str | None) -> Any:
    sql = f'select {typed_sql(column)} from (select $written::varchar as "t:{column.name}")'
    return DB.execute(sql, {"written": written}).fetchone()[0]


@given(moments)
def test_every_way_to_write_a_moment_means_the_same(moment):
    minute = moment.replace(second=0)
    assert typed(MOMENT, minute.strftime("%d/%m/%Y %H:%M")) == minute
    assert typed(MOMENT, moment.strftime("%d/%m/%Y %H:%M:%S")) == moment
    assert typed(MOMENT, moment.isoformat(" ")) == moment
    assert typed(MOMENT, moment.isoformat()) == moment


@given(moments.filter(lambda moment: moment.date() >= date(1927, 5, 18)))
def test_a_spreadsheet_holds_a_moment_to_the_second(moment):
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    assert typed(MOMENT, f"{serial:.8f}") == moment


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_way_to_write_a_date_means_the_same(day):
    ways = [day.strftime("%d/%m/%Y"), day.isoformat(), f"{day.isoformat()} 00:00:00", day.strftime("%d/%m/%Y 00:00")]
    assert {typed(DAY, way) for way in ways} == {day}


@given(spreadsheet_days)
def test_a_spreadsheet_holds_a_date(day):
    assert typed(DAY, str((day - date(1899, 12, 30)).days)) == day


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)).filter(lambda day: day.day > 12))
def test_american_dates_are_not_taken_for_british_ones(day):
    assert typed(DAY, day.strftime("%m/%d/%Y")) is None


@given(st.integers(-(2**31), 2**31 - 1))
def test_whole_numbers(number):
    assert typed(INTEGER, str(number)) == number
    assert typed(INTEGER, f"{number:,}") == number
    assert typed(INTEGER, f"{number}.0") == number


@given(st.floats(allow_nan=False, allow_infinity=False, width=32).filter(lambda number: number != int(number)))
def test_a_fraction_is_never_rounded_to_a_whole_number(number):
    assert typed(INTEGER, repr(number)) is None
    assert typed(NUMBER, repr(number)) == number


@given(st.floats(-1e9, 1e9).map(lambda number: round(number, 2)))
def test_numbers_with_thousands_separators(number):
    assert typed(NUMBER, f"{number:,.2f}") == pytest.approx(number)


@pytest.mark.parametrize("written", ["nan", "inf", "-Infinity", "1,23", "12,34,567", "1 000", "O", "--", "12abc"])
def test_what_is_no_number(written):
    assert typed(NUMBER, written) is None


def test_percentages_where_the_contract_has_them():
    assert typed(replace(NUMBER, percent="hundred"), "85%") == 85
    assert [typed(replace(NUMBER, percent="share"), written) for written in ("85%", "8.5 %", "0.85")] == [0.85, 0.085, 0.85]
    assert typed(replace(NUMBER, percent="hundred"), "85.5 %") == 85.5
    assert typed(NUMBER, "85%") is None


@given(st.text(max_size=30))
@settings(max_examples=300)
def test_no_text_whatever_breaks_the_typing(written):
    kinds = {INTEGER: int, NUMBER: float, MOMENT: datetime, DAY: date, replace(INTEGER, type="boolean", sql_type="BOOLEAN"): bool}
    for column, kind in kinds.items():
        assert isinstance(typed(column, written), kind | None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Y", True), ("yes", True), ("TRUE", True), ("1", True), ("n", False), ("False", False), ("maybe", None)],
)
def test_yes_and_no(written, meant):
    assert typed(replace(INTEGER, type="boolean", sql_type="BOOLEAN"), written) is meant


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 36500))
def test_age_is_the_number_of_birthdays(born, days):
    on = min(born + timedelta(days=days), date(2199, 12, 31))
    ((age,),) = DB.execute(
        f"select {age_sql('b', 'o')} from (select $b::date as b, $o::date as o)", {"b": born, "o": on}
    ).fetchall()
    assert age == on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@pytest.mark.parametrize(("on", "age"), [(date(2023, 2, 28), 18), (date(2023, 3, 1), 19), (date(2024, 2, 29), 20)])
def test_who_is_born_on_29_february_is_a_year_older_on_1_march(on, age):
    sql = f"select {age_sql('b', 'o')} from (select date '2004-02-29' as b, $o::date as o)"
    assert DB.execute(sql, {"o": on}).fetchone() == (age,)
