"""Gate 3, part of it: the trend marts hold every count once, and their limits are around them."""

from __future__ import annotations

from expectations.rules import Suite, equal, zero

ENGINEER = "The data engineer compares the dbt models of the trend marts with monthly_count, corrects them and rebuilds them."


def suites() -> list[Suite]:
    """Suites of `marts.monthly_trends`, `marts.yearly_trends` and `marts.latest_trends`."""
    marts = {"monthly_trends": "financial_year", "yearly_trends": "financial_year", "latest_trends": "last_month"}
    return [*(_parts(mart, period) for mart, period in marts.items()), _facts(), *map(_limits, marts)]


def _parts(mart: str, period: str) -> Suite:
    return Suite(
        subject=f"marts.{mart}",
        title="parts and whole",
        grain="years of a series",
        sql=f"""
            select
                series, {period}::varchar as period,
                coalesce(sum(events) filter (not is_total), 0)::bigint as in_districts,
                coalesce(sum(events) filter (is_total), 0)::bigint as in_all
            from marts.{mart} group by all order by all
        """,
        labels=("series", "period"),
        rules=(equal("The districts, with Unknown, add up to the whole", "in_districts", "in_all", ENGINEER),),
    )


def _facts() -> Suite:
    return Suite(
        subject="marts.yearly_trends",
        title="serious violence of the fact",
        grain="years",
        sql="""
            with fact as (
                select financial_year, count(*)::bigint as in_fact
                from conformed.fct_offence
                where is_serious_violence
                    and recorded_month not in (select month_start from conformed.incomplete_month where feed_type = 'crimes')
                group by all
            )
            select financial_year, in_fact, coalesce(events, 0) as in_mart
            from fact left join (
                from marts.yearly_trends where series = 'Serious violence' and is_total
            ) using (financial_year) order by all
        """,
        labels=("financial_year",),
        rules=(equal("Every offence is counted once", "in_mart", "in_fact", ENGINEER),),
    )


def _limits(mart: str) -> Suite:
    return Suite(
        subject=f"marts.{mart}",
        title="limits",
        grain="series",
        sql=f"""
            select series, count(*) filter (not events between events_lower_95 and events_upper_95)::bigint as outside
            from marts.{mart} group by all order by all
        """,
        labels=("series",),
        rules=(zero("Every number is between its limits", "outside", ENGINEER),),
    )
