select
    incident.month_start,
    incident.financial_year,
    district.district_code,
    district.district,
    district.area,
    incident.incident_kind,
    count(*) as incidents,
    count(case when incident.has_attack_on_firefighters then 1 end) as incidents_with_attack
from {{ ref('fct_fire_incident') }} as incident
inner join {{ ref('dim_district') }} as district
    on incident.district_code = district.district_code
group by all
