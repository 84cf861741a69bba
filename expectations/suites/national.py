"""What must be true of national statistics: breakdowns add up to their whole, and small areas have what rates by them need."""

from __future__ import annotations

from expectations.rules import Suite, between, equal, zero

PUBLISHER = "Ask the publisher for a corrected file; until then the data engineer withdraws this one."
ENGINEER = "The data engineer compares the dbt models of these tables with their fact, corrects them and rebuilds them."


def fact_suites() -> list[Suite]:
    """Gate 2."""
    return [_reoffending(), _custody(), _domains(), _contextual()]


def mart_suites() -> list[Suite]:
    """Gate 3."""
    return [_deprivation(), _small_areas(), _drivers()]


def _reoffending() -> Suite:
    """A cohort's reoffenders and reoffences, counted in each breakdown that holds all of them."""
    return Suite(
        subject="conformed.fct_reoffending",
        title="breakdowns of a cohort",
        grain="cohorts and age ranges",
        sql="""
            with whole as (
                select cohort, age_range, sum(reoffenders)::bigint as reoffenders, sum(reoffences)::bigint as reoffences
                from conformed.fct_reoffending where breakdown = 'Overall' group by all
            ),
            part as (
                select
                    cohort, age_range,
                    sum(reoffenders) filter (breakdown = 'Age group')::bigint as reoffenders_by_age,
                    sum(reoffences) filter (breakdown = 'Reoffence type')::bigint as reoffences_by_type,
                    count(*) filter (reoffenders > offenders)::bigint as rows_with_more_reoffenders
                from conformed.fct_reoffending group by all
            )
            select
                cohort, age_range, reoffenders, coalesce(reoffenders_by_age, reoffenders) as reoffenders_by_age,
                reoffences, coalesce(reoffences_by_type, reoffences) as reoffences_by_type, rows_with_more_reoffenders
            from whole join part using (cohort, age_range) order by all
        """,
        labels=("cohort", "age_range"),
        rules=(
            equal("Reoffenders by age add up to the cohort's", "reoffenders", "reoffenders_by_age", PUBLISHER),
            equal("Reoffences by type add up to the cohort's", "reoffences", "reoffences_by_type", PUBLISHER),
            zero("No group has more reoffenders than offenders", "rows_with_more_reoffenders", PUBLISHER),
        ),
    )


def _custody() -> Suite:
    """Incidents in establishments for men and for women, and in all."""
    return Suite(
        subject="conformed.fct_prison_safety",
        title="incidents by sex",
        grain="kinds and twelve months",
        sql="""
            with part as (
                select
                    kind, twelve_months_ending::varchar as twelve_months_ending,
                    sum(incidents) filter (sex = 'All')::bigint as incidents,
                    sum(incidents) filter (sex in ('Male', 'Female'))::bigint as incidents_by_sex
                from conformed.fct_prison_safety group by all
            )
            select * replace (coalesce(incidents_by_sex, incidents) as incidents_by_sex) from part
            where incidents is not null order by all
        """,
        labels=("kind", "twelve_months_ending"),
        rules=(equal("Male and female incidents add up to all", "incidents", "incidents_by_sex", PUBLISHER),),
    )


def _domains() -> Suite:
    """Every LSOA of the file has its seven domains, and each decile is that of its rank among the 32,844 LSOAs of England."""
    return Suite(
        subject="conformed.fct_deprivation_domain",
        title="domains by LSOA",
        grain="domains",
        sql="""
            with whole as (select count(distinct lsoa_code)::bigint as lsoas from conformed.fct_deprivation_domain)
            select
                domain, lsoas, count(*)::bigint as rows_of_domain,
                count(*) filter (domain_decile <> ceil(domain_rank * 10 / 32844))::bigint as rows_with_another_decile
            from conformed.fct_deprivation_domain cross join whole group by all order by all
        """,
        labels=("domain",),
        rules=(
            equal("Every LSOA is in every domain once", "lsoas", "rows_of_domain", ENGINEER),
            zero("Every decile is that of its rank in England", "rows_with_another_decile", PUBLISHER),
        ),
    )


def _deprivation() -> Suite:
    """The county's LSOAs in the index and in its domains, where both files were delivered."""
    return Suite(
        subject="marts.deprivation_domains",
        title="LSOAs with an index and with domains",
        grain="districts",
        sql="""
            with ranked as (
                select district, count(distinct lsoa_code)::bigint as lsoas_with_domains
                from marts.deprivation_domains group by all
            )
            select district, count(*)::bigint as lsoas, lsoas_with_domains
            from marts.deprivation join ranked using (district) group by all order by all
        """,
        labels=("district",),
        rules=(equal("Every LSOA with an index has its domains", "lsoas", "lsoas_with_domains", ENGINEER),),
    )


def _contextual() -> Suite:
    """The inspectorate's rows, landed and in the fact."""
    return Suite(
        subject="conformed.fct_contextual_indicator",
        title="rows landed and rows in the fact",
        grain="measures",
        sql="""
            with landed as (
                select measure, count(*)::bigint as rows_landed from landing.population__contextual_indicators group by all
            ),
            kept as (select measure, count(*)::bigint as rows_in_fact from conformed.fct_contextual_indicator group by all)
            select measure, coalesce(rows_landed, 0) as rows_landed, coalesce(rows_in_fact, 0) as rows_in_fact
            from landed full join kept using (measure) order by all
        """,
        labels=("measure",),
        rules=(equal("Every landed row is in the fact once", "rows_landed", "rows_in_fact", ENGINEER),),
    )


def _small_areas() -> Suite:
    """Households of the census by LSOA and by district; both are perturbed a little, so they may differ by half a per cent.

    Which LSOAs of 2021 a district has, only the look-up knows.
    """
    return Suite(
        subject="marts.census_households",
        title="households by LSOA and by district",
        grain="districts",
        sql="""
            with small as (
                select lsoa.district_code, sum(households)::bigint as households_of_lsoas
                from conformed.lsoa_population join conformed.dim_lsoa as lsoa using (lsoa_code)
                where households is not null
                    and exists (select 1 from conformed.dim_lsoa where vintage in ('2021', '2011 and 2021'))
                group by all
            )
            select
                district, households, households_of_lsoas,
                abs(households_of_lsoas - households) / households::double as difference
            from marts.census_households join small using (district_code) where census_year = 2021 order by all
        """,
        labels=("district", "households", "households_of_lsoas"),
        rules=(between("The LSOAs of a district have its households, within 0.5%", "difference", 0, 0.005, PUBLISHER),),
    )


def _drivers() -> Suite:
    """Correlations are correlations, and none with recorded crime's own domain."""
    return Suite(
        subject="marts.drivers",
        title="correlations",
        grain="correlations",
        sql="""
            select
                source, crime_source, crime_type, indicator, method, coefficient,
                (coefficient not between coefficient_lower_95 and coefficient_upper_95)::int as outside_its_limits,
                (q_value < p_value)::int as adjusted_the_wrong_way,
                (indicator = 'Crime' or (indicator = 'Index of Multiple Deprivation' and caveat is null))::int as circular
            from marts.drivers order by all
        """,
        labels=("crime_type", "indicator", "method"),
        rules=(
            between("Every correlation is from -1 to 1", "coefficient", -1, 1, ENGINEER),
            zero("Every correlation is within its limits", "outside_its_limits", ENGINEER),
            zero("No adjusted p-value is below the unadjusted", "adjusted_the_wrong_way", ENGINEER),
            zero("Nothing made of recorded crime is called a driver of crime without saying so", "circular", ENGINEER),
        ),
    )
