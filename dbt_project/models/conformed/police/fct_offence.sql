{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='crime_reference') }}

with crime as (
    select * from {{ ref('stg_derbyshire_constabulary__crimes') }}
    where {{ of_changed_crime('crime_reference') }}
),

-- One row: the name of the exclusion that each flag brings, where the definition has it.
flag_exclusion as (
    select
        max(case when applies_to = 'domestic_abuse_flag' then exclusion end) as domestic_abuse,
        max(case when applies_to = 'modern_slavery_flag' then exclusion end) as modern_slavery
    from {{ ref('serious_violence_exclusion') }}
    where definition_id = '{{ var("definition_id") }}'
),

outcome_record as (
    select
        crime_reference,
        outcome_sequence,
        outcome_code,
        decision_maker
    from {{ ref('stg_derbyshire_constabulary__outcomes') }}
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

classified as (
    select
        crime.*,
        offence.offence_code,
        offence.recorded_crime_group,
        offence.offence_type,
        offence.offence_subtype,
        hotspot.ho_sub_code is not null
        and not crime.is_domestic_abuse
        and not crime.is_modern_slavery as is_hotspot_violence,
        coalesce(
            offence.class_exclusion,
            case when offence.offence_type is null then 'Not in the definition' end,
            case when crime.is_domestic_abuse then flag_exclusion.domestic_abuse end,
            case when crime.is_modern_slavery then flag_exclusion.modern_slavery end
        ) as exclusion_reason
    from crime
    cross join flag_exclusion
    inner join {{ ref('dim_offence') }} as offence
        on crime.ho_class = offence.ho_class and crime.ho_sub_code = offence.ho_sub_code
    left join {{ ref('hotspot_violence_definition') }} as hotspot
        on
            crime.ho_class = hotspot.ho_class
            and crime.ho_sub_code = hotspot.ho_sub_code
            and hotspot.definition_id = '{{ var("hotspot_definition_id") }}'
)

select
    classified.crime_reference,
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
    classified.exclusion_reason is null as is_serious_violence,
    classified.offence_type,
    classified.offence_subtype,
    classified.exclusion_reason,
    classified.is_hotspot_violence,
    classified.is_knife_crime,
    coalesce(classified.weapon, 'Not recorded') as weapon,
    coalesce(district.district_code, 'Unknown') as district_code,
    coalesce(classified.ward_code, 'Unknown') as ward_code,
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
left join {{ ref('district') }} as district
    on classified.district_source_name = district.source_name
left join {{ ref('relationship') }} as relationship
    on classified.relationship_source_label = relationship.source_label
left join last_outcome
    on classified.crime_reference = last_outcome.crime_reference
inner join {{ ref('dim_outcome') }} as outcome
    on coalesce(last_outcome.outcome_key, '0') = outcome.outcome_key
