"""One page for each district: its profile against the county, trends, hotspots and interventions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reporting import charts, ranks
from reporting.blocks import Chart, Table
from reporting.board import (
    KNIFE,
    PROFILE,
    TRENDS,
    WARD_KEY,
    WARDS,
    change,
    control_chart,
    hot_wards,
    hours,
    none_worse,
    profile,
    profile_figure,
    trend_table,
    waiting,
    worse_and_worsening,
)
from reporting.figures import of
from reporting.page import Heading, Item, Page, bullets, inline, label, sentence
from reporting.release import MAIN, Release
from reporting.specification import Specification

AGAINST = {"higher": "higher than the county", "similar": "similar to the county", "lower": "lower than the county"}


def path(name: str) -> str:
    """The file of a district's page."""
    return f"district-{name.lower().replace(' ', '-')}.html"


def names(release: Release, year: str) -> list[tuple[str, str]]:
    """(code, name) of each district that has a profile of the year."""
    if not release.has(PROFILE):
        return []
    found = release.rows(f"select distinct district_code, district from {PROFILE} where financial_year = ? order by 2", [year])
    return [(row["district_code"], row["district"]) for row in found]


def pages(release: Release, spec: Specification) -> Iterator[Page]:
    """The page of each district."""
    worse, indicators = worse_and_worsening(release, spec.year), profile(release, spec.year)
    ends = {row["indicator_id"]: row for row in _ends(release, spec.year)}
    for code, name in names(release, spec.year):
        items: list[Item] = [
            *_profile(release, spec, code, name, ends),
            *_worse(*([row for row in rows if row["district_code"] == code] for rows in (worse, indicators))),
            *_trends(release, spec, name),
            *_hotspots(release, spec, code, name),
            *_interventions(release, spec, code),
        ]
        yield Page(
            path(name), name, "Districts", f"Serious violence in {name}, {spec.when}: how it compares and what changed.", items
        )


def _ends(release: Release, year: str) -> list[dict[str, Any]]:
    return release.rows(
        f"select indicator_id, min(value) as lowest, max(value) as highest from {PROFILE} where financial_year = ? group by all",
        [year],
    )


def _profile(release: Release, spec: Specification, code: str, name: str, ends: dict[str, dict[str, Any]]) -> Iterator[Item]:
    yield Heading("Profile", "profile")
    rows = release.rows(f"from {PROFILE} where financial_year = ? and district_code = ? order by sort_order", [spec.year, code])
    table = Table(
        "profile-table",
        f"{name}, {spec.when}: each indicator beside the county",
        [
            "indicator",
            "number",
            "value",
            "lower limit",
            "upper limit",
            "unit",
            "county",
            "against the county",
            "rank",
            "range of the rank",
            "change",
            "is it a change?",
            "compared outside",
        ],
        [
            (
                row["indicator"],
                [
                    profile_figure(row, "events"),
                    *(profile_figure(row, column) for column in ("value", "value_lower_95", "value_upper_95")),
                    {"rate": "per 1,000", "percent": "percent"}.get(row["unit"], row["unit"]),
                    profile_figure(row, "county_value"),
                    row["versus_county"] or "not compared",
                    profile_figure(row, "district_rank", note="not ranked"),
                    ranks.rank_range(release, row),
                    profile_figure(row, "change_value", sign=True),
                    row["change_verdict"] or "not compared",
                    inline("{} {}", row["national_comparator"], profile_figure(row, "national_value"))
                    if row["national_value"] is not None
                    else "none delivered",
                ],
            )
            for row in rows
        ],
        notes=[
            "Rank: 1 is the highest value of the districts. Its range has the ranks that the limits leave open.",
            *dict.fromkeys(f"{row['indicator']}: {row['caveat']}." for row in rows if row["caveat"]),
            *sorted({f"Caution: {row['change_caution']}." for row in rows if row["change_caution"]}),
        ],
        source=PROFILE,
    )
    data = [drawn for row in rows if (drawn := _spine_row(row, ends[row["indicator_id"]])) is not None]
    yield Chart(
        f"{path(name)[:-5]}-spine",
        f"{name} against the county, {spec.when}",
        "Spine chart: for each indicator a grey bar from the lowest to the highest district, the county as dashed line, and the"
        " district as point, whose shape says whether it differs beyond chance.",
        table,
        charts.spine(data) if data else None,
        data,
        why_not="" if data else "No indicator has a value in this year.",
    )
    if not any(row["national_value"] is not None for row in rows):
        yield sentence("Comparators outside the area: none has been delivered.")


def _spine_row(row: dict[str, Any], ends: dict[str, Any]) -> dict[str, Any] | None:
    """Positions on one scale: 0 is the county, -1 and 1 are as far as the farther of the lowest and highest district."""
    if row["value"] is None or row["county_value"] is None or ends["lowest"] is None:
        return None
    county = row["county_value"]
    reach = max(county - ends["lowest"], ends["highest"] - county)
    if reach <= 0:
        return None
    return {
        "indicator": row["indicator"],
        "low": round((ends["lowest"] - county) / reach, 4),
        "high": round((ends["highest"] - county) / reach, 4),
        "at": round((row["value"] - county) / reach, 4),
        "value": row["value"],
        "against": AGAINST.get(row["versus_county"], "not compared"),
    }


def _worse(rows: list[dict[str, Any]], indicators: list[dict[str, Any]]) -> Iterator[Item]:
    yield Heading("Worse, and becoming worse", "worsening")
    yield bullets(
        [
            inline(
                "{}: {} against {} in the county; {} on the year before.",
                label(row["indicator"]),
                profile_figure(row, "value"),
                profile_figure(row, "county_value"),
                profile_figure(row, "change_value", sign=True),
            )
            for row in rows
        ]
    ) or none_worse(indicators, "No indicator is worse than the county and worse than the year before, both beyond chance.")


def _trends(release: Release, spec: Specification, name: str) -> Iterator[Item]:
    yield Heading("Trends", "trends")
    identity = path(name)[:-5]
    rows = (
        release.rows(f"from {TRENDS} where area = ? and financial_year = ? order by series", [name, spec.year])
        if release.has(TRENDS)
        else []
    )
    if not rows:
        yield waiting(release, TRENDS, "Trends")
        return
    named = [row for row in rows if row["series"] in (MAIN, KNIFE)]
    yield bullets([change(row, judged=True) for row in sorted(named, key=lambda row: row["series"] != MAIN)])
    for series in (MAIN, KNIFE):
        if chart := control_chart(release, series, name, spec.year, f"{identity}-{series.lower().replace(' ', '-')}"):
            yield chart
    every = release.rows(
        f"""select series, financial_year, events from {TRENDS} where area = ? and months = 12 and financial_year <= ?
            order by series, financial_year""",
        [name, spec.year],
    )
    years = list(dict.fromkeys(sorted(row["financial_year"] for row in every)))
    series_names = list(dict.fromkeys(row["series"] for row in every))
    found = {(row["series"], row["financial_year"]): row for row in every}
    if every:
        table = Table(
            "series-table",
            f"{name}: every series by financial year",
            ["series", *years],
            [
                (
                    series,
                    [
                        of(TRENDS, row | {"area": name}, "events", ("series", "area", "financial_year"))
                        if (row := found.get((series, year)))
                        else "–"
                        for year in years
                    ],
                )
                for series in series_names
            ],
            notes=["–: no whole year has been delivered."],
            source=TRENDS,
        )
        yield Chart(
            f"{identity}-series",
            f"{name}: every series by financial year",
            "Small line charts, one for each series, each with a scale of its own.",
            table,
            charts.multiples(every, "financial_year", "events", "series", "financial year", "number", own_scales=True),
            every,
        )
    yield trend_table(rows, "changes-table", f"{name}, {spec.when}: change on the year before")


def _hotspots(release: Release, spec: Specification, code: str, name: str) -> Iterator[Item]:
    yield Heading("Hotspots", "hotspots")
    rows = hot_wards(release, spec.year, code)
    if not rows:
        yield waiting(release, WARDS, "Hotspots")
    else:
        caption = f"{name}, {spec.when}: wards with most serious violence"
        yield wards_table(rows[:10], "wards-table", caption, of_district=True)
    yield from hours(release, spec, f"{name}: serious violence by hour and day, {spec.when}", f"{path(name)[:-5]}-hours", code)


def wards_table(rows: list[dict[str, Any]], identity: str, caption: str, *, of_district: bool = False) -> Table:
    """Wards with number, rate per 1,000, limits, and rank among all; `of_district`: all are of the same one."""
    return Table(
        identity,
        caption,
        [
            "ward",
            *(() if of_district else ("district",)),
            *("offences", "rate per 1,000", "lower limit", "upper limit", "rank among all wards"),
        ],
        [
            (
                row["ward_name"],
                [
                    *(() if of_district else (row["district"],)),
                    of(WARDS, row, "offences", WARD_KEY),
                    *(
                        of(WARDS, row, column, WARD_KEY, decimals=2)
                        for column in ("rate_per_1000", "rate_per_1000_lower_95", "rate_per_1000_upper_95")
                    ),
                    of(WARDS, row, "volume_rank", WARD_KEY),
                ],
            )
            for row in rows
        ],
        source=WARDS,
    )


def _interventions(release: Release, spec: Specification, code: str) -> Iterator[Item]:
    yield Heading("Interventions", "interventions")
    source = "marts.interventions"
    rows = (
        release.rows(f"from {source} where district_code = ? order by start_date, intervention_reference", [code])
        if release.has(source)
        else []
    )
    if not rows:
        yield (
            sentence("No intervention has been recorded for this district.")
            if release.has(source)
            else waiting(release, source, "Interventions")
        )
        return
    yield Table(
        "interventions-table",
        "Interventions in the district, with the rate of serious violence in the year before",
        ["intervention", "provider", "when", "for whom", "evaluation", "rate in the year before"],
        [
            (
                row["intervention"],
                [
                    row["provider"],
                    row["dates_stated"] or row["financial_year"] or "not stated",
                    row["target_group"] or "not stated",
                    row["evaluation_status"] or "not stated",
                    of(source, row, "previous_year_rate_per_1000", ("intervention_reference", "district_code"), decimals=2),
                ],
            )
            for row in rows
        ],
        source=source,
    )
    yield sentence(
        "The rate is the district's in {}; it does not show what an intervention caused.", label(rows[0]["previous_year"])
    )
