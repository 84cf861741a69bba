"""Gate 3, part of it: schools, young people and children's social care add up to themselves and to one another."""

from __future__ import annotations

from expectations.rules import Suite, between, equal, zero

ARITHMETIC = "The data engineer compares the dbt models of these tables: they read marts of the same fact and must add up."
SENDER = "The data engineer asks the council for the year's return again: a total or a part of it is probably misprinted."

# Share of a measure without a sex. In the SNA 2024 it is 1.5 % at most, but for one cell with 6.7 %, which is a misprint (D148).
UNKNOWN_SEX = 0.05
# Attendance and absence are each rounded to one decimal.
ROUNDING = 0.2

# Sums of figures over all years.
SUMS = {
    "t71": "table_id = 'T71' and row_group <> 'All'",
    "t71_all": "table_id = 'T71' and row_group = 'All'",
    "t71_referrals": "table_id = 'T71' and row_group = 'All' and row_label = 'Social Care referrals'",
    "t72": "table_id = 'T72' and row_label <> 'Total'",
    "t72_total": "table_id = 'T72' and row_label = 'Total'",
    "t74": "table_id = 'T74' and row_group <> 'All'",
    "t74_all": "table_id = 'T74' and row_group = 'All'",
}
SAME = (
    ("T71: the sexes, with Unknown, add up to all", "t71", "t71_all"),
    ("T72: the outcomes add up to the total", "t72", "t72_total"),
    ("T72: the total is the referrals of T71", "t72_total", "t71_referrals"),
    ("T74: the sexes, with Unknown, add up to all", "t74", "t74_all"),
)


def suites() -> list[Suite]:
    """Suites of these marts and of the figures made of them."""
    return [_sums(), _sexes(), _absence(), _rates()]


def _sums() -> Suite:
    """A line for each report: the sums that must agree."""
    sums = ", ".join(f"coalesce(sum(value) filter ({rows}), 0)::bigint as {name}" for name, rows in SUMS.items())
    return Suite(
        subject="sna.figures",
        title="tables of children's social care",
        grain="totals",
        sql=f"select report_id, {sums} from sna.figures where unit = 'count' group by report_id order by report_id",
        labels=("report_id",),
        rules=tuple(equal(name, left, right, ARITHMETIC) for name, left, right in SAME),
    )


def _sexes() -> Suite:
    return Suite(
        subject="marts.childrens_social_care",
        title="share without a sex",
        grain="measures of an area and year",
        sql="""
            select area, financial_year, measure, sum(cases)::bigint as cases,
                coalesce(sum(cases) filter (sex = 'Unknown'), 0) / nullif(sum(cases), 0) as share_unknown
            from marts.childrens_social_care group by all order by all
        """,
        labels=("area", "financial_year", "measure", "cases"),
        rules=(
            between(
                f"At most {UNKNOWN_SEX:.0%} of a measure have no sex",
                *("share_unknown", None, UNKNOWN_SEX, SENDER),
                counts="cases",
            ),
        ),
    )


def _absence() -> Suite:
    """Attendance of all pupils beside the absence of all districts, which the senders supply as averages of their own."""
    return Suite(
        subject="marts.school_absence",
        title="attendance and absence",
        grain="school years of a sender",
        sql="""
            with school_year as (
                select agency, academic_year,
                    sum(percent_of_possible_days) filter (breakdown = 'All pupils') as attended,
                    sum(percent_of_possible_days) filter (breakdown = 'District' and district_code is null) as missed
                from marts.school_absence group by all
            )
            select agency, academic_year, (attended + missed)::double as percent from school_year
            where attended is not null and missed is not null order by all
        """,
        labels=("agency", "academic_year"),
        rules=(
            between(
                "Attendance and absence add up to 100 %, but for rounding",
                *("percent", 100 - ROUNDING, 100 + ROUNDING, SENDER),
            ),
        ),
    )


def _rates() -> Suite:
    """Neighbours are compared with where their list was delivered."""
    return Suite(
        subject="marts.exclusion_rates",
        title="comparators",
        grain="rates of an area and year",
        sql="""
            select academic_year, area, exclusion_kind,
                3 + (area_code in (select area_code from conformed.bridge_statistical_neighbour))::int - count(*)
                    as comparators_missing,
                count(*) filter (areas_counted > if(compared_with = 'Statistical neighbours', 10, 1)) as comparators_doubled
            from marts.exclusion_rates group by academic_year, area, area_code, exclusion_kind order by all
        """,
        labels=("academic_year", "area", "exclusion_kind"),
        rules=(
            zero(
                "Every rate of exclusions is beside region, England and neighbours",
                "comparators_missing",
                "The data engineer compares the numbers of areas in the seed area and in the deliveries of the tool.",
            ),
            zero(
                "No comparator counts more areas than there are",
                "comparators_doubled",
                "The data engineer compares the numbers of areas in the seed area and in the deliveries of the tool.",
            ),
        ),
    )
