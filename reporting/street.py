"""Street crime: what data.police.uk has of an area whose police has delivered no records of its own."""

from __future__ import annotations

from collections.abc import Iterator

from reporting import charts
from reporting.blocks import Chart, Table
from reporting.figures import Figure, added, of
from reporting.maps import Boundaries, missing_boundaries
from reporting.page import Heading, Item, inline, label, number, prose, sentence
from reporting.release import Release

RATES, MONTHS = "marts.street_crime_rates", "marts.street_crime"
KEY = ("first_month", "district_code", "crime_type")
# The types of the archive that are violent; it has no finer ones.
VIOLENT = ("Violence and sexual offences", "Robbery", "Possession of weapons")


def items(release: Release) -> Iterator[Item]:
    """Rates by district with limits, a map, and counts by month; nothing where nothing has been delivered."""
    if not release.has(RATES):
        return
    rows = release.rows(
        f"from {RATES} where list_contains(?, crime_type) order by crime_type desc, rate_per_1000 desc", [VIOLENT]
    )
    if not rows:
        return
    window = f"{rows[0]['first_month']:%B %Y} to {rows[0]['last_month']:%B %Y}"
    yield Heading("Violent crime of data.police.uk", "street")
    yield prose(
        "The police's open data have the month and a point near the place of each crime, and broad types: neither knife nor "
        "victim, suspect, hour or day. They are not the serious violence of the definition in force."
    )
    for kind in VIOLENT:
        own = [row for row in rows if row["crime_type"] == kind and not row["is_total"]]
        whole = [row for row in rows if row["crime_type"] == kind and row["is_total"]]
        if whole:
            rate = inline(
                ", {} for each thousand of {}",
                of(RATES, whole[0], "rate_per_1000", KEY, decimals=2),
                label(_in_a_sentence(whole[0]["population_source"])),
            )
            yield sentence(
                "{}, {}: {}{}.",
                label(kind),
                label(window),
                number(of(RATES, whole[0], "crimes", KEY), "crime", "crimes"),
                rate if whole[0]["rate_per_1000"] is not None else "",
            )
        known = [row for row in own if row["rate_per_1000"] is not None]
        if known:
            yield _districts(known, kind, window, whole[0]["rate_per_1000"] if whole else None)
    by_district = [row for row in rows if not row["is_total"]]
    if all(row["rate_per_1000"] is None for row in by_district):
        yield sentence("There are no rates: residents of the districts have not been delivered.")
        yield _counts(by_district, window)
    else:
        yield from _map(release, [row for row in by_district if row["crime_type"] == VIOLENT[0]], window)
    yield from _months(release)


def _in_a_sentence(name: str) -> str:
    """A name without the capital of a first word."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _districts(rows: list[dict[str, object]], kind: str, window: str, whole: float | None) -> Chart:
    identity = f"street-{kind.split()[0].lower()}"
    table = Table(
        f"{identity}-table",
        f"{kind} per 1,000 by district, {window}",
        ["district", "crimes", "rate per 1,000", "lower limit", "upper limit"],
        [
            (
                str(row["district"]),
                [
                    of(RATES, row, "crimes", KEY),
                    *(
                        of(RATES, row, name, KEY, decimals=2)
                        for name in ("rate_per_1000", "rate_per_1000_lower_95", "rate_per_1000_upper_95")
                    ),
                ],
            )
            for row in rows
        ],
        source=RATES,
    )
    data = [
        {
            "district": row["district"],
            "value": row["rate_per_1000"],
            "lower": row["rate_per_1000_lower_95"],
            "upper": row["rate_per_1000_upper_95"],
        }
        for row in rows
    ]
    return Chart(
        identity,
        f"{kind} by district, {window}",
        "Each point is a district's rate, the line through it its limits; the dashed line is the whole area.",
        table,
        charts.limits(data, "district", "crimes per 1,000", whole),
        data,
    )


def _counts(rows: list[dict[str, object]], window: str) -> Table:
    """Crimes of each type by district."""
    found = {(row["district"], row["crime_type"]): of(RATES, row, "crimes", KEY) for row in rows}
    return Table(
        "street-counts",
        f"Crimes by district, {window}",
        ["district", *VIOLENT],
        [
            (str(name), [found.get((name, kind), "–") for kind in VIOLENT])
            for name in sorted({str(row["district"]) for row in rows})
        ],
        notes=["–: no crime of the type. More crimes are where more people live: do not compare districts by these numbers."],
        source=RATES,
    )


def _map(release: Release, rows: list[dict[str, object]], window: str) -> Iterator[Item]:
    if not rows or missing_boundaries(release, ("marts.wards",)):
        return
    boundaries = Boundaries(release)
    shapes = boundaries.districts.features({str(row["district_code"]): {"value": row["rate_per_1000"]} for row in rows})
    if not shapes:
        return
    yield Chart(
        "street-map",
        f"{VIOLENT[0]} per 1,000 by district, map, {window}",
        "Map: the darker a district, the higher its rate.",
        Table(
            "street-map-table",
            f"{VIOLENT[0]} per 1,000 by district, as mapped, {window}",
            ["district", "rate per 1,000"],
            [(str(row["district"]), [of(RATES, row, "rate_per_1000", KEY, decimals=2)]) for row in rows],
            source=RATES,
        ),
        charts.choropleth(shapes, boundaries.outlines, "per 1,000"),
        [{"district": row["district"], "value": row["rate_per_1000"]} for row in rows],
    )


def _months(release: Release) -> Iterator[Item]:
    rows = release.rows(
        f"""select month_start, crime_type, sum(crimes) as crimes from {MONTHS} where list_contains(?, crime_type)
            group by all order by all""",
        [VIOLENT],
    )
    months = list(dict.fromkeys(row["month_start"] for row in rows))
    if len(months) < 3:
        return
    found = {(row["month_start"], row["crime_type"]): row["crimes"] for row in rows}

    def cell(month: object, kind: str) -> Figure:
        return added(MONTHS, "crimes", {"month_start": month, "crime_type": kind}, found.get((month, kind), 0))

    data = [
        {"month": month.isoformat(), "type": kind, "crimes": found.get((month, kind), 0)} for month in months for kind in VIOLENT
    ]
    notes = ["Crimes whose place is outside the area or unknown are among them."]
    yield Chart(
        "street-months",
        "Violent crime of data.police.uk by month",
        "Line chart of crimes by month, a line for each type.",
        Table(
            "street-months-table",
            "Violent crime of data.police.uk by month",
            ["month", *VIOLENT],
            [(f"{month:%B %Y}", [cell(month, kind) for kind in VIOLENT]) for month in months],
            notes=[*notes, "Fewer than two years: no trend can be tested."] if len(months) < 24 else notes,
            source=MONTHS,
        ),
        charts.lines(data, "month", "crimes", "type", "month", "crimes", "T"),
        data,
    )
