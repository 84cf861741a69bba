"""Damages to the trend marts."""

CASES = [
    *(
        case
        for mart in ("marts.monthly_trends", "marts.yearly_trends", "marts.latest_trends")
        for case in (
            (
                *(mart, "The districts, with Unknown, add up to the whole"),
                "delete from {0} where rowid = (select min(rowid) from {0} where area = 'Derby' and events > 0)",
            ),
            (mart, "Every number is between its limits", "update {0} set events_lower_95 = events + 1 where rowid = 0"),
        )
    ),
    (
        "marts.yearly_trends",
        "Every offence is counted once",
        "update {0} set events = 0 where series = 'Serious violence'",
    ),
]
# They count several facts, each as a series, or none.
NOT_COUNTING = ("monthly_trends", "yearly_trends", "latest_trends", "poisson_limits", "series_breaks", "series_steps")
