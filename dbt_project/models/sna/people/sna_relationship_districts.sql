-- T17 and T18: the share of strangers and of acquaintances, by district, of offences with a recorded relationship.
with counted as (
    select
        report_year.report_id,
        recorded.district as row_label,
        dim_district.sort_order as row_order,
        coalesce(report_year.financial_year, 'Total') as column_label,
        coalesce(report_year.year_order, {{ last_position() }}) as column_order,
        sum(recorded.offences) as offences,
        sum(case when recorded.relationship = 'Stranger' then recorded.offences else 0 end) as strangers,
        sum(case when recorded.relationship = 'Acquaintance' then recorded.offences else 0 end)
            as acquaintances
    from {{ ref('recorded_offences') }} as recorded
    inner join {{ ref('report_year') }} as report_year
        on recorded.financial_year = report_year.financial_year
    inner join {{ ref('dim_district') }} as dim_district
        on recorded.district_code = dim_district.district_code
    inner join {{ ref('dim_relationship') }} as relationship
        on recorded.relationship = relationship.relationship
    where report_year.is_recent and recorded.is_serious_violence and relationship.is_recorded
    group by grouping sets (
        (
            report_year.report_id, recorded.district, dim_district.sort_order, report_year.financial_year,
            report_year.year_order
        ),
        (report_year.report_id, recorded.district, dim_district.sort_order)
    )
)

{% for table_id, measure in [('T17', 'strangers'), ('T18', 'acquaintances')] %}
    select
        report_id,
        '{{ table_id }}' as table_id,
        '' as row_group,
        row_label,
        row_order,
        column_label,
        column_order,
        'percent' as unit,
        100 * {{ measure }} as numerator,
        offences as denominator
    from counted
    {% if not loop.last %}union all{% endif %}
{% endfor %}
