"""Damages to the mart of linked people."""

MART = "marts.repeat_people_linked"
INSERT = "insert into {0} by name select 'victim' as role, '2023/24' as period, -1 as occurrences, 10 as nominals, 11 as people"
CASES = [
    (MART, "Occurrences are those of repeat_people", INSERT),
    (MART, "Linkage makes fewer people and no fewer repeats", INSERT),
]
# Counted in the vault.
NOT_COUNTING = ("repeat_people_linked",)
