"""Gate 3, part of it: the marts across agencies hold every event once, in the column of its kind, and nothing else."""

from __future__ import annotations

from expectations.rules import Suite, equal, zero

ENGINEER = "The data engineer compares the dbt model of the mart with the facts that it reads, corrects it and rebuilds it."

VIOLENCE = "recorded_crime_group in (select recorded_crime_group from reference.violence_group {})"
# The attendances of a month are in the picture when all hospitals that the area lists have delivered it.
BY_ALL = """month_start in (
    select month_start from conformed.fct_ed_attendance group by all having count(distinct feed) = greatest(
        (select count(*) from ledger.feed where feed_type = 'health/ed_assaults'),
        (select count(distinct feed) from conformed.fct_ed_attendance)
    )
)"""
# A month that one of several forces has not delivered is no number of the area, in no mart of whole years.
BY_ALL_FORCES = "{1} not in (select month_start from conformed.incomplete_month where feed_type = '{0}')"
PERSON_MONTH = "date_trunc('month', recorded_at)::date"
OFFENCE_MONTH = BY_ALL_FORCES.format("crimes", "recorded_month")
# Column of the mart -> the fact that it counts, and the rows of it.
EVENTS = {
    "serious_violence_offences": ("fct_offence", f"is_serious_violence and {OFFENCE_MONTH}"),
    "violence_offences": ("fct_offence", f"{VIOLENCE.format('')} and {OFFENCE_MONTH}"),
    "violence_with_injury_offences": ("fct_offence", f"{VIOLENCE.format('where with_injury')} and {OFFENCE_MONTH}"),
    "ed_attendances": ("fct_ed_attendance", BY_ALL),
    "ambulance_calls": ("fct_ambulance_call", BY_ALL_FORCES.format("assault_calls", "month_start")),
}
# Column of the mart of days -> the fact, its day, and the rows of it.
COMMITTED_MONTH = "date_trunc('month', committed_date)"
ON_A_DAY = f"""is_serious_violence
    and committed_date >= (
        select min(first_day) from conformed.dim_financial_year
        where financial_year in (select financial_year from conformed.fct_offence)
    )
    and {COMMITTED_MONTH} in (select recorded_month from conformed.fct_offence)
    and {BY_ALL_FORCES.format("crimes", COMMITTED_MONTH)}"""
DAYS = {
    "serious_violence_offences": ("fct_offence", "committed_date", ON_A_DAY),
    "knife_offences": ("fct_offence", "committed_date", f"is_knife_crime and {ON_A_DAY}"),
    "ed_attendances": ("fct_ed_attendance", "arrived_date", BY_ALL),
    "ambulance_calls": ("fct_ambulance_call", "called_date", BY_ALL_FORCES.format("assault_calls", "month_start")),
}
# A person whose offence was never delivered is in no year.
OF_VIOLENCE = f"crime_reference in (select crime_reference from conformed.fct_offence where {VIOLENCE.format('')})"
PEOPLE = {
    "serious_violence_victims": ("fct_victim", "is_serious_violence"),
    "violence_victims": ("fct_victim", OF_VIOLENCE),
    "ed_attendances": ("fct_ed_attendance", BY_ALL),
    "ambulance_calls": ("fct_ambulance_call", "true"),
}

# Indicator -> the fact that it counts, the rows of it, and what is summed.
INDICATORS = {
    "serious_violence": ("fct_offence", f"is_serious_violence and {OFFENCE_MONTH}", "count(*)"),
    "knife_crime": ("fct_offence", f"is_serious_violence and is_knife_crime and {OFFENCE_MONTH}", "count(*)"),
    "victims": ("fct_victim", f"is_serious_violence and {BY_ALL_FORCES.format('victims', PERSON_MONTH)}", "count(*)"),
    "suspects": ("fct_suspect", f"is_serious_violence and {BY_ALL_FORCES.format('suspects', PERSON_MONTH)}", "count(*)"),
    "stop_searches": ("fct_force_stop_search", BY_ALL_FORCES.format("stop_searches", "month_start"), "count(*)"),
    "ed_attendances": ("fct_ed_attendance", BY_ALL, "count(*)"),
    "ambulance_calls": ("fct_ambulance_call", BY_ALL_FORCES.format("assault_calls", "month_start"), "count(*)"),
    "deliberate_fires": (
        *("fct_fire_incident", f"incident_kind = 'Deliberate fire' and {BY_ALL_FORCES.format('incidents', 'month_start')}"),
        "count(*)",
    ),
    "probation_cases": (
        "(select *, category as district_code from conformed.fct_probation_case_count)",
        *("breakdown = 'District'", "sum(cases)"),
    ),
}


def suites() -> list[Suite]:
    """Suites of the marts that show several agencies side by side, of the profiles and of the register of interventions."""
    return [
        _kinds("violence_across_agencies", EVENTS, "Every event is counted once, in the column of its kind"),
        _kinds("victims_across_agencies", PEOPLE, "Everybody is counted once, in the column of their kind"),
        _days(),
        _victims(),
        _ratios(),
        _times(),
        _indicators(),
        _profiles(),
        _interventions(),
    ]


def _kinds(mart: str, measures: dict[str, tuple[str, str]], name: str) -> Suite:
    in_mart = " union all ".join(
        f"select '{column}' as kind, financial_year, coalesce(sum({column}), 0)::bigint as in_mart from marts.{mart} group by all"
        for column in measures
    )
    in_fact = " union all ".join(
        f"select '{column}' as kind, financial_year, count(*) as in_fact from conformed.{fact} where {rows} group by all"
        for column, (fact, rows) in measures.items()
    )
    return Suite(
        subject=f"marts.{mart}",
        title="events of each kind",
        grain="years of a kind",
        sql=f"""
            select kind, financial_year, coalesce(in_mart, 0) as in_mart, coalesce(in_fact, 0) as in_fact,
                   coalesce(in_mart, 0) - coalesce(in_fact, 0) as difference
            from ({in_mart}) full join ({in_fact}) using (kind, financial_year) order by all
        """,
        labels=("kind", "financial_year"),
        rules=(equal(name, "in_mart", "in_fact", ENGINEER, counts="difference"),),
    )


def _days() -> Suite:
    in_mart = " union all ".join(
        f"select '{column}' as kind, date_day, sum({column})::bigint as in_mart from marts.violence_by_day group by all"
        for column in DAYS
    )
    in_fact = " union all ".join(
        f"select '{column}' as kind, {day} as date_day, count(*) as in_fact from conformed.{fact} where {rows} group by all"
        for column, (fact, day, rows) in DAYS.items()
    )
    return Suite(
        subject="marts.violence_by_day",
        title="events of each day",
        grain="kinds",
        sql=f"""
            select kind, sum(coalesce(in_mart, 0))::bigint as all_events,
                   sum(abs(coalesce(in_mart, 0) - coalesce(in_fact, 0)))::bigint as events_elsewhere
            from ({in_mart}) full join ({in_fact}) using (kind, date_day) group by all order by all
        """,
        labels=("kind", "all_events"),
        rules=(zero("Every event is counted on its day, in the column of its kind", "events_elsewhere", ENGINEER),),
    )


def _victims() -> Suite:
    return Suite(
        subject="marts.victims_across_agencies",
        title="years",
        grain="years",
        sql="""
            with delivered as (
                select financial_year, count(distinct recorded_month) as months from conformed.fct_offence group by all
            )
            select financial_year, count(*) filter (is_whole_year and months < 12)::bigint as called_whole
            from marts.victims_across_agencies left join delivered using (financial_year) group by all order by all
        """,
        labels=("financial_year",),
        rules=(zero("A year that has only begun is not called whole", "called_whole", ENGINEER),),
    )


def _ratios() -> Suite:
    """Years that an agency did not deliver whole are in the picture, and in no ratio."""
    sums = ", ".join(f"sum({column})::bigint as {column}" for column in EVENTS)
    unpivoted = f"unpivot (select financial_year, {sums} from {{}} group by all) on {', '.join(EVENTS)} into name kind value n"
    return Suite(
        subject="marts.violence_ratios",
        title="districts of the ratios",
        grain="years of a kind",
        sql=f"""
            with in_ratios as ({unpivoted.format("marts.violence_ratios")}),
            in_picture as ({unpivoted.format("(from marts.violence_across_agencies where district_code <> 'Outside')")})
            select kind, financial_year, in_ratios.n as in_ratios, coalesce(in_picture.n, 0) as in_picture,
                   in_ratios.n - coalesce(in_picture.n, 0) as difference
            from in_ratios left join in_picture using (kind, financial_year) order by all
        """,
        labels=("kind", "financial_year"),
        rules=(
            equal(
                "The districts, with Unknown, add up to the events of all agencies",
                *("in_ratios", "in_picture", ENGINEER),
                counts="difference",
            ),
        ),
    )


def _times() -> Suite:
    """Each breakdown, and the county beside the districts, has the events of the years that it says it sums."""
    yearly = """
        select '{kind}' as kind, financial_year, violence_with_injury_offences as offences, {column} as events
        from marts.violence_ratios where violence_with_injury_offences is not null and {column} is not null
    """
    years = " union all ".join(
        yearly.format(kind=kind, column=column)
        for kind, column in (("attendances", "ed_attendances"), ("calls", "ambulance_calls"))
    )
    return Suite(
        subject="marts.violence_ratios_by_time",
        title="breakdowns of the ratios",
        grain="breakdowns of a kind",
        sql=f"""
            with by_time as (
                select kind, breakdown, if(district_code = 'County', 'County', 'Districts') as told_of, first_year, last_year,
                       (sum(violence_with_injury_offences) + sum(events))::bigint as by_time,
                       count(*) filter (
                           not per_100_offences between per_100_offences_lower_95 and per_100_offences_upper_95
                       )::bigint as outside
                from marts.violence_ratios_by_time group by all
            ),
            by_year as ({years})
            select by_time.kind, breakdown, told_of, by_time, sum(offences + events)::bigint as by_year, outside
            from by_time left join by_year on by_time.kind = by_year.kind and financial_year between first_year and last_year
            group by all order by all
        """,
        labels=("kind", "breakdown", "told_of"),
        rules=(
            equal("Every breakdown adds up to the years of violence_ratios", "by_time", "by_year", ENGINEER),
            zero("Every ratio by time is between its limits", "outside", ENGINEER),
        ),
    )


def _indicators() -> Suite:
    in_fact = " union all ".join(
        f"""select '{indicator}' as indicator_id, financial_year, coalesce({measure}, 0)::bigint as in_fact
            from {fact if fact.startswith("(") else "conformed." + fact}
            where {rows} and district_code in (select district_code from conformed.district) group by all"""
        for indicator, (fact, rows, measure) in INDICATORS.items()
    )
    return Suite(
        subject="marts.district_profile",
        title="counts of the facts",
        grain="years of an indicator",
        sql=f"""
            with in_profile as (
                select indicator_id, financial_year, sum(events)::bigint as in_profile from marts.district_profile group by all
            )
            select indicator_id, financial_year, coalesce(in_profile, 0) as in_profile, in_fact
            from ({in_fact}) left join in_profile using (indicator_id, financial_year) order by all
        """,
        labels=("indicator_id", "financial_year"),
        rules=(equal("The districts have what their fact counts in them", "in_profile", "in_fact", ENGINEER),),
    )


def _profiles() -> Suite:
    return Suite(
        subject="marts.district_profile",
        title="profiles",
        grain="years of an indicator",
        sql="""
            select
                indicator_id, financial_year, count(distinct district_code) as districts,
                (select count(*) from conformed.district) as districts_of_the_area,
                count(*) filter (not value between value_lower_95 and value_upper_95)::bigint as outside,
                count(*) filter (not is_whole_year and (value is not null or change_verdict is not null))::bigint as begun,
                count(*) filter (value is not null and national_value is null and seed.national_comparator is not null)::bigint
                    as alone
            from marts.district_profile left join reference.profile_indicator as seed using (indicator_id)
            group by all order by all
        """,
        labels=("indicator_id", "financial_year"),
        rules=(
            equal("Every indicator has all districts", "districts", "districts_of_the_area", ENGINEER),
            zero("Every value is between its limits", "outside", ENGINEER),
            zero("A year that has only begun has no value", "begun", ENGINEER),
            zero("Every value has the national one that its indicator has", "alone", ENGINEER),
        ),
    )


def _interventions() -> Suite:
    return Suite(
        subject="marts.interventions",
        title="register of interventions",
        grain="registers",
        sql="""
            select
                (select count(distinct (agency, intervention_reference)) from landing.interventions__interventions) as landed,
                (select count(distinct intervention_reference) from marts.interventions) as shown
        """,
        rules=(equal("Every intervention of the register is shown", "landed", "shown", ENGINEER),),
    )
