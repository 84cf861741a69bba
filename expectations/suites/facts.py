"""Gate 2, facts: nothing was lost or doubled between landing and the facts, and everything hangs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from expectations.rules import Rule, Suite, between, equal, none, zero
from expectations.suites import lookups, national

# Share of persons whose offence is not there that real recording produces; more is a fault of an extract.
ORPHANS = 0.005
# Share of offences that may be without a district before the force's names have probably changed. Of the serious
# violence of the SNA 2024 it is 1.3 % in the worst year (2023/24: 33 of 2,513).
UNKNOWN_DISTRICTS = 0.05
# Share of outcome records with a code outside the framework before it has probably changed.
UNKNOWN_OUTCOMES = 0.005
OLDEST = 120

ENGINEER = "The data engineer finds the join or filter in the dbt model that loses or doubles rows, and builds it again."


@dataclass(frozen=True)
class Fact:
    """A fact as its feed makes it.

    Attributes:
        feed: `agency/feed` whose landed rows the fact holds.
        month: SQL date of a row, in columns that both the landing view and the fact have.
        fact_month: the same in the fact, where it is another expression.
        key: columns that identify a row; empty where lineage does.
        dimensions: (column, dimension, column of the dimension) for each reference.
        extra: SQL condition of rows of the fact that no landed row stands for.
        also: further feeds of the same columns whose rows the fact holds.
    """

    table: str
    feed: str
    month: str
    key: tuple[str, ...]
    dimensions: tuple[tuple[str, str, str], ...]
    fact_month: str = ""
    extra: str = "false"
    also: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"conformed.{self.table}"

    @property
    def landing(self) -> str:
        views = ["landing." + feed.replace("/", "__") for feed in (self.feed, *self.also)]
        return f"({' union all by name '.join(f'from {view}' for view in views)})"


DISTRICT = ("district_code", "dim_district", "district_code")
LSOA = ("lsoa_code", "dim_lsoa", "lsoa_code")
YEAR = ("financial_year", "dim_financial_year", "financial_year")
# Date of a count of a whole year.
YEAR_BEGINS = "make_date(left(financial_year, 4)::integer, 4, 1)"
PERSON = (DISTRICT, ("ethnicity_code", "dim_ethnicity", "ethnicity_code"), ("age_band", "dim_age_band", "age_band"))

OFFENCE = Fact(
    "fct_offence",
    "derbyshire_constabulary/crimes",
    "recorded_at",
    ("crime_reference",),
    (
        *(DISTRICT, LSOA, YEAR, ("ward_code", "dim_ward", "ward_code"), ("weapon", "dim_weapon", "weapon")),
        *(("offence_code", "dim_offence", "offence_code"), ("outcome_key", "dim_outcome", "outcome_key")),
        *(("relationship", "dim_relationship", "relationship"), ("committed_date", "dim_date", "date_day")),
    ),
)
VICTIM = Fact("fct_victim", "derbyshire_constabulary/victims", "offence_date", ("crime_reference", "person_key"), PERSON)
SUSPECT = Fact("fct_suspect", "derbyshire_constabulary/suspects", "offence_date", ("crime_reference", "person_key"), PERSON)
OUTCOME = Fact(
    "fct_outcome",
    "derbyshire_constabulary/outcomes",
    "outcome_date",
    ("crime_reference", "outcome_sequence"),
    (DISTRICT, ("outcome_key", "dim_outcome", "outcome_key")),
    extra="outcome_sequence = 0",
)
STREET_CRIME = Fact("fct_street_crime", "police_uk/street", "month", (), (DISTRICT, LSOA, YEAR), fact_month="month_start")
STREET_OUTCOME = Fact("fct_street_outcome", "police_uk/outcomes", "month", (), (DISTRICT, LSOA, YEAR), fact_month="month_start")
STOP_SEARCH = Fact(
    "fct_stop_search",
    "police_uk/stop_and_search",
    "searched_at at time zone 'UTC' at time zone 'Europe/London'",
    (),
    (YEAR, ("searched_date", "dim_date", "date_day")),
    fact_month="searched_at",
)
ETHNICITY = ("ethnicity_code", "dim_ethnicity", "ethnicity_code")
AGE = ("age_band", "dim_age_band", "age_band")
HOSPITAL = ("hospital", "dim_hospital", "hospital")
FORCE_STOP_SEARCH = Fact(
    "fct_force_stop_search",
    "derbyshire_constabulary/stop_searches",
    "searched_at",
    ("search_reference",),
    (DISTRICT, YEAR, ETHNICITY, AGE, ("searched_date", "dim_date", "date_day")),
)
ED_ATTENDANCE = Fact(
    "fct_ed_attendance",
    "royal_derby_hospital/ed_assaults",
    "arrived_at",
    (),
    (
        *(DISTRICT, YEAR, ETHNICITY, AGE, HOSPITAL, ("arrived_date", "dim_date", "date_day")),
        ("assault_method", "dim_assault_method", "assault_method"),
    ),
    also=("chesterfield_royal_hospital/ed_assaults",),
)
AMBULANCE_CALL = Fact(
    "fct_ambulance_call",
    "east_midlands_ambulance_service/assault_calls",
    "called_at",
    (),
    (DISTRICT, YEAR, AGE, HOSPITAL, ("ward_code", "dim_ward", "ward_code"), ("called_date", "dim_date", "date_day")),
)
LIAISON_REFERRAL = Fact(
    "fct_liaison_referral",
    "nhs_liaison_and_diversion/referrals",
    "referred_at",
    (),
    (YEAR, ("referred_date", "dim_date", "date_day")),
    fact_month="referred_date",
)
FIRE_INCIDENT = Fact(
    "fct_fire_incident",
    "derbyshire_fire_and_rescue/incidents",
    "called_at",
    ("incident_number",),
    (DISTRICT, YEAR, ("called_date", "dim_date", "date_day")),
)
FIRE_REFERRAL = Fact(
    "fct_fire_referral",
    "derbyshire_fire_and_rescue/referrals",
    YEAR_BEGINS,
    (),
    (YEAR,),
)
PROBATION_CASE_COUNT = Fact(
    "fct_probation_case_count",
    "probation_service/serious_violence_cases",
    YEAR_BEGINS,
    ("financial_year", "breakdown", "category"),
    (YEAR,),
)
PROBATION_AGE_SENTENCE_COUNT = Fact(
    "fct_probation_age_sentence_count",
    "probation_service/cases_by_age_and_sentence",
    YEAR_BEGINS,
    ("financial_year", "age_group", "sentence_type"),
    (YEAR,),
)
YOUTH_JUSTICE_RETURN = Fact(
    "fct_youth_justice_return",
    "derby_city_youth_justice/offences",
    YEAR_BEGINS,
    ("area", "financial_year", "breakdown", "offence_group", "category_as_sent"),
    (YEAR,),
    also=("derbyshire_county_youth_justice/offences",),
)
YOUTH_JUSTICE_OFFENDER_COUNT = Fact(
    "fct_youth_justice_offender_count",
    "derby_city_youth_justice/offenders",
    YEAR_BEGINS,
    ("area", "financial_year", "age", "sex"),
    (YEAR,),
    also=("derbyshire_county_youth_justice/offenders",),
)
PRISON_SAFETY = Fact(
    "fct_prison_safety",
    "moj/safety_in_custody",
    "last_day(strptime('1 ' || twelve_months_ending, '%d %B %Y')::date)",
    ("measure", "kind", "sex", "twelve_months_ending"),
    (("twelve_months_ending", "dim_date", "date_day"),),
    fact_month="twelve_months_ending",
)
PRISON_POPULATION = Fact(
    "fct_prison_population",
    "moj/prison_population",
    "counted_on",
    ("counted_on", "offence_group", "sex"),
    (("counted_on", "dim_date", "date_day"),),
)
REOFFENDING = Fact(
    "fct_reoffending",
    "moj/proven_reoffending",
    "last_day(strptime('1 ' || split_part(cohort, ' to ', 2), '%d %B %Y')::date)",
    ("cohort", "breakdown", "age_range", "category"),
    (("cohort_ends", "dim_date", "date_day"),),
    fact_month="cohort_ends",
)
AREA = ("area_code", "dim_area", "area_code")
SCHOOL_YEAR = ("academic_year", "dim_academic_year", "academic_year")
CHILDRENS_SOCIAL_CARE_RETURN = Fact(
    "fct_childrens_social_care_return",
    "derbyshire_childrens_social_care/activity",
    YEAR_BEGINS,
    ("area", "financial_year", "breakdown", "measure", "category_as_sent"),
    (YEAR,),
    also=("derby_city_childrens_social_care/activity",),
)
SCHOOL_ABSENCE = Fact(
    "fct_school_absence",
    "derby_and_derbyshire_education/attendance",
    "make_date(left(academic_year, 4)::integer, 9, 1)",
    ("academic_year", "breakdown", "category_as_sent", "absence_kind"),
    (SCHOOL_YEAR,),
)
SCHOOL_EXCLUSION_COUNT = Fact(
    "fct_school_exclusion_count",
    "dfe/exclusion_reasons",
    "make_date(left(academic_year, 4)::integer, 9, 1)",
    ("source", "load_id", "academic_year", "area_as_sent", "phase", "exclusion_kind", "reason"),
    (SCHOOL_YEAR, AREA),
    also=("derbyshire_county_education/exclusions", "derby_city_education/exclusions"),
)
CHILDREN_IN_NEED = Fact(
    "fct_children_in_need",
    "dfe/children_in_need",
    "make_date(time_period::integer - 1, 4, 1)",
    ("financial_year", "area_as_sent", "area_name", "category", "breakdown", "measure"),
    (YEAR, AREA),
    fact_month=YEAR_BEGINS,
)
LAIT_VALUE = Fact(
    "fct_lait_value",
    "dfe/lait",
    "make_date(left(years, 4)::integer, 1, 1)",
    ("measure", "years", "la_number"),
    (AREA,),
    fact_month="make_date(start_year, 1, 1)",
)
NEET_RATE = Fact(
    "fct_neet_rate",
    "dfe/neet_scorecard",
    "make_date(calendar_year::integer, 1, 1)",
    ("source", "calendar_year", "area_code", "place", "measure"),
    (AREA,),
    also=("derbyshire_county_education/neet", "derby_city_education/neet"),
)
CENSUS_COUNT = Fact(
    "fct_census_count",
    "ons/census_population",
    "make_date(census_year, 1, 1)",
    ("census_year", "national_district_code", "measure", "sex", "age_from"),
    (DISTRICT,),
)
CENSUS_ETHNICITY = Fact("fct_census_ethnicity", "ons/census_ethnicity", "date '2021-03-21'", (), (ETHNICITY,))
NTE_RETURN = Fact(
    "fct_nte_return",
    "safer_derbyshire/nte_kpi",
    YEAR_BEGINS,
    ("financial_year", "breakdown", "category_as_sent"),
    (YEAR,),
)
FACTS = (
    *(OFFENCE, VICTIM, SUSPECT, OUTCOME, STREET_CRIME, STREET_OUTCOME, STOP_SEARCH),
    *(FORCE_STOP_SEARCH, ED_ATTENDANCE, AMBULANCE_CALL, LIAISON_REFERRAL, FIRE_INCIDENT, FIRE_REFERRAL),
    *(PROBATION_CASE_COUNT, PROBATION_AGE_SENTENCE_COUNT, YOUTH_JUSTICE_RETURN, YOUTH_JUSTICE_OFFENDER_COUNT),
    *(PRISON_SAFETY, PRISON_POPULATION, REOFFENDING),
    *(CHILDRENS_SOCIAL_CARE_RETURN, SCHOOL_ABSENCE, SCHOOL_EXCLUSION_COUNT, CHILDREN_IN_NEED, LAIT_VALUE, NEET_RATE),
    *(CENSUS_COUNT, CENSUS_ETHNICITY),
    NTE_RETURN,
)

# Dimensions that grow with the deliveries; the others are seeds, whose keys dbt tests.
GROWING = {"dim_lsoa": "lsoa_code", "dim_ward": "ward_code", "dim_offence": "offence_code"}


def suites(con: duckdb.DuckDBPyConnection) -> list[Suite]:
    """Suites of every fact, and of the dimensions that grow with the deliveries."""
    owners = dict(con.execute("select agency || '/' || feed, owner from ledger.feed").fetchall())
    made_up = con.execute("select environment from ledger.build").fetchone() == ("demonstration",)
    found = [_conserved(fact) for fact in FACTS]
    found += [_unique(f"conformed.{fact.table}", fact.key) for fact in FACTS if fact.key]
    found += [_unique(f"conformed.{table}", (key,)) for table, key in GROWING.items()]
    found += [_references(fact) for fact in FACTS]
    found += [_clock(owners), _classification(), _totals(), _districts(owners)]
    found += [suite for fact in (VICTIM, SUSPECT) for suite in (_ages(fact, owners), _orphans(fact, owners, made_up))]
    found += [_outcome_orphans(owners, made_up), _not_yet_complete(), _outcome_codes(owners)]
    found += [_pairs(), _double_loads(owners), _labels(), *lookups.suites(con), *national.fact_suites()]
    return found


def _ask(owners: Mapping[str, str], feed: str, what: str) -> str:
    return f"Ask {owners.get(feed, 'the owner of ' + feed)} {what}"


def _conserved(fact: Fact) -> Suite:
    """Rows by month, landed and in the fact."""
    in_fact = fact.fact_month or fact.month
    return Suite(
        subject=fact.subject,
        title="rows landed and rows in the fact",
        grain="months",
        sql=f"""
            with landed as (
                select date_trunc('month', {_date(fact.month)}) as month, count(*) as rows_landed from {fact.landing} group by all
            ),
            kept as (
                select date_trunc('month', {in_fact}) as month, count(*) as rows_in_fact
                from conformed.{fact.table} where not ({fact.extra}) group by all
            )
            select
                strftime(month, '%Y-%m') as month, coalesce(rows_landed, 0) as rows_landed,
                coalesce(rows_in_fact, 0) as rows_in_fact, coalesce(rows_in_fact, 0) - coalesce(rows_landed, 0) as rows_difference
            from landed full join kept using (month) order by all
        """,
        labels=("month",),
        rules=(equal("Every landed row is in the fact once", "rows_landed", "rows_in_fact", ENGINEER, counts="rows_difference"),),
    )


def _date(expression: str) -> str:
    """The archive's month is text, `2024-01`."""
    return "cast(left(cast(month as varchar), 7) || '-01' as date)" if expression == "month" else expression


def _unique(subject: str, key: tuple[str, ...]) -> Suite:
    """How many rows share their key; the keys themselves stay in the warehouse."""
    columns = ", ".join(key)
    return Suite(
        subject=subject,
        title="repeated keys",
        grain="key sizes above one",
        sql=f"""
            select rows_with_key, sum(rows_with_key)::bigint as rows_repeated
            from (select count(*) as rows_with_key from {subject} group by {columns} having count(*) > 1)
            group by all order by all
        """,
        labels=("rows_with_key",),
        rules=(none(f"No two rows have the same {' and '.join(key)}", ENGINEER, counts="rows_repeated"),),
    )


def _references(fact: Fact) -> Suite:
    lines = " union all ".join(
        f"""select '{column}' as reference, coalesce(sum(n), 0)::bigint as rows_unmatched
            from (select {column}, count(*) as n from conformed.{fact.table} group by all) as used
            anti join conformed.{dimension} as known on used.{column} = known.{key}"""
        for column, dimension, key in fact.dimensions
    )
    return Suite(
        subject=fact.subject,
        title="references to dimensions",
        grain="references",
        sql=lines,
        labels=("reference",),
        rules=(
            zero(
                "Every reference to a dimension finds its member",
                "rows_unmatched",
                "The data engineer adds the missing member to the seed of the dimension, or maps the value in staging.",
            ),
        ),
    )


def _clock(owners: Mapping[str, str]) -> Suite:
    ask = _ask(owners, OFFENCE.feed, "for the times of these offences and deliver a corrected version of the period.")
    return Suite(
        subject=OFFENCE.subject,
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


def _classification() -> Suite:
    remedy = "The data engineer mends the seeds of the definition (serious_violence_definition, serious_violence_exclusion)."
    return Suite(
        subject=OFFENCE.subject,
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


def _totals() -> Suite:
    """A year's offences, counted directly and through each dimension that divides them."""
    return Suite(
        subject=OFFENCE.subject,
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


def _districts(owners: Mapping[str, str]) -> Suite:
    remedy = _ask(owners, OFFENCE.feed, "whether its names of districts have changed; the data engineer adds them to the seed.")
    return Suite(
        subject=OFFENCE.subject,
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


def _ages(fact: Fact, owners: Mapping[str, str]) -> Suite:
    remedy = _ask(owners, fact.feed, "for the dates of birth of these records and deliver a corrected version.")
    return Suite(
        subject=fact.subject,
        title="ages",
        grain="ages",
        sql=f"select age, count(*) as people from {fact.subject} group by age order by age",
        labels=("age", "people"),
        rules=(between(f"Ages run from 0 to {OLDEST} or are unknown", "age", 0, OLDEST, remedy, counts="people"),),
    )


def _orphans(fact: Fact, owners: Mapping[str, str], made_up: bool) -> Suite:
    """Persons without an offence, of the months of which crimes were delivered."""
    limit = 0.0 if made_up else ORPHANS
    return Suite(
        subject=fact.subject,
        title="persons without an offence",
        grain="totals",
        sql=_without_offence(
            f"{fact.subject} as fact semi join ledger.delivery as own on fact.load_id = own.load_id"
            " and own.period in (select period from crimes)"
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


def _outcome_orphans(owners: Mapping[str, str], made_up: bool) -> Suite:
    """Outcomes of offences recorded before the first delivery of crimes are ordinary, but not in demonstration data."""
    return Suite(
        subject=OUTCOME.subject,
        title="outcomes without an offence",
        grain="totals",
        sql=_without_offence("conformed.fct_outcome as fact"),
        labels=("records", "orphans", "crimes_rejected"),
        rules=(
            between(
                "Every outcome belongs to an offence",
                *("share_unexplained", 0, 0),
                _ask(owners, OUTCOME.feed, "for the crimes of these outcomes, if they were recorded in a month in use."),
                counts="orphans",
                blocking=made_up,
            ),
        ),
    )


def _without_offence(records: str) -> str:
    """Records whose offence is not there. A rejected crime explains those of one offence; no crimes at all explain all."""
    return f"""
        with crimes as (
            select period, rows_rejected from ledger.delivery where in_use and agency || '/' || feed = '{OFFENCE.feed}'
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


def _not_yet_complete() -> Suite:
    return Suite(
        subject=OUTCOME.subject,
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


def _outcome_codes(owners: Mapping[str, str]) -> Suite:
    remedy = _ask(owners, OUTCOME.feed, "what the new codes mean; the data engineer adds them to the seed outcome_code.")
    return Suite(
        subject=OUTCOME.subject,
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


def _double_loads(owners: Mapping[str, str]) -> Suite:
    return Suite(
        subject=STREET_CRIME.subject,
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
                _ask(owners, STREET_CRIME.feed, "for a later download of these months; the rows stay in and are marked."),
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
                "dbt_project/seeds/reference/source_label.csv; `sna refresh` then counts it.",
                counts="rows_unmapped",
            ),
        ),
    )
