{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='month_start') }}

with street as (
    select
        *,
        -- The archive has no LSOA of any crime there, and none is of a force of England or Wales.
        lsoa_code is null and reported_by = 'Police Service of Northern Ireland' as is_abroad,
        {{ month_start_of_label('recorded_month') }} as month_start
    from {{ ref('stg_police_archive__street') }}
    where {{ of_changed_month(month_start_of_label('recorded_month')) }}
),

-- Anti-social behaviour has no id, and identical rows are separate incidents. But where in a force's month every
-- distinct row occurs an even number of times, the month was probably loaded twice at source.
distinct_incident as (
    select
        reported_by,
        month_start,
        count(*) as occurrences
    from street
    where crime_type = 'Anti-social behaviour'
    group by reported_by, month_start, longitude, latitude, location_name, lsoa_code
),

double_load as (
    select
        reported_by,
        month_start
    from distinct_incident
    group by reported_by, month_start
    having
        count(*) >= {{ var('double_load_minimum_rows') }}
        and max(occurrences % 2) = 0
)

select
    street.crime_id,
    street.month_start,
    {{ financial_year('street.month_start') }} as financial_year,
    street.reported_by,
    street.falls_within,
    street.longitude,
    street.latitude,
    street.location_name,
    lsoa.lsoa_code,
    case when street.is_abroad then 'Outside' else lsoa.district_code end as district_code,
    street.is_abroad or lsoa.district_code = 'Outside' as is_outside_county,
    street.crime_type,
    street.last_outcome_category,
    street.crime_type = 'Anti-social behaviour' and double_load.month_start is not null as is_suspected_double_load,
    street.load_id,
    street.row_number_in_delivery
from street
inner join {{ ref('dim_lsoa') }} as lsoa
    on coalesce(street.lsoa_code, 'Unknown') = lsoa.lsoa_code
left join double_load
    on street.reported_by = double_load.reported_by and street.month_start = double_load.month_start
