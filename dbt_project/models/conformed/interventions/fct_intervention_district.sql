select distinct
    intervention.intervention_reference,
    coalesce(district.conformed, 'Unknown') as district_code,
    intervention.load_id
from {{ ref('stg_interventions__interventions') }} as intervention
{{ join_label('district', 'intervention.district_label', 'district') }}
