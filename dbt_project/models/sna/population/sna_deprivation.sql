-- T63: the share of each district's LSOAs (2011) in the more and in the less deprived half of England (deciles 1 to 5
-- and 6 to 10 of the Index of Multiple Deprivation 2019; the print calls the second half "5 - 10").
with counted as (
    select
        coalesce(deprivation.district, 'Overall') as row_label,
        coalesce(min(dim_district.sort_order), {{ last_position() }}) as row_order,
        sum(case when deprivation.is_most_deprived_half then 1 else 0 end) as most_deprived,
        sum(case when deprivation.is_most_deprived_half then 0 else 1 end) as least_deprived,
        count(*) as lsoas,
        grouping(deprivation.district) as is_overall
    from {{ ref('deprivation') }} as deprivation
    inner join {{ ref('dim_district') }} as dim_district
        on deprivation.district_code = dim_district.district_code
    group by grouping sets ((deprivation.district), ())
    having count(*) > 0
)

{% for column_label, measure in [
    ('Most deprived: Indices 1 - 5', 'most_deprived'),
    ('Least deprived: Indices 5 - 10', 'least_deprived'),
] %}
    select
        report.report_id,
        'T63' as table_id,
        '' as row_group,
        counted.row_label,
        case when counted.is_overall = 1 then {{ last_position() }} else counted.row_order end as row_order,
        '{{ column_label }}' as column_label,
        {{ loop.index }} as column_order,
        'percent' as unit,
        100 * counted.{{ measure }} as numerator,
        counted.lsoas as denominator
    from counted
    cross join {{ ref('report_window') }} as report
    {% if not loop.last %}union all{% endif %}
{% endfor %}
