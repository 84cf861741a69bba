{#
    Conditions of a rule that look at a flag: column of the rule, the flag, and why an offence is not counted that has the flag where
    the rule says `out`, or has it not where the rule says `only`. A reason goes before those after it.
#}
{% macro flag_conditions() -%}
    {{- return([
        ('domestic_abuse', 'crime.is_domestic_abuse', 'Domestic abuse', 'No domestic abuse'),
        ('modern_slavery', 'crime.is_modern_slavery', 'Modern slavery and trafficking', 'No modern slavery'),
        ('knife_flag', 'crime.is_knife_crime', 'Knife flag', 'No knife flag'),
        ('public_place', 'location_type.is_public_place', 'In a public place', 'Not in a public place'),
    ]) -}}
{%- endmacro %}

{#
    Offences that a person of the ages of a rule was part of, one row per crime and rule: (crime_reference, definition_id,
    rule_number). `role` is victim or suspect.
#}
{% macro people_of_rules(role) -%}
    select distinct
        crime.crime_reference,
        rule.definition_id,
        rule.rule_number
    from crime
    inner join {{ ref('bridge_offence_code_rule') }} as rule
        on crime.offence_code = rule.offence_code
    inner join {{ ref('stg_people__' ~ role ~ 's') }} as person
        on
            crime.crime_reference = person.crime_reference
            and person.age between coalesce(rule.{{ role }}_age_from, 0) and coalesce(rule.{{ role }}_age_to, 129)
    where coalesce(rule.{{ role }}_age_from, rule.{{ role }}_age_to) is not null
{%- endmacro %}
