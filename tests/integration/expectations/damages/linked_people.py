"""Damages to the mart of linked people."""

CASES = [
    (
        *("marts.repeat_people_linked", "Linkage makes fewer people and no fewer repeats"),
        "insert into {0} by name select 'victim' as role, '2023/24' as period, 10 as nominals, 11 as people",
    ),
]
# Counted in the vault.
NOT_COUNTING = ("repeat_people_linked",)
