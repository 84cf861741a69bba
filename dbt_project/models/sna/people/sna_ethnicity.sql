-- Self-defined ethnicity of victims (T12 to T14) and suspects (T22 to T24): by group, and by code for the city and
-- the county. A person without any code is in the group "Not recorded", but in no coded row.
with ethnicity_group as (
    select distinct
        ethnicity_group as row_label,
        group_sort_order as row_order
    from {{ ref('dim_ethnicity') }}
),

{% for people, label, city, county in [
    ('victims', 'victim_label', 'T13', 'T14'),
    ('suspects', 'ethnicity', 'T23', 'T24'),
] %}
    {{ people }}_label as (
        select distinct
            {{ label }} as row_label,
            sort_order as row_order
        from {{ ref('dim_ethnicity') }}
    ),

    {{ people }}_by_group as (
        select
            financial_year,
            ethnicity_group as row_label,
            sum({{ people }}) as count
        from {{ ref(people) }}
        group by financial_year, ethnicity_group
    ),

    {{ people }}_year as (
        {{ delivered_years(people) }}
    ),

    {% for part, table_id in [('city', city), ('county', county)] %}
        {{ people }}_{{ part }} as (
            select
                people.financial_year,
                dim_ethnicity.{{ label }} as row_label,
                sum(people.{{ people }}) as count
            from {{ ref(people) }} as people
            inner join {{ ref('dim_ethnicity') }} as dim_ethnicity
                on people.ethnicity_code = dim_ethnicity.ethnicity_code
            where people.area = {{ place_of(table_id) }}
            group by people.financial_year, dim_ethnicity.{{ label }}
        ){{ '' if loop.last and people == 'suspects' else ',' }}
    {% endfor %}
{% endfor %}

{% for people, by_group, city, county in [('victims', 'T12', 'T13', 'T14'), ('suspects', 'T22', 'T23', 'T24')] %}
    {{ year_table(
        by_group, 'ethnicity_group', people ~ '_by_group', 'financial_year', total_row='Total', total_column='Total',
        years=people ~ '_year'
    ) }}
    union all
    {% for table_id, part in [(city, 'city'), (county, 'county')] %}
        {{ year_table(
            table_id, people ~ '_label', people ~ '_' ~ part, 'financial_year', total_column='Total',
            years=people ~ '_year'
        ) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
