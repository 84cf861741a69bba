-- T01 and T29: a year's volume and its change on the year before.
with yearly as (
    select
        yearly.*,
        report_year.report_id,
        report_year.financial_year_long,
        report_year.year_order
    from {{ ref('offences_yearly') }} as yearly
    inner join {{ ref('report_year') }} as report_year
        on yearly.financial_year = report_year.financial_year
)

{% for table_id, measure in [('T01', 'offences'), ('T29', 'knife_offences')] %}
    {% for row_label, row_order, unit, numerator, denominator in [
        ('Volume', 1, 'count', measure, '1'),
        ('Change', 2, 'count', 'change_' ~ measure, '1'),
        ('Change %', 3, 'percent', '100 * change_' ~ measure, 'previous_year_' ~ measure),
    ] %}
        select
            report_id,
            '{{ table_id }}' as table_id,
            '' as row_group,
            '{{ row_label }}' as row_label,
            {{ row_order }} as row_order,
            financial_year_long as column_label,
            year_order as column_order,
            '{{ unit }}' as unit,
            {{ numerator }} as numerator,
            {{ denominator }} as denominator
        from yearly
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
