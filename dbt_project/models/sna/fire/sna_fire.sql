-- T57: deliberate fires by district; T58: malicious false alarms; T59: incidents at which firefighters were attacked.
with reported as (
    {{ delivered_years('fire_incidents') }}
),

district as (
    select
        district as row_label,
        sort_order as row_order
    from {{ ref('dim_district') }}
    where is_in_county or district_code = 'Unknown'
),

fire as (
    select
        financial_year,
        case when area = 'Outside the county' then 'Unknown' else district end as row_label,
        sum(incidents) as count
    from {{ ref('fire_incidents') }}
    where incident_kind = 'Deliberate fire'
    group by all
),

total (row_label, row_order) as (
    values ('Total', 1)
),

alarm as (
    select
        financial_year,
        'Total' as row_label,
        sum(case when incident_kind = 'Malicious false alarm' then incidents else 0 end) as count
    from {{ ref('fire_incidents') }}
    group by financial_year
),

attack as (
    select
        financial_year,
        'Total' as row_label,
        sum(incidents_with_attack) as count
    from {{ ref('fire_incidents') }}
    group by financial_year
)

{{ year_table('T57', 'district', 'fire', 'financial_year', total_row='Total', years='reported') }}

union all

{{ year_table('T58', 'total', 'alarm', 'financial_year', years='reported') }}

union all

{{ year_table('T59', 'total', 'attack', 'financial_year', years='reported') }}
