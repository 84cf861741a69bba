-- Of a day without term dates it is not known whether schools were open, so shares of school days leave it out.
{% set near = "place <> 'Elsewhere or at another time'" %}
{% set dated = '(offences_at_or_near_school_on_school_days + offences_at_or_near_school_in_holidays)' %}
with counted as (
    select
        calendar_year,
        offence_group,
        count(*) as offences,
        count(case when day_type <> 'Not known' then 1 end) as offences_day_known,
        cast({{ sum_where(near, 1) }} as bigint) as offences_at_or_near_school,
        {% for name, day_type in [
            ('offences_at_or_near_school_on_school_days', 'School day'),
            ('offences_at_or_near_school_in_holidays', 'Holiday or weekend'),
            ('offences_at_or_near_school_day_not_known', 'Not known'),
        ] %}
            cast({{ sum_where(near ~ " and day_type = '" ~ day_type ~ "'", 1) }} as bigint)
                as {{ name }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('fct_school_age_offence') }}
    group by calendar_year, offence_group
)

select
    *,
    round(100.0 * offences_at_or_near_school / offences, 2) as at_or_near_school_percent,
    {{ share_limits('at_or_near_school_percent', 'offences_at_or_near_school', 'offences', places=2) }},
    round(100.0 * offences_at_or_near_school_on_school_days / nullif(offences_day_known, 0), 2) as school_days_percent,
    {{ share_limits(
        'school_days_percent', 'offences_at_or_near_school_on_school_days', 'offences_day_known', places=2
    ) }},
    round(100.0 * offences_at_or_near_school_in_holidays / nullif({{ dated }}, 0), 2)
        as not_on_school_days_percent,
    {{ share_limits(
        'not_on_school_days_percent',
        'offences_at_or_near_school_in_holidays', dated, places=2
    ) }}
from counted
