with victim as (
    select
        crime_reference,
        min(age) as age
    from {{ ref('fct_victim') }}
    group by crime_reference
)

select
    definition.definition_id,
    definition.definition_name,
    definition.is_in_force,
    offence.recorded_month as month_start,
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    counted.offence_type,
    offence.is_knife_crime,
    age_band.search_age_group as youngest_victim_age_group,
    age_band.search_age_group_order as youngest_victim_age_group_order,
    count(*) as offences
from {{ ref('bridge_offence_definition') }} as counted
inner join {{ ref('dim_definition') }} as definition
    on counted.definition_id = definition.definition_id
inner join {{ ref('fct_offence') }} as offence
    on counted.crime_reference = offence.crime_reference
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
left join victim
    on counted.crime_reference = victim.crime_reference
inner join {{ ref('dim_age_band') }} as age_band
    on coalesce(victim.age, -1) = age_band.age_key
where counted.is_counted
group by all
