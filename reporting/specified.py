"""The charts that the release specifies in `sna.charts`, drawn from their own queries; a frame says why one cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import shapely

from reporting import charts
from reporting.blocks import Chart, Table
from reporting.figures import CHART, WITHHELD, Figure, meaning, place_of
from reporting.maps import Boundaries, Layer, missing_boundaries
from reporting.page import Heading, Item
from reporting.release import Release

TABLE = "sna.charts"
DECIMALS = {"count": 0, "percent": 1, "rate": 2, "days": 0, "points": 0, "decile": 1}
UNITS = {"rate": "per 1,000", "percent": "%"}
DECILE = "decile: 1 is the most deprived"
# Letters of a category from which bars are horizontal, so that names can be read.
LONG = 14
# Places from which those with nothing are left out, for a page that loads quickly.
MANY_PLACES = 1000
Row = Mapping[str, Any]


def charts_of(release: Release, report: str, section: str, boundaries: Boundaries) -> Iterator[Item]:
    """Each chart of a section of a report, under its id."""
    if not release.has(TABLE):
        return
    for spec in release.rows(f"from {TABLE} where report_id = ? and section = ? order by chart_id", [report, section]):
        yield Heading(f"{spec['chart_id']}: {spec['chart_title']}", spec["chart_id"])
        yield chart(release, spec, boundaries)


def chart(release: Release, spec: Row, boundaries: Boundaries) -> Item:
    """A chart with its table; a chart that is a table is its table."""
    title = f"{spec['chart_id']}: {spec['chart_title']}{_period(spec)}"
    try:
        rows = release.rows(spec["query"])
    except duckdb.Error as error:
        return Chart(spec["chart_id"], title, "", None, why_not=f"its query fails: {str(error).splitlines()[0]}")
    shown = [name for name, unit in zip(spec["measures"], spec["units"], strict=True) if unit not in ("symbol", "text")]
    if spec["chart_kind"] == "map":
        rows = [row for row in rows if any(row[name] is not None for name in spec["measures"])]
    if all(row[name] is None for row in rows for name in spec["measures"]):
        return Chart(spec["chart_id"], title, "", None, why_not=_no_rows(release, spec))
    notes = [spec["chart_note"]] if spec["chart_note"] else []
    if spec["chart_kind"] == "map" and len(rows) > MANY_PLACES:
        rows = [row for row in rows if row[shown[0]]]
        notes.append("Places that have none are left out of the map and the table.")
    unknown = _unknown(spec, rows, shown[0]) if shown else {}
    notes += [f"Not drawn, since it is {why}, which is not zero: {', '.join(names)}." for why, names in unknown.items()]
    dated = spec["period_column"]
    if dated in spec["dimensions"] and spec["last_period"] > max(_text(row[dated]) for row in rows):
        notes.append(f"Missing: nothing was delivered for {_date(spec['last_period'])}.")
    table = _table(spec, rows, title, notes)
    if spec["chart_kind"] == "table" or not shown:
        return table
    data = [
        {**{name: _text(row[name]) for name in spec["dimensions"]}, charts.MEASURE: _words(measure), "value": float(row[measure])}
        for row in rows
        for measure in _comparable(spec, shown)
        if row[measure] is not None
    ]
    if not data:
        return Chart(spec["chart_id"], title, "", table, why_not=_all_unknown([*unknown]))
    made = _map(spec, rows, shown[0], boundaries) if spec["chart_kind"] == "map" else {"drawing": _drawing(spec, data, shown)}
    facts = {name: spec[name] for name in ("chart_kind", "dimensions", "first_period", "last_period")}
    return Chart(spec["chart_id"], title, _description(spec, shown), table, data=data, specification=facts, **made)


def _no_rows(release: Release, spec: Row) -> str:
    feeds = release.waiting_for(f"marts.{spec['mart']}")
    if feeds:
        return "missing, because these have not been delivered: " + "; ".join(
            f"{feed['title']} (ask {feed['owner']})" for feed in feeds
        )
    return f"marts.{spec['mart']} has no number of its period."


def _unknown(spec: Row, rows: Sequence[Row], measure: str) -> dict[str, list[str]]:
    """Why a measure has no number → the places, years or the like that have none, each once."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if row[measure] is None:
            found.setdefault(_why_no_number(spec, row, measure), {})[_text(row[spec["dimensions"][0]])] = None
    return {why: [*names] for why, names in sorted(found.items())}


def _all_unknown(reasons: Sequence[str]) -> str:
    """Why nothing of a chart is drawn that was delivered."""
    if reasons == [WITHHELD]:
        return "every number of it is withheld by the agency."
    return f"no number of it is known: each is {' or '.join(reasons)}, as its table says."


def _why_no_number(spec: Row, row: Row, measure: str) -> str:
    """What the symbol that follows a measure says of a number that is not there."""
    at = spec["measures"].index(measure) + 1
    symbol = row[spec["measures"][at]] if spec["units"][at : at + 1] == ["symbol"] else None
    return meaning(symbol)


def _period(spec: Row) -> str:
    first, last = (_date(spec[name]) for name in ("first_period", "last_period"))
    return "" if not first else f", {first}" if first == last else f", {first} to {last}"


def _date(period: str | None) -> str | None:
    """A date in words, by its month where it is the first day of one; another period as it is."""
    if period is None or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", period):
        return period
    day = date.fromisoformat(period)
    return f"{day:%B %Y}" if day.day == 1 else f"{day.day} {day:%B %Y}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _head(measure: str, unit: str) -> str:
    """A measure in words with its unit, which its name may have already."""
    words = _words(measure).replace("per 1000", "per 1,000")
    if unit == "percent" and words.endswith(" percent"):
        words = words.removesuffix(" percent")
    elif unit not in UNITS or "percent" in words or "per 1,000" in words:
        return words
    return f"{words} ({UNITS[unit]})"


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "Unknown", True: charts.YES, False: charts.NO}[value]
    return _words(value) if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", str(value)) else str(value)


def _comparable(spec: Row, shown: Sequence[str]) -> list[str]:
    """The measures of the first one's unit: others would need an axis of their own, and are in the table."""
    units = dict(zip(spec["measures"], spec["units"], strict=True))
    return [name for name in shown if units[name] == units[shown[0]]]


def _table(spec: Row, rows: Sequence[Row], title: str, notes: Sequence[str]) -> Table:
    dimensions, measures = spec["dimensions"], list(zip(spec["measures"], spec["units"], strict=True))
    columns = [(name, unit) for name, unit in measures if unit != "symbol"]
    heads = [_words(name) for name in dimensions] + [_head(name, unit) for name, unit in columns]

    def cell(row: Row, name: str, unit: str) -> Figure:
        where = place_of(f"{CHART}.{spec['report_id']}/{spec['chart_id']}", name, {key: row[key] for key in dimensions})
        return Figure(where, row[name], decimals=DECIMALS.get(unit), note=_why_no_number(spec, row, name))

    return Table(
        f"{spec['chart_id']}-table",
        title,
        heads,
        [
            (
                _text(row[dimensions[0]]),
                [*(_text(row[name]) for name in dimensions[1:]), *(cell(row, name, unit) for name, unit in columns)],
            )
            for row in rows
        ],
        notes=notes,
        source=f"marts.{spec['mart']}",
    )


def _description(spec: Row, shown: Sequence[str]) -> str:
    kind = {"bar": "Bar chart", "line": "Line chart", "map": "Map"}[spec["chart_kind"]]
    by = " and ".join(map(_words, spec["dimensions"]))
    return f"{kind} of {', '.join(map(_words, _comparable(spec, shown)))} by {by}."


def _drawing(spec: Row, data: Sequence[Row], shown: Sequence[str]) -> Any:
    """Axis, series and panels are the dimensions in their order; several measures are series of their own."""
    axis, *others = spec["dimensions"]
    series = [*others, *([charts.MEASURE] if len({row[charts.MEASURE] for row in data}) > 1 else [])]
    unit = dict(zip(spec["measures"], spec["units"], strict=True))[shown[0]]
    y_title = _head(shown[0], unit) if len(_comparable(spec, shown)) == 1 else UNITS.get(unit, "number")
    categories = list(dict.fromkeys(row[axis] for row in data))
    panel = series[1] if len(series) > 1 else ""
    group = series[0] if series else ""
    if spec["chart_kind"] == "line" and group == charts.MEASURE:
        # A number and what it is for each offence have no scale in common.
        panel = group
    if group and not panel and len({row[group] for row in data}) > len(charts.PALETTE):
        # More series than the eye keeps apart.
        drawn = charts.multiples(data, axis, "value", group, _words(axis), y_title)
    elif spec["chart_kind"] == "line":
        kind = "T" if len(categories[0]) == 10 and categories[0][4] == "-" else "O"
        drawn = charts.lines(data, axis, "value", group or charts.MEASURE, _words(axis), y_title, kind, panel=panel)
    elif group:
        drawn = charts.grouped(data, axis, "value", group, _words(axis), y_title, panel=panel)
    elif max(map(len, categories)) > LONG and len(categories) > 3:
        drawn = charts.ranked(data, axis, "value", "", y_title)
    else:
        drawn = charts.bars(data, axis, "value", _words(axis), y_title)
    return drawn


def _map(spec: Row, rows: Sequence[Row], measure: str, boundaries: Boundaries) -> dict[str, Any]:
    mart, _, column = spec["boundaries"].partition(".")
    if why_not := missing_boundaries(boundaries.release, ("marts.wards", f"marts.{mart}")):
        return {"why_not": why_not}
    place = spec["dimensions"][0]
    shapes = _layer(boundaries, mart, column).features(
        {row[place]: {"value": row[measure]} for row in rows if row[place] is not None}
    )
    if not shapes:
        return {"why_not": "the boundaries that were delivered are of other places than the figures."}
    unit = spec["units"][spec["measures"].index(measure)]
    title = DECILE if unit == "decile" else _head(measure, unit)
    return {"drawing": charts.choropleth(shapes, boundaries.outlines, title, darkest_is_lowest=unit == "decile")}


def _layer(boundaries: Boundaries, mart: str, column: str) -> Layer:
    """The shapes of a column: of several areas with the same value, their union."""
    own: Layer = getattr(boundaries, mart)
    key = f"{mart.removesuffix('s')}_code"
    if column == key:
        return own
    if column == "district_code":
        return boundaries.districts
    parts: dict[str, list[Any]] = {}
    for row in boundaries.release.rows(f'select "{column}" as place, {key} as code from marts.{mart}'):
        if row["code"] in own.shapes:
            parts.setdefault(row["place"], []).append(own.shapes[row["code"]])
    return Layer({name: shapely.union_all(shapes) for name, shapes in parts.items()})
