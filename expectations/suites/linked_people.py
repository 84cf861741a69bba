"""Gate 3, part of it: what the vault tells of linked people agrees with what the marts count of references."""

from __future__ import annotations

from expectations.rules import Suite, equal, zero

ENGINEER = "The data engineer runs `sna link run` again, after a refresh: the counts of the vault are of older facts."


def suites() -> list[Suite]:
    """Suites of `marts.repeat_people_linked`."""
    return [
        Suite(
            subject="marts.repeat_people_linked",
            title="references",
            grain="roles and years",
            sql="""
                select told.role, told.period, told.occurrences, coalesce(counted.occurrences, 0) as in_repeat_people
                from marts.repeat_people_linked as told
                left join marts.repeat_people as counted on told.role = counted.role and told.period = counted.period
                where told.period <> 'All years' order by all
            """,
            labels=("role", "period"),
            # A delivery of crimes that came after the run changes the facts and not what the run told.
            rules=(equal("Occurrences are those of repeat_people", "occurrences", "in_repeat_people", ENGINEER, blocking=False),),
        ),
        Suite(
            subject="marts.repeat_people_linked",
            title="people",
            grain="roles",
            sql="""
                select role, count(*) filter (people > nominals or repeat_people_occurrences < repeat_nominal_occurrences)::bigint
                    as impossible
                from marts.repeat_people_linked group by all order by all
            """,
            labels=("role",),
            rules=(zero("Linkage makes fewer people and no fewer repeats", "impossible", ENGINEER),),
        ),
    ]
