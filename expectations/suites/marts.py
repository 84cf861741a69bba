"""Gate 3, marts: what is published adds up to the facts and to itself, is plausible, and is about nobody."""

from __future__ import annotations

import duckdb

from expectations.models import Count, Model, Models
from expectations.privacy import PRIVATE_COLUMNS
from expectations.rules import Rule, Suite, between, equal, in_set, none, zero
from expectations.suites import (
    across_agencies,
    agencies,
    crime_harm,
    education,
    grain,
    hotspots,
    linked_people,
    national,
    outcomes,
    places,
    repeat_people,
    trends,
)

# A count this small jumps by chance; a change beyond the share is more often a fault of a feed than of the world. The
# largest change of a total in the SNA 2024 is 25 %, and of an offence type with 100 or more offences the year before 46 %.
SMALL = 100
YEARLY_CHANGE = 0.6

ENGINEER = "The data engineer finds the join or filter in the dbt model that loses or doubles rows, and builds it again."
ARITHMETIC = "The data engineer compares the two dbt models of these tables: both read the same marts and must add up."

# Crimes are counted by their outcomes where these were delivered: between the months of the first and of the last.
OBSERVED_FROM = "(select date_trunc('month', min(outcome_date)) from conformed.fct_outcome)"
OBSERVED = f"""recorded_month between {OBSERVED_FROM}
    and (select date_trunc('month', max(outcome_date)) from conformed.fct_outcome)"""


def suites(con: duckdb.DuckDBPyConnection, models: Models) -> list[Suite]:
    """Suites of every mart that counts a fact, of the grain of every table, of figures, reconciliation and statements."""
    totals = [_total(mart, count, models[count.model]) for mart in models.values() for count in mart.counts]
    made_up, reproduces = _environment(con)
    return [
        grain.suite(models, "marts"),
        *totals,
        _plausible(blocking=reproduces or not made_up),
        _figures(),
        _years(),
        _all_years(),
        _hours(),
        _reconciliation(reproduces),
        _statements(reproduces),
        *crime_harm.suites(),
        *repeat_people.suites(),
        _nobody(),
        *across_agencies.suites(),
        *outcomes.suites(),
        *trends.suites(),
        *hotspots.suites(),
        *linked_people.suites(),
        agencies.suite(),
        *national.mart_suites(),
        *education.suites(),
        *places.suites(),
    ]


def _environment(con: duckdb.DuckDBPyConnection) -> tuple[bool, bool]:
    """Whether the data are a demonstration, and whether they are one that reproduces the printed report."""
    row = con.execute("select environment = 'demonstration', report_first is not null from ledger.build").fetchone()
    return (bool(row[0]), bool(row[1])) if row else (False, False)


def _total(mart: Model, count: Count, counted: Model) -> Suite:
    return Suite(
        subject=mart.subject,
        title=f"total of {counted.name}, {count.what}",
        grain="years",
        sql=f"""
            with mart as (
                select {count.year} as year, sum({count.measure})::bigint as in_mart
                from {mart.subject} where {count.rows} group by all
            ),
            fact as (
                select {count.model_year} as year, ({count.of})::bigint as in_fact
                from {counted.subject} where {count.where} group by all
            )
            select
                year, coalesce(in_mart, 0) as in_mart, coalesce(in_fact, 0) as in_fact,
                coalesce(in_mart, 0) - coalesce(in_fact, 0) as difference
            from mart full join fact using (year) order by all
        """,
        labels=("year",),
        rules=(equal(f"Every {count.what} is counted once", "in_mart", "in_fact", ENGINEER, counts="difference"),),
    )


def _plausible(*, blocking: bool) -> Suite:
    """Each year against the same months of the year before, so that a year that has only begun can be judged.

    A demonstration of other counties, or of a few months, adds up other numbers: there it only warns.
    """
    return Suite(
        subject="marts.offences_monthly",
        title="change on the year before",
        grain="years of a whole, a district or an offence type",
        sql=f"""
            with month as (
                select month_start, financial_year, district, offence_type, sum(offences) as n
                from marts.offences_monthly group by all
            ),
            part as (
                select month_start, financial_year, 'all' as part, sum(n) as n from month group by all
                union all
                select month_start, financial_year, district, sum(n) from month group by all
                union all
                select month_start, financial_year, offence_type, sum(n) from month group by all
            ),
            compared as (
                select
                    this.part, this.financial_year, sum(this.n)::bigint as offences, sum(before.n)::bigint as same_months_before
                from part as this
                join part as before
                    on this.part = before.part and before.month_start = this.month_start - interval 1 year
                group by all
            )
            select *, case when same_months_before >= {SMALL} then offences / same_months_before - 1 end as change
            from compared order by all
        """,
        labels=("part", "financial_year", "offences", "same_months_before"),
        rules=(
            between(
                f"No total of {SMALL} or more changes by over {YEARLY_CHANGE:.0%} on the same months of the year before",
                *("change", -YEARLY_CHANGE, YEARLY_CHANGE),
                "Compare the deliveries of both years with the force. If the change is real, the data engineer raises the limit "
                "in expectations/suites/marts.py, with the reason; if not, deliver corrected versions.",
                counts="offences",
                blocking=blocking,
            ),
        ),
    )


def _figures() -> Suite:
    """Each figure alone."""
    return Suite(
        subject="sna.figures",
        title="figures",
        grain="figures",
        sql="""
            select
                report_id, table_id, row_group, row_label, column_label, value_text, coalesce(value_text, symbol) as said,
                case
                    when
                        unit = 'percent' and row_label <> 'Change %' and column_label <> 'Percentage'
                        and not regexp_matches(column_label, '(?i)crease|change|correlation|percentage points')
                        then value
                end as share,
                case when unit = 'count' and row_label <> 'Change'
                        and not regexp_matches(column_label, '^(Increase|Difference)') then value
                end as count
            from sna.figures order by report_id, table_id, row_group, row_label, column_label
        """,
        labels=("report_id", "table_id", "row_group", "row_label", "column_label", "value_text"),
        rules=(
            Rule(
                "No figure is there twice",
                "ExpectCompoundColumnsToBeUnique",
                {"column_list": ["report_id", "table_id", "row_group", "row_label", "column_label"]},
                ARITHMETIC,
            ),
            Rule(
                "Every figure has a value, or a symbol in its place",
                "ExpectColumnValuesToNotBeNull",
                {"column": "said"},
                ARITHMETIC,
            ),
            between("Every share is from 0 to 100 %", "share", 0, 100, ARITHMETIC),
            between("No count is negative", "count", 0, None, ARITHMETIC),
        ),
    )


# Columns of the batch of years: sums of figures of one year.
YEARS = {
    "t01": "table_id = 'T01' and row_label = 'Volume'",
    "t03": "table_id = 'T03' and row_label <> 'Grand total'",
    "t03_total": "table_id = 'T03' and row_label = 'Grand total'",
    "t03_possession": "table_id = 'T03' and row_label = 'Possession of weapons offences'",
    "t03_violence": "table_id = 'T03' and row_label = 'Violence with injury'",
    "t04": "table_id = 'T04' and row_label <> 'Total'",
    "t05": "table_id = 'T05'",
    "t06": "table_id = 'T06' and row_label <> 'Grand Total'",
    "t06_total": "table_id = 'T06' and row_label = 'Grand Total'",
    "t10": "table_id = 'T10'",
    "t12": "table_id = 'T12' and row_label <> 'Total'",
    "t13_t14": "table_id in ('T13', 'T14')",
    "t15": "table_id = 'T15' and row_label = 'No. of occurrences with victims'",
    "t16": "table_id = 'T16' and row_label <> 'Total'",
    "t16_total": "table_id = 'T16' and row_label = 'Total'",
    "t20": "table_id = 'T20'",
    "t22": "table_id = 'T22' and row_label <> 'Total'",
    "t23_t24": "table_id in ('T23', 'T24')",
    "t25": "table_id = 'T25' and row_label = 'No. of occurrences with suspects'",
    "t29": "table_id = 'T29' and row_label = 'Volume'",
    "t30": "table_id = 'T30' and row_label <> 'Grand total'",
    "t40": "table_id = 'T40' and row_label in ('Positive outcome', 'Other outcome', 'Not yet complete')",
    "t40_total": "table_id = 'T40' and row_label = 'Total'",
    "t40_other": "table_id = 'T40' and row_label = 'Other outcome'",
    "t41": "table_id = 'T41'",
}
SAME_IN_A_YEAR = (
    ("T03: the offence types add up to the volume of T01", "t03", "t01"),
    ("T03: the grand total is the volume of T01", "t03_total", "t01"),
    ("T04: the weapons add up to the possession row of T03", "t04", "t03_possession"),
    ("T06: the districts, with Unknown, add up to the grand total", "t06", "t06_total"),
    ("T06: the grand total is the volume of T01", "t06_total", "t01"),
    ("T10: the victims' ages add up to the occurrences of T15", "t10", "t15"),
    ("T12: the victims' ethnicity groups add up to the occurrences of T15", "t12", "t15"),
    ("T16: the relationships add up to the total", "t16", "t16_total"),
    ("T20: the suspects' ages add up to the occurrences of T25", "t20", "t25"),
    ("T22: the suspects' ethnicity groups add up to the occurrences of T25", "t22", "t25"),
    ("T30: the offence types add up to the volume of T29", "t30", "t29"),
    ("T40: the outcome groups add up to the total", "t40", "t40_total"),
    ("T41: the other outcomes add up to their row in T40", "t41", "t40_other"),
)
NO_MORE_IN_A_YEAR = (
    ("T05: the main offences are no more than violence with injury in T03", "t05", "t03_violence"),
    ("T13, T14: the victims of city and county are no more than those of T12", "t13_t14", "t12"),
    ("T23, T24: the suspects of city and county are no more than those of T22", "t23_t24", "t22"),
    ("T29: knife crime is no more than the volume of T01", "t29", "t01"),
    ("T40: there are no fewer outcome records than offences in T01", "t01", "t40_total"),
)


def _years() -> Suite:
    sums = ", ".join(f"coalesce(sum(value) filter ({rows}), 0)::bigint as {name}" for name, rows in YEARS.items())
    # A table without figures waits for its feed and bounds nothing; nor does one whose feed waits for some months of the year.
    delivered = {"t40_total": "if(has_all_outcomes, t40_total, 0)"}
    excess = ", ".join(
        f"coalesce(greatest({part} - nullif({delivered.get(whole, whole)}, 0), 0), 0) as {part}_over_{whole}"
        for _, part, whole in NO_MORE_IN_A_YEAR
    )
    return Suite(
        subject="sna.figures",
        title="tables of one year",
        grain="years",
        sql=f"""
            with figure as (
                select *, split_part(column_label, ': ', 1) as heading from sna.figures where unit = 'count'
            ),
            summed as (
                select report_id, heading[:4] || '/' || right(heading, 2) as year, {sums}
                from figure where regexp_full_match(heading, '\\d{{4}}/(\\d\\d|\\d{{4}})') group by all
            ),
            observed as (
                select financial_year as year, bool_and({OBSERVED}) as has_all_outcomes from conformed.fct_offence group by all
            )
            select * exclude (has_all_outcomes), {excess} from summed left join observed using (year) order by report_id, year
        """,
        labels=("report_id", "year"),
        rules=tuple(equal(name, part, whole, ARITHMETIC) for name, part, whole in SAME_IN_A_YEAR)
        + tuple(zero(name, f"{part}_over_{whole}", ARITHMETIC) for name, part, whole in NO_MORE_IN_A_YEAR),
    )


def _all_years() -> Suite:
    """Tables that know no year, against sums of those that do."""
    return Suite(
        subject="sna.figures",
        title="tables of all years",
        grain="totals",
        sql="""
            with total as (
                select report_id, table_id, sum(value)::bigint as n from sna.figures
                where unit = 'count' and column_label not like 'Total%' and column_label not like '%-%'
                    and row_label not in ('Total', 'Change', 'Grand total', 'Grand Total')
                group by all
            )
            select
                report_id,
                coalesce(sum(n) filter (table_id = 'T01'), 0)::bigint as t01,
                coalesce(sum(n) filter (table_id = 'T07'), 0)::bigint as t07,
                coalesce(sum(n) filter (table_id = 'T10'), 0)::bigint as t10,
                coalesce(sum(n) filter (table_id = 'T11'), 0)::bigint as t11,
                coalesce(sum(n) filter (table_id = 'T20'), 0)::bigint as t20,
                coalesce(sum(n) filter (table_id = 'T21'), 0)::bigint as t21
            from total group by report_id order by report_id
        """,
        labels=("report_id",),
        rules=(
            equal("T07: hours and days, with hour 00, add up to the volumes of T01", "t07", "t01", ARITHMETIC),
            equal("T11: the victims by offence type are those of T10", "t11", "t10", ARITHMETIC),
            equal("T21: the suspects by offence type are those of T20", "t21", "t20", ARITHMETIC),
        ),
    )


def _hours() -> Suite:
    return Suite(
        subject="sna.figures",
        title="hours of victims",
        grain="hours of a day of the week",
        sql="""
            select report_id, row_label as hour, column_label as day,
                greatest(
                    coalesce(max(value) filter (table_id = 'T08'), 0), coalesce(max(value) filter (table_id = 'T09'), 0)
                )::bigint as with_victims,
                coalesce(max(value) filter (table_id = 'T07'), 0)::bigint as offences,
                greatest(with_victims - offences, 0) as too_many
            from sna.figures where table_id in ('T07', 'T08', 'T09') group by all order by all
        """,
        labels=("report_id", "hour", "day", "with_victims", "offences"),
        rules=(zero("T08, T09: no hour has more offences with victims of an age than T07 has offences", "too_many", ARITHMETIC),),
    )


def _reconciliation(reproduces: bool) -> Suite:
    """The demonstration is calibrated to reproduce the printed report, so there each figure must; other data need not.

    A table waits, and is not judged, while a feed that supplies it has no delivery in use, or another definition than its own is
    in force.
    """
    remedy = (
        "`sna reconcile --build` lists the tables with figures that differ or are missing. The data engineer compares them with "
        "the publication: a wrong model is corrected; a printed error goes into errata.csv of the report, with its proof."
    )
    return Suite(
        subject="sna.reconciliation",
        title="published figures",
        grain="published figures",
        sql="""
            with supply as (select unnest(supplies) as table_id, deliveries_in_use from ledger.feed),
            other as (select definition_id from conformed.dim_definition where not is_in_force),
            known as (
                select report_id, table_id, bool_or(deliveries_in_use = 0) or bool_or(definition_id in (from other)) as waits
                from reference.sna_table left join supply using (table_id) group by all
            )
            select
                report_id, table_id, row_group, row_label, column_label, published, coalesce(computed, '') as computed, status,
                case when not (coalesce(waits, false) and status = 'missing') then status end as status_supplied,
                case when status = 'erratum' then coalesce(citation, '') <> '' end as is_cited
            from sna.reconciliation left join known using (report_id, table_id)
            order by report_id, table_id, row_group, row_label, column_label
        """,
        labels=("report_id", "table_id", "row_group", "row_label", "column_label", "published", "computed", "status"),
        rules=(
            in_set(
                "The calibrated demonstration reproduces every published figure or its erratum"
                if reproduces
                else "The figures agree with the publication",
                *("status_supplied", ["match", "erratum"]),
                remedy
                if reproduces
                else "Nothing fails: the publication may be of another date or period. `sna reconcile --build` lists them.",
                blocking=reproduces,
            ),
            in_set(
                "Every erratum cites its proof",
                "is_cited",
                [True],
                "The data engineer adds the citation to errata.csv.",
            ),
        ),
    )


def _statements(reproduces: bool) -> Suite:
    """The statements of the prose, as the figures; one whose mart has no such rows waits, and is not judged."""
    remedy = (
        "The rows of sna.statements have what was computed and what was printed. The data engineer corrects the statement in "
        "areas/<area>/reports, or adds the erratum to its claims.csv, with its proof."
    )
    return Suite(
        subject="sna.statements",
        title="printed statements",
        grain="printed statements",
        sql="""
            select
                report_id, claim_id, published, coalesce(computed, '') as computed, status,
                case when status <> 'not computable' then status end as status_computed,
                case when status = 'erratum' then coalesce(proof, '') <> '' end as is_proven
            from sna.statements order by report_id, claim_id
        """,
        labels=("report_id", "claim_id", "published", "computed", "status"),
        rules=(
            in_set(
                "The calibrated demonstration reproduces every printed statement or its erratum"
                if reproduces
                else "The statements agree with the publication",
                *("status_computed", ["match", "erratum"]),
                remedy
                if reproduces
                else "Nothing fails: the publication may be of another date or period. `sna.statements` has them.",
                blocking=reproduces,
            ),
            in_set("Every erratum of a statement says how we know", "is_proven", [True], remedy),
        ),
    )


def _nobody() -> Suite:
    private = ", ".join(f"'{column}'" for column in PRIVATE_COLUMNS)
    return Suite(
        subject="marts.*",
        title="private columns",
        grain="private columns",
        sql=f"""
            select schema_name || '.' || table_name as published_table, column_name from duckdb_columns()
            where schema_name in ('sna', 'marts') and database_name = current_database() and column_name in ({private})
            order by all
        """,
        labels=("published_table", "column_name"),
        rules=(
            none(
                "No published table has a column of persons or single records",
                "The data engineer takes the column out of the dbt model: marts hold aggregates only.",
            ),
        ),
    )
