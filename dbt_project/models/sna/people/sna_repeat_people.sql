-- T15 and T25: repeat victims and suspects, in each year and in the years together (where a person seen in two
-- years is a repeat person although in neither year).
with period as (
    select
        repeat_people.*,
        report.report_id,
        coalesce(report_year.year_order, {{ last_position() }}) as column_order
    from {{ ref('repeat_people') }} as repeat_people
    cross join {{ ref('report_window') }} as report
    left join {{ ref('report_year') }} as report_year
        on report.report_id = report_year.report_id and repeat_people.period = report_year.financial_year
    where
        case
            when repeat_people.is_total then repeat_people.period = report.first_year || ' - ' || report.last_year
            else report_year.financial_year is not null
        end
)

{% for table_id, role in [('T15', 'victim'), ('T25', 'suspect')] %}
    {% for row_label, unit, numerator, denominator in [
        ('No. of occurrences with ' ~ role ~ 's', 'count', 'occurrences', '1'),
        ('No. of individual ' ~ role ~ 's', 'count', 'individuals', '1'),
        ('Repeat ' ~ role ~ 's', 'count', 'repeat_individuals', '1'),
        ('Repeat ' ~ role ~ "s'' occurrences", 'count', 'repeat_occurrences', '1'),
        ('% of occurrences for repeat ' ~ role ~ 's', 'percent', '100 * repeat_occurrences', 'occurrences'),
    ] %}
        select
            report_id,
            '{{ table_id }}' as table_id,
            '' as row_group,
            '{{ row_label }}' as row_label,
            {{ loop.index }} as row_order,
            period as column_label,
            column_order,
            '{{ unit }}' as unit,
            {{ numerator }} as numerator,
            {{ denominator }} as denominator
        from period
        where role = '{{ role }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
