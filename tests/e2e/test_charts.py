"""Every chart of the needs assessment is drawn again from its row of `sna.charts` and the marts of the same release.

What the prose says of a chart is compared with what the chart shows. Printed numbers are written as the report prints them, and
compared at that precision.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest

from orchestration.publication.release import FILE

CHART_IDS = [f"C{number:02}" for number in range(1, 81)]
RISES = "list(x order by year) = list_sort(list(x)) and count(distinct x) = count(x)"
FALLS = RISES.replace("list_sort", "list_reverse_sort")


def by_year(x: str, trend: str, where: str = "true", year: str = "financial_year") -> str:
    """SQL: whether x, summed over the chart's rows of a year, rises or falls from each year to the next."""
    return f"select {trend} from (select {year} as year, {x} as x from chart where {where} group by all)"


# Chart, line of the report's text, SQL over the chart, and what the text says.
STATED = [
    ("C02", 193, "select avg(offences) between 205 * 0.99 and 205 * 1.01 from chart", True),
    ("C02", 193, "select max_by(month_start, offences) from chart", dt.date(2023, 7, 1)),
    ("C02", 193, "select max(offences) from chart", "268"),
    (
        "C04",
        214,
        "select max_by(financial_year, offences) from chart where offence_type like 'Possession%'",
        "2023/24",
    ),
    ("C04", 239, by_year("sum(offences)", FALLS, "financial_year >= '2022/23' and offence_type like '%business%'"), True),
    ("C05", 277, "select max_by(district, offences) from chart", "Derby"),
    ("C05", 278, "select min_by(district, offences) from chart where district <> 'Unknown'", "Derbyshire Dales"),
    ("C06", 376, "select max_by(age, victims) from chart", "15"),
    ("C06", 376, "select max(victims) from chart where age = 15", "321"),
    ("C06", 376, "select 100 * sum(victims) filter (age <= 17) / sum(victims) filter (age >= 0) from chart", "24"),
    ("C07", 432, by_year("sum(victims)", RISES, "sex = 'Female'"), True),
    ("C07", 432, "select min(victims) > 400 from chart where sex = 'Female' and financial_year >= '2022/23'", True),
    ("C07", 168, "select max(victims) / min(victims) < 1.5 from chart where sex = 'Male'", True),
    (
        "C10",
        580,
        "select max_by(victims, financial_year) > min_by(victims, financial_year) from chart where suspect_sex = 'Female'",
        True,
    ),
    (
        "C10",
        580,
        "select max_by(victims, financial_year) > min_by(victims, financial_year) from chart where suspect_sex = 'Male'",
        True,
    ),
    ("C11", 588, "select max_by(age, suspects) from chart", "15"),
    ("C11", 588, "select max(suspects) from chart where age = 15", "589"),
    ("C11", 588, "select 100 * sum(suspects) filter (age between 11 and 25) / sum(suspects) filter (age >= 0) from chart", "49"),
    ("C11", 588, "select 100 * sum(suspects) filter (age <= 17) / sum(suspects) filter (age >= 0) from chart", "26"),
    ("C12", 592, "select regr_slope(suspects, left(financial_year, 4)::int) < 0 from chart where age_group = '0-17'", True),
    ("C12", 592, "select regr_slope(suspects, left(financial_year, 4)::int) < 0 from chart where age_group = '18-25'", True),
    ("C12", 592, "select regr_slope(suspects, left(financial_year, 4)::int) > 0 from chart where age_group = '26+'", True),
    ("C13", 647, "select max(x) / min(x) < 1.25 from (select sum(suspects) as x from chart group by financial_year)", True),
    ("C14", 725, "select min(100 * repeat_occurrences / occurrences) from chart", "26.6"),
    ("C14", 725, "select max(100 * repeat_occurrences / occurrences) from chart", "34.6"),
    ("C15", 789, "select avg(knife_offences) between 700 * 0.99 and 700 * 1.01 from chart", True),
    ("C15", 789, "select 100 - 100 * max_by(knife_offences, financial_year) / 715 from chart", "4"),
    ("C16", 793, "select avg(knife_offences) from chart where month_start < '2022-04-01'", "60"),
    ("C18", 845, "select share_percent from chart where category = '15-17'", "46"),
    ("C18", 841, "select sum(nominals) from chart", "56"),
    ("C19", 850, "select share_percent from chart where category = 'Male'", "93"),
    ("C20", 854, "select share_percent from chart where category = '2'", "57"),
    ("C20", 854, "select share_percent from chart where category = '3'", "29"),
    ("C20", 854, "select share_percent from chart where category = '4'", "11"),
    ("C20", 854, "select share_percent from chart where category = '5'", "4"),
    ("C22", 858, "select sum(nominals) from chart", "56"),
    ("C23", 894, by_year("sum(harm_days)", RISES, "financial_year >= '2021/22'"), True),
    ("C23", 894, by_year("sum(offences)", RISES, "financial_year >= '2021/22'"), True),
    ("C23", 894, by_year("sum(harm_days_per_offence)", RISES, "financial_year >= '2021/22'"), True),
    ("C23", 894, "select max_by(financial_year, harm_days) from chart", "2023/24"),
    ("C24", 900, by_year("sum(harm_days)", FALLS, "life_stage = 'Child' and financial_year >= '2021/22'"), True),
    ("C24", 900, by_year("sum(occurrences)", FALLS, "life_stage = 'Child' and financial_year >= '2021/22'"), True),
    ("C24", 900, by_year("sum(harm_days)", RISES, "life_stage = 'Adult' and financial_year >= '2021/22'"), True),
    ("C24", 900, by_year("sum(occurrences)", RISES, "life_stage = 'Adult' and financial_year >= '2021/22'"), True),
    ("C24", 900, "select max_by(financial_year, harm_days) from chart where life_stage = 'Adult'", "2023/24"),
    ("C24", 900, "select min_by(financial_year, harm_days) from chart where life_stage = 'Child'", "2023/24"),
    ("C25", 904, "select max_by(financial_year, harm_days) from chart where life_stage = 'Child'", "2022/23"),
    ("C25", 904, "select max_by(financial_year, occurrences) from chart where life_stage = 'Child'", "2022/23"),
    (
        "C25",
        904,
        "select 100 - 100 * max_by(occurrences, financial_year) / max(occurrences) from chart where life_stage = 'Child'",
        "10",
    ),
    (
        "C25",
        904,
        "select 100 - 100 * max_by(harm_days, financial_year) / max(harm_days) from chart where life_stage = 'Child'",
        "7",
    ),
    (
        "C25",
        906,
        "select harm_days_per_occurrence from chart where life_stage = 'Adult' and financial_year = '2022/23'",
        "840",
    ),
    (
        "C25",
        906,
        "select harm_days_per_occurrence from chart where life_stage = 'Adult' and financial_year = '2023/24'",
        "938",
    ),
    ("C26", 943, "select sum(offences_at_or_near_school) from chart", "1032"),
    ("C26", 943, "select 100 * sum(offences_at_or_near_school) / sum(offences) from chart", "23"),
    ("C27", 1079, "select count(distinct kind) from chart", "5"),
    ("C29", 1103, "select sum(reoffences_percent) from chart where months_to_reoffence <= 3", "31.5"),
    ("C29", 1103, "select sum(reoffences_percent) from chart where months_to_reoffence <= 6", "56.2"),
    ("C29", 1103, "select avg(reoffences_percent) from chart where months_to_reoffence > 6", "7.3"),
    (
        "C30",
        1109,
        "select list(category order by reoffenders_percent desc)[:2] from chart",
        ["10 to 14", "15 to 17"],
    ),
    *(
        (
            "C31",
            1116,
            f"select max_by(age_range, reoffences_percent) from chart where category = '{category}'",
            "Juvenile",
        )
        for category in ("Violence against the person", "Robbery", "Possession of weapons")
    ),
    ("C32", 1128, "select avg(attendances) from chart", "76.5"),
    ("C32", 1144, "select attendances from chart where month_start = '2024-03-01'", "58"),
    ("C32", 1144, "select attendances from chart where month_start = '2023-03-01'", "86"),
    ("C32", 1144, by_year("sum(attendances)", FALLS, year="year(month_start - interval 3 month)"), True),
    (
        "C33",
        1151,
        "select 100 * sum(attendances) filter (day_name in ('Friday', 'Saturday', 'Sunday')) / sum(attendances) from chart",
        "55.1",
    ),
    (
        "C34",
        1157,
        "select 100 * sum(attendances) filter (arrived_hour >= 18 or arrived_hour < 4) / sum(attendances) from chart",
        "54.3",
    ),
    ("C35", 1164, "select 100 * sum(attendances) filter (age_group = '18-30') / sum(attendances) from chart", "41.4"),
    ("C36", 1191, "select sum(attendances) from chart where primary_means = 'Body part'", "1841"),
    ("C36", 1191, "select sum(attendances) from chart where primary_means = 'Weapon'", "425"),
    (
        "C36",
        1191,
        "select 100 * sum(attendances) filter (primary_means = 'Body part') / sum(attendances) from chart"
        " where primary_means <> 'Unknown'",
        "81.2",
    ),
    (
        "C36",
        1193,
        "select 100 * sum(attendances) filter (assault_method = 'Fist') / sum(attendances) from chart"
        " where primary_means <> 'Unknown'",
        "50.1",
    ),
    *(
        (
            chart,
            line,
            by_year("sum(attendances) filter (primary_means = 'Weapon') / sum(attendances)", RISES, "primary_means <> 'Unknown'"),
            True,
        )
        for chart, line in (("C36", 1193), ("C40", 1230))
    ),
    ("C37", 1201, "select sum(attendances) from chart", "1685"),
    ("C37", 1201, "select avg(attendances) from chart", "47"),
    (
        "C38",
        1222,
        "select 100 * sum(attendances) filter (arrived_hour >= 18 or arrived_hour < 4) / sum(attendances) from chart",
        "56",
    ),
    ("C39", 1226, "select 100 * sum(attendances) filter (age_group = '16-31') / sum(attendances) from chart", "44"),
    ("C40", 1230, "select sum(attendances) from chart where primary_means = 'Body part'", "1217"),
    ("C40", 1230, "select sum(attendances) from chart where primary_means = 'Weapon'", "260"),
    (
        "C40",
        1230,
        "select 100 * sum(attendances) filter (assault_method = 'Fist') / sum(attendances) from chart"
        " where primary_means <> 'Unknown'",
        "39",
    ),
    *(
        (
            "C41",
            1268,
            f"select 100 * sum(calls) filter (sex = 'Female') / sum(calls) from chart where financial_year = '{year}'",
            printed,
        )
        for year, printed in (("2021/22", "25"), ("2023/24", "37"))
    ),
    ("C42", 1273, "select count(*) from chart", "20"),
    ("C42", 1273, "select list(ward_name order by calls desc)[:2] from chart", ["Arboretum", "St Leonard's"]),
    ("C43", 1293, by_year("sum(cases)", RISES, "sentence_type = 'Community'"), True),
    ("C44", 1311, "select cases from chart where age_group = '21-24' and financial_year = '2023/24'", "96"),
    (
        "C44",
        1311,
        "select bool_and(cases between 54 and 66) from chart where age_group = '21-24' and financial_year < '2023/24'",
        True,
    ),
    ("C45", 1349, "select 100 * sum(offenders) filter (sex = 'Female') / sum(offenders) from chart", "33"),
    ("C45", 1349, "select max_by(age, n) from (select age, sum(offenders) as n from chart group by age)", "16"),
    (
        "C46",
        1353,
        "select list(rate_per_1000 order by ethnicity_group) from chart",
        [0.4, 2.48, 5.4, 1.4],
    ),
    ("C47", 1399, "select 100 * sum(offenders) filter (sex = 'Female') / sum(offenders) from chart", "13"),
    ("C47", 1399, "select max_by(age, n) from (select age, sum(offenders) as n from chart group by age)", "13"),
    ("C47", 1399, "select sum(offenders) from chart where age = 13", "33"),
    ("C47", 1399, "select sum(offenders) from chart where age = 15", "31"),
    ("C48", 1422, "select sum(incidents) from chart where financial_year = '2023/24'", "129"),
    ("C48", 1422, by_year("sum(incidents)", RISES, "district = 'Derby' and financial_year >= '2022/23'"), True),
    ("C49", 1438, by_year("sum(referrals)", RISES, "client_group = 'Adult at risk'"), True),
    ("C49", 1438, by_year("sum(referrals)", RISES, "client_group = 'Child at risk'"), True),
    ("C50", 1445, "select sum(residents) from chart where area = 'Derby City'", "261400"),
    ("C50", 1445, "select sum(residents) from chart where area = 'Derbyshire County'", "794600"),
    ("C51", 1450, "select growth_percent from chart where area = 'Derby City'", "5.1"),
    ("C51", 1450, "select growth_percent from chart where area = 'Derbyshire County'", "3.2"),
    ("C59", 1544, "select versus_forces from chart where area_name = 'Derbyshire'", "around the mean"),
    ("C60", 1544, "select versus_forces from chart where area_name = 'Derbyshire'", "around the mean"),
    (
        "C61",
        1544,
        "select list(versus_forces) from chart where area_name = 'Derbyshire'",
        ["around the mean", "around the mean"],
    ),
    ("C62", 1595, "select count(*) from chart", "642"),
    ("C62", 1595, "select count(*) from chart where imd_decile = 1", "46"),
    ("C63", 1595, "select sum(lsoas) from chart", "642"),
    *(
        (
            chart,
            1669,
            "select list(academic_year order by exclusions desc)[1] = '2022/23'"
            " and max_by(exclusions, academic_year) > min_by(exclusions, academic_year) from chart",
            True,
        )
        for chart in ("C64", "C65")
    ),
    *(
        (
            chart,
            1702,
            "select max_by(compared_with, percent_of_pupils) from chart where academic_year = '2022/23'",
            "Derbyshire County",
        )
        for chart in ("C66", "C67")
    ),
    ("C68", 1706, by_year("sum(exclusions)", RISES, "academic_year >= '2021/22'", "academic_year"), True),
    ("C69", 1712, by_year("sum(exclusions)", RISES, "phase = 'Primary'", "academic_year"), True),
    ("C69", 1712, by_year("sum(exclusions)", RISES, "phase = 'Secondary'", "academic_year"), True),
    ("C69", 1712, "select exclusions from chart where phase = 'Primary' and academic_year = '2023/24'", "315"),
    ("C69", 1712, "select exclusions from chart where phase = 'Secondary' and academic_year = '2023/24'", "4735"),
    (
        "C70",
        1738,
        "select bool_and(lowest = 'Derby City') from (select min_by(compared_with, percent_of_pupils) as lowest"
        " from chart where academic_year >= '2020/21' group by academic_year)",
        True,
    ),
    (
        "C71",
        1740,
        "select max_by(compared_with, percent_of_pupils) from chart where academic_year = '2022/23'",
        "Derby City",
    ),
    ("C72", 1818, "select min_by(percent_of_young_people, calendar_year) from chart", "1.75"),
    ("C72", 1818, "select max_by(percent_of_young_people, calendar_year) from chart", "1.5"),
    (
        "C73",
        1823,
        "select list(place order by rate_per_1000 desc)[:2] from chart",
        ["Chesterfield", "High Peak/North Dales"],
    ),
    ("C73", 1823, "select min_by(place, rate_per_1000) from chart", "South Derbyshire/South Dales"),
    ("C74", 1829, "select min_by(percent_of_young_people, calendar_year) from chart", "6.9"),
    ("C74", 1829, "select max_by(percent_of_young_people, calendar_year) from chart", "5.6"),
    ("C75", 1829, "select avg(percent_of_young_people) from chart", "5.6"),
    ("C75", 1829, "select max_by(place, percent_of_young_people) from chart", "Chaddesden West"),
    ("C75", 1829, "select max(percent_of_young_people) / avg(percent_of_young_people) from chart", "2"),
    ("C76", 1861, "select referrals from chart where financial_year = '2023/24'", "2244"),
    ("C76", 1861, "select referrals_with_previous_contact from chart where financial_year = '2023/24'", "903"),
    ("C77", 1866, by_year("sum(referrals)", RISES, "sex = 'Male'"), True),
    ("C77", 1866, by_year("sum(referrals)", RISES, "sex = 'Female'"), True),
    *(
        (
            "C78",
            1868,
            "select 100 * max_by(referrals, financial_year) / min_by(referrals, financial_year) - 100 from chart"
            f" where life_stage = '{life_stage}'",
            printed,
        )
        for life_stage, printed in (("Adult", "24"), ("Child or young person", "78"))
    ),
    *(
        (chart, 1884, "select max_by(need, referrals_with_need) from chart where financial_year = '2023/24'", "Mental health")
        for chart in ("C79", "C80")
    ),
    *(
        (
            chart,
            1886,
            "select referrals_with_need from chart where need = 'Mental health' and financial_year = '2023/24'",
            printed,
        )
        for chart, printed in (("C79", "404"), ("C80", "84"))
    ),
]
# The same where the print is wrong: what it says, and what the chart shows.
WRONG = [
    ("C02", 119, "select max(offences) from chart", "265", "268"),
    ("C06", 376, "select 100 * sum(victims) filter (age <= 25) / sum(victims) filter (age >= 0) from chart", "46.3", "46.1"),
    ("C08", 509, "select min(100 * repeat_occurrences / occurrences) from chart", "4.8", "5.6"),
    ("C08", 509, "select max(100 * repeat_occurrences / occurrences) from chart", "9.8", "8.0"),
    ("C16", 793, "select avg(knife_offences) from chart where month_start >= '2023-04-01'", "57.5", "57.1"),
    ("C32", 1128, "select sum(attendances) from chart", "2751", "2754"),
    (
        "C36",
        1189,
        "select 100 * sum(attendances) filter (primary_means <> 'Unknown') / sum(attendances) from chart",
        "90.5",
        "82.3",
    ),
    ("C43", 1293, "select sum(cases) / 3 from chart", "451", "452"),
]


@pytest.fixture(scope="session")
def release(county):
    with duckdb.connect(str(county.settings.published / FILE), read_only=True) as con:
        yield con


@pytest.fixture(scope="session")
def charts(release) -> dict[str, dict]:
    """Chart -> its row of `sna.charts`."""
    found = release.execute("from sna.charts order by chart_id")
    names = [column for column, *_ in found.description]
    rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    return {row["chart_id"]: row for row in rows}


def sql_of(chart: dict) -> str:
    """The chart's query, made from the other columns of its row as the documentation says."""
    names, expressions = chart["dimensions"] + chart["measures"], chart["dimension_expressions"] + chart["measure_expressions"]
    selected = ", ".join(f'{sql} as "{name}"' for name, sql in zip(names, expressions, strict=True))
    conditions = [chart["filters"]] if chart["filters"] else []
    if chart["period_column"]:
        conditions.append(f"{chart['period_column']} between '{chart['first_period']}' and '{chart['last_period']}'")
    grouped = ", ".join(chart["dimension_expressions"])
    return (
        f"select {selected} from marts.{chart['mart']} where {' and '.join(conditions) or 'true'}"
        f" group by {grouped} order by {chart['sort_by'] or grouped} limit {chart['top'] or 'null'}"
    )


def shown(value: object, printed: object) -> object:
    """A number as the report prints it."""
    if isinstance(printed, str) and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        step = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)
        return str(Decimal(str(value)).quantize(step, ROUND_HALF_UP))
    return value


def test_the_report_has_eighty_charts(charts):
    assert list(charts) == CHART_IDS


@pytest.mark.parametrize("chart_id", CHART_IDS)
def test_a_chart_has_figures_along_each_of_its_dimensions(release, charts, chart_id):
    chart = charts[chart_id]
    drawn = release.execute(sql_of(chart))
    assert [column for column, *_ in drawn.description] == chart["dimensions"] + chart["measures"]
    rows = drawn.fetchall()
    assert rows == release.execute(chart["query"]).fetchall()
    columns = list(zip(*rows, strict=True))
    assert all(len(set(column)) > 1 for column in columns[: len(chart["dimensions"])])
    measures = list(zip(chart["units"], columns[len(chart["dimensions"]) :], strict=True))
    for position, (unit, column) in enumerate(measures):
        # Small numbers of the knife carriers are withheld, and the symbol beside each says so.
        symbols = (
            measures[position + 1][1]
            if measures[position + 1 :] and measures[position + 1][0] == "symbol"
            else [None] * len(rows)
        )
        if unit != "symbol":
            assert all((value is None) == (symbol is not None) for value, symbol in zip(column, symbols, strict=True))


@pytest.mark.parametrize("chart_id", CHART_IDS)
def test_a_chart_reaches_from_its_first_period_to_its_last(release, charts, chart_id):
    chart = charts[chart_id]
    if not chart["period_column"]:
        assert chart["mart"] in {"census_ethnicity", "contextual_indicators", "deprivation"}
        return
    ends = release.execute(
        f"select min({chart['period_column']})::varchar, max({chart['period_column']})::varchar from marts.{chart['mart']}"
        f" where {chart['period_column']} between '{chart['first_period']}' and '{chart['last_period']}'"
        f" and {chart['filters'] or 'true'}"
    ).fetchone()
    assert ends == (chart["first_period"], chart["last_period"])


@pytest.mark.parametrize("chart_id", CHART_IDS)
def test_a_map_has_a_shape_for_each_of_its_places(release, charts, chart_id):
    chart = charts[chart_id]
    assert (chart["chart_kind"] == "map") == (chart["boundaries"] is not None)
    if chart["boundaries"]:
        mart, column = chart["boundaries"].split(".")
        missing = release.execute(
            f"select count(*) from ({chart['query']}) as chart anti join marts.{mart} as place"
            f" on chart.{chart['dimensions'][0]} = place.{column} and place.boundary_geojson is not null"
        ).fetchone()
        # The index of 2019 is of LSOAs of 2011, not all of which are LSOAs of 2021.
        assert missing == (0,) or chart["mart"] == "deprivation"


def test_a_chart_of_offences_names_what_it_counts(charts, release):
    ((in_force,),) = release.execute("select definition_id from meta.release").fetchall()
    assert {chart["definition_id"] for chart in charts.values()} == {in_force, None}


@pytest.mark.parametrize(("chart_id", "line", "sql", "printed"), STATED)
def test_a_chart_shows_what_the_report_says_of_it(release, charts, chart_id, line, sql, printed):
    ((value,),) = release.execute(f"with chart as ({charts[chart_id]['query']}) {sql}").fetchall()
    assert shown(value, printed) == printed, f"line {line}"


@pytest.mark.parametrize(("chart_id", "line", "sql", "printed", "corrected"), WRONG)
def test_where_the_report_is_wrong_its_chart_is_right(release, charts, chart_id, line, sql, printed, corrected):
    ((value,),) = release.execute(f"with chart as ({charts[chart_id]['query']}) {sql}").fetchall()
    assert shown(value, printed) != printed, f"line {line}"
    assert shown(value, corrected) == corrected, f"line {line}"
