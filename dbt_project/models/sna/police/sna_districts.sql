-- T06: offences by district; the print leaves out the row of those without a district.
with district as (
    select
        district as row_label,
        sort_order as row_order
    from {{ ref('dim_district') }}
    where is_in_county or district_code = 'Unknown'
),

offence as (
    select
        financial_year,
        district as row_label,
        sum(offences) as count
    from {{ ref('offences') }}
    group by financial_year, district
)

{{ year_table('T06', 'district', 'offence', 'financial_year', total_row='Grand Total') }}
