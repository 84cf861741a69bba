{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='crime_reference') }}

with crime as (
    select
        crime_reference,
        ho_class || ' ' || ho_sub_code as offence_code,
        recorded_at,
        location_type,
        weapon,
        is_domestic_abuse,
        is_modern_slavery,
        is_knife_crime
    from {{ ref('stg_police__crimes') }}
    where {{ of_changed_crime('crime_reference') }}
),

victim as (
    {{ people_of_rules('victim') }}
),

suspect as (
    {{ people_of_rules('suspect') }}
),

-- The first condition that the offence does not meet, with its place among the conditions; NULL where it meets all.
judged as (
    select
        crime.crime_reference,
        crime.recorded_at,
        rule.definition_id,
        rule.offence_type,
        rule.offence_subtype,
        rule.is_of_all_classes,
        case
            when rule.effect = 'exclude' then '1' || coalesce(rule.exclusion, 'Excluded')
            when cast(crime.recorded_at as date) < rule.valid_from or cast(crime.recorded_at as date) > rule.valid_to
                then '2Not valid when recorded'
            {% for condition, flag, present, absent in flag_conditions() %}
                when rule.{{ condition }} = 'out' and {{ flag }} then '{{ loop.index + 2 }}{{ present }}'
                when rule.{{ condition }} = 'only' and not coalesce({{ flag }}, false)
                    then '{{ loop.index + 2 }}{{ absent }}'
            {% endfor %}
            when rule.weapon <> coalesce(crime.weapon, 'Not recorded') then '7Another weapon'
            when coalesce(rule.victim_age_from, rule.victim_age_to) is not null and victim.crime_reference is null
                then '8No victim of these ages'
            when coalesce(rule.suspect_age_from, rule.suspect_age_to) is not null and suspect.crime_reference is null
                then '9No suspect of these ages'
        end as unmet
    from crime
    inner join {{ ref('bridge_offence_code_rule') }} as rule
        on crime.offence_code = rule.offence_code
    left join {{ ref('location_type') }} as location_type
        on crime.location_type = location_type.location_type
    left join victim
        on
            crime.crime_reference = victim.crime_reference
            and rule.definition_id = victim.definition_id
            and rule.rule_number = victim.rule_number
    left join suspect
        on
            crime.crime_reference = suspect.crime_reference
            and rule.definition_id = suspect.definition_id
            and rule.rule_number = suspect.rule_number
)

-- An offence counts by any rule of its code; where none counts it, the one of which it meets most says why.
select
    crime_reference,
    definition_id,
    {{ financial_year('min(recorded_at)') }} as financial_year,
    min(offence_type) as offence_type,
    min(offence_subtype) as offence_subtype,
    count(unmet) < count(*) as is_counted,
    case when count(unmet) = count(*) then substr(max(unmet), 2) end as exclusion_reason
from judged
where unmet is null or not is_of_all_classes
group by crime_reference, definition_id
