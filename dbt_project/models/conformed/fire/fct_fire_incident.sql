select
    incident.incident_number,
    incident.called_at,
    cast(incident.called_at as date) as called_date,
    cast(date_trunc('month', incident.called_at) as date) as month_start,
    {{ financial_year('incident.called_at') }} as financial_year,
    coalesce(kind.conformed, 'Unknown') as incident_kind,
    coalesce(district.conformed, 'Unknown') as district_code,
    incident.has_attack_on_firefighters,
    incident.load_id
from {{ ref('stg_fire__incidents') }} as incident
{{ join_label('kind', 'incident.incident_type_label', 'fire_incident_kind') }}
{{ join_label('district', 'incident.district_label', 'district') }}
