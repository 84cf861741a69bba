"""`meta.measures`: what can be computed of the published tables, defined once for all BI tools.

A model declares in `meta` what it counts, and shares of it:

    measures:
      - {name: offences, of: offences}                                     a count: the sum of a column
      - {name: knife_percent, of: offences, where: is_knife_crime}         a share: what meets a condition, of 100

Of a count come its limits and, where the table has months, year to date, rolling twelve months and the change on the same month
of the year before; where it has districts too, the rate per 1,000 residents. Of a share come its limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from orchestration.database import bulk_insert

if TYPE_CHECKING:
    import duckdb

TABLE = "meta.measures"
TEXT = (
    "Measures of the published tables as SQL: select grouped_by and expression, and group by grouped_by and by any other "
    "dimension where it is empty. Grain: one row per table and measure."
)
# Two-sided 95 % of the normal distribution.
Z = 1.959964


def write(con: duckdb.DuckDBPyConnection, lineage: Mapping[str, Mapping[str, Any]]) -> None:
    """Fill the table in a release whose other tables are there.

    Args:
        lineage: as `orchestration.warehouse.lineage.lineage` returns it.
    """
    con.execute(
        f"""create table {TABLE} (
            schema_name varchar, table_name varchar, measure varchar, measure_kind varchar, unit varchar, expression varchar,
            grouped_by varchar
        )"""
    )
    rows = [
        [*table.split("."), *measure]
        for table, entry in sorted(lineage.items())
        for declared in entry.get("measures", ())
        for measure in _measures(table, set(con.table(table).columns), **declared)
    ]
    bulk_insert.insert(con, TABLE, rows)
    con.execute(f"comment on table {TABLE} is '{TEXT}'")


def _measures(table: str, columns: set[str], name: str, of: str, where: str = "") -> Iterator[tuple[str, str, str, str, str]]:
    """Measure, kind, unit, expression and columns that it is grouped by, of one that is declared and of what comes of it."""
    total = f"sum({of})"
    if where:
        part = f"coalesce({total} filter (where {where}), 0)"
        yield name, "share", "percent", f"100.0 * {part} / nullif({total}, 0)", ""
        for side, sign in (("lower", "-"), ("upper", "+")):
            yield f"{name}_{side}_95", "limit", "percent", limit_of_share(part, total, sign), ""
        return
    yield name, "count", "count", total, ""
    yield f"{name}_lower_95", "limit", "count", lower_of_count(total), ""
    yield f"{name}_upper_95", "limit", "count", upper_of_count(total), ""
    if "month_start" not in columns:
        return
    so_far = f"sum({total}) over (partition by financial_year order by month_start)"
    yield f"{name}_year_to_date", "year to date", "count", so_far, "financial_year, month_start"
    twelve = "over (order by month_start range between interval 11 month preceding and current row)"
    yield f"{name}_12_months", "rolling 12 months", "count", f"sum({total}) {twelve}", "month_start"
    before = "over (order by month_start range between interval 12 month preceding and interval 12 month preceding)"
    yield f"change_{name}", "change", "count", f"{total} - sum({total}) {before}", "month_start"
    if "district_code" in columns:
        residents = f"""(
            select sum(resident.population)
            from marts.population as resident
            inner join marts.dim_date as calendar on resident.population_year = calendar.population_year
            where
                resident.population_source = 'Mid-year estimate'
                and resident.district_code = {table}.district_code
                and calendar.date_day = {table}.month_start
        )"""
        rate = f"1000.0 * {total} / {' '.join(residents.split())}"
        yield f"{name}_per_1000", "rate", "rate", rate, "district_code, month_start"


def lower_of_count(count: str) -> str:
    """Lower 95 % limit of a count, as SQL of the count's own."""
    return f"case when {count} = 0 then 0 else {_byar(count, '-')} end"


def upper_of_count(count: str) -> str:
    """Upper 95 % limit of a count, as SQL of the count's own."""
    return _byar(f"({count} + 1)", "+")


def _byar(count: str, sign: str) -> str:
    """Byar's limit of a Poisson count (Breslow and Day 1987, page 69): within 0.1 of the exact one from 1 on."""
    return f"{count} * pow(1 - 1.0 / (9 * {count}) {sign} {Z} / (3 * sqrt({count})), 3)"


def limit_of_share(part: str, whole: str, sign: str) -> str:
    """Wilson's limit of a share, as a percentage (Wilson 1927)."""
    z2 = Z * Z
    reach = f"{Z} * sqrt({part} * ({whole} - {part}) / {whole} + {z2 / 4})"
    return f"100.0 * ({part} + {z2 / 2} {sign} {reach}) / nullif({whole} + {z2}, 0)"
