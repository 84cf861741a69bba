-- A year of which some month was not delivered, or not by all forces, can be shown, and compared with nothing.
with calendar as (
    select distinct
        month_start,
        financial_year
    from {{ ref('dim_date') }}
),

missing as (
    select
        calendar.financial_year,
        'Not whole: ' || string_agg(
            strftime(incomplete.month_start, '%B %Y') || ' without ' || incomplete.missing_agencies, '; '
            order by incomplete.month_start
        ) as caveat
    from {{ ref('incomplete_month') }} as incomplete
    inner join calendar
        on incomplete.month_start = calendar.month_start
    where incomplete.feed_type = 'crimes'
    group by calendar.financial_year
),

counted as (
    select
        financial_year,
        count(distinct case when {{ is_delivered_by_all('crimes', 'recorded_month') }} then recorded_month end)
            as months,
        count(case when is_serious_violence then 1 end) as offences,
        count(case when is_serious_violence and is_knife_crime then 1 end) as knife_offences
    from {{ ref('fct_offence') }}
    group by financial_year
),

compared as (
    select
        this_year.financial_year,
        this_year.months,
        this_year.offences,
        last_year.offences as previous_year_offences,
        this_year.knife_offences,
        last_year.knife_offences as previous_year_knife_offences
    from counted as this_year
    inner join {{ ref('dim_financial_year') }} as financial_year
        on this_year.financial_year = financial_year.financial_year
    {{ join_year_before('counted', start_year='financial_year.start_year', whole=true) }}
)

select
    compared.financial_year,
    compared.months,
    compared.offences,
    compared.previous_year_offences,
    compared.offences - compared.previous_year_offences as change_offences,
    {{ pct_change('compared.previous_year_offences', 'compared.offences', 2) }} as change_offences_percent,
    compared.knife_offences,
    compared.previous_year_knife_offences,
    compared.knife_offences - compared.previous_year_knife_offences as change_knife_offences,
    {{ pct_change('compared.previous_year_knife_offences', 'compared.knife_offences', 2) }}
        as change_knife_offences_percent,
    missing.caveat
from compared
left join missing
    on compared.financial_year = missing.financial_year
