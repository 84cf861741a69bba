{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='crime_reference') }}

with crime as (
    select * from {{ ref('stg_police__crimes') }}
    where {{ of_changed_crime('crime_reference') }}
),

outcome_record as (
    select
        crime_reference,
        outcome_sequence,
        outcome_code,
        decision_maker
    from {{ ref('stg_police__outcomes') }}
    where {{ of_changed_crime('crime_reference') }}
),

-- An offence can have more than one outcome record; the last is the current one.
repeated as (
    select
        crime_reference,
        max(outcome_sequence) as last_sequence
    from outcome_record
    group by crime_reference
    having count(*) > 1
),

last_outcome as (
    select
        outcome_record.crime_reference,
        {{ outcome_key('outcome_record.outcome_code', 'outcome_record.decision_maker') }} as outcome_key
    from outcome_record
    left join repeated
        on outcome_record.crime_reference = repeated.crime_reference
    where repeated.last_sequence is null or outcome_record.outcome_sequence = repeated.last_sequence
),

-- Whether a definition counts each offence of which it has a rule.
counted as (
    select * from {{ ref('bridge_offence_definition') }}
    where {{ of_changed_crime('crime_reference') }}
),

classified as (
    select
        crime.*,
        code.offence_code,
        code.recorded_crime_group,
        in_force.offence_type,
        in_force.offence_subtype,
        coalesce(in_force.is_counted, false) as is_serious_violence,
        coalesce(hotspot.is_counted, false) as is_hotspot_violence,
        case
            when in_force.crime_reference is null then 'Not in the definition' else in_force.exclusion_reason
        end as exclusion_reason
    from crime
    inner join {{ ref('dim_offence') }} as code
        on crime.ho_class = code.ho_class and crime.ho_sub_code = code.ho_sub_code
    left join counted as in_force
        on crime.crime_reference = in_force.crime_reference and in_force.definition_id = '{{ var("definition_id") }}'
    left join counted as hotspot
        on
            crime.crime_reference = hotspot.crime_reference
            and hotspot.definition_id = '{{ var("hotspot_definition_id") }}'
)

select
    classified.crime_reference,
    classified.agency,
    classified.recorded_at,
    cast(classified.recorded_at as date) as recorded_date,
    cast(date_trunc('month', classified.recorded_at) as date) as recorded_month,
    {{ financial_year('classified.recorded_at') }} as financial_year,
    classified.committed_from,
    classified.committed_to,
    cast(classified.committed_from as date) as committed_date,
    cast(hour(classified.committed_from) as tinyint) as committed_hour,
    cast({{ iso_day_of_week('classified.committed_from') }} as tinyint) as committed_day_of_week,
    classified.offence_code,
    classified.recorded_crime_group,
    classified.is_serious_violence,
    classified.offence_type,
    classified.offence_subtype,
    classified.exclusion_reason,
    classified.is_hotspot_violence,
    classified.is_knife_crime,
    coalesce(classified.weapon, 'Not recorded') as weapon,
    coalesce(
        place.conformed, lsoa.district_code, {{ district_of_unlisted_lsoa('classified.lsoa_code') }}
    ) as district_code,
    coalesce(classified.ward_code, lsoa.ward_code, 'Unknown') as ward_code,
    coalesce(classified.lsoa_code, 'Unknown') as lsoa_code,
    classified.easting,
    classified.northing,
    classified.street,
    classified.location_type,
    classified.is_domestic_abuse,
    classified.is_modern_slavery,
    classified.has_alcohol_qualifier,
    classified.has_drugs_qualifier,
    coalesce(relationship.relationship, 'Not recorded') as relationship,
    outcome.outcome_key,
    outcome.outcome_group,
    outcome.sna_group as outcome_sna_group,
    outcome.is_positive as is_positive_outcome,
    classified.load_id
from classified
{{ join_label('place', 'classified.district_source_name', 'district') }}
-- Where the force names no district or ward, that of the LSOA.
left join {{ ref('listed_lsoa') }} as lsoa
    on classified.lsoa_code = lsoa.lsoa_code
left join {{ ref('relationship') }} as relationship
    on classified.relationship_source_label = relationship.source_label
left join last_outcome
    on classified.crime_reference = last_outcome.crime_reference
inner join {{ ref('dim_outcome') }} as outcome
    on coalesce(last_outcome.outcome_key, '0') = outcome.outcome_key
