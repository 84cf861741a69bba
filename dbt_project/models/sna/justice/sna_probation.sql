-- T52: probation cases for serious violence by district; T53: by gender.
with reported as (
    select
        report_id,
        financial_year,
        right(financial_year, 5) as short_year,
        year_order
    from ({{ delivered_years('probation_cases') }})
),

district as (
    select
        district as row_label,
        sort_order as row_order
    from {{ ref('dim_district') }}
    where is_in_county or district_code = 'Unknown'
),

district_cases as (
    select
        financial_year,
        case when area = 'Outside the county' then 'Unknown' else district end as row_label,
        cases as count,
        symbol
    from {{ ref('probation_cases') }}
),

sex (row_label, row_order) as (
    values ('Male', 1), ('Female', 2), ('Unknown', 99)
),

sex_cases as (
    select
        financial_year,
        category as row_label,
        cases as count,
        symbol
    from {{ ref('probation_cases_by_person') }}
    where breakdown = 'Sex'
)

{{ year_table('T52', 'district', 'district_cases', 'short_year', total_row='Total', years='reported', symbols=true) }}

union all

{{ year_table('T53', 'sex', 'sex_cases', 'financial_year', years='reported', symbols=true) }}
