"""Damages to the mart of linked people."""

MART = "marts.repeat_people_linked"
CASES = [
    (MART, "Occurrences are those of repeat_people", "update {0} set occurrences = occurrences + 1 where period = '2023/24'"),
    (MART, "Linkage makes fewer people and no fewer repeats", "update {0} set people = nominals + 1 where rowid = 0"),
]
# Counted in the vault.
NOT_COUNTING = ("repeat_people_linked",)
