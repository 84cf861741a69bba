"""Gate 2, facts: nothing was lost or doubled between landing and the facts, and everything hangs together."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from expectations.models import Model, Models
from expectations.rules import Rule, Suite, between, equal, none, zero
from expectations.suites import definitions, grain, lookups, national

# Share of persons whose offence is not there that real recording produces; more is a fault of an extract.
ORPHANS = 0.005
# Share of offences that may be without a district before the force's names have probably changed. Of the serious
# violence of the SNA 2024 it is 1.3 % in the worst year (2023/24: 33 of 2,513).
UNKNOWN_DISTRICTS = 0.05
# Share of outcome records with a code outside the framework before it has probably changed.
UNKNOWN_OUTCOMES = 0.005
OLDEST = 120

ENGINEER = "The data engineer finds the join or filter in the dbt model that loses or doubles rows, and builds it again."


OFFENCE, VICTIM, SUSPECT, OUTCOME = "fct_offence", "fct_victim", "fct_suspect", "fct_outcome"
STREET_CRIME = "fct_street_crime"


def suites(con: duckdb.DuckDBPyConnection, models: Models) -> list[Suite]:
    """Suites of every fact that holds the rows of a feed, of the grain of every table, and of what only some facts have."""
    owners = lookups.owners(con)
    made_up = con.execute("select environment from ledger.build").fetchone() == ("demonstration",)
    facts = [model for model in models.values() if model.feeds]
    offence, outcome = models[OFFENCE], models[OUTCOME]
    found = [grain.suite(models, "facts")]
    found += [_conserved(fact) for fact in facts]
    found += [_references(fact, models) for fact in facts]
    found += [_clock(offence, owners), _classification(offence), _totals(offence), _districts(offence, owners)]
    for person in (models[VICTIM], models[SUSPECT]):
        found += [_ages(person, owners), _orphans(person, offence, owners, made_up)]
    found += [_outcome_orphans(outcome, offence, owners, made_up), _not_yet_complete(outcome), _outcome_codes(outcome, owners)]
    found += [_pairs(), _double_loads(models[STREET_CRIME], owners), _labels(), *lookups.suites(con), *national.fact_suites()]
    found += definitions.suites()
    return found


def _ask(owners: Mapping[str, str], feed: str, what: str) -> str:
    return f"Ask {owners.get(feed, 'the owner of ' + feed)} {what}"


def _conserved(fact: Model) -> Suite:
    """Rows by month, landed and in the fact."""
    views = " union all by name ".join(f"from landing.{feed.replace('/', '__')}" for feed in fact.feeds)
    return Suite(
        subject=fact.subject,
        title="rows landed and rows in the fact",
        grain="months",
        sql=f"""
            with landed as (
                select date_trunc('month', {fact.landed_date or fact.date}) as month, count(*) as rows_landed
                from ({views}) group by all
            ),
            kept as (
                select date_trunc('month', {fact.date}) as month, count(*) as rows_in_fact
                from {fact.subject} where not ({fact.not_landed}) group by all
            )
            select
                strftime(month, '%Y-%m') as month, coalesce(rows_landed, 0) as rows_landed,
                coalesce(rows_in_fact, 0) as rows_in_fact, coalesce(rows_in_fact, 0) - coalesce(rows_landed, 0) as rows_difference
            from landed full join kept using (month) order by all
        """,
        labels=("month",),
        rules=(equal("Every landed row is in the fact once", "rows_landed", "rows_in_fact", ENGINEER, counts="rows_difference"),),
    )


def _references(fact: Model, models: Models) -> Suite:
    lines = []
    for column, reference in fact.references.items():
        name, _, key = reference.partition(".")
        dimension = models[name]
        lines.append(f"""
            select '{column}' as reference, coalesce(sum(n), 0)::bigint as rows_unmatched
            from (select {column}, count(*) as n from {fact.subject} group by all) as used
            anti join {dimension.subject} as known on used.{column} = known.{key or dimension.grain[0]}
        """)
    return Suite(
        subject=fact.subject,
        title="references to dimensions",
        grain="references",
        sql=" union all ".join(lines),
        labels=("reference",),
        rules=(
            zero(
                "Every reference to a dimension finds its member",
                "rows_unmatched",
                "The data engineer adds the missing member to the seed of the dimension, or maps the value in staging.",
            ),
        ),
    )


def _clock(offence: Model, owners: Mapping[str, str]) -> Suite:
    ask = _ask(owners, offence.feed, "for the times of these offences and deliver a corrected version of the period.")
    return Suite(
        subject=offence.subject,
        title="hour and day",
        grain="pairs of hour and day",
        sql="""select committed_hour, committed_day_of_week, count(*) as offences from conformed.fct_offence
               group by all order by all""",
        labels=("committed_hour", "committed_day_of_week"),
        rules=(
            between("Hours run from 0 to 23", "committed_hour", 0, 23, ask, counts="offences"),
            between("Days of the week run from 1 to 7", "committed_day_of_week", 1, 7, ask, counts="offences"),
            Rule(
                "Every offence has an hour",
                "ExpectColumnValuesToNotBeNull",
                {"column": "committed_hour"},
                ask,
                counts="offences",
            ),
        ),
    )


def _classification(offence: Model) -> Suite:
    remedy = "The data engineer corrects the rules of the definition in force (seed violence_definition_rule)."
    return Suite(
        subject=offence.subject,
        title="classification",
        grain="classes",
        sql="""
            select
                is_serious_violence, coalesce(offence_type, '') as offence_type,
                coalesce(exclusion_reason, '') as exclusion_reason,
                count(*) filter (is_serious_violence and offence_type is null) as rows_without_type,
                count(*) filter (is_serious_violence and exclusion_reason is not null) as rows_counted_and_excluded,
                count(*) filter (is_serious_violence is not true and exclusion_reason is null) as rows_without_reason
            from conformed.fct_offence group by all order by all
        """,
        labels=("offence_type", "exclusion_reason"),
        rules=(
            zero("Every serious violence offence has a type", "rows_without_type", remedy),
            zero("No serious violence offence has a reason to be excluded", "rows_counted_and_excluded", remedy),
            zero("Every other offence has a reason to be excluded", "rows_without_reason", remedy),
        ),
    )


def _totals(offence: Model) -> Suite:
    """A year's offences, counted directly and through each dimension that divides them."""
    return Suite(
        subject=offence.subject,
        title="totals by year",
        grain="years",
        sql="""
            with offence as (
                select financial_year, district_code, ward_code, cast(recorded_at as date) as recorded_day, count(*) as n
                from conformed.fct_offence group by all
            ),
            whole as (select financial_year, sum(n)::bigint as offences from offence group by all),
            districts as (
                select financial_year, sum(n)::bigint as offences_of_districts
                from offence join conformed.dim_district using (district_code) group by all
            ),
            wards as (
                select financial_year, sum(n)::bigint as offences_of_wards
                from offence join conformed.dim_ward using (ward_code) group by all
            ),
            days as (
                select day.financial_year, sum(n)::bigint as offences_of_days
                from offence join conformed.dim_date as day on recorded_day = date_day group by all
            )
            select
                financial_year, coalesce(offences, 0) as offences, coalesce(offences_of_districts, 0) as offences_of_districts,
                coalesce(offences_of_wards, 0) as offences_of_wards, coalesce(offences_of_days, 0) as offences_of_days
            from whole full join districts using (financial_year) full join wards using (financial_year)
            full join days using (financial_year) order by all
        """,
        labels=("financial_year",),
        rules=(
            equal("A year is the sum of its districts, with Unknown", "offences", "offences_of_districts", ENGINEER),
            equal("A year is the sum of its wards, with Unknown", "offences", "offences_of_wards", ENGINEER),
            equal("A year is the sum of its days, April to March", "offences", "offences_of_days", ENGINEER),
        ),
    )


def _districts(offence: Model, owners: Mapping[str, str]) -> Suite:
    remedy = _ask(owners, offence.feed, "whether its names of districts have changed; the data engineer adds them to the seed.")
    return Suite(
        subject=offence.subject,
        title="offences without a district",
        grain="years",
        sql="""
            select financial_year, count(*) filter (district_code = 'Unknown') as offences_unknown,
                   offences_unknown / count(*) as share_unknown
            from conformed.fct_offence group by all order by all
        """,
        labels=("financial_year", "offences_unknown"),
        rules=(
            between(
                f"At most {UNKNOWN_DISTRICTS:.0%} of a year's offences have no known district",
                *("share_unknown", 0, UNKNOWN_DISTRICTS, remedy, "offences_unknown"),
            ),
        ),
    )


def _ages(fact: Model, owners: Mapping[str, str]) -> Suite:
    remedy = _ask(owners, fact.feed, "for the dates of birth of these records and deliver a corrected version.")
    return Suite(
        subject=fact.subject,
        title="ages",
        grain="ages",
        sql=f"select age, count(*) as people from {fact.subject} group by age order by age",
        labels=("age", "people"),
        rules=(between(f"Ages run from 0 to {OLDEST} or are unknown", "age", 0, OLDEST, remedy, counts="people"),),
    )


def _orphans(fact: Model, offence: Model, owners: Mapping[str, str], made_up: bool) -> Suite:
    """Persons without an offence, of the months of which crimes were delivered."""
    limit = 0.0 if made_up else ORPHANS
    return Suite(
        subject=fact.subject,
        title="persons without an offence",
        grain="totals",
        sql=_without_offence(
            f"{fact.subject} as fact semi join ledger.delivery as own on fact.load_id = own.load_id"
            " and own.period in (select period from crimes)",
            offence,
        ),
        labels=("records", "orphans", "crimes_rejected"),
        rules=(
            between(
                "Every person belongs to an offence" if made_up else f"At most {limit:.1%} of persons belong to no offence",
                *("share_unexplained", 0, limit),
                _ask(owners, fact.feed, "and the sender of the crimes whether both extracts were taken at the same time."),
                counts="orphans",
            ),
        ),
    )


def _outcome_orphans(outcome: Model, offence: Model, owners: Mapping[str, str], made_up: bool) -> Suite:
    """Outcomes of offences recorded before the first delivery of crimes are ordinary, but not in demonstration data."""
    return Suite(
        subject=outcome.subject,
        title="outcomes without an offence",
        grain="totals",
        sql=_without_offence("conformed.fct_outcome as fact", offence),
        labels=("records", "orphans", "crimes_rejected"),
        rules=(
            between(
                "Every outcome belongs to an offence",
                *("share_unexplained", 0, 0),
                _ask(owners, outcome.feed, "for the crimes of these outcomes, if they were recorded in a month in use."),
                counts="orphans",
                blocking=made_up,
            ),
        ),
    )


def _without_offence(records: str, offence: Model) -> str:
    """Records whose offence is not there. A rejected crime explains those of one offence; no crimes at all explain all."""
    return f"""
        with crimes as (
            select period, rows_rejected from ledger.delivery where in_use
                and (agency, feed) in (select (agency, feed) from ledger.feed where feed_type = '{offence.feed}')
        ),
        rejected as (select count(*) as deliveries, coalesce(sum(rows_rejected), 0)::bigint as crimes_rejected from crimes),
        counted as (select count(*) as records from {records}),
        orphan as (
            select count(*) as orphans, count(distinct crime_reference) as offences_missing
            from (select crime_reference from {records}) as record
            anti join conformed.fct_offence as offence on record.crime_reference = offence.crime_reference
        )
        select
            records, orphans, crimes_rejected,
            case when deliveries > 0 then greatest(offences_missing - crimes_rejected, 0) / nullif(records, 0) end
                as share_unexplained
        from counted, orphan, rejected
    """


def _not_yet_complete(outcome: Model) -> Suite:
    return Suite(
        subject=outcome.subject,
        title="offences without an outcome",
        grain="years",
        sql="""
            with offence as (
                select financial_year, count(*) as offences_without_outcome
                from conformed.fct_offence as offence
                anti join (select crime_reference from conformed.fct_outcome where outcome_sequence > 0) as record
                    on offence.crime_reference = record.crime_reference
                group by all
            ),
            record as (
                select financial_year, count(*) as not_yet_complete from conformed.fct_outcome
                where outcome_sequence = 0 group by all
            )
            select
                financial_year, coalesce(offences_without_outcome, 0) as offences_without_outcome,
                coalesce(not_yet_complete, 0) as not_yet_complete,
                coalesce(not_yet_complete, 0) - coalesce(offences_without_outcome, 0) as rows_difference
            from offence full join record using (financial_year) order by all
        """,
        labels=("financial_year",),
        rules=(
            equal(
                "Every offence without an outcome record is there once, as not yet complete",
                *("offences_without_outcome", "not_yet_complete", ENGINEER, "rows_difference"),
            ),
        ),
    )


def _outcome_codes(outcome: Model, owners: Mapping[str, str]) -> Suite:
    remedy = _ask(owners, outcome.feed, "what the new codes mean; the data engineer adds them to the seed outcome_code.")
    return Suite(
        subject=outcome.subject,
        title="outcome codes outside the framework",
        grain="totals",
        sql="""
            select count(*) filter (outcome_key = 'Unknown') as records_unknown,
                   records_unknown / nullif(count(*), 0) as share_unknown
            from conformed.fct_outcome
        """,
        labels=("records_unknown",),
        rules=(
            between(
                f"At most {UNKNOWN_OUTCOMES:.1%} of outcomes have a code outside the framework",
                *("share_unknown", 0, UNKNOWN_OUTCOMES, remedy, "records_unknown"),
            ),
        ),
    )


def _pairs() -> Suite:
    return Suite(
        subject="conformed.bridge_victim_suspect",
        title="pairs",
        grain="years",
        sql="""
            with due as (
                select victim.financial_year, count(*) as pairs_due
                from conformed.fct_victim as victim join conformed.fct_suspect as suspect using (crime_reference) group by all
            ),
            held as (select financial_year, count(*) as pairs from conformed.bridge_victim_suspect group by all)
            select
                due.financial_year, coalesce(pairs_due, 0) as pairs_due, coalesce(pairs, 0) as pairs,
                coalesce(pairs, 0) - coalesce(pairs_due, 0) as pairs_difference
            from due full join held on due.financial_year is not distinct from held.financial_year order by all
        """,
        labels=("financial_year",),
        rules=(
            equal(
                "Every victim is paired with every suspect of the offence once",
                "pairs_due",
                "pairs",
                ENGINEER,
                "pairs_difference",
            ),
        ),
    )


def _double_loads(street_crime: Model, owners: Mapping[str, str]) -> Suite:
    return Suite(
        subject=street_crime.subject,
        title="months loaded twice",
        grain="months of forces",
        sql="""
            select strftime(month_start, '%Y-%m') as month, reported_by,
                   count(*) filter (is_suspected_double_load) as rows_suspected
            from conformed.fct_street_crime group by all order by all
        """,
        labels=("month", "reported_by"),
        rules=(
            zero(
                "No month's anti-social behaviour looks loaded twice",
                "rows_suspected",
                _ask(owners, street_crime.feed, "for a later download of these months; the rows stay in and are marked."),
                blocking=False,
            ),
        ),
    )


def _labels() -> Suite:
    """The label itself is shown, cut short: it is what somebody has to map."""
    return Suite(
        subject="conformed.unmapped_label",
        title="labels without a meaning",
        grain="labels",
        sql="""
            select feed, scheme, left(source_label, 40) as label, row_count as rows_unmapped
            from conformed.unmapped_label order by all
        """,
        labels=("feed", "scheme", "label"),
        rules=(
            none(
                "Every label of every agency has a meaning here",
                "The data engineer reads the label in the delivered files (what is no known one with a spelling mistake is shown "
                "as its shape), asks the agency what it means and adds it, with its meaning, to "
                "dbt_project/seeds/reference/source_label.csv, or a place to the area's file; `sna refresh` then counts it.",
                counts="rows_unmapped",
            ),
        ),
    )
