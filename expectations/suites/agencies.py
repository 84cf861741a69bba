"""Gate 3, part of it: the tables of the other agencies add up to themselves and to one another."""

from __future__ import annotations

from expectations.rules import Suite, equal

ARITHMETIC = "The data engineer compares the dbt models of these tables: they read marts of the same fact and must add up."

# Sums of figures over all years.
SUMS = {
    "t38_found": "table_id = 'T38' and column_label = 'Offensive weapons found'",
    "t39": "table_id = 'T39'",
    "t46": "table_id = 'T46' and row_label <> 'Total'",
    "t46_total": "table_id = 'T46' and row_label = 'Total'",
    "t49": "table_id = 'T49' and row_group = 'All' and row_label <> 'Total Calls'",
    "t49_total": "table_id = 'T49' and row_group = 'All' and row_label = 'Total Calls'",
    "t49_sexes": "table_id = 'T49' and row_group <> 'All' and row_label = 'Total Calls'",
    "t49_conveyed": "table_id = 'T49' and row_group = 'All' and row_label = 'See, Treat and Convey'",
    "t51": "table_id = 'T51' and row_label <> 'Grand Total'",
    "t51_total": "table_id = 'T51' and row_label = 'Grand Total'",
    "t52": "table_id = 'T52' and row_label <> 'Total'",
    "t52_total": "table_id = 'T52' and row_label = 'Total'",
    "t53": "table_id = 'T53'",
    "t54": "table_id = 'T54' and row_label <> 'Total' and column_label <> 'Total'",
    "t54_total": "table_id = 'T54' and row_label = 'Total' and column_label = 'Total'",
    "t56": "table_id = 'T56' and row_label not like '% total' and column_label <> 'Total'",
    "t56_total": "table_id = 'T56' and row_label = 'Overall total' and column_label = 'Total'",
    "t57": "table_id = 'T57' and row_label <> 'Total'",
    "t57_total": "table_id = 'T57' and row_label = 'Total'",
    "t75": "table_id = 'T75' and row_label <> 'Total'",
    "t75_total": "table_id = 'T75' and row_label = 'Total'",
}
SAME = (
    ("T39: the ages, with Unknown, add up to the weapons found of T38", "t39", "t38_found"),
    ("T46: the methods add up to the total", "t46", "t46_total"),
    ("T49: the responses add up to all calls", "t49", "t49_total"),
    ("T49: the sexes, with Unknown, add up to all calls", "t49_sexes", "t49_total"),
    ("T51: the hospitals add up to the total", "t51", "t51_total"),
    ("T51: the total is the conveyed calls of T49", "t51_total", "t49_conveyed"),
    ("T52: the districts, with Unknown, add up to the total", "t52", "t52_total"),
    ("T53: the sexes add up to the cases of T52", "t53", "t52_total"),
    ("T54: the offences add up to the total", "t54", "t54_total"),
    ("T56: the offences of both groups add up to the overall total", "t56", "t56_total"),
    ("T57: the districts, with Unknown, add up to the total", "t57", "t57_total"),
    ("T75: the groups add up to the total", "t75", "t75_total"),
)


def suite() -> Suite:
    """A line for each report: the sums that must agree."""
    sums = ", ".join(f"coalesce(sum(value) filter ({rows}), 0)::bigint as {name}" for name, rows in SUMS.items())
    return Suite(
        subject="sna.figures",
        title="tables of the other agencies",
        grain="totals",
        sql=f"select report_id, {sums} from sna.figures where unit = 'count' group by report_id order by report_id",
        labels=("report_id",),
        rules=tuple(equal(name, left, right, ARITHMETIC) for name, left, right in SAME),
    )
