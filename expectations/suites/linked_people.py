"""Gate 3, part of it: the counts of linked people that leave the vault are possible."""

from __future__ import annotations

from expectations.rules import Suite, zero

ENGINEER = "The data engineer runs `sna link run` again; if the counts stay so, the fault is in vault/sql/linked_counts.sql."


def suites() -> list[Suite]:
    """Suites of `marts.repeat_people_linked`."""
    return [
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
