"""Published columns: one name has one type; totals, limits and ranges follow docs/developers/columns.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from orchestration.publication.release import FILE

COLUMNS = """
    select table_schema || '.' || table_name, column_name, data_type from information_schema.columns
    where table_catalog = current_database() and table_schema in ('sna', 'marts', 'meta') order by all
"""
# Endings and whole names for something that has another name.
FORMER = r"_(low|high|p|q|z)$|^(p|q|z|rate|number|counted|cells|member|hour|change)$|_year_before|_change(_percent)?$|^prior_"
# Not the whole of other rows: the first two choose what is counted, and of the third no other breakdown is delivered.
NO_TOTALS = {
    ("marts.hotspot_wards", "scope"),
    ("marts.victim_offender_overlap", "scope"),
    ("marts.children_in_need", "breakdown"),
}
# Text -> what is beside it, in the table or its dimension, and sorts it.
SORTED_BY = {"age_label": ("age",), "hours_in_words": ("first_hour",), "ho_class": ("offence_order",)}
# Keys of dimensions that have an order; codes and names that have none.
UNSORTED = {"age_group_code", "offence_code", "outcome_code", "outcome_key", "hexagon_code", "dates_stated"}


@pytest.fixture(scope="module")
def query(small_county) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Rows of a query, on one connection: opening a release takes longer than most queries do."""
    with duckdb.connect(str(small_county.settings.published / FILE), read_only=True) as con:
        yield lambda sql: con.execute(sql).fetchall()


@pytest.fixture(scope="module")
def columns(query) -> list[tuple[str, str, str]]:
    return query(COLUMNS)


def test_a_column_has_one_type_in_all_tables(columns):
    kinds: dict[str, set[str]] = {}
    for _, name, kind in columns:
        kinds.setdefault(name, set()).add(kind)
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_no_column_has_a_name_of_another_form(columns):
    assert [(table, name) for table, name, _ in columns if re.search(FORMER, name)] == []


def test_limits_come_in_pairs_beside_their_number(columns):
    names = {(table, name) for table, name, _ in columns}
    limits = {(table, name.removesuffix("_lower_95")) for table, name in names if name.endswith("_lower_95")}
    assert limits == {(table, name.removesuffix("_upper_95")) for table, name in names if name.endswith("_upper_95")}
    assert limits - names == set() and len(limits) > 20


def test_a_total_among_its_parts_is_marked(query, columns):
    totals = {table for table, name, _ in columns if name == "is_total"}
    texts = [(table, name) for table, name, kind in columns if kind == "VARCHAR" and table.startswith("marts.")]
    for table, name in texts:
        marked = "not is_total" if table in totals else "true"
        found = query(
            f"""select distinct "{name}" from {table}
                where regexp_matches("{name}", '^(All|Total|Whole)( |$)') and "{name}" not like 'All other %' and {marked}"""
        )
        assert found == [] or (table, name) in NO_TOTALS, (table, name, found)
    assert len(totals) > 10


def test_ranges_have_a_column_to_sort_by(query, columns):
    names = {(table, name) for table, name, _ in columns}
    for table, name in sorted(names):
        if not table.startswith("marts.") or not name.startswith(("age_band", "age_range", "search_age_group")):
            continue
        if name.endswith("_order"):
            ((wrong,),) = query(
                f"""select count(*) from (
                        select 1 from {table} group by {name.removesuffix("_order")} having count(distinct {name}) > 1
                    )"""
            )
            assert wrong == 0, (table, name)
        elif query(f"select 1 from {table} where regexp_matches({name}, '[0-9]') limit 1"):
            assert (table, f"{name}_order") in names


def test_texts_of_numbers_are_sorted_as_numbers(query):
    """Ranges, ages and codes of all marts: in their own order, or with a column or a dimension to sort by."""
    texts = query(
        """select table_name, column_name from information_schema.columns
           where table_catalog = current_database() and table_schema = 'marts' and data_type = 'VARCHAR' order by all"""
    )
    names = {(table, name) for table, name in texts} | {
        (table.removeprefix("marts."), name) for table, name, _ in query(COLUMNS) if table.startswith("marts.")
    }
    without = set()
    for table, name in texts:
        values = [value for (value,) in query(f'select distinct "{name}" from marts.{table} where "{name}" is not null')]
        numbers = {value: number(value) for value in values if number(value) is not None}
        if len(numbers) < 2 or len(numbers) < len(values) - 3 or (table, f"{name}_order") in names:
            continue
        if sorted(numbers) != sorted(numbers, key=lambda value: (numbers[value], value)) and not names & {
            (table, other) for other in SORTED_BY.get(name, ())
        }:
            without.add((table, name))
    assert {(table, name) for table, name in without if name not in UNSORTED} == set()


def number(text: str) -> float | None:
    """The first number of a text that begins with one, such as a range of ages."""
    found = re.match(r"(Under )?(\d+)", text)
    return int(found[2]) - (0.5 if found[1] else 0) if found else None


def test_former_names_are_views_of_the_same_rows(query):
    renamed = query("select schema_name, table_name, former_name, column_name, version from meta.renamed_columns")
    assert len(renamed) > 100
    for schema, table, former, name, version in renamed:
        old, new = f'"{schema}_{version.replace(".", "_")}".{table}', f"{schema}.{table}"
        ((differ,),) = query(
            f'select count(*) from (select "{former}" as n from {old} except all select "{name}" as n from {new})'
        )
        assert differ == 0, (old, former)
    ((old, new),) = query("select (select count(*) from marts_0_2.hotspot_lsoas), (select count(*) from marts.hotspot_lsoas)")
    assert old == new


def test_former_tables_have_the_rows_of_the_facts(small_county):
    """Each is counted again in the warehouse, and has the columns that it had."""
    former = {
        "ambulance_calls_by_hour": ("calls", "fct_ambulance_call", "true", 8),
        "ambulance_calls_by_person": ("calls", "fct_ambulance_call", "true", 11),
        "ed_attendances_by_person": ("attendances", "fct_ed_attendance", "true", 12),
        "force_stop_searches_by_person": ("searches", "fct_force_stop_search", "true", 11),
        "outcomes": ("outcome_records", "fct_outcome", "is_serious_violence", 11),
        "qualifiers": ("offences", "fct_offence", "is_serious_violence", 8),
        "relationships": ("offences", "fct_offence", "is_serious_violence", 8),
        "weapons": ("offences", "fct_offence", "is_serious_violence", 8),
    }
    listed = small_county.query("select schema_name, table_name, version from meta.former_tables order by all")
    assert listed == [("marts", name, "0.2") for name in former]
    with duckdb.connect(str(small_county.settings.warehouse), read_only=True) as con:
        for name, (measure, fact, where, columns) in former.items():
            totals = con.execute(
                f"select financial_year, count(*) from conformed.{fact} where {where} group by all order by all"
            ).fetchall()
            view = f"marts_0_2.{name}"
            assert small_county.query(f"select financial_year, sum({measure}) from {view} group by all order by all") == totals, (
                name
            )
            assert len(small_county.query(f"describe {view}")) == columns, name
