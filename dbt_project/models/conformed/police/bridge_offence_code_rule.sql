-- Of a definition's rules the most specific decide: those of the sub-code, else of the class, else of all classes.
with candidate as (
    select
        offence.offence_code,
        offence.recorded_crime_group,
        rule.*,
        case when rule.ho_class = '*' then 1 when rule.ho_sub_code is null then 2 else 3 end as specificity
    from {{ ref('dim_offence') }} as offence
    inner join {{ ref('dim_definition_rule') }} as rule
        on
            rule.ho_class = '*'
            or (
                offence.ho_class = rule.ho_class
                and offence.ho_sub_code = coalesce(rule.ho_sub_code, offence.ho_sub_code)
            )
),

decisive as (
    select
        offence_code,
        definition_id,
        max(specificity) as specificity
    from candidate
    group by offence_code, definition_id
)

select
    candidate.offence_code,
    candidate.definition_id,
    candidate.rule_number,
    candidate.ho_class = '*' as is_of_all_classes,
    candidate.effect,
    case
        when candidate.effect = 'count' then coalesce(candidate.offence_type, candidate.recorded_crime_group)
    end as offence_type,
    candidate.offence_subtype,
    candidate.knife_flag,
    candidate.weapon,
    candidate.domestic_abuse,
    candidate.modern_slavery,
    candidate.public_place,
    candidate.victim_age_from,
    candidate.victim_age_to,
    candidate.suspect_age_from,
    candidate.suspect_age_to,
    candidate.valid_from,
    candidate.valid_to,
    candidate.exclusion
from candidate
inner join decisive
    on
        candidate.offence_code = decisive.offence_code
        and candidate.definition_id = decisive.definition_id
        and candidate.specificity = decisive.specificity
