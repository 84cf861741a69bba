-- T38 counts searches, T39 those in which an offensive weapon was looked for and found, by age.
with reported as (
    {{ delivered_years('force_stop_searches') }}
),

search_column (column_label, column_order) as (
    values ('All reasons', 1), ('Search reason: offensive weapons', 2), ('Offensive weapons found', 3)
),

search as (
    select
        financial_year,
        'All reasons' as column_label,
        sum(searches) as count
    from {{ ref('force_stop_searches') }}
    group by financial_year

    union all

    select
        financial_year,
        'Search reason: offensive weapons' as column_label,
        sum(searches) as count
    from {{ ref('force_stop_searches') }}
    where search_reason = 'Offensive weapons'
    group by financial_year

    union all

    select
        financial_year,
        'Offensive weapons found' as column_label,
        sum(weapons_found_as_sought) as count
    from {{ ref('force_stop_searches') }}
    group by financial_year
),

age_column as (
    select distinct
        search_age_group as column_label,
        search_age_group_order as column_order
    from {{ ref('dim_age_band') }}
),

found as (
    select
        searched.financial_year,
        age_group.search_age_group as column_label,
        sum(searched.weapons_found_as_sought) as count
    from {{ ref('person_searches') }} as searched
    inner join {{ ref('dim_age_group') }} as age_group
        on searched.age_group_code = age_group.age_group_code
    group by searched.financial_year, age_group.search_age_group
)

{{ table_of_years('T38', 'search_column', 'search', 'reported') }}

union all

{{ table_of_years('T39', 'age_column', 'found', 'reported') }}
