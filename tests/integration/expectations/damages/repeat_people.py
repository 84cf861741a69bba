"""Damages to the marts about people seen more than once."""

CASES = [
    (
        *("marts.repeat_people_top", "The busiest have the occurrences of repeat_people"),
        "update {0} set occurrences = occurrences - 1 where role = 'victim'",
    ),
    *(
        (
            *("marts.repeat_people_ages", f"Every {person} has one age"),
            f"update {{0}} set {counted} = {counted} + 1 where rowid = (select min(rowid) from {{0}})",
        )
        for person, counted in (("person", "individuals"), ("repeat person", "repeat_individuals"))
    ),
    (
        *("marts.time_to_next_offence", "Every occurrence since the first recorded month begins one spell"),
        "delete from {0} where rowid = (select min(rowid) from {0} where unobserved > 0)",
    ),
    (
        *("marts.victim_offender_overlap", "People who are both are no more than either"),
        "update {0} set people_who_are_both = different_victims + 1",
    ),
]
# They count people and spells, whom their own rules hold against the facts, or set two counts in relation.
NOT_COUNTING = (
    *("age_standardised_rates", "relative_outcomes", "relative_rates"),
    *("repeat_people_top", "time_to_next_offence", "victim_offender_overlap"),
)
