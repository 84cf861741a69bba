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
from orchestration.ingest.values.column_sql import ODDITIES, age_sql, code_sql, is_faulty_sql, oddities_sql, typed_sql
from orchestration.ingest.values.pseudonyms import MACROS
from orchestration.text.spreadsheets import runs_sql
from tests.unit.orchestration.ingest.conftest import CONTRACTS

CRIMES, VICTIMS = CONTRACTS["crimes"].by_name, CONTRACTS["victims"].by_name
INTEGER, MOMENT, DAY = CRIMES["easting"], CRIMES["committed_from"], VICTIMS["offence_date"]
NUMBER = replace(INTEGER, type="number", sql_type="DOUBLE")
DB = duckdb.connect()
DB.execute("set TimeZone = 'UTC'")
DB.execute(MACROS)

moments = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(lambda d: d.replace(microsecond=0))
# Five digits: a spreadsheet's serial number below 10000 (May 1927) is too easily something else.
spreadsheet_days = st.dates(date(1927, 5, 18), date(2099, 12, 31))


def typed(column: Column, *written: str | None) -> list[Any]:
    sql = f'select {typed_sql(column)} from (select unnest($written::varchar[]) as "t:{column.name}")'
    return [value for (value,) in DB.execute(sql, {"written": list(written)}).fetchall()]


def of_each(values: st.SearchStrategy[Any]) -> Any:
    """Two hundred and more of some values, in lists, each of which is one query."""

    def decorate(test: Any) -> Any:
        return settings(max_examples=20)(given(st.lists(values, min_size=10, max_size=20))(test))

    return decorate


@of_each(moments)
def test_every_way_to_write_a_moment_means_the_same(moments):
    minutes = [moment.replace(second=0) for moment in moments]
    assert typed(MOMENT, *(minute.strftime("%d/%m/%Y %H:%M") for minute in minutes)) == minutes
    assert typed(MOMENT, *(moment.strftime("%d/%m/%Y %H:%M:%S") for moment in moments)) == moments
    assert typed(MOMENT, *(moment.isoformat(" ") for moment in moments)) == moments
    assert typed(MOMENT, *(moment.isoformat() for moment in moments)) == moments


@of_each(moments.filter(lambda moment: moment.date() >= date(1927, 5, 18)))
def test_a_spreadsheet_holds_a_moment_to_the_second(moments):
    serials = [(moment - datetime(1899, 12, 30)) / timedelta(days=1) for moment in moments]
    assert typed(MOMENT, *(f"{serial:.8f}" for serial in serials)) == moments


@of_each(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_way_to_write_a_date_means_the_same(days):
    for way in ("%d/%m/%Y", "%Y-%m-%d", "%Y-%m-%d 00:00:00", "%d/%m/%Y 00:00"):
        assert typed(DAY, *(day.strftime(way) for day in days)) == days


@of_each(spreadsheet_days)
def test_a_spreadsheet_holds_a_date(days):
    assert typed(DAY, *(str((day - date(1899, 12, 30)).days) for day in days)) == days


@of_each(st.dates(date(1900, 1, 1), date(2099, 12, 31)).filter(lambda day: day.day > 12))
def test_american_dates_are_not_taken_for_british_ones(days):
    assert set(typed(DAY, *(day.strftime("%m/%d/%Y") for day in days))) == {None}


@of_each(st.integers(-(2**31), 2**31 - 1))
def test_whole_numbers(numbers):
    for way in ("{}", "{:,}", "{}.0"):
        assert typed(INTEGER, *(way.format(number) for number in numbers)) == numbers


@given(st.floats(allow_nan=False, allow_infinity=False, width=32).filter(lambda number: number != int(number)))
def test_a_fraction_is_never_rounded_to_a_whole_number(number):
    assert typed(INTEGER, repr(number)) == [None]
    assert typed(NUMBER, repr(number)) == [number]


@of_each(st.floats(-1e9, 1e9).map(lambda number: round(number, 2)))
def test_numbers_with_thousands_separators(numbers):
    assert typed(NUMBER, *(f"{number:,.2f}" for number in numbers)) == pytest.approx(numbers)


@pytest.mark.parametrize("written", ["nan", "inf", "-Infinity", "1,23", "12,34,567", "1 000", "O", "--", "12abc"])
def test_what_is_no_number(written):
    assert typed(NUMBER, written) == [None]


def test_percentages_where_the_contract_has_them():
    assert typed(replace(NUMBER, percent="hundred"), "85%", "85.5 %") == [85, 85.5]
    assert typed(replace(NUMBER, percent="share"), "85%", "8.5 %", "0.85") == [0.85, 0.085, 0.85]
    assert typed(NUMBER, "85%") == [None]


@of_each(st.text(max_size=30))
def test_no_text_whatever_breaks_the_typing(written):
    kinds = {INTEGER: int, NUMBER: float, MOMENT: datetime, DAY: date, replace(INTEGER, type="boolean", sql_type="BOOLEAN"): bool}
    for column, kind in kinds.items():
        assert all(isinstance(value, kind | None) for value in typed(column, *written))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Y", True), ("yes", True), ("TRUE", True), ("1", True), ("n", False), ("False", False), ("maybe", None)],
)
def test_yes_and_no(written, meant):
    assert typed(replace(INTEGER, type="boolean", sql_type="BOOLEAN"), written) == [meant]


@of_each(st.tuples(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 36500)))
def test_age_is_the_number_of_birthdays(lives):
    days = [(born, min(born + timedelta(days=days), date(2199, 12, 31))) for born, days in lives]
    sql = f"select {age_sql('b', 'o')} from (select unnest($b::date[]) as b, unnest($o::date[]) as o)"
    ages = DB.execute(sql, {"b": [born for born, _ in days], "o": [on for _, on in days]}).fetchall()
    assert ages == [(on.year - born.year - ((on.month, on.day) < (born.month, born.day)),) for born, on in days]


@pytest.mark.parametrize(("on", "age"), [(date(2023, 2, 28), 18), (date(2023, 3, 1), 19), (date(2024, 2, 29), 20)])
def test_who_is_born_on_29_february_is_a_year_older_on_1_march(on, age):
    sql = f"select {age_sql('b', 'o')} from (select date '2004-02-29' as b, $o::date as o)"
    assert DB.execute(sql, {"o": on}).fetchone() == (age,)


ODD = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[\s=+@\-\x1f\u00a0＝]{0,3}[A1(]{0,3}[\x07\x7f]?", fullmatch=True),
    st.from_regex(r"[+-]?[0-9](\.[0-9]{1,3})?[eE]\+[0-9]{1,3}", fullmatch=True),
    st.sampled_from(["#N/A", "#n/a", "Err:502", "eRR:502", "####", "##", "#REF!", "Error", "E05000001", "1.5", "-1", "DC-1"]),
)
# Each rule tried on each text, in the order of the codes.
EACH = f"""case
    when {runs_sql("t")} then 'R11'
    when regexp_matches(t, '[\\x00-\\x08\\x0e-\\x1f\\x7f]') then 'R25'
    when regexp_full_match(t, '#N/A|#REF!|Err:\\d{{3}}|#{{3,}}', 'i') then 'R20'
    when regexp_full_match(t, '[+-]?\\d(\\.\\d+)?[eE]\\+\\d{{2,}}') and not free then 'R21'
end"""


@given(st.lists(ODD, min_size=20, max_size=40), st.lists(ODD, min_size=40, max_size=40))
@settings(max_examples=20)
def test_a_text_has_the_code_that_each_rule_alone_would_find(names, references):
    contract = CONTRACTS["crimes"]
    columns = ", ".join(f'null::varchar as "t:{column.name}"' for column in contract.columns)
    texts = f"""
        select * replace (names[i] as "t:ward_name", refs[i] as "t:crime_reference")
        from (select $names::varchar[] as names, $refs::varchar[] as refs), (select {columns}), range(1, {len(names) + 1}) as n(i)
    """
    for name, free in (("ward_name", "true"), ("crime_reference", "false")):
        column = contract.by_name[name]
        found = DB.execute(
            f"""
            select
                exact, {code_sql(contract, column)},
                (select {EACH} from (select "t:{name}" as t, {free} as free)),
                {code_sql(contract, column, exact=False)} is null
            from (
                select *, true as exact, {oddities_sql(contract.columns, exact=True)} as {ODDITIES} from ({texts})
                union all
                select *, false, {oddities_sql(contract.columns, exact=False)} from ({texts})
            )
            """,
            {"names": names, "refs": references},
        ).fetchall()
        assert len(found) == 2 * len(names)
        for _, code, alone, none in found:
            assert (code if code in ("R11", "R25", "R20", "R21") else None) == alone
            assert none is (code is None)


COLUMNS = tuple(
    replace(CRIMES[name], required=False)
    for name in ("crime_reference", "ho_class", "ho_sub_code", "offence_title", "ward_code", "lsoa_code")
)
TEXTS = st.one_of(
    st.none(),
    ODD,
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2})?[A-Z]?\n?", fullmatch=True),
    st.from_regex(r"[0-9]{3}/[0-9]{2}(\n[EW]05[0-9]{6})?", fullmatch=True),
    st.from_regex(r"[EW]0[15][0-9]{6}", fullmatch=True),
    st.sampled_from(["8N", "８N", "001/01", "E05000001\n", "\n", "Robbery", "5" * 40_000]),
).map(lambda words: words or None)  # a blank text is NULL


@given(st.lists(st.tuples(*[TEXTS] * len(COLUMNS)), min_size=20, max_size=40))
@settings(max_examples=20)
def test_a_row_is_faulty_where_a_cell_breaks_a_rule(rows):
    """Patterns that are tried together find what each finds alone, also where a text holds a line end."""
    contract = replace(CONTRACTS["crimes"], columns=COLUMNS)
    texts = ", ".join(f'rows[i][{place}] as "t:{column.name}"' for place, column in enumerate(COLUMNS, 1))
    relation = f"(select {texts} from (select $rows::varchar[][] as rows), range(1, {len(rows) + 1}) as n(i))"
    codes = ", ".join(code_sql(contract, column) for column in COLUMNS)
    found = DB.execute(
        f"""
        select 'each', list(coalesce({codes}) is not null order by i)
        from (select *, row_number() over () as i, {oddities_sql(COLUMNS, exact=True)} as {ODDITIES} from {relation})
        union all
        select 'row', list({is_faulty_sql(contract)} order by i)
        from (select *, row_number() over () as i, {oddities_sql(COLUMNS, exact=False)} as {ODDITIES} from {relation})
        """,
        {"rows": [list(row) for row in rows]},
    ).fetchall()
    by_way = dict(found)
    assert by_way["row"] == by_way["each"]
