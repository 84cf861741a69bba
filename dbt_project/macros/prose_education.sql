{# Whether every district has less of a kind of absence in the last year than in the first. #}
{% macro absence_everywhere(position, kind) -%}
    select
        'P20.1' as table_id,
        '' as row_group,
        '{{ kind }} absences across all districts since 2021' as row_label,
        {{ position }} as row_order,
        'Trend' as column_label,
        1 as column_order,
        'text' as unit,
        case when bool_and(change < 0) then 'decreasing' else 'not decreasing' end as value_text
    from (
        select
            sum(
                case academic_year when '2023/24' then percent_of_possible_days when '2021/22' then -percent_of_possible_days end
            ) as change
        from {{ ref('school_absence') }}
        where breakdown = 'District' and absence_kind = '{{ kind }} absence'
        group by category_as_sent
    )
    having count(*) > 0
{%- endmacro %}

{# Whether an area's rate is above, or below, that of all its comparators in the last so many years up to the report's. #}
{% macro against_comparators(table_id, position, row_label, area, kind, sign, word, years) -%}
    select
        '{{ table_id }}' as table_id,
        '' as row_group,
        '{{ row_label }}' as row_label,
        {{ position }} as row_order,
        'Comparison' as column_label,
        1 as column_order,
        'text' as unit,
        case
            when bool_and(own.percent_of_pupils {{ sign }} other.percent_of_pupils) then '{{ word }}' else 'not {{ word }}'
        end as value_text
    from {{ ref('exclusion_rates') }} as own
    inner join {{ ref('exclusion_rates') }} as other
        on
            own.area = other.area
            and own.academic_year = other.academic_year
            and own.exclusion_kind = other.exclusion_kind
            and own.compared_with <> other.compared_with
    inner join (
        select
            academic_year,
            row_number() over (order by academic_year desc) as years_ago
        from {{ ref('exclusion_rates') }}
        where academic_year <= '{{ var("report_comparators_year") }}'
        group by academic_year
    ) as recent
        on own.academic_year = recent.academic_year
    where
        own.area = '{{ area }}'
        and own.compared_with = own.area
        and own.exclusion_kind = '{{ kind }}'
        and recent.years_ago <= {{ years }}
    having count(*) > 0
{%- endmacro %}
