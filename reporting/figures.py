"""Figures: each number of the report with the place in the release that it was read from.

A place is written `schema.table.column?key=value&key=value`, or with `sum:` or `count:` before the column, which then adds up
or counts the rows that these values pick. `chart.sna-2024/C01.measure?...` is a measure of the query of a chart of a report in
`sna.charts`, and `resampled.district_profile.column?...` what `resampling` computes of the published counts.
`look_up` reads it again, so that a test, or whoever doubts a number, can compare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

import duckdb
from markupsafe import Markup

from reporting import resampling

MISSING, WITHHELD = "missing", "withheld"
NOT_APPLICABLE, ROUNDED = "not applicable", "rounds to zero"
# In place of a percentage of nothing, which there is not: no data is missing.
FROM_NONE = "from none"
# In place of a schema: the charts that the release specifies.
CHART = "chart"
# What senders' marks in place of a number mean; any other is of a number that they do not have, such as x.
# https://analysisfunction.civilservice.gov.uk/policy-store/symbols-in-tables-definitions-and-help/, those of the Department for
# Education (k, u) and older ones of the Government Statistical Service (*, .). d: withheld, but it follows from what is in print.
_SYMBOLS = {"c": WITHHELD, "d": WITHHELD, "u": WITHHELD, "*": WITHHELD, "z": NOT_APPLICABLE, ".": NOT_APPLICABLE}
_SYMBOLS |= {"k": ROUNDED, "low": ROUNDED}


def meaning(symbol: str | None) -> str:
    """Why there is no number, by the symbol in its place."""
    return _SYMBOLS.get(symbol or "", MISSING)


@dataclass(frozen=True)
class Figure:
    """A number, or a word, of the release.

    Attributes:
        place: where in the release it is.
        value: as the release has it; None where it is not known.
        decimals: how many are printed; None prints the value as it is.
        suffix: printed after the number, such as `%`.
        sign: whether a plus is printed.
        note: why the value is not known.
    """

    place: str
    value: Any
    decimals: int | None = 0
    suffix: str = ""
    sign: bool = False
    note: str = MISSING

    @property
    def text(self) -> str:
        """As it is printed."""
        if self.value is None:
            return self.note
        if self.decimals is None or isinstance(self.value, str):
            return str(self.value)
        sign = "+" if self.sign and round(self.value, self.decimals) > 0 else ""
        number = f"{sign}{self.value:,.{self.decimals}f}"
        return number.replace("-", "−") + self.suffix

    def __html__(self) -> str:
        kind = Markup(' class="missing"') if self.value is None else Markup("")
        return Markup('<data{} data-figure="{}" value="{}">{}</data>').format(
            kind, self.place, "" if self.value is None else self.value, self.text
        )

    def __str__(self) -> str:
        return self.text


def place_of(table: str, column: str, key: Mapping[str, Any], kind: str = "") -> str:
    """Where a figure is in the release; `kind` is sum or count where it is of several rows."""
    values = "&".join(f"{name}={quote(_text(value), safe='/ :,()')}" for name, value in key.items())
    return f"{table}.{kind + ':' if kind else ''}{column}?{values}"


def of(table: str, row: Mapping[str, Any], column: str, key: Iterable[str], **form: Any) -> Figure:
    """The figure of a row that was read from a table, which its key columns pick."""
    return Figure(place_of(table, column, {name: row[name] for name in key}), row[column], **form)


def added(table: str, column: str, key: Mapping[str, Any], value: Any, **form: Any) -> Figure:
    """A figure that is the sum of a column over the rows with these values."""
    return Figure(place_of(table, column, key, "sum"), value, **form)


def counted(table: str, column: str, key: Mapping[str, Any], value: Any) -> Figure:
    """A figure that is the number of rows with these values."""
    return Figure(place_of(table, column, key, "count"), value)


def parse(where: str) -> tuple[str, str, dict[str, str]]:
    """(table, column expression, key) of a place."""
    name, _, query = where.partition("?")
    schema, table, column = name.split(".")
    aggregate, _, bare = column.rpartition(":")
    expression = f'{aggregate}("{bare}")' if aggregate else f'"{bare}"'
    return f"{schema}.{table}", expression, dict(parse_qsl(query, keep_blank_values=True))


def _source(con: duckdb.DuckDBPyConnection, table: str) -> str:
    schema, _, name = table.partition(".")
    if schema == resampling.RESAMPLED:
        return resampling.relation(con)
    if schema != CHART:
        return table
    found = con.execute("select query from sna.charts where report_id = ? and chart_id = ?", name.split("/")).fetchone()
    if found is None:
        raise ValueError(f"{table}: there is no such chart")
    return f"({found[0]})"


def look_up(con: duckdb.DuckDBPyConnection, places: Iterable[str]) -> dict[str, Any]:
    """Place → value in the release, one query for all places of a kind.

    A place that no row has is not in the result; the sum or number of no rows is 0.
    """
    kinds: defaultdict[tuple[str, str, tuple[str, ...]], dict[tuple[str, ...], str]] = defaultdict(dict)
    for where in places:
        table, expression, key = parse(where)
        kinds[table, expression, tuple(key)][tuple(key.values())] = where
    found = {}
    for (table, expression, names), wanted in kinds.items():
        keys = ", ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in names)
        group = "group by all" if expression.endswith(")") else ""
        for *values, value in con.execute(f"select {keys or 'null'}, {expression} from {_source(con, table)} {group}").fetchall():
            place = wanted.get(tuple(values) if names else ())
            if place in found:
                raise ValueError(f"{place}: more than one row has these values")
            if place is not None:
                found[place] = value
        if expression.endswith(")"):
            found |= {where: 0 for where in wanted.values() if where not in found}
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
