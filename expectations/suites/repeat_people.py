"""Gate 3, part of it: the marts about people seen more than once agree with one another and with the facts."""

from __future__ import annotations

from expectations.rules import Suite, equal, zero

ENGINEER = "The data engineer compares the dbt models about repeat people with the facts, corrects them and rebuilds them."


def suites() -> list[Suite]:
    """Suites of the busiest people, of their ages, of the time to the next offence and of victims who are suspects."""
    return [
        Suite(
            subject="marts.repeat_people_top",
            title="the busiest and all",
            grain="periods of a role",
            sql="""
                select role, period, top.occurrences as in_mart, coalesce(whole.top_25_occurrences, 0) as in_repeat_people
                from marts.repeat_people_top as top left join marts.repeat_people as whole using (role, period) order by all
            """,
            labels=("role", "period"),
            rules=(equal("The busiest have the occurrences of repeat_people", "in_mart", "in_repeat_people", ENGINEER),),
        ),
        Suite(
            subject="marts.repeat_people_ages",
            title="ages and all",
            grain="years of a role",
            sql="""
                select role, period as financial_year, whole.individuals, whole.repeat_individuals,
                    coalesce(ages.individuals, 0) as individuals_of_ages,
                    coalesce(ages.repeat_individuals, 0) as repeat_individuals_of_ages
                from marts.repeat_people as whole left join (
                    select role, financial_year as period, sum(individuals)::bigint as individuals,
                        sum(repeat_individuals)::bigint as repeat_individuals
                    from marts.repeat_people_ages group by all
                ) as ages using (role, period)
                where not is_total order by all
            """,
            labels=("role", "financial_year"),
            rules=(
                equal("Every person has one age", "individuals_of_ages", "individuals", ENGINEER),
                equal("Every repeat person has one age", "repeat_individuals_of_ages", "repeat_individuals", ENGINEER),
            ),
        ),
        Suite(
            subject="marts.time_to_next_offence",
            title="spells and occurrences",
            grain="roles",
            sql="""
                select role, sum(repeated + unobserved)::bigint as spells, (
                    select count(*) from (
                        select 'victim' as role, offence_date from conformed.fct_victim
                        where is_serious_violence
                        union all
                        select 'suspect', offence_date from conformed.fct_suspect where is_serious_violence
                    ) as fact where fact.role = mart.role
                        and offence_date >= (select min(recorded_month) from conformed.fct_offence)
                ) as occurrences
                from marts.time_to_next_offence as mart group by role order by all
            """,
            labels=("role",),
            rules=(equal("Every occurrence since the first recorded month begins one spell", "spells", "occurrences", ENGINEER),),
        ),
        Suite(
            subject="marts.victim_offender_overlap",
            title="both and either",
            grain="periods of a scope",
            sql="""
                select scope, period,
                    coalesce(greatest(people_who_are_both - least(different_victims, different_suspects), 0), 0) as too_many
                from marts.victim_offender_overlap order by all
            """,
            labels=("scope", "period"),
            rules=(zero("People who are both are no more than either", "too_many", ENGINEER),),
        ),
    ]
