with recorded as (
    select
        'Searches' as measure,
        'Self-defined' as ethnicity_basis,
        search.financial_year,
        case
            when {{ is_delivered_by_all('stop_searches', 'search.month_start') }} then search.month_start
        end as month_start,
        district.area,
        ethnicity.ethnicity_group,
        true as is_counted,
        true as events
    from {{ ref('fct_force_stop_search') }} as search
    inner join {{ ref('dim_ethnicity') }} as ethnicity
        on search.ethnicity_code = ethnicity.ethnicity_code
    inner join {{ ref('dim_district') }} as district
        on search.district_code = district.district_code

    {% for basis, column in [('Self', 'self_defined_ethnicity'), ('Officer', 'officer_defined_ethnicity')] %}
        union all

        select
            'Searches in the public archive' as measure,
            '{{ basis }}-defined' as ethnicity_basis,
            financial_year,
            month_start,
            'Unknown' as area,
            {{ archive_ethnicity_group(column) }} as ethnicity_group,
            true as is_counted,
            true as events
        from {{ ref('fct_stop_search') }}
    {% endfor %}

    {% for role in ['suspect', 'victim'] %}
        union all

        select
            '{{ role | capitalize }}s of serious violence' as measure,
            'Self-defined' as ethnicity_basis,
            person.financial_year,
            case
                when {{ is_delivered_by_all(role ~ 's', month_of('person.recorded_at')) }}
                    then {{ month_of('person.recorded_at') }}
            end as month_start,
            district.area,
            ethnicity.ethnicity_group,
            person.is_serious_violence as is_counted,
            true as events
        from {{ ref('fct_' ~ role) }} as person
        inner join {{ ref('dim_ethnicity') }} as ethnicity
            on person.ethnicity_code = ethnicity.ethnicity_code
        inner join {{ ref('dim_district') }} as district
            on person.district_code = district.district_code
    {% endfor %}
),

resident as (
    select
        case when grouping(counted.area) = 0 then counted.area else 'All areas' end as area,
        ethnicity.ethnicity_group,
        cast(sum(counted.residents) as bigint) as residents
    from {{ ref('fct_census_ethnicity') }} as counted
    inner join {{ ref('dim_ethnicity') }} as ethnicity
        on counted.ethnicity_code = ethnicity.ethnicity_code
    where counted.area <> 'Outside the county'
    group by grouping sets ((counted.area, ethnicity.ethnicity_group), (ethnicity.ethnicity_group))
),

{{ compared_groups(['events'], has_residents=true) }},

bounded as (
    select
        *,
        {{ ratio_of_rates('events', 'residents', 'comparator_events + missing_events', 'comparator_residents') }}
            as lowest,
        {{ ratio_of_rates('events + missing_events', 'residents', 'comparator_events', 'comparator_residents') }}
            as highest
    from pair
)

select
    {{ compared_with() }}
    events,
    residents,
    round({{ rate_per('events', 'residents * years') }}, 2) as rate_per_1000,
    {{ rate_limits('rate_per_1000', 'events', 'residents * years') }},
    comparator_events,
    comparator_residents,
    round({{ rate_per('comparator_events', 'comparator_residents * years') }}, 2) as comparator_rate_per_1000,
    round({{ ratio_of_rates('events', 'residents', 'comparator_events', 'comparator_residents') }}, 2) as relative_rate,
    {{ ratio_of_rates_limits('relative_rate', 'events', 'residents', 'comparator_events', 'comparator_residents') }},
    missing_events,
    {{ ethnicity_known('events') }}
    {{ comparison_caveat('events', 'comparator_events') }} as caveat
from bounded
