with in_2024 as (
    select
        ward_code_2024 as ward_code,
        min(ward_name_2024) as ward_name,
        min(district_code_2024) as district_code
    from {{ ref('stg_geography__lsoa_ward_district') }}
    group by ward_code_2024
),

in_2025 as (
    select
        ward_code_2025 as ward_code,
        ward_name_2025 as ward_name,
        district_code_2025 as district_code,
        longitude,
        latitude,
        boundary_geojson
    from {{ ref('stg_geography__ward_boundaries') }}
    -- Of a nation's file the wards of the area. A file of a district may have them too; the more detailed is taken.
    where district_code_2025 in (select district.district_code from {{ ref('district') }} as district)
    qualify row_number() over (partition by ward_code_2025 order by length(boundary_geojson) desc, load_id) = 1
),

named as (
    select
        ward_code,
        ward_name,
        count(*) as row_count
    from {{ ref('stg_police__crimes') }}
    where ward_code is not null
    group by ward_code, ward_name
),

seen as (
    select
        ward_code,
        min(case when {{ is_in_use('row_count') }} then ward_name end) as ward_name
    from named
    group by ward_code
),

listed as (
    select
        coalesce(in_2025.ward_code, in_2024.ward_code) as ward_code,
        coalesce(in_2025.ward_name, in_2024.ward_name) as ward_name,
        coalesce(in_2025.district_code, in_2024.district_code) as national_district_code,
        case
            when in_2024.ward_code is null then '2025'
            when in_2025.ward_code is null then '2024'
            else '2024 and 2025'
        end as vintage,
        in_2025.longitude,
        in_2025.latitude,
        in_2025.boundary_geojson
    from in_2024
    full outer join in_2025
        on in_2024.ward_code = in_2025.ward_code
)

select
    coalesce(listed.ward_code, seen.ward_code) as ward_code,
    coalesce(listed.ward_name, seen.ward_name, 'Unknown') as ward_name,
    case
        when district.district_code is not null then district.district_code
        when listed.ward_code is null then 'Unknown'
        else 'Outside'
    end as district_code,
    coalesce(listed.vintage, 'Unknown') as vintage,
    listed.longitude,
    listed.latitude,
    listed.boundary_geojson,
    listed.ward_code is null as is_inferred
from listed
full outer join seen
    on listed.ward_code = seen.ward_code
{{ join_district_of('listed.national_district_code') }}

union all

select
    'Unknown' as ward_code,
    'Unknown' as ward_name,
    'Unknown' as district_code,
    'Unknown' as vintage,
    null as longitude,
    null as latitude,
    null as boundary_geojson,
    false as is_inferred
