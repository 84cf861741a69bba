-- What cannot be read is NULL here; gate 2 finds it in the seed.
select
    rule.definition_id,
    row_number() over (
        partition by rule.definition_id
        order by
            rule.ho_class,
            rule.ho_sub_code,
            rule.weapon,
            rule.victim_age_from,
            rule.victim_age_to,
            rule.suspect_age_from,
            rule.suspect_age_to,
            rule.valid_from,
            rule.valid_to,
            rule.knife_flag,
            rule.domestic_abuse,
            rule.modern_slavery,
            rule.public_place
    ) as rule_number,
    rule.effect,
    rule.ho_class,
    rule.ho_sub_code,
    rule.offence_type,
    rule.offence_subtype,
    rule.knife_flag,
    rule.weapon,
    rule.domestic_abuse,
    rule.modern_slavery,
    rule.public_place,
    try_cast(rule.victim_age_from as smallint) as victim_age_from,
    try_cast(rule.victim_age_to as smallint) as victim_age_to,
    try_cast(rule.suspect_age_from as smallint) as suspect_age_from,
    try_cast(rule.suspect_age_to as smallint) as suspect_age_to,
    greatest(definition.valid_from, try_cast(rule.valid_from as date)) as valid_from,
    least(definition.valid_to, try_cast(rule.valid_to as date)) as valid_to,
    rule.exclusion
from {{ ref('violence_definition_rule') }} as rule
inner join {{ ref('dim_definition') }} as definition
    on rule.definition_id = definition.definition_id
