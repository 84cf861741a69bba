with indicator as (
    select * from {{ ref('profile_indicator') }}
),

occurring as (
    select distinct
        indicator_id,
        financial_year,
        is_whole_year
    from {{ ref('fct_district_indicator') }}

    union

    select distinct
        indicator_id,
        financial_year,
        true as is_whole_year
    from {{ ref('fct_district_value') }}
),

reported_year as (
    select distinct financial_year from {{ ref('fct_offence') }}
),

-- Of what was taken once, every later year shows the same.
shown as (
    select
        occurring.indicator_id,
        occurring.financial_year,
        occurring.financial_year as counted_year,
        occurring.is_whole_year
    from occurring
    inner join indicator
        on occurring.indicator_id = indicator.indicator_id
    where not indicator.carries_forward

    union all

    select
        occurring.indicator_id,
        reported_year.financial_year,
        occurring.financial_year as counted_year,
        true as is_whole_year
    from occurring
    inner join indicator
        on occurring.indicator_id = indicator.indicator_id
    inner join reported_year
        on occurring.financial_year <= reported_year.financial_year
    where indicator.carries_forward
),

-- The county has the unknown districts among its offences, since they happened in it.
county as (
    select
        counted.indicator_id,
        counted.financial_year,
        cast(sum(case when counted.district_code <> 'Outside' then counted.numerator end) as bigint) as numerator,
        cast(sum(case when counted.district_code <> 'Outside' then counted.denominator end) as bigint) as denominator,
        cast(sum(counted.numerator) as bigint) as england_numerator,
        cast(sum(counted.denominator) as bigint) as england_denominator,
        bool_or(counted.district_code = 'Outside') as has_the_rest_of_england
    from {{ ref('fct_district_indicator') }} as counted
    group by counted.indicator_id, counted.financial_year
),

-- A rate of children is per child.
resident as (
    select
        financial_year,
        district_code,
        mid_year,
        cast(null as varchar) as base,
        cast(population as bigint) as population
    from {{ ref('district_population') }}

    union all

    select
        financial_year,
        district_code,
        mid_year,
        'residents under 18' as base,
        cast(round({{ residents_under(18) }}) as bigint) as population
    from {{ ref('district_age_population') }}
    group by financial_year, district_code, mid_year
),

county_population as (
    select
        financial_year,
        base,
        cast(sum(population) as bigint) as population
    from resident
    group by financial_year, base
),

maturity as (
    select
        financial_year,
        category as district,
        is_mature,
        p_value,
        q_value,
        verdict,
        verdict_caution
    from {{ ref('outcome_change') }}
    where basis = 'Recorded in period' and breakdown = 'District'
),

measured as (
    select
        shown.financial_year,
        year_of.start_year,
        district.district_code,
        district.district,
        district.area,
        indicator.indicator_id,
        indicator.indicator,
        indicator.kind,
        indicator.unit,
        indicator.base,
        indicator.polarity,
        indicator.carries_forward,
        indicator.national_comparator,
        indicator.national_by_definition,
        indicator.national_note,
        indicator.caveat,
        indicator.series,
        indicator.indicator_id <> 'positive_outcome' or coalesce(maturity.is_mature, false) as is_mature,
        cast(indicator.sort_order as integer) as sort_order,
        shown.is_whole_year,
        -- What was published without counts is neither 0 nor of so many people.
        case when county.indicator_id is not null then coalesce(counted.numerator, 0) end as events,
        case
            when county.indicator_id is null then null
            when indicator.unit = 'rate' then population.population
            else coalesce(counted.denominator, 0)
        end as base_count,
        published.value as published_value,
        published.county_value as published_county_value,
        published.national_value as published_national_value,
        population.mid_year as population_mid_year,
        county.numerator as county_events,
        case indicator.unit when 'rate' then county_population.population else county.denominator end as county_base,
        case when indicator.is_national_in_feed and county.has_the_rest_of_england then county.england_numerator end
            as national_events,
        county.england_denominator as national_base
    from shown
    inner join indicator
        on shown.indicator_id = indicator.indicator_id
    inner join {{ ref('dim_financial_year') }} as year_of
        on shown.financial_year = year_of.financial_year
    inner join {{ ref('dim_district') }} as district
        on district.is_in_county
    left join county
        on shown.indicator_id = county.indicator_id and shown.counted_year = county.financial_year
    left join {{ ref('fct_district_value') }} as published
        on
            shown.indicator_id = published.indicator_id
            and shown.counted_year = published.financial_year
            and district.district_code = published.district_code
    left join {{ ref('fct_district_indicator') }} as counted
        on
            shown.indicator_id = counted.indicator_id
            and shown.counted_year = counted.financial_year
            and district.district_code = counted.district_code
    left join resident as population
        on
            shown.financial_year = population.financial_year
            and district.district_code = population.district_code
            and (case when indicator.unit = 'rate' then indicator.base end) is not distinct from population.base
    left join county_population
        on
            shown.financial_year = county_population.financial_year
            and population.base is not distinct from county_population.base
    left join maturity
        on shown.financial_year = maturity.financial_year and district.district = maturity.district
),

-- Nothing is divided in a year with missing months.
divisible as (
    select
        *,
        case unit when 'rate' then 1000 else 100 end as per,
        case when is_whole_year then base_count end as whole_base,
        case when is_whole_year then county_base end as whole_county_base
    from measured
),

valued as (
    select
        *,
        coalesce({{ rate_per('events', 'whole_base', 'per') }}, published_value) as value,
        case unit
            when 'rate' then {{ rate_lower('events', 'whole_base', 'per') }}
            else {{ wilson_lower('events', 'whole_base') }}
        end as value_lower_95,
        case unit
            when 'rate' then {{ rate_upper('events', 'whole_base', 'per') }}
            else {{ wilson_upper('events', 'whole_base') }}
        end as value_upper_95,
        coalesce({{ rate_per('county_events', 'whole_county_base', 'per') }}, published_county_value) as county_value,
        coalesce(
            {{ rate_per('national_events', 'national_base', 'per') }},
            published_national_value,
            national_by_definition
        ) as national_value,
        -- What must be large enough to be compared: the count of a rate, the base of a percentage. Not known of the
        -- published.
        case unit when 'rate' then events else whole_base end as enough
    from divisible
),

ranked as (
    select
        *,
        rank() over (partition by indicator_id, financial_year order by value desc nulls last) as position_by_value
    from valued
),

-- The ranks that are left open by which districts are above or below a district beyond chance.
rank_limit as (
    select
        own.indicator_id,
        own.financial_year,
        own.district_code,
        1 + count(case when {{ is_above('other', 'own') }} then 1 end) as district_rank_lower_95,
        1 + count(other.value) - count(case when {{ is_above('own', 'other') }} then 1 end) as district_rank_upper_95
    from valued as own
    inner join valued as other
        on
            own.indicator_id = other.indicator_id
            and own.financial_year = other.financial_year
            and own.district_code <> other.district_code
    where own.value_lower_95 is not null
    group by own.indicator_id, own.financial_year, own.district_code
),

compared as (
    select
        this_year.*,
        last_year.value as previous_year_value,
        last_year.events as previous_year_events,
        last_year.base_count as previous_year_base,
        rank_limit.district_rank_lower_95,
        rank_limit.district_rank_upper_95,
        this_year.is_mature and coalesce(last_year.is_mature, true) as are_both_mature,
        coalesce(greatest(varied.dispersion, varied_in_county.dispersion), 1) as dispersion,
        change.series is not null or outcome.district is not null as is_tested,
        coalesce(change.p_value, outcome.p_value) as tested_p_value,
        coalesce(change.q_value, outcome.q_value) as tested_q_value,
        coalesce(change.verdict, outcome.verdict) as tested_verdict,
        coalesce(change.verdict_caution, outcome.verdict_caution) as verdict_caution
    from ranked as this_year
    left join valued as last_year
        on
            this_year.indicator_id = last_year.indicator_id
            and this_year.district_code = last_year.district_code
            and this_year.start_year = last_year.start_year + 1
            and this_year.is_whole_year
            and last_year.is_whole_year
            and not this_year.carries_forward
    left join rank_limit
        on
            this_year.indicator_id = rank_limit.indicator_id
            and this_year.financial_year = rank_limit.financial_year
            and this_year.district_code = rank_limit.district_code
    left join {{ ref('yearly_change') }} as change
        on
            this_year.series = change.series
            and this_year.district_code = change.district_code
            and this_year.financial_year = change.financial_year
    left join maturity as outcome
        on
            this_year.indicator_id = 'positive_outcome'
            and this_year.district = outcome.district
            and this_year.financial_year = outcome.financial_year
            and this_year.value is not null
            and last_year.value is not null
    left join {{ ref('count_dispersion') }} as varied
        on this_year.series = varied.series and this_year.district = varied.area
    left join {{ ref('count_dispersion') }} as varied_in_county
        on this_year.series = varied_in_county.series and varied_in_county.area = {{ area_name() }}
),

-- A district is a part of the county: it is compared with the rest of it. Series have been tested in yearly_change, and
-- outcomes in outcome_change.
tested as (
    select
        *,
        case unit
            when 'rate' then {{ counts_test(
                'events', 'county_events - events', 'whole_base', 'whole_county_base - whole_base', 'dispersion',
                when='whole_county_base > whole_base'
            ) }}
            else {{ shares_test(
                'events', 'whole_base', 'county_events - events', 'whole_county_base - whole_base',
                when='whole_county_base > whole_base and whole_base > 0 and is_mature'
            ) }}
        end as versus_county_p_value,
        case
            when is_tested then null
            when unit = 'rate' then {{ counts_test('events', 'previous_year_events') }}
            else {{ shares_test(
                'events', 'whole_base', 'previous_year_events', 'previous_year_base',
                when='whole_base > 0 and previous_year_base > 0 and are_both_mature'
            ) }}
        end as own_p_value,
        case when not is_mature then 'not mature' end as refusal,
        case when not are_both_mature then 'not mature' end as change_refusal
    from compared
),

county_judged as (
    {{ adjusted('tested', 'indicator_id, financial_year', 'versus_county_p_value', 'versus_county_q_value') }}
),

judged as (
    {{ adjusted('county_judged', 'indicator_id, financial_year', 'own_p_value', 'own_q_value') }}
)

select
    financial_year,
    district_code,
    district,
    area,
    indicator_id,
    indicator,
    sort_order,
    kind,
    unit,
    base,
    polarity,
    events,
    cast(base_count as bigint) as base_count,
    cast(case when unit = 'rate' and base_count is not null then population_mid_year end as smallint)
        as population_mid_year,
    round(value, 2) as value,
    round(value_lower_95, 2) as value_lower_95,
    round(value_upper_95, 2) as value_upper_95,
    round(county_value, 2) as county_value,
    versus_county_p_value,
    versus_county_q_value,
    {{ benchmark_word(
        'case when whole_base > 0 and whole_county_base > whole_base then county_value end', 'value',
        'versus_county_p_value', 'versus_county_q_value', 'refusal'
    ) }} as versus_county,
    round(national_value, 2) as national_value,
    case when national_value is not null then national_comparator end as national_comparator,
    {{ limits_word('value_lower_95', 'value_upper_95', 'national_value', 'enough') }} as versus_national,
    case when national_value is null then national_note end as national_note,
    cast(
        case
            when value is not null and coalesce(enough, {{ var('compare_minimum') }}) >= {{ var('compare_minimum') }}
                then position_by_value
        end as integer
    ) as district_rank,
    cast(case when enough >= {{ var('compare_minimum') }} then district_rank_lower_95 end as integer)
        as district_rank_lower_95,
    cast(case when enough >= {{ var('compare_minimum') }} then district_rank_upper_95 end as integer)
        as district_rank_upper_95,
    round(previous_year_value, 2) as previous_year_value,
    round(value - previous_year_value, 2) as change_value,
    coalesce(tested_p_value, own_p_value) as change_p_value,
    coalesce(tested_q_value, own_q_value) as change_q_value,
    case
        when is_tested then tested_verdict
        else {{ change_word(
            'case when unit = \'rate\' then previous_year_events else previous_year_value end',
            'case when unit = \'rate\' then events else value end',
            'own_p_value', 'own_q_value', 'change_refusal'
        ) }}
    end as change_verdict,
    case when previous_year_value is not null then verdict_caution end as change_caution,
    is_whole_year,
    caveat
from judged
