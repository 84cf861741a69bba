"""Damages to the trend marts."""

CASES = [
    *(
        case
        for mart in ("marts.monthly_trends", "marts.yearly_trends")
        for case in (
            (
                *(mart, "The districts, with Unknown, add up to the whole"),
                "delete from {0} where rowid = (select min(rowid) from {0} where area = 'Derby' and value > 0)",
            ),
            (mart, "Every number is between its limits", "update {0} set value_low = value + 1 where rowid = 0"),
        )
    ),
    (
        "marts.yearly_trends",
        "Every offence is counted once",
        "update {0} set value = 0 where series = 'Serious violence'",
    ),
]
# They count several facts, each as a series, or none.
NOT_COUNTING = ("monthly_trends", "yearly_trends", "poisson_limits")
