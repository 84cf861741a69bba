"""The published dimensions, and the keys by which every other published table is related to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest

from orchestration.home.environment import DBT_PROJECT
from tests import counties

# Dimension -> its key.
KEYS = {
    "dim_age_group": "age_group_code",
    "dim_date": "date_day",
    "dim_definition": "definition_id",
    "dim_district": "district_code",
    "dim_lsoa": "lsoa_code",
    "dim_offence": "offence_code",
    "dim_offence_type": "offence_type",
    "dim_ward": "ward_code",
}
# What a table has of a dimension -> the key that it then has too, and where the key is found.
ATTRIBUTES = {
    "age": "age_group_code",
    "age_band": "age_group_code",
    "age_group": "age_group_code",
    "age_group_code": "age_group_code",
    "definition": "definition_id",
    "definition_id": "definition_id",
    "definition_name": "definition_id",
    "district": "district_code",
    "district_code": "district_code",
    "lsoa_code": "lsoa_code",
    "lsoa_name": "lsoa_code",
    "month_label": "month_start",
    "month_start": "month_start",
    "offence_code": "offence_code",
    "offence_title": "offence_code",
    "offence_type": "offence_type",
    "search_age_group": "age_group_code",
    "ward_code": "ward_code",
    "ward_name": "ward_code",
}
DIMENSION_OF = {key: dimension for dimension, key in KEYS.items()} | {"month_start": "dim_date"}
# Tables whose ages are no members of dim_age_group, and why; the list may only shrink.
OTHER_AGES = {
    "probation_cases_by_age_and_sentence": "age groups of the Probation Service",
    "school_absence": "years of age at school, of which 10 and 11 are no group",
    "victims_across_agencies": "five-year bands alone: 16-20 is in two age groups",
    "youth_justice_offenders": "years of age as the youth justice services send them",
}
# Tables with district codes of which some are no district: the whole county.
WITH_TOTALS = {
    "age_standardised_rates": {"County"},
    **{mart: {"All offences"} for mart in ("days_to_outcome", "outcome_development", "outcome_estimates", "outcomes_as_known")},
    "street_crime_rates": {"County"},
    "violence_by_definition_yearly": {"All"},
    "violence_ratios_by_time": {"County"},
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The mini county."""
    with duckdb.connect(str(counties.mini().warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def columns(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Published table -> its columns."""
    found = con.execute(
        "select table_name, list(column_name) from duckdb_columns() where schema_name = 'marts' group by all"
    ).fetchall()
    return {table: set(names) for table, names in found}


def test_a_table_that_has_a_dimension_has_its_key(columns: dict[str, set[str]]) -> None:
    without = {
        f"{table}.{attribute}"
        for table, names in columns.items()
        for attribute, key in ATTRIBUTES.items()
        if attribute in names and key not in names and table not in KEYS
    }
    ages = {name for name in without if ATTRIBUTES[name.split(".")[1]] == "age_group_code"}
    assert without - ages == set()
    assert {name.split(".")[0] for name in ages} == OTHER_AGES.keys()


def test_a_table_that_names_districts_has_their_codes(con: duckdb.DuckDBPyConnection, columns: dict[str, set[str]]) -> None:
    districts = con.execute("select list(district) from marts.dim_district where is_in_county").fetchone()
    texts = con.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
    ).fetchall()
    without = {
        table
        for table, column in texts
        if not columns[table] & {"district_code", "area_code"}
        and con.execute(
            f'select count(distinct "{column}") > 1 from marts."{table}" where list_contains(?, "{column}")', districts
        ).fetchone()
        == (True,)
    }
    assert without == set()


def test_every_key_is_in_its_dimension(con: duckdb.DuckDBPyConnection, columns: dict[str, set[str]]) -> None:
    strays = {}
    for table, names in columns.items():
        for key in names & (set(KEYS.values()) | {"month_start"}):
            dimension = DIMENSION_OF[key]
            found = con.execute(
                f"select distinct {key} from marts.{table} where {key} is not null"
                f" and {key} not in (select {KEYS[dimension]} from marts.{dimension})"
            ).fetchall()
            if unknown := {value for (value,) in found} - WITH_TOTALS.get(table, set()):
                strays[f"{table}.{key}"] = unknown
    assert strays == {}


def test_every_dimension_has_members_in_one_order(con: duckdb.DuckDBPyConnection) -> None:
    orders = {
        "dim_age_group": "age_group_code_order",
        "dim_date": "date_day",
        "dim_definition": "definition_order",
        "dim_district": "district_order",
        "dim_lsoa": "lsoa_order",
        "dim_offence": "offence_order",
        "dim_offence_type": "offence_type_order",
        "dim_ward": "ward_order",
    }
    for dimension, order in orders.items():
        rows, keys, places = con.execute(
            f"select count(*), count(distinct {KEYS[dimension]}), count(distinct {order}) from marts.{dimension}"
        ).fetchone()
        assert rows == keys == places > 1, dimension


def test_no_scheme_divides_an_age_group(con: duckdb.DuckDBPyConnection) -> None:
    assert (
        con.execute(
            """select age_group_code from reference.age_band as band, marts.dim_age_group as age
           where band.age_from is not null and age.age_from is not null
               and band.age_from <= coalesce(age.age_to, 129) and coalesce(band.age_to, 129) >= age.age_from
               and not (band.age_from <= age.age_from and coalesce(band.age_to, 129) >= coalesce(age.age_to, 129))"""
        ).fetchall()
        == []
    )


def test_the_calendar_has_every_day_once_and_whole_financial_years(con: duckdb.DuckDBPyConnection) -> None:
    first, last, days = con.execute("select min(date_day), max(date_day), count(*) from marts.dim_date").fetchone()
    assert ((first.month, first.day), (last.month, last.day)) == ((4, 1), (3, 31))
    assert days == (last - first).days + 1
    assert con.execute(
        "select distinct month_number, financial_month, financial_quarter from marts.dim_date order by financial_month"
    ).fetchall() == [((month + 2) % 12 + 1, month, (month + 2) // 3) for month in range(1, 13)]


@pytest.mark.parametrize("year", range(2010, 2031))
def test_good_friday_and_easter_monday_are_bank_holidays(con: duckdb.DuckDBPyConnection, year: int) -> None:
    easter = pd.offsets.Easter().rollforward(pd.Timestamp(year, 1, 1)).date()
    days = {"Good Friday": easter - dt.timedelta(2), "Easter Monday": easter + dt.timedelta(1)}
    named = "select bank_holiday, date_day from reference.bank_holiday where year(date_day) = ?"
    holidays = dict(con.execute(named, [year]).fetchall())
    assert {name: holidays[name] for name in days} == days
    assert len(holidays) >= 8
    # A substitute day is not at a weekend, and nor is any other.
    assert all(day.weekday() < 5 for day in holidays.values())


def test_the_definition_of_the_area_is_the_first(con: duckdb.DuckDBPyConnection) -> None:
    first = con.execute(
        "select definition_id, is_in_force, owner <> '' from marts.dim_definition order by definition_order"
    ).fetchall()
    seed = pd.read_csv(DBT_PROJECT / "seeds/reference/violence_definition.csv")
    assert {row[0] for row in first} == set(seed["definition_id"])
    assert [row[1] for row in first] == [True, *[False] * (len(seed) - 1)]
    used = con.execute("select distinct definition_id from marts.violence_by_definition where is_in_force").fetchall()
    assert used == [first[0][:1]]
