-- T60: residents, sex and households of city and county at Census 2021, and what changed since 2011. The print rounds
-- residents and households to the nearest hundred.
with area as (
    select
        area,
        row_number() over (order by area) as row_order,
        sum(case when census_year = 2021 then residents else 0 end) as residents,
        sum(case when census_year = 2021 and sex = 'Male' then residents else 0 end) as males,
        sum(case when census_year = 2021 and sex = 'Female' then residents else 0 end) as females,
        sum(case when census_year = 2011 then residents else 0 end) as residents_before
    from {{ ref('census_population') }}
    group by area
),

home as (
    select
        area,
        sum(case when census_year = 2021 then households else 0 end) as households,
        sum(case when census_year = 2011 then households else 0 end) as households_before
    from {{ ref('census_households') }}
    group by area
)

{% for column_label, unit, numerator, denominator in [
    ('Population', 'count', '100 * ' ~ round_half_up('area.residents', '100', 0), '1'),
    ('Male %', 'percent', '100 * area.males', 'area.residents'),
    ('Female %', 'percent', '100 * area.females', 'area.residents'),
    ('Population change from 2011', 'percent', '100 * (area.residents - area.residents_before)', 'area.residents_before'),
    ('Households', 'count', '100 * ' ~ round_half_up('home.households', '100', 0), '1'),
    ('Households change from 2011', 'percent', '100 * (home.households - home.households_before)',
        'home.households_before'),
] %}
    select
        report.report_id,
        'T60' as table_id,
        '' as row_group,
        area.area as row_label,
        area.row_order,
        '{{ column_label }}' as column_label,
        {{ loop.index }} as column_order,
        '{{ unit }}' as unit,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator
    from area
    inner join home
        on area.area = home.area
    cross join {{ ref('report_window') }} as report
    {% if not loop.last %}union all{% endif %}
{% endfor %}
