"""The first page, for the board: what rose, where, when, whom, compared with whom, and what is uncertain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from reporting import charts, street
from reporting.blocks import Chart, Table
from reporting.figures import FROM_NONE, MISSING, Figure, added, counted, of
from reporting.page import Heading, Item, Page, bullets, gap, inline, label, number, sentence
from reporting.release import MAIN, Release
from reporting.sections import PRINTED, wrong_figures
from reporting.specification import Specification

TRENDS, MONTHS, PROFILE = "marts.yearly_trends", "marts.monthly_trends", "marts.district_profile"
CONCENTRATION, WARDS = "marts.hotspot_concentration", "marts.hotspot_wards"
WARD_KEY = ("definition", "scope", "first_month", "last_month", "ward_code")
TREND_KEY = ("series", "area", "financial_year")
PROFILE_KEY = ("financial_year", "district_code", "indicator_id")
BUSIEST = 3
# Feeds that are listed where a reader looks for what they make up; more are behind a summary.
FEW = 3
PLACES = {"LSOA": "neighbourhoods", "Hexagon": "hexagons", "Street point": "street points"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNCHANGED = ("no clear change",)
# Words of a test that was made; any other, or none, says that nothing was compared.
TESTED = {"versus_county": ("higher", "similar", "lower"), "change_verdict": ("increase", "decrease", *UNCHANGED)}
KNIFE = "Knife crime"
# A percentage of fewer is a few cases: 2 to 11 is not a rise of 450 %.
FEWEST_FOR_PERCENT = 50
VERDICTS = {"increase": "an increase beyond chance", "decrease": "a decrease beyond chance"}


def page(release: Release, spec: Specification) -> Page:
    """The page for the board."""
    items: list[Item] = [
        *_what(release, spec),
        *(() if release.has(TRENDS) else street.items(release)),
        *_where(release, spec),
        *_concentrated(release, spec),
        *_when(release, spec),
        *_whom(release, spec),
        *_compared(release, spec),
        *_uncertain(release, spec),
    ]
    lead = f"What the board of {spec.area} needs to know of serious violence in {spec.when}, on one page."
    return Page("index.html", "For the board", "For the board", lead, items)


def waiting(release: Release, table: str, what: str) -> Markup:
    """Why something is not shown, and whom to ask for it."""
    feeds = release.waiting_for(table)
    if not feeds:
        return gap(f"{what}: the release has no figures of it for this year.")
    asked = bullets([inline("{}: ask {}", label(feed["title"]), feed["owner"]) for feed in feeds])
    if len(feeds) > FEW:
        asked = Markup("<details><summary>Which, and whom to ask</summary>{}</details>").format(asked)
    return Markup('<div class="gap"><p>{}</p>{}</div>').format(
        f"{what}: missing, because feeds that make it up have not been delivered.", asked
    )


def county(release: Release, spec: Specification) -> str:
    """The name under which the release has the whole area's series; that with the largest counts."""
    found = release.rows(f"select area from {TRENDS} where series = ? group by all order by sum(events) desc limit 1", [MAIN])
    return found[0]["area"] if found else spec.area


def trend_table(rows: list[dict[str, Any]], identity: str, caption: str, head: str = "series") -> Table:
    """Yearly counts with limits, change and verdict; one row for each row of yearly_trends."""
    key = {"series": "series", "year": "financial_year", "district": "area"}[head]
    heads = [head, "counted", "number", "lower limit", "upper limit", "year before", "change", "change, %", "is it a change?"]
    return Table(
        identity,
        caption,
        heads,
        [
            (
                row[key],
                [
                    row["measure"],
                    of(TRENDS, row, "events", TREND_KEY),
                    of(TRENDS, row, "events_lower_95", TREND_KEY),
                    of(TRENDS, row, "events_upper_95", TREND_KEY),
                    of(TRENDS, row, "previous_year_events", TREND_KEY),
                    of(TRENDS, row, "change_events", TREND_KEY, sign=True),
                    of(
                        TRENDS,
                        row,
                        "change_events_percent",
                        TREND_KEY,
                        decimals=1,
                        sign=True,
                        note=FROM_NONE if row["previous_year_events"] == 0 else MISSING,
                    ),
                    row["verdict"] or "not compared",
                ],
            )
            for row in rows
        ],
        notes=(
            "Limits are 95 % limits of the count. A change is named only where its test supports it.",
            *dict.fromkeys(
                f"Caution{f' on {row[key]}' if head == 'year' else ''}: {row['verdict_caution']}."
                for row in rows
                if row["verdict_caution"]
            ),
        ),
        source=TRENDS,
    )


def yearly_chart(release: Release, series: str, area: str, year: str, identity: str) -> Chart | None:
    """Counts of all whole years up to that of the report, with their limits."""
    rows = release.rows(
        f"from {TRENDS} where series = ? and area = ? and months = 12 and financial_year <= ? order by financial_year",
        [series, area, year],
    )
    if not rows:
        return None
    table = trend_table(rows, f"{identity}-table", f"{series}, {area}: number by financial year", head="year")
    data = [{name: row[name] for name in ("financial_year", "events", "events_lower_95", "events_upper_95")} for row in rows]
    return Chart(
        identity,
        f"{series} by financial year, {area}",
        f"Column chart of {rows[0]['measure']} by financial year. Orange lines are the limits of each count.",
        table,
        charts.bars(
            data,
            "financial_year",
            "events",
            "financial year",
            rows[0]["measure"],
            lower="events_lower_95",
            upper="events_upper_95",
        ),
        data,
    )


def control_chart(release: Release, series: str, area: str, year: str, identity: str, months: int = 60) -> Chart | None:
    """The control chart of a series up to the last month of the report: months, centre line, limits and signals."""
    rows = release.rows(
        f"""from (from {MONTHS} where series = ? and area = ? and month_start < ? order by month_start desc limit ?)
            order by month_start""",
        [series, area, f"{int(year[:4]) + 1}-04-01", months],
    )
    if not rows:
        return None
    key = ("series", "area", "month_start")
    table = Table(
        f"{identity}-table",
        f"{series}, {area}: number by month",
        ["month", "number", "centre line", "lower limit", "upper limit", "signal"],
        [
            (
                f"{row['month_start']:%B %Y}",
                [
                    of(MONTHS, row, "events", key),
                    *(
                        of(MONTHS, row, name, key, decimals=1)
                        for name in ("centre_line", "lower_control_limit", "upper_control_limit")
                    ),
                    row["signal"],
                ],
            )
            for row in reversed(rows)
        ],
        notes=tuple(f"{row['month_start']:%B %Y}: {row['series_break']}." for row in rows if row["series_break"]),
        source=MONTHS,
    )
    names = ("events", "centre_line", "lower_control_limit", "upper_control_limit", "signal", "series_break")
    data = [{"month": row["month_start"].isoformat(), **{name: row[name] for name in names}} for row in rows]
    return Chart(
        identity,
        f"{series} by month, {area}: control chart",
        "Line chart by month. The dashed line is the usual level, the grey band how far chance takes a month from it; a marked"
        " point is a month outside the band, or one that proves a shift."
        " A vertical line is an entry of the register of series breaks, with its text.",
        table,
        charts.control(data, rows[0]["measure"]),
        data,
    )


def _what(release: Release, spec: Specification) -> Iterator[Item]:
    yield Heading("What rose and what fell", "what")
    whole = county(release, spec)
    rows = (
        release.rows(
            f"""from {TRENDS} where area = ? and financial_year = ?
                order by not starts_with(series, ?), series <> ?, series""",
            [whole, spec.year, MAIN, KNIFE],
        )
        if release.has(TRENDS)
        else []
    )
    if not rows:
        yield waiting(release, TRENDS, "Counts by year")
        return
    main = [row for row in rows if row["series"] in (MAIN, KNIFE)]
    yield bullets([change(row, judged=True) for row in main])
    rest = [row for row in rows if row not in main]
    yield sentence("Of their parts, and of what other agencies count:")
    tested = any(row["verdict"] in TESTED["change_verdict"] for row in rest)
    for verdict, words in {"increase": "Rose", "decrease": "Fell"}.items() if tested else ():
        found = [row for row in rest if row["verdict"] == verdict]
        yield (
            sentence("{}:", Markup("<strong>{}</strong>").format(words))
            if found
            else sentence(f"{words}: nothing beyond chance.")
        )
        yield bullets([change(row) for row in found])
    same = [row["series"] for row in rest if row["verdict"] in UNCHANGED]
    if same:
        yield sentence("No clear change: {}.", label("; ".join(same)))
    broken = [row["series"] for row in rest if row["verdict"] == "series break"]
    if broken:
        yield sentence("Counted in another way than in the year before, and not compared: {}.", label("; ".join(broken)))
    few = [row["series"] for row in rest if row["verdict"] not in ("increase", "decrease", "series break", *UNCHANGED)]
    if few:
        yield sentence("Too few, or no whole year before, to compare: {}.", label("; ".join(few)))
    for series, identity in ((MAIN, "serious-violence"), (KNIFE, "knife-crime")):
        for chart in (
            yearly_chart(release, series, whole, spec.year, f"{identity}-years"),
            control_chart(release, series, whole, spec.year, f"{identity}-months"),
        ):
            if chart:
                yield chart
    yield trend_table(rows, "all-series", f"Every series of {whole}, {spec.when}")


def change(row: dict[str, Any], *, judged: bool = False) -> Markup:
    """A yearly count and its change on the year before, as a sentence; `judged`: with what its test says."""
    said = inline(
        "{}: {} in {}",
        label(row["series"]),
        number(of(TRENDS, row, "events", TREND_KEY), row["measure"].removesuffix("s"), row["measure"]),
        label(row["financial_year"]),
    )
    if row["change_events"] is None:
        return said + ", compared with no year before."
    said += inline(", {} on the year before", of(TRENDS, row, "change_events", TREND_KEY, sign=True))
    if row["previous_year_events"] >= FEWEST_FOR_PERCENT:
        percent = of(TRENDS, row, "change_events_percent", TREND_KEY, decimals=1, suffix=" %", sign=True)
        said += inline(" ({})", percent)
    if judged:
        said += inline(": {}", label(VERDICTS.get(row["verdict"], row["verdict"] or "not compared")))
    return said + "."


def profile_figure(row: dict[str, Any], column: str, **form: Any) -> Figure:
    """A figure of the district profile, with two decimals as the profile has it."""
    form = {"decimals": 0 if column in ("events", "district_rank") else 2} | form
    return of(PROFILE, row, column, PROFILE_KEY, **form)


def is_tested(row: dict[str, Any], *columns: str) -> bool:
    """Whether an indicator of a district was compared: with the county, with the year before, or as these columns say."""
    return all(row[column] in TESTED[column] for column in columns or TESTED)


def none_worse(rows: list[dict[str, Any]], none: str) -> Markup:
    """That no indicator is worse and becoming worse; of rows none of which could be tested, that this is not known."""
    if any(map(is_tested, rows)):
        return sentence(none)
    return gap("Not known: no indicator could be compared with both the county and the year before.")


def profile(release: Release, year: str) -> list[dict[str, Any]]:
    """The indicators of all districts in a year."""
    return release.rows(f"from {PROFILE} where financial_year = ?", [year]) if release.has(PROFILE) else []


def worse_and_worsening(release: Release, year: str) -> list[dict[str, Any]]:
    """Indicators of districts that are worse than the county and became worse, each by its own test."""
    if not release.has(PROFILE):
        return []
    return release.rows(
        f"""from {PROFILE} where financial_year = ?
            and ((polarity = 'lower is better' and versus_county = 'higher' and change_verdict = 'increase')
                 or (polarity = 'higher is better' and versus_county = 'lower' and change_verdict = 'decrease'))
            order by district, sort_order""",
        [year],
    )


def _where(release: Release, spec: Specification) -> Iterator[Item]:
    yield Heading("Where", "where")
    rows = (
        release.rows(
            f"""from {PROFILE} where financial_year = ? and indicator_id = 'serious_violence' and value is not null
                order by value desc""",
            [spec.year],
        )
        if release.has(PROFILE)
        else []
    )
    if not rows:
        yield waiting(release, PROFILE, "Rates by district")
        return
    higher = [row for row in rows if row["versus_county"] == "higher"]
    above = "Serious violence for each thousand residents is higher than in the county as a whole ({}), beyond chance, in"
    if higher:
        yield sentence(f"{above}:", profile_figure(rows[0], "county_value"))
    elif any(is_tested(row, "versus_county") for row in rows):
        yield sentence(f"{above} no district.", profile_figure(rows[0], "county_value"))
    else:
        yield gap("The rates of districts are not compared with that of the county: there are too few offences.")
    yield bullets(
        [
            inline(
                "{}: {}, limits {} to {}",
                row["district"],
                profile_figure(row, "value"),
                profile_figure(row, "value_lower_95"),
                profile_figure(row, "value_upper_95"),
            )
            for row in higher
        ]
    )
    table = Table(
        "districts-table",
        f"Serious violence, offences per 1,000 residents by district, {spec.when}",
        ["district", "offences", "rate", "lower limit", "upper limit", "against the county", "change", "is it a change?"],
        [
            (
                row["district"],
                [
                    profile_figure(row, "events"),
                    *(profile_figure(row, name) for name in ("value", "value_lower_95", "value_upper_95")),
                    row["versus_county"] or "not compared",
                    profile_figure(row, "change_value", sign=True),
                    row["change_verdict"] or "not compared",
                ],
            )
            for row in rows
        ],
        source=PROFILE,
    )
    data = [
        {"district": row["district"], "value": row["value"], "lower": row["value_lower_95"], "upper": row["value_upper_95"]}
        for row in rows
    ]
    yield Chart(
        "districts",
        f"Serious violence by district, {spec.when}",
        "Each point is a district's rate, the line through it its limits; the dashed line is the county.",
        table,
        charts.limits(data, "district", "offences per 1,000 residents", rows[0]["county_value"]),
        data,
    )
    yield Heading("Worse, and becoming worse", "worsening")
    found = worse_and_worsening(release, spec.year)
    yield sentence(
        "An indicator is listed where the district is worse than the county and worse than the year before, both beyond chance."
    )
    yield bullets(
        [
            inline(
                "{}, {}: {} against {} in the county; {} on the year before.",
                row["district"],
                label(row["indicator"]),
                profile_figure(row, "value"),
                profile_figure(row, "county_value"),
                profile_figure(row, "change_value", sign=True),
            )
            for row in found
        ]
    ) or none_worse(profile(release, spec.year), "No district is worse and becoming worse in any indicator.")


def _concentrated(release: Release, spec: Specification) -> Iterator[Item]:
    """How much of the violence is in how few places, and the wards with most of it."""
    yield Heading("Where it is concentrated", "concentrated")
    window = release.hotspot_window(spec.year)
    if window is None:
        yield waiting(release, CONCENTRATION, "Places")
        return
    key = ("definition", "first_month", "last_month", "place_kind")
    rows = release.rows(
        f"from {CONCENTRATION} where definition = ? and first_month = ? and last_month = ? order by place_kind desc",
        [window["definition"], window["first_month"], window["last_month"]],
    )
    for row in rows:
        elsewhere = of(CONCENTRATION, row, "offences_elsewhere", key)
        yield sentence(
            "{}, {}: half of the {} offences are in {} of {} {}{}.",
            label(row["definition"]),
            label(row["window_label"]),
            of(CONCENTRATION, row, "offences", key),
            of(CONCENTRATION, row, "places_with_half", key),
            of(CONCENTRATION, row, "places", key),
            label(PLACES.get(row["place_kind"], row["place_kind"])),
            inline("; {} no known place", number(elsewhere, "more has", "more have")) if row["offences_elsewhere"] else "",
        )
    wards = hot_wards(release, spec.year)[:5]
    if wards:
        yield sentence("The wards with most offences:")
        yield bullets(
            [
                inline(
                    "{}, {}: {}",
                    label(row["ward_name"]),
                    row["district"],
                    number(of(WARDS, row, "offences", WARD_KEY), "offence", "offences"),
                )
                for row in wards
            ]
        )
    yield Markup('<p>Maps: <a href="map-wards.html">wards</a>, <a href="map-lsoas.html">neighbourhoods</a>.</p>')


def hot_wards(release: Release, year: str, district: str | None = None) -> list[dict[str, Any]]:
    """Wards of the year or of its window, most offences first."""
    window = release.hotspot_window(year)
    if window is None or not release.has(WARDS):
        return []
    where = "" if district is None else "and district_code = ?"
    return release.rows(
        f"""from {WARDS} where definition = ? and scope = 'All wards' and first_month = ? and last_month = ? {where}
            order by offences desc, ward_code""",
        [window["definition"], window["first_month"], window["last_month"], *([] if district is None else [district])],
    )


def hours(release: Release, spec: Specification, title: str, identity: str, district: str | None = None) -> Iterator[Item]:
    """When offences of a year were committed, of one district or all: the busiest hours in words, and a heat map of all."""
    table = "marts.offences_by_hour"
    key: dict[str, Any] = {"financial_year": spec.year} | ({"district_code": district} if district else {})
    where = " and ".join(f"{name} = ?" for name in key)
    rows = (
        release.rows(
            f"""select committed_hour, day_name, sum(offences) as offences from {table}
                where {where} and committed_hour is not null and day_name is not null group by all""",
            list(key.values()),
        )
        if release.has(table)
        else []
    )
    if not rows:
        if district is None:
            yield waiting(release, table, "Hours and days")
        return
    found = {(row["committed_hour"], row["day_name"]): row["offences"] for row in rows}

    def cell(hour: int, day: str) -> Figure:
        # An hour without a row had no offence: the mart has a row for each combination that occurred.
        return added(table, "offences", key | {"committed_hour": hour, "day_name": day}, found.get((hour, day), 0))

    # No hour is named before another that has as many.
    most = sorted(found.values(), reverse=True)[:BUSIEST][-1]
    busiest = sorted((one for one, n in found.items() if n >= most), key=lambda one: (-found[one], DAYS.index(one[1]), one[0]))
    if len(busiest) <= 2 * BUSIEST:
        named = [inline("{} ({})", label(f"{day} from {hour:02d}:00"), cell(hour, day)) for hour, day in busiest]
        yield sentence("The hours of the week with most offences: {}.", Markup(", ").join(named))
    made = Table(
        f"{identity}-table",
        f"{title}, offences by hour and day",
        ["hour", *DAYS],
        [(f"{hour:02d}:00", [cell(hour, day) for day in DAYS]) for hour in range(24)],
        notes=("0: no offence was recorded in that hour. Offences whose hour is not known are left out.",),
        source=table,
    )
    data = [{"hour": f"{hour:02d}:00", "day": day, "offences": found.get((hour, day), 0)} for hour in range(24) for day in DAYS]
    yield Chart(
        identity,
        title,
        "Heat map: days across, hours down, a darker cell for more offences, with the number in each.",
        made,
        charts.heat(data, "day", "hour", "offences", "", "hour", "offences", [f"{hour:02d}:00" for hour in range(24)]),
        data,
    )


def _when(release: Release, spec: Specification) -> Iterator[Item]:
    yield Heading("When", "when")
    yield from hours(release, spec, f"Serious violence by hour and day, {spec.when}", "hours")


def _whom(release: Release, spec: Specification) -> Iterator[Item]:
    yield Heading("Whom", "whom")
    for role in ("victims", "suspects"):
        table = f"marts.{role}"
        rows = (
            release.rows(
                f"select age_group, sex, sum({role}) as n from {table} where financial_year = ? group by all order by all",
                [spec.year],
            )
            if release.has(table)
            else []
        )
        if not rows:
            yield waiting(release, table, role.capitalize())
            continue
        sexes = sorted({row["sex"] for row in rows})
        groups = list(dict.fromkeys(row["age_group"] for row in rows))
        found = {(row["age_group"], row["sex"]): row["n"] for row in rows}
        made = Table(
            f"{role}-table",
            f"{role.capitalize()} of serious violence by age and sex, {spec.when}",
            ["age", *sexes],
            [
                (
                    group,
                    [
                        added(
                            table, role, {"financial_year": spec.year, "age_group": group, "sex": sex}, found.get((group, sex), 0)
                        )
                        for sex in sexes
                    ],
                )
                for group in groups
            ],
            source=table,
        )
        data = [{"age": row["age_group"], "sex": row["sex"], "n": row["n"]} for row in rows]
        yield Chart(
            role,
            f"{role.capitalize()} of serious violence by age and sex, {spec.when}",
            f"Columns of {role} for each age group, side by side by sex.",
            made,
            charts.grouped(data, "age", "n", "sex", "age", role),
            data,
        )


def _compared(release: Release, spec: Specification) -> Iterator[Item]:
    yield Heading("Compared with whom", "compared")
    if not release.has(PROFILE):
        yield waiting(release, PROFILE, "Indicators to compare")
        return
    rows = release.rows(
        f"""select national_comparator, string_agg(distinct indicator, '; ' order by indicator) as names from {PROFILE}
            where financial_year = ? and national_comparator is not null group by all order by 1""",
        [spec.year],
    )
    yield sentence("Each district is compared with the whole of {}.", label(spec.area))
    if rows:
        yield sentence("These indicators are also compared with areas outside it:")
        yield bullets([inline("{}: {}", row["national_comparator"], label(row["names"])) for row in rows])
    notes = release.rows(
        f"""select national_note, string_agg(distinct indicator, '; ' order by indicator) as names from {PROFILE}
            where financial_year = ? and national_value is null and national_note is not null group by all order by 1""",
        [spec.year],
    )
    if notes:
        yield sentence("No comparator outside the area has been delivered for the others:")
        yield bullets([inline("{}: {}", row["national_note"], label(row["names"])) for row in notes])


def _uncertain(release: Release, spec: Specification) -> Iterator[Item]:
    yield Heading("What is uncertain", "uncertain")
    says: list[Markup | str] = []
    if release.is_demonstration:
        says.append("The records are made up: the figures prove the calculation and say nothing about a real place.")
    parts = release.rows(
        """select coalesce(feeds.title, part.agency || '/' || part.feed) as title,
                  part.part, part.overdue_on, part.missing_periods
           from meta.feed_parts as part left join meta.feeds as feeds on part.agency = feeds.agency and part.feed = feeds.feed
           order by all"""
    )
    for row in parts:
        name = label(", ".join(filter(None, (row["title"], row["part"]))))
        if row["overdue_on"] is not None:
            says.append(inline("{}: overdue since {}.", name, label(row["overdue_on"])))
        if row["missing_periods"]:
            says.append(inline("{}: {} missing.", name, label(", ".join(row["missing_periods"]))))
    undelivered = release.waiting_for()
    if len(undelivered) > FEW:
        listed = Markup('<a href="quality.html#missing">which, and whom to ask</a>')
        says.append(inline("Much of what these pages could show has not been delivered: {}.", listed))
    else:
        says += [inline("{}: not delivered; ask {}.", label(row["title"]), row["owner"]) for row in undelivered]
    wrong = len(wrong_figures(release, spec))
    if spec.printed and wrong:
        says.append(
            inline(
                "Printed wrong in {}: {}; {}.",
                label(spec.printed),
                number(counted(PRINTED, "table_id", {"report_id": spec.id, "status": "erratum"}, wrong), "figure", "figures"),
                Markup('<a href="errata.html">the list, with reasons</a>'),
            )
        )
    says.append(
        Markup(
            'Outcomes of recent offences are still coming in; small numbers vary by chance: <a href="quality.html">quality</a>.'
        )
    )
    yield bullets(says)
