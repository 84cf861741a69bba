"""Kinds of chart, drawn by Altair and turned into static SVG by vl-convert.

Colours are of the palette that the Government Analysis Function checked for contrast. No chart needs colour to be read: series
also differ in dash and shape, and every chart has its table. Each function takes rows as mappings and returns an Altair chart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

# https://analysisfunction.civilservice.gov.uk/policy-store/data-visualisation-colours-in-charts/
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
BLUE, TURQUOISE, PINK, ORANGE, GREY, PLUM = PALETTE
LIGHT, LINES = "#E6E6E6", "#6B7276"
TEXT, PAPER, BLACK = "#0B0C0C", "#FFFFFF", "#000000"
SEQUENCE = ("#EAF1F8", "#BCD3E6", "#7FA9CB", "#3F7AA8", "#12436D")
# Share of the highest value above which text on a cell is white; black and white both have contrast there.
DARK = 0.74
NO_DATA = "#F2E3C6"
# Wide fonts: what is measured with one of them is not cut off where the reader has another.
FONT = "Verdana, 'DejaVu Sans', Arial, sans-serif"
WIDTH = 620
# Pixels that a letter of a label takes.
LETTER = 8
# Members of a dimension from which bars side by side are drawn across, so that names can be read.
MANY = 15
YES, NO = "yes", "no"
# The dimension whose members are what was measured.
MEASURE = "measure"
Rows = Sequence[Mapping[str, Any]]

_VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
CONFIG: dict[str, Any] = {
    "aria": False,
    "background": PAPER,
    "font": FONT,
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": TEXT,
        "titleColor": TEXT,
        "gridColor": LIGHT,
        "domainColor": LINES,
        "tickColor": LINES,
        "labelLimit": 260,
    },
    # The first and last number under their ticks, not moved inwards against their neighbours.
    "axisX": {"labelFlush": False},
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "columnPadding": 24,
        "titleFontWeight": "normal",
        "orient": "top",
        "labelLimit": 300,
    },
    "header": {"labelFontSize": 13, "labelFontWeight": "bold", "labelAnchor": "start"},
    "view": {"stroke": None},
    "range": {"category": list(PALETTE), "ramp": list(SEQUENCE), "heatmap": list(SEQUENCE)},
    "scale": {"barBandPaddingInner": 0.25},
}


def specification(drawing: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart as Vega-Lite."""
    # Rows by the thousand were made here: only the encodings are worth validating, and were when they were made.
    return {**drawing.to_dict(validate=False), "config": CONFIG}


def svg(spec: Mapping[str, Any], title: str, description: str) -> str:
    """A chart of Vega-Lite as SVG with role, title and description."""
    drawn = vl_convert.vegalite_to_svg(dict(spec), vl_version=_VEGA_LITE)
    drawn = re.sub(r"(\d+\.\d{2})\d+", r"\1", drawn)  # fewer bytes; hundredths of a pixel are not seen
    named = '<svg role="img" aria-labelledby="t d" '
    inner = f'><title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
    head, _, rest = drawn.removeprefix("<svg ").partition(">")
    return named + head + inner + rest


def _data(rows: Rows) -> alt.InlineData:
    with debug_mode(False):
        return alt.InlineData(values=[dict(row) for row in rows])


def members(rows: Rows, dimension: str) -> list[Any]:
    """Members of a dimension in order: years by time, as series begin in different ones; others as the rows have them."""
    found = list(dict.fromkeys(row[dimension] for row in rows))
    return sorted(found) if all(re.match(r"\d{4}\b", str(member)) for member in found) else found


def _axis(names: Sequence[Any], **form: Any) -> alt.Axis:
    """An axis whose labels do not overlap: upright where they fit, else slanted; of very many not each has one."""
    longest = max((len(str(name)) for name in names), default=0)
    if len(names) > 40:
        return alt.Axis(labelAngle=0, labelOverlap=True, **form)
    return alt.Axis(labelAngle=0 if longest * LETTER * len(names) < WIDTH else -45, **form)


def bars(rows: Rows, x: str, y: str, x_title: str, y_title: str, *, lower: str = "", upper: str = "", wide: bool = False) -> Any:
    """Columns of a count by an ordered dimension, with limits where there are any."""
    base = alt.Chart(_data(rows))
    names = members(rows, x)
    across = alt.X(f"{x}:O", title=x_title, sort=names, axis=_axis(names))
    drawn: Any = base.mark_bar(color=BLUE).encode(x=across, y=alt.Y(f"{y}:Q", title=y_title))
    if lower:
        drawn += base.mark_rule(color=ORANGE, strokeWidth=2.5).encode(x=across, y=f"{lower}:Q", y2=f"{upper}:Q")
    return drawn.properties(width=WIDTH, height=280)


def ranked(rows: Rows, label: str, value: str, label_title: str, value_title: str) -> Any:
    """Bars of a value by names, in the order of the rows."""
    return (
        alt.Chart(_data(rows))
        .mark_bar(color=BLUE)
        .encode(
            y=alt.Y(f"{label}:N", title=label_title, sort=None),
            x=alt.X(f"{value}:Q", title=value_title),
        )
        .properties(width=WIDTH - 180, height=max(60, 26 * len(rows)))
    )


def control(rows: Rows, y_title: str) -> Any:
    """A control chart: month, events, centre line, control limits, signal and series break.

    Points of signals also differ in shape; a series break is a vertical line with its text.
    """
    sides = ["left" if at < len(rows) / 2 else "right" for at in range(len(rows))]
    base = alt.Chart(_data([{**row, "side_of_text": side} for row, side in zip(rows, sides, strict=True)]))
    month = alt.X("month:T", title="month", axis=alt.Axis(format="%b %Y", labelAngle=-45, tickCount=12 if len(rows) < 40 else 20))
    signals = ["no change", "above the limits", "below the limits", "shift up", "shift down"]
    band = base.mark_area(color=LIGHT).encode(
        x=month, y=alt.Y("lower_control_limit:Q", title=y_title), y2="upper_control_limit:Q"
    )
    centre = base.mark_line(color=LINES, strokeDash=[6, 3], strokeWidth=1.5).encode(x=month, y="centre_line:Q")
    line = base.mark_line(color=BLUE, strokeWidth=2).encode(x=month, y="events:Q")
    points = (
        base.transform_filter(alt.FieldOneOfPredicate("signal", signals[1:]))
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x=month,
            y="events:Q",
            shape=alt.Shape(
                "signal:N",
                title="signal",
                scale=alt.Scale(domain=signals[1:], range=["triangle-up", "triangle-down", "square", "diamond"]),
            ),
            color=alt.Color("signal:N", scale=alt.Scale(domain=signals[1:], range=[PINK, TURQUOISE, ORANGE, GREY])),
        )
    )
    breaks = base.transform_filter("datum.series_break != null").encode(x=month)
    drawn: Any = band + centre + line + points + breaks.mark_rule(color=ORANGE, strokeDash=[2, 2], strokeWidth=1.5)
    # Its text is on the side where there is more room, so that it is not cut off.
    for side in ("left", "right"):
        drawn += (
            breaks.transform_filter(f"datum.side_of_text == '{side}'")
            .mark_text(align=side, baseline="top", dx=4 if side == "left" else -4, limit=WIDTH // 2, fontSize=11)
            .encode(y=alt.value(2 if side == "left" else 16), text="series_break:N")
        )
    return drawn.properties(width=WIDTH, height=280)


def limits(rows: Rows, label: str, value_title: str, centre: float | None = None) -> Any:
    """A value with its limits for each name: value, lower, upper; a line across for the whole."""
    base = alt.Chart(_data(rows))
    name = alt.Y(f"{label}:N", title=None, sort=None)
    drawn: Any = base.mark_rule(color=LINES, strokeWidth=3).encode(y=name, x=alt.X("lower:Q", title=value_title), x2="upper:Q")
    drawn += base.mark_point(filled=True, size=110, color=BLUE, opacity=1).encode(y=name, x="value:Q")
    if centre is not None:
        drawn += (
            alt.Chart(_data([{"centre": centre}])).mark_rule(color=ORANGE, strokeDash=[6, 3], strokeWidth=2).encode(x="centre:Q")
        )
    return drawn.properties(width=WIDTH - 180, height=max(60, 28 * len(rows)))


def heat(rows: Rows, x: str, y: str, value: str, x_title: str, y_title: str, value_title: str, y_order: Sequence[str]) -> Any:
    """A heat map whose cells also have their number written in them."""
    highest = max((row[value] for row in rows if row[value] is not None), default=0) or 1
    base = alt.Chart(_data(rows)).encode(
        x=alt.X(f"{x}:O", title=x_title, sort=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y(f"{y}:O", title=y_title, sort=list(y_order)),
    )
    cells = base.mark_rect(stroke=PAPER).encode(
        color=alt.Color(f"{value}:Q", title=value_title, scale=alt.Scale(range=list(SEQUENCE), domainMin=0), legend=None)
    )
    text = base.mark_text(fontSize=12).encode(
        text=f"{value}:Q",
        color=alt.condition(f"datum['{value}'] > {highest * DARK}", alt.value(PAPER), alt.value(BLACK)),
    )
    return (cells + text).properties(width=WIDTH, height=26 * len(y_order))


def lines(rows: Rows, x: str, y: str, series: str, x_title: str, y_title: str, kind: str = "O", *, panel: str = "") -> Any:
    """Lines that differ in colour, dash and the shape of their points."""
    names = list(dict.fromkeys(row[series] for row in rows))
    places = members(rows, x)
    axis = alt.Axis(labelAngle=0 if len(places) < 9 else -45, format="%b %Y") if kind == "T" else _axis(places)
    base = alt.Chart(alt.Undefined if panel else _data(rows)).encode(
        x=alt.X(f"{x}:{kind}", title=x_title, sort=places if kind == "O" else None, axis=axis),
        y=alt.Y(f"{y}:Q", title=y_title),
        color=alt.Color(f"{series}:N", title=None, sort=names, legend=None if len(names) < 2 else alt.Legend(columns=3)),
        detail=f"{series}:N",
    )
    drawn: Any = base.mark_line(strokeWidth=2.5).encode(strokeDash=alt.StrokeDash(f"{series}:N", sort=names, legend=None))
    if kind != "T":
        drawn += base.mark_point(filled=True, size=60, opacity=1).encode(shape=alt.Shape(f"{series}:N", sort=names, legend=None))
    return _panels(drawn, rows, panel)


def _panels(drawn: Any, rows: Rows, panel: str) -> Any:
    """The chart once for each member of a dimension, one below the other; measures each on a scale of their own.

    A chart with data of its own would show all of them in every panel.
    """
    if not panel:
        return drawn.properties(width=WIDTH, height=280)
    names = list(dict.fromkeys(row[panel] for row in rows))
    made = drawn.properties(width=WIDTH, height=180).facet(row=alt.Row(f"{panel}:N", title=None, sort=names), data=_data(rows))
    return made.resolve_scale(y="independent") if panel == MEASURE else made


def grouped(rows: Rows, x: str, y: str, series: str, x_title: str, y_title: str, *, panel: str = "") -> Any:
    """Columns side by side within each member of a dimension."""
    names = list(dict.fromkeys(row[series] for row in rows))
    places = members(rows, x)
    title = series.replace("_", " ") if set(names) <= {YES, NO} else None
    drawn = (
        alt.Chart(alt.Undefined if panel else _data(rows))
        .mark_bar(stroke=TEXT, strokeWidth=0.5)
        .encode(color=alt.Color(f"{series}:N", title=title, sort=names, legend=alt.Legend(columns=3)))
    )
    if len(places) > MANY and not panel:
        return drawn.encode(
            y=alt.Y(f"{x}:O", title=None, sort=places),
            yOffset=alt.YOffset(f"{series}:N", sort=names),
            x=alt.X(f"{y}:Q", title=y_title),
        ).properties(width=WIDTH - 180, height=12 * len(places) * len(names))
    drawn = drawn.encode(
        x=alt.X(f"{x}:O", title=x_title, sort=places, axis=_axis(places)),
        xOffset=alt.XOffset(f"{series}:N", sort=names),
        y=alt.Y(f"{y}:Q", title=y_title),
    )
    return _panels(drawn, rows, panel)


def multiples(rows: Rows, x: str, y: str, series: str, x_title: str, y_title: str, *, own_scales: bool = False) -> Any:
    """The same small chart for each series, all on one scale, or each on its own."""
    names = list(dict.fromkeys(row[series] for row in rows))
    is_wide = own_scales or max(map(len, names)) > 24
    drawn = (
        alt.Chart(_data(rows))
        .mark_line(color=BLUE, strokeWidth=2, point=alt.OverlayMarkDef(filled=True, color=BLUE, size=35))
        .encode(
            x=alt.X(f"{x}:O", title=None, sort=members(rows, x), axis=alt.Axis(labelAngle=-45, labelFontSize=11)),
            y=alt.Y(f"{y}:Q", title=None, scale=alt.Scale(zero=True)),
            facet=alt.Facet(f"{series}:N", title=None, columns=2 if is_wide else 3, sort=names),
        )
        .properties(width=280 if is_wide else 175, height=110)
    )
    return drawn.resolve_scale(y="independent") if own_scales else drawn


def spine(rows: Rows) -> Any:
    """A spine chart: for each indicator the district (`at`) between the lowest and highest of all, 0 being the county's value.

    Each row has indicator, low and high (the ends of the bar), at, and against: higher, similar, lower or not compared.
    """
    base = alt.Chart(_data(rows))
    name = alt.Y("indicator:N", title=None, sort=None, axis=alt.Axis(labelLimit=330))
    kinds = ["higher than the county", "similar to the county", "lower than the county", "not compared"]
    across = alt.X(
        "low:Q", title="lowest district ← the county → highest district", axis=alt.Axis(labels=False, ticks=False, grid=False)
    )
    drawn: Any = base.mark_bar(color=LIGHT, height=14).encode(y=name, x=across, x2="high:Q")
    drawn += alt.Chart(_data([{"zero": 0}])).mark_rule(color=ORANGE, strokeDash=[6, 3], strokeWidth=2).encode(x="zero:Q")
    drawn += base.mark_point(filled=True, size=120, opacity=1).encode(
        y=name,
        x="at:Q",
        shape=alt.Shape(
            "against:N",
            title=None,
            scale=alt.Scale(domain=kinds, range=["triangle-right", "circle", "triangle-left", "cross"]),
            legend=alt.Legend(columns=2),
        ),
        color=alt.Color(
            "against:N",
            title=None,
            scale=alt.Scale(domain=kinds, range=[PINK, BLUE, TURQUOISE, GREY]),
            legend=alt.Legend(columns=2),
        ),
    )
    return drawn.properties(width=WIDTH - 260, height=25 * len(rows))


def funnel(rows: Rows, curve: Rows, centre: float, x_title: str, y_title: str) -> Any:
    """A funnel plot: name, base and value for each point; base, lower and upper of the limits around the centre."""
    area = (
        alt.Chart(_data(curve))
        .mark_area(color=LIGHT)
        .encode(x=alt.X("base:Q", title=x_title, scale=alt.Scale(zero=False)), y=alt.Y("lower:Q", title=y_title), y2="upper:Q")
    )
    line = alt.Chart(_data([{"centre": centre}])).mark_rule(color=ORANGE, strokeDash=[6, 3], strokeWidth=2).encode(y="centre:Q")
    base = alt.Chart(_data(rows)).encode(x="base:Q", y="value:Q")
    points = base.mark_point(filled=True, size=90, color=BLUE, opacity=1)
    names = base.mark_text(align="left", dx=8, fontSize=12, color=TEXT).encode(text="name:N")
    return (area + line + points + names).properties(width=WIDTH, height=340)


def classes(values: Sequence[float | None]) -> dict[float, str]:
    """Value → name of its class, such as `3 to 5`: five classes with about as many values each; a value is in one class only."""
    known = sorted(value for value in values if value is not None)
    groups: dict[int, list[float]] = {}
    for value in dict.fromkeys(known):
        # By where the first of equal values is, so that equal values are never parted.
        groups.setdefault(min(len(SEQUENCE) - 1, known.index(value) * len(SEQUENCE) // len(known)), []).append(value)
    return {
        value: f"{group[0]:,.4g}" if group[0] == group[-1] else f"{group[0]:,.4g} to {group[-1]:,.4g}"
        for group in groups.values()
        for value in group
    }


def choropleth(
    shapes: Sequence[Mapping[str, Any]],
    outlines: Sequence[Mapping[str, Any]],
    title: str,
    *,
    marked: str = "",
    darkest_is_lowest: bool = False,
) -> Any:
    """A map: GeoJSON features with `value` (None where it is not known) on local plane coordinates, and outlines on top.

    Args:
        marked: a flag of the features whose edge is drawn thick.
    """
    names = classes([shape["properties"]["value"] for shape in shapes])
    order = list(dict.fromkeys(names[value] for value in sorted(names)))
    shades = list(SEQUENCE[-len(order) :])
    shapes = [
        {**shape, "properties": {**shape["properties"], "class": names.get(shape["properties"]["value"])}} for shape in shapes
    ]
    base = alt.Chart(_data(shapes))
    known = base.transform_filter("isValid(datum.properties.class)")
    drawn: Any = base.mark_geoshape(fill=NO_DATA, stroke=LINES, strokeWidth=0.3)
    drawn += known.mark_geoshape(stroke=LINES, strokeWidth=0.3).encode(
        color=alt.Color(
            "properties.class:O",
            title=title,
            scale=alt.Scale(domain=order, range=shades[::-1] if darkest_is_lowest else shades),
            legend=alt.Legend(symbolType="square", symbolSize=220, symbolStrokeColor=LINES),
        )
    )
    if marked:
        drawn += base.transform_filter(f"datum.properties.{marked}").mark_geoshape(filled=False, stroke=ORANGE, strokeWidth=2)
    drawn += alt.Chart(_data(outlines)).mark_geoshape(filled=False, stroke=TEXT, strokeWidth=1)
    return drawn.project(type="identity", reflectY=True).properties(width=WIDTH - 60, height=560)
