-- What the prose of section 12 states in words, mostly of graphs that are lost.
{% set words = [
    ('Violence against the person', 92), ('Robbery', 93), ('Possession of weapons', 94),
] %}

{{ prose_leader('P12.1', 90, 'Offence group with most prisoners', 'offence_group', 'prisoners',
    ref('prison_population'), on_report_day()) }}

{% for place, which in [(1, 'highest'), (2, 'second highest')] %}
    union all
    select
        'P12.2' as table_id,
        '' as row_group,
        'Age group with the {{ which }} rate' as row_label,
        {{ 89 + place }} as row_order,
        'Name' as column_label,
        1 as column_order,
        'text' as unit,
        ranked.category as value_text
    from (
        select
            category,
            row_number() over (order by cast(reoffenders as double) / offenders desc) as place
        from {{ ref('reoffending') }}
        where breakdown = 'Age group' and {{ in_report_cohort() }} and offenders > 0
    ) as ranked
    where ranked.place = {{ place }}
{% endfor %}

{% for offence, position in words %}
    union all
    select
        'P12.2' as table_id,
        '' as row_group,
        '{{ offence }} as a share of reoffences, juveniles against adults' as row_label,
        {{ position }} as row_order,
        'Comparison' as column_label,
        1 as column_order,
        'text' as unit,
        case
            when compared.juvenile > compared.adult then 'more likely'
            when compared.juvenile < compared.adult then 'less likely'
            else 'as likely'
        end as value_text
    from (
        select
            {{ sum_where("age_range = 'Juvenile' and category = '" ~ offence ~ "'", 'reoffences') }}
            / nullif(cast({{ sum_where("age_range = 'Juvenile'", 'reoffences') }} as double), 0) as juvenile,
            {{ sum_where("age_range = 'Adult' and category = '" ~ offence ~ "'", 'reoffences') }}
            / nullif(cast({{ sum_where("age_range = 'Adult'", 'reoffences') }} as double), 0) as adult
        from {{ ref('reoffending') }}
        where breakdown = 'Reoffence type' and {{ in_report_cohort() }}
    ) as compared
    where compared.juvenile is not null and compared.adult is not null
{% endfor %}
