{#-
    Rates and percentages of districts that are published without the counts behind them, each under the publisher's name
    for the indicator. Our names and what they mean: seed profile_indicator.
-#}
{% set hardships = [
    ('income_deprivation', 'Income deprivation'),
    ('jobseekers', 'Unemployment – Job Seekers claimants (JSA)'),
    ('no_car_households', 'No car households'),
    ('unemployed_parents', 'Unemployed parents'),
] %}
{% set absences = [('authorised_absence', 'Authorised absence'), ('unauthorised_absence', 'Unauthorised absence')] %}

-- The force's own rate is used for the county, and the mean of all forces for the nation: the file has no other.
with rate as (
    select
        case indicator
            {% for indicator_id, indicator in hardships %}
                when '{{ indicator }}' then '{{ indicator_id }}'
            {% endfor %}
        end as indicator_id,
        calendar_year,
        area_type,
        area_code,
        cast(figure as double) as figure
    from {{ ref('fct_contextual_indicator') }}
    where measure = 'Rate' and figure is not null and calendar_year is not null
),

force as (
    select
        indicator_id,
        calendar_year,
        -- Rates of two forces make no rate of both.
        case
            when count(case when area_code in {{ force_codes() }} then 1 end) = 1
                then max(case when area_code in {{ force_codes() }} then figure end)
        end as county_value,
        case when count(*) > 1 then avg(figure order by figure) end as national_value
    from rate
    where area_type = 'Police force area'
    group by indicator_id, calendar_year
),

absence as (
    select
        case absence_kind
            {% for indicator_id, absence_kind in absences %}
                when '{{ absence_kind }}' then '{{ indicator_id }}'
            {% endfor %}
        end as indicator_id,
        academic_year,
        district_code,
        cast(percent as double) as figure,
        max(case when lower(category_as_sent) = 'total' then cast(percent as double) end)
            over (partition by academic_year, absence_kind) as county_value,
        min(agency) over (partition by academic_year, absence_kind)
        = max(agency) over (partition by academic_year, absence_kind) as is_of_one_return
    from {{ ref('fct_school_absence') }}
    where breakdown = 'District'
)

select
    rate.indicator_id,
    {{ financial_year_label('rate.calendar_year') }} as financial_year,
    rate.area_code as district_code,
    rate.figure as value,
    force.county_value,
    force.national_value
from rate
left join force
    on rate.indicator_id = force.indicator_id and rate.calendar_year = force.calendar_year
where rate.area_type = 'District' and rate.indicator_id is not null

union all

-- School years have the same labels, and begin five months later.
select
    indicator_id,
    academic_year as financial_year,
    district_code,
    figure as value,
    case when is_of_one_return then county_value end as county_value,
    cast(null as double) as national_value
from absence
where district_code is not null and indicator_id is not null and figure is not null
-- Percentages of two returns make no percentage of both.
qualify count(*) over (partition by indicator_id, academic_year, district_code) = 1
