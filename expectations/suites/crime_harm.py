"""Gate 3, part of it: crime harm is the weights of the facts added up, and what has no weight is reported."""

from __future__ import annotations

from expectations.rules import Suite, equal, zero

ENGINEER = "The data engineer corrects the join or filter in the dbt models of crime harm that loses or doubles rows."
WEIGH = (
    "The data engineer delivers the workbook of the edition in force to cambridge/crime_harm_index, or chooses with the "
    "variable harm_version one that has been delivered. Until then these offences are in no figure of harm."
)
# The weights once more, past the models between facts and marts.
WEIGHED = """
    left join conformed.dim_offence as known on offence.offence_code = known.offence_code
    left join conformed.dim_harm_weight as weight on known.ho_sub_code = weight.ho_sub_code and weight.is_in_force
"""


def suites() -> list[Suite]:
    """Suites of the three marts of crime harm."""
    return [_offences(), _people(), _unweighted()]


def _offences() -> Suite:
    return Suite(
        subject="marts.crime_harm",
        title="harm of the offences",
        grain="years",
        sql=f"""
            with mart as (
                select financial_year, round(sum(harm_days))::bigint as harm from marts.crime_harm group by all
            ),
            fact as (
                select offence.financial_year, round(sum(weight.harm_days))::bigint as harm
                from conformed.fct_offence as offence {WEIGHED} where offence.is_serious_violence group by all
            )
            select
                financial_year, coalesce(mart.harm, 0) as in_mart, coalesce(fact.harm, 0) as in_fact,
                coalesce(mart.harm, 0) - coalesce(fact.harm, 0) as difference
            from mart full join fact using (financial_year) order by all
        """,
        labels=("financial_year",),
        rules=(equal("The harm is that of the offences", "in_mart", "in_fact", ENGINEER, counts="difference"),),
    )


def _people() -> Suite:
    roles = " union all ".join(
        f"""select '{role}' as role, offence.financial_year, weight.harm_days
            from conformed.fct_{role} as person
            join conformed.fct_offence as offence using (crime_reference) {WEIGHED} where person.is_serious_violence"""
        for role in ("victim", "suspect")
    )
    return Suite(
        subject="marts.crime_harm_by_person",
        title="harm of the people",
        grain="years of a role",
        sql=f"""
            with mart as (
                select role, financial_year, round(sum(harm_days))::bigint as harm from marts.crime_harm_by_person group by all
            ),
            fact as (
                select role, financial_year, round(sum(harm_days))::bigint as harm from ({roles}) group by all
            )
            select
                role, financial_year, coalesce(mart.harm, 0) as in_mart, coalesce(fact.harm, 0) as in_fact,
                coalesce(mart.harm, 0) - coalesce(fact.harm, 0) as difference
            from mart full join fact using (role, financial_year) order by all
        """,
        labels=("role", "financial_year"),
        rules=(equal("The harm is that of each person's offence", "in_mart", "in_fact", ENGINEER, counts="difference"),),
    )


def _unweighted() -> Suite:
    return Suite(
        subject="marts.crime_harm_weights",
        title="offences without a weight",
        grain="offence codes",
        sql="""
            select offence_code, harm_version, if(harm_days is null, offences, 0) as offences_unweighted
            from marts.crime_harm_weights order by all
        """,
        labels=("offence_code", "harm_version"),
        rules=(zero("Every offence has a weight", "offences_unweighted", WEIGH, blocking=False),),
    )
