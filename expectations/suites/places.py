"""Gate 3, part of it: offences at and near schools and crime of the night-time economy add up."""

from __future__ import annotations

from expectations.rules import Suite, equal

ENGINEER = "The data engineer compares the dbt models of these marts: they read the same fact and must add up."

# Sums of figures over all years.
SUMS = {
    "t33": "table_id = 'T33' and row_label <> 'Total'",
    "t33_total": "table_id = 'T33' and row_label = 'Total'",
    "t36": "table_id = 'T36' and row_label <> 'Total crimes' and column_label not like 'Difference%'",
    "t36_total": "table_id = 'T36' and row_label = 'Total crimes' and column_label not like 'Difference%'",
    "t36_change": "table_id = 'T36' and row_label <> 'Total crimes' and column_label like 'Difference%'",
    "t36_total_change": "table_id = 'T36' and row_label = 'Total crimes' and column_label like 'Difference%'",
    "t37": "table_id = 'T37' and row_label <> 'Force' and column_label <> 'Population'",
    "t37_force": "table_id = 'T37' and row_label = 'Force' and column_label <> 'Population'",
}
SAME = (
    ("T33: the years add up to the totals", "t33", "t33_total"),
    ("T36: the offence types add up to the total", "t36", "t36_total"),
    ("T36: the differences add up to that of the total", "t36_change", "t36_total_change"),
    ("T37: the districts add up to the force", "t37", "t37_force"),
    ("T37: the force has the total crimes of T36", "t37_force", "t36_total"),
)


def suites() -> list[Suite]:
    """Suites of the marts and tables of sections 8 and 9."""
    return [_tables(), _districts(), _return()]


def _tables() -> Suite:
    sums = ", ".join(f"coalesce(sum(value) filter ({rows}), 0)::bigint as {name}" for name, rows in SUMS.items())
    return Suite(
        subject="sna.figures",
        title="tables of schools and the night-time economy",
        grain="totals",
        sql=f"select report_id, {sums} from sna.figures where unit = 'count' group by report_id order by report_id",
        labels=("report_id",),
        rules=tuple(equal(name, left, right, ENGINEER) for name, left, right in SAME),
    )


def _districts() -> Suite:
    return Suite(
        subject="marts.school_proximity_districts",
        title="districts and all",
        grain="counts",
        sql="""
            with mart as (
                select
                    first_calendar_year, last_calendar_year, sum(offences)::bigint as offences,
                    sum(offences_at_or_near_school)::bigint as offences_at_or_near_school
                from marts.school_proximity_districts group by all
            ),
            term as (
                select last_calendar_year, sum(term.offences)::bigint as offences,
                    sum(term.offences_at_or_near_school)::bigint as offences_at_or_near_school
                from mart join marts.school_proximity_terms as term
                    on term.calendar_year between mart.first_calendar_year and mart.last_calendar_year
                group by all
            )
            select last_calendar_year, 'offences' as counted, mart.offences as in_districts, term.offences as in_all
            from mart left join term using (last_calendar_year)
            union all
            select
                last_calendar_year, 'at or near a school', mart.offences_at_or_near_school, term.offences_at_or_near_school
            from mart left join term using (last_calendar_year)
            order by all
        """,
        labels=("last_calendar_year", "counted"),
        rules=(equal("The districts hold every offence of their years", "in_districts", "in_all", ENGINEER),),
    )


def _return() -> Suite:
    """That ours differs from the return is shown by the mart and fails nothing: crimes are recounted, and the team counts at
    another date."""
    return Suite(
        subject="marts.nte_reconciliation",
        title="our count beside the return",
        grain="breakdowns of a year",
        sql="""
            with crime as (select financial_year, sum(crimes)::bigint as in_crimes from marts.nte_crimes group by all)
            select financial_year, breakdown, sum(crimes)::bigint as compared, coalesce(min(in_crimes), 0) as in_crimes
            from marts.nte_reconciliation left join crime using (financial_year) group by all order by all
        """,
        labels=("financial_year", "breakdown"),
        rules=(equal("Either breakdown compares every crime of a year", "compared", "in_crimes", ENGINEER),),
    )
