-- A year of which some month was not delivered can be shown, and compared with nothing.
with counted as (
    select
        financial_year,
        count(distinct recorded_month) as months,
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
    financial_year,
    months,
    offences,
    previous_year_offences,
    offences - previous_year_offences as change_offences,
    {{ pct_change('previous_year_offences', 'offences', 2) }} as change_offences_percent,
    knife_offences,
    previous_year_knife_offences,
    knife_offences - previous_year_knife_offences as change_knife_offences,
    {{ pct_change('previous_year_knife_offences', 'knife_offences', 2) }} as change_knife_offences_percent
from compared
