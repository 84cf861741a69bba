"""Gate 3, part of it: outcome rates on both bases and the maturity triangle add up to the facts and hide nothing."""

from __future__ import annotations

from expectations.rules import Suite, equal, zero

ENGINEER = "The data engineer compares the dbt models of the outcome marts with fct_outcome, corrects them and rebuilds them."


def suites() -> list[Suite]:
    """Suites of `marts.outcome_rates` and `marts.outcome_maturity`."""
    return [_recorded_basis(), _breakdowns(), _diagonal(), _rises(), _censored(), _kinds()]


def _recorded_basis() -> Suite:
    return Suite(
        subject="marts.outcome_rates",
        title="recorded basis and outcomes",
        grain="figures",
        sql="""
            with rate as (
                unpivot (
                    select
                        financial_year, positive_records as "Positive outcome", other_records as "Other outcome",
                        pending_offences as "Not yet complete", outcome_records as "Total"
                    from marts.outcome_rates where basis = 'Recorded in period' and breakdown = 'All offences'
                ) on columns(* exclude financial_year) into name row_label value in_mart
            ),
            listed as (
                select financial_year, coalesce(sna_group, 'Total') as row_label, sum(outcome_records)::bigint as in_outcomes
                from marts.offence_outcomes where is_serious_violence group by financial_year, cube (sna_group)
            )
            select
                financial_year, row_label, coalesce(in_mart, 0) as in_mart, in_outcomes,
                coalesce(in_mart, 0) - in_outcomes as difference
            from listed left join rate using (financial_year, row_label) order by all
        """,
        labels=("financial_year", "row_label"),
        rules=(equal("The recorded basis equals the outcomes", "in_mart", "in_outcomes", ENGINEER, counts="difference"),),
    )


def _breakdowns() -> Suite:
    return Suite(
        subject="marts.outcome_rates",
        title="breakdowns",
        grain="years of a breakdown",
        sql="""
            with part as (
                select basis, financial_year, breakdown, sum(outcome_records)::bigint as n
                from marts.outcome_rates group by all
            )
            select
                part.basis, part.financial_year, part.breakdown, part.n as in_breakdown, coalesce(whole.n, 0) as in_all,
                part.n - coalesce(whole.n, 0) as difference
            from part left join part as whole
                on part.basis = whole.basis and part.financial_year = whole.financial_year and whole.breakdown = 'All offences'
            order by all
        """,
        labels=("basis", "financial_year", "breakdown"),
        rules=(equal("Every breakdown adds up to all offences", "in_breakdown", "in_all", ENGINEER, counts="difference"),),
    )


def _diagonal() -> Suite:
    """The facts are counted here in another way than in the mart: by what had happened by the end of the last month."""
    return Suite(
        subject="marts.outcome_maturity",
        title="last diagonal and facts",
        grain="months recorded",
        sql="""
            with diagonal as (
                select cohort_first_month as month, observed_to, offences, closed_offences, positive_offences
                from marts.outcome_maturity where cohort_kind = 'Month' and is_latest
            ),
            fact as (
                select
                    offence.recorded_month as month, count(distinct offence.crime_reference) as offences,
                    count(distinct offence.crime_reference) filter (outcome.outcome_key is not null) as closed_offences,
                    count(distinct offence.crime_reference) filter (outcome.is_positive) as positive_offences
                from conformed.fct_offence as offence
                left join (
                    select record.crime_reference, record.outcome_key, known.is_positive
                    from conformed.fct_outcome as record join conformed.dim_outcome as known using (outcome_key)
                    where record.outcome_date < (select max(observed_to) + interval 1 month from marts.outcome_maturity)
                ) as outcome using (crime_reference)
                where offence.is_serious_violence
                    and offence.recorded_month <= (select max(observed_to) from marts.outcome_maturity)
                    and exists (
                        select 1 from conformed.outcome_window as delivered
                        where delivered.sender in ('', offence.agency)
                            and offence.recorded_month between delivered.first_outcome_month and delivered.last_outcome_month
                    )
                group by all
            )
            select
                strftime(coalesce(diagonal.month, fact.month), '%Y-%m') as month,
                coalesce(diagonal.offences, 0) as offences, coalesce(fact.offences, 0) as offences_in_facts,
                coalesce(diagonal.closed_offences, 0) as closed, coalesce(fact.closed_offences, 0) as closed_in_facts,
                coalesce(diagonal.positive_offences, 0) as positive, coalesce(fact.positive_offences, 0) as positive_in_facts
            from diagonal full join fact on diagonal.month = fact.month order by all
        """,
        labels=("month",),
        rules=(
            equal("The triangle's last diagonal has every offence", "offences", "offences_in_facts", ENGINEER),
            equal("The triangle's last diagonal has every closed offence", "closed", "closed_in_facts", ENGINEER),
            equal("The triangle's last diagonal has every positive offence", "positive", "positive_in_facts", ENGINEER),
        ),
    )


def _rises() -> Suite:
    return Suite(
        subject="marts.outcome_maturity",
        title="cumulative rows",
        grain="cohorts",
        sql="""
            with step as (
                select
                    *, closed_offences - lag(closed_offences) over cohort as closed_more,
                    positive_offences - lag(positive_offences) over cohort as positive_more
                from marts.outcome_maturity
                window cohort as (partition by cohort_kind, cohort order by months_since_recording)
            )
            select
                cohort_kind, cohort,
                count(*) filter (closed_more < 0 or positive_more < 0) as falls,
                count(*) filter (closed_offences > offences or positive_offences > closed_offences) as excesses
            from step group by all order by all
        """,
        labels=("cohort_kind", "cohort"),
        rules=(
            zero("No cohort has fewer outcomes at a greater age", "falls", ENGINEER),
            zero("Positive are no more than closed, and closed no more than all offences", "excesses", ENGINEER),
        ),
    )


def _censored() -> Suite:
    return Suite(
        subject="marts.outcome_maturity",
        title="what cannot be seen yet",
        grain="cohorts",
        sql="""
            select
                cohort_kind, cohort,
                count(*) filter (is_observable <> (
                    cohort_last_month + to_months(months_since_recording) <= observed_to
                )) as cells_misjudged,
                count(*) filter (
                    if(is_observable, 4, 0) <> (closed_offences is not null)::int + (positive_offences is not null)::int
                    + (closed_percent is not null)::int + (positive_percent is not null)::int
                ) as cells_wrong
            from marts.outcome_maturity group by all order by all
        """,
        labels=("cohort_kind", "cohort"),
        rules=(
            zero("A cell is observable once all its offences are so old", "cells_misjudged", ENGINEER),
            zero("What is not observable yet is empty and never 0", "cells_wrong", ENGINEER),
        ),
    )


def _kinds() -> Suite:
    return Suite(
        subject="marts.outcome_maturity",
        title="quarters and years",
        grain="years of a cohort kind",
        sql="""
            with kind as (
                select financial_year, cohort_kind, sum(offences)::bigint as n
                from marts.outcome_maturity where months_since_recording = 0 group by all
            )
            select
                kind.financial_year, kind.cohort_kind, kind.n as offences, coalesce(month.n, 0) as offences_of_months,
                kind.n - coalesce(month.n, 0) as difference
            from kind left join kind as month
                on kind.financial_year = month.financial_year and month.cohort_kind = 'Month'
            order by all
        """,
        labels=("financial_year", "cohort_kind"),
        rules=(
            equal(
                "Quarters and years hold the offences of their months",
                *("offences", "offences_of_months", ENGINEER),
                counts="difference",
            ),
        ),
    )
