"""Maps: districts, wards, LSOAs and hexagons, each with a table of what it shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reporting import charts
from reporting.blocks import Chart, Table
from reporting.board import PROFILE, hot_wards, profile_figure, waiting
from reporting.districts import wards_table
from reporting.figures import counted, of
from reporting.maps import Boundaries, missing_boundaries
from reporting.page import Heading, Item, Page, number, sentence
from reporting.release import Release
from reporting.specification import Specification

LSOAS, HEXAGONS = "marts.hotspot_lsoas", "marts.hotspot_hexagons"


def pages(release: Release, spec: Specification, boundaries: Boundaries) -> Iterator[Page]:
    """A page for each kind of area, since each table is long."""
    kinds = {
        "map-districts.html": ("Map of districts", _districts),
        "map-wards.html": ("Map of wards", _wards),
        "map-lsoas.html": ("Map of neighbourhoods", _lsoas),
        "map-hexagons.html": ("Map of hexagons", _hexagons),
    }
    window = release.hotspot_window(spec.year)
    what = window["definition"][:1].lower() + window["definition"][1:] if window else "serious violence"
    for path, (title, items) in kinds.items():
        yield Page(
            path,
            title,
            "Maps",
            f"{title}: where {what} was recorded in {spec.when}.",
            list(items(release, spec, boundaries)),
        )


def _districts(release: Release, spec: Specification, boundaries: Boundaries) -> Iterator[Item]:
    rows = (
        release.rows(
            f"from {PROFILE} where financial_year = ? and indicator_id = 'serious_violence' order by value desc", [spec.year]
        )
        if release.has(PROFILE)
        else []
    )
    if not rows:
        yield waiting(release, PROFILE, "The map of districts")
        return
    table = Table(
        "districts-table",
        f"Serious violence, offences per 1,000 residents by district, {spec.when}",
        ["district", "offences", "residents", "rate", "lower limit", "upper limit", "against the county"],
        [
            (
                row["district"],
                [
                    profile_figure(row, "events"),
                    profile_figure(row, "base_count", decimals=0),
                    *(profile_figure(row, name) for name in ("value", "value_lower_95", "value_upper_95")),
                    row["versus_county"] or "not compared",
                ],
            )
            for row in rows
        ],
        source=PROFILE,
    )
    shown = {row["district_code"]: {"value": row["value"]} for row in rows}
    yield Chart(
        "map-districts",
        f"Serious violence per 1,000 residents by district, {spec.when}",
        "Map: the darker a district, the higher its rate.",
        table,
        data=[{"district": row["district"], "value": row["value"]} for row in rows],
        **_drawn(boundaries, "districts", ("marts.wards",), shown, "per 1,000 residents"),
    )
    yield from _funnel(rows, spec)


def _funnel(rows: Sequence[dict[str, Any]], spec: Specification) -> Iterator[Item]:
    known = [row for row in rows if row["base_count"] and row["value"] is not None]
    if len(known) < 3:
        return
    yield Heading("Is the difference more than chance?", "funnel")
    centre = known[0]["county_value"]
    sizes = [row["base_count"] for row in known]
    low, high = min(sizes) * 0.9, max(sizes) * 1.05
    curve = []
    for step in range(41):
        base = low + (high - low) * step / 40
        spread = 3 * math.sqrt(centre / 1000 / base) * 1000
        curve.append({"base": base, "lower": max(0.0, centre - spread), "upper": centre + spread})
    table = Table(
        "funnel-table",
        f"Residents and rate of each district, {spec.when}",
        ["district", "residents", "rate per 1,000", "county"],
        [
            (
                row["district"],
                [
                    profile_figure(row, "base_count", decimals=0),
                    profile_figure(row, "value"),
                    profile_figure(row, "county_value"),
                ],
            )
            for row in known
        ],
        source=PROFILE,
    )
    data = [{"name": row["district"], "base": row["base_count"], "value": row["value"]} for row in known]
    yield Chart(
        "funnel",
        f"Rates of districts and their size, {spec.when}: funnel plot",
        "Funnel plot: each point is a district, residents across and rate up. The grey band is where a district would be that"
        " differs from the county by chance alone (three standard errors).",
        table,
        charts.funnel(data, curve, centre, "residents", "offences per 1,000 residents"),
        data,
    )
    yield sentence("A district above or below the band differs from the county by more than chance explains.")


def _wards(release: Release, spec: Specification, boundaries: Boundaries) -> Iterator[Item]:
    rows = hot_wards(release, spec.year)
    if not rows:
        yield waiting(release, "marts.hotspot_wards", "The map of wards")
        return
    shown = {row["ward_code"]: {"value": row["offences"]} for row in rows}
    yield Chart(
        "map-wards",
        f"{rows[0]['definition']} by ward, {spec.when}",
        "Map: the darker a ward, the more offences; black lines are districts. A ward without data has the colour of sand.",
        wards_table(rows, "wards-table", f"{rows[0]['definition']} by ward, {spec.when}"),
        data=[{"ward": row["ward_name"], "value": row["offences"]} for row in rows],
        **_drawn(boundaries, "wards", ("marts.wards",), shown, "offences"),
    )


def _places(release: Release, table: str, code: str, year: str) -> list[dict[str, Any]]:
    window = release.hotspot_window(year)
    if window is None or not release.has(table):
        return []
    return release.rows(
        f"from {table} where definition = ? and first_month = ? and last_month = ? order by offences desc, {code}",
        [window["definition"], window["first_month"], window["last_month"]],
    )


def _lsoas(release: Release, spec: Specification, boundaries: Boundaries) -> Iterator[Item]:
    rows = _places(release, LSOAS, "lsoa_code", spec.year)
    if not rows:
        yield waiting(release, LSOAS, "The map of neighbourhoods")
        return
    key = ("definition", "first_month", "last_month", "lsoa_code")
    busy = [row for row in rows if row["offences"]]
    table = Table(
        "lsoas-table",
        f"Neighbourhoods (LSOA 2021): {rows[0]['definition']}, {spec.when}",
        ["neighbourhood", "district", "offences", "cluster"],
        [
            (row["lsoa_name"], [row["district"], of(LSOAS, row, "offences", key), row["clustering"] or "not tested"])
            for row in busy
        ],
        notes=["Neighbourhoods without an offence are on the map and not in the table."],
        source=LSOAS,
    )
    shown = {row["lsoa_code"]: {"value": row["offences"], "hot": row["clustering"] == "hot"} for row in rows}
    yield _clusters(LSOAS, rows, ("neighbourhood", "neighbourhoods"))
    yield Chart(
        "map-lsoas",
        f"{rows[0]['definition']} by neighbourhood, {spec.when}",
        "Map: the darker a neighbourhood, the more offences; a thick orange edge marks a cluster; black lines are districts.",
        table,
        data=[{"lsoa": row["lsoa_name"], "value": row["offences"]} for row in busy],
        **_drawn(boundaries, "lsoas", ("marts.wards", "marts.lsoas"), shown, "offences", marked="hot"),
    )


def _clusters(table: str, rows: Sequence[Mapping[str, Any]], what: tuple[str, str]) -> Markup:
    """How many places are hot."""
    window = {name: rows[0][name] for name in ("definition", "first_month", "last_month")}
    hot = counted(table, "definition", {**window, "clustering": "hot"}, sum(row["clustering"] == "hot" for row in rows))
    if hot.value == 0:
        return sentence(f"No {what[0]} is part of a cluster that chance does not explain ({{}} found).", hot)
    return sentence(
        "{} part of a cluster that chance does not explain, with a thick orange edge.",
        number(hot, f"{what[0]} is", f"{what[1]} are"),
    )


def _hexagons(release: Release, spec: Specification, boundaries: Boundaries) -> Iterator[Item]:
    rows = _places(release, HEXAGONS, "hexagon_code", spec.year)
    if not rows:
        yield waiting(release, HEXAGONS, "The map of hexagons")
        return
    key = ("definition", "first_month", "last_month", "hexagon_code")
    # A hexagon of few offences among busy ones is part of their cluster.
    top = [row for row in rows if row["is_top_fifth"] or row["clustering"] == "hot"]
    yield sentence("The map shows the fifth of all hexagons with most offences, and clusters; the others are not drawn.")
    yield _clusters(HEXAGONS, rows, ("hexagon", "hexagons"))
    table = Table(
        "hexagons-table",
        f"Hexagons with most offences: {rows[0]['definition']}, {spec.when}",
        ["hexagon", "offences", "years among the top fifth", "cluster"],
        [
            (
                row["hexagon_code"],
                [
                    of(HEXAGONS, row, "offences", key),
                    of(HEXAGONS, row, "years_in_top_fifth", key),
                    row["clustering"] or "not tested",
                ],
            )
            for row in top
        ],
        source=HEXAGONS,
    )
    shown = {row["hexagon_code"]: {"value": row["offences"], "hot": row["clustering"] == "hot"} for row in top}
    yield Chart(
        "map-hexagons",
        f"Hexagons with most offences: {rows[0]['definition']}, {spec.when}",
        "Map: the darker a hexagon, the more offences; a thick orange edge marks a cluster; black lines are districts.",
        table,
        data=[{"hexagon": row["hexagon_code"], "value": row["offences"]} for row in top],
        **_drawn(boundaries, "hexagons", ("marts.wards", "marts.hexagons"), shown, "offences", marked="hot"),
    )


def _drawn(
    boundaries: Boundaries,
    layer: str,
    tables: Sequence[str],
    shown: Mapping[str, Mapping[str, Any]],
    title: str,
    marked: str = "",
) -> dict[str, Any]:
    """The drawing of a map, or why there is none."""
    if why_not := missing_boundaries(boundaries.release, tables):
        return {"why_not": why_not}
    shapes = getattr(boundaries, layer).features(shown)
    if not shapes:
        return {"why_not": "The boundaries that were delivered are of other places than the figures."}
    return {"drawing": charts.choropleth(shapes, boundaries.outlines, title, marked=marked)}
