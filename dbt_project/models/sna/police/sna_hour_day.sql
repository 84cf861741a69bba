-- T07 to T09: hour of day by day of week, all years together. The print leaves out the hour from midnight (00).
-- T08 and T09 count offences with at least one victim of the age group, so an offence can be in both.
with counted as (
    select
        report_year.report_id,
        hourly.committed_hour,
        hourly.day_of_week,
        sum(hourly.offences) as offences,
        -- Of a year without victims it is not known, nor then of all years together.
        {% for measure in ['offences_with_child_victim', 'offences_with_adult_victim'] %}
            case when bool_and(hourly.{{ measure }} is not null) then sum(hourly.{{ measure }}) end as {{ measure }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('offences_by_hour') }} as hourly
    inner join {{ ref('report_year') }} as report_year
        on hourly.financial_year = report_year.financial_year
    group by report_year.report_id, hourly.committed_hour, hourly.day_of_week
),

cell as (
    select
        report.report_id,
        lpad(cast(clock.n as varchar), 2, '0') as row_label,
        clock.n as row_order,
        weekday.sna_label as column_label,
        weekday.day_of_week as column_order,
        counted.offences,
        counted.offences_with_child_victim,
        counted.offences_with_adult_victim
    from {{ numbers(0, 23) }} as clock
    cross join {{ ref('day_of_week') }} as weekday
    cross join {{ ref('report_window') }} as report
    left join counted
        on
            report.report_id = counted.report_id
            and clock.n = counted.committed_hour
            and weekday.day_of_week = counted.day_of_week
)

{% for table_id, measure in [
    ('T07', 'offences'),
    ('T08', 'offences_with_child_victim'),
    ('T09', 'offences_with_adult_victim'),
] %}
    select
        report_id,
        '{{ table_id }}' as table_id,
        '' as row_group,
        row_label,
        row_order,
        column_label,
        column_order,
        'count' as unit,
        coalesce({{ measure }}, 0) as numerator,
        1 as denominator
    from cell
    -- Without a single count the feed was not delivered: no figures, rather than zeros.
    where
        report_id in (
            select counted.report_id
            from counted
            group by counted.report_id
            having sum(counted.{{ measure }}) > 0
        )
    {% if not loop.last %}union all{% endif %}
{% endfor %}
