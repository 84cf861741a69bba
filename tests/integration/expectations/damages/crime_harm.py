"""Damages to the marts of crime harm."""

CASES = [
    ("marts.crime_harm", "The harm is that of the offences", "update {0} set harm_days = harm_days + 5"),
    (
        *("marts.crime_harm_by_person", "The harm is that of each person's offence"),
        "update {0} set harm_days = harm_days * 2 where role = 'suspect'",
    ),
]
