{#- Every label column of staging that goes through the seed source_label. -#}
{% set mapped = [
    ('stg_police__stop_searches', 'legislation_label', 'search_power'),
    ('stg_police__stop_searches', 'search_reason_label', 'search_reason'),
    ('stg_police__stop_searches', 'item_found_label', 'item_found'),
    ('stg_police__stop_searches', 'outcome_label', 'search_outcome'),
    ('stg_police__stop_searches', 'sex_label', 'sex'),
    ('stg_police__stop_searches', 'ethnicity_label', 'police_ethnicity'),
    ('stg_police__stop_searches', 'district_label', 'district'),
    ('stg_health__ed_assaults', 'assault_method_label', 'assault_method'),
    ('stg_health__ed_assaults', 'location_type_label', 'assault_location'),
    ('stg_health__ed_assaults', 'district_label', 'district'),
    ('stg_health__ed_assaults', 'sex_label', 'sex'),
    ('stg_health__ed_assaults', 'ethnic_category_label', 'nhs_ethnic_category'),
    ('stg_health__assault_calls', 'response_label', 'ambulance_response'),
    ('stg_health__assault_calls', 'sex_label', 'sex'),
    ('stg_health__assault_calls', 'district_label', 'district'),
    ('stg_health__assault_calls', 'hospital_label', 'hospital'),
    ('stg_justice__referrals', 'age_group_label', 'life_stage'),
    ('stg_justice__referrals', 'sex_label', 'sex'),
    ('stg_justice__referrals', 'offence_group_label', 'liaison_offence_group'),
    ('stg_fire__incidents', 'incident_type_label', 'fire_incident_kind'),
    ('stg_fire__incidents', 'district_label', 'district'),
    ('stg_fire__referrals', 'client_group_label', 'client_group'),
    ('stg_interventions__interventions', 'district_label', 'district'),
    ('stg_justice__serious_violence_cases', 'district_label', 'district'),
    ('stg_justice__serious_violence_cases', 'sex_label', 'sex'),
    ('stg_justice__serious_violence_cases', 'age_group_label', 'probation_age_group'),
    ('stg_justice__serious_violence_cases', 'sentence_label', 'sentence_type'),
    ('stg_justice__cases_by_age_and_sentence', 'age_group_label', 'probation_age_group'),
    ('stg_justice__cases_by_age_and_sentence', 'sentence_label', 'sentence_type'),
    ('stg_justice__offences', 'offence_group_label', 'youth_offence_group'),
    ('stg_justice__offences', 'offence_label', 'youth_offence'),
    ('stg_justice__offences', 'ethnicity_label', 'ethnicity_group'),
    ('stg_justice__offenders', 'sex_label', 'sex'),
    ('stg_places__nte_kpi', 'nte_offence_type_label', 'nte_offence_type'),
    ('stg_places__nte_kpi', 'district_label', 'district'),
    ('stg_justice__safety_in_custody', 'kind_label', 'prison_safety_kind'),
    ('stg_justice__safety_in_custody', 'sex_label', 'sex'),
    ('stg_justice__prison_population', 'offence_group_label', 'prison_offence_group'),
    ('stg_justice__prison_population', 'sex_label', 'sex'),
    ('stg_justice__proven_reoffending', 'age_group_label', 'reoffending_age_group'),
    ('stg_justice__proven_reoffending', 'sentence_label', 'custodial_sentence'),
    ('stg_justice__proven_reoffending', 'reoffence_label', 'reoffence_type'),
    ('stg_education_and_care__activity', 'measure_label', 'social_care_measure'),
    ('stg_education_and_care__activity', 'sex_label', 'sex'),
    ('stg_education_and_care__activity', 'outcome_label', 'referral_outcome'),
    ('stg_education_and_care__activity', 'plan_label', 'care_leaver_plan'),
    ('stg_education_and_care__attendance', 'absence_kind_label', 'absence_kind'),
    ('stg_education_and_care__attendance', 'district_label', 'district'),
    ('stg_education_and_care__attendance', 'ethnicity_label', 'dfe_ethnicity'),
    ('stg_education_and_care__exclusions', 'phase_label', 'school_phase'),
    ('stg_education_and_care__exclusions', 'exclusion_kind_label', 'exclusion_kind'),
    ('stg_education_and_care__exclusions', 'reason_label', 'exclusion_reason'),
    ('stg_education_and_care__exclusion_reasons', 'phase_label', 'school_phase'),
    ('stg_education_and_care__exclusion_reasons', 'exclusion_kind_label', 'exclusion_kind'),
    ('stg_education_and_care__exclusion_reasons', 'reason_label', 'exclusion_reason'),
    ('stg_education_and_care__neet', 'locality_label', 'neet_locality'),
    ('stg_education_and_care__neet', 'measure_label', 'neet_measure'),
    ('stg_education_and_care__neet_scorecard', 'locality_label', 'neet_locality'),
    ('stg_education_and_care__neet_scorecard', 'measure_label', 'neet_measure'),
    ('stg_population__census_population', 'sex_label', 'sex'),
    ('stg_population__census_ethnicity', 'ethnic_group_label', 'census_ethnic_group'),
    ('stg_population__contextual_indicators', 'offence_label', 'contextual_offence'),
    ('stg_population__contextual_indicators', 'indicator_label', 'contextual_indicator'),
] -%}

with label as (
    {% for staging_model, column, scheme in mapped %}
        select
            agency || '/{{ staging_model.split("__")[1] }}' as feed,
            '{{ scheme }}' as scheme,
            {{ column }} as source_label,
            count(*) as row_count
        from {{ ref(staging_model) }}
        where {{ column }} is not null
        group by agency, {{ column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

unknown as (
    select
        label.feed,
        label.scheme,
        trim(label.source_label) as source_label,
        label.row_count
    from label
    left join {{ known_labels() }} as known
        on
            label.scheme = known.scheme
            and {{ plain_label('label.source_label') }} = {{ plain_label('known.source_label') }}
    where known.scheme is null
),

compared as (
    select
        unknown.feed,
        unknown.scheme,
        unknown.source_label,
        unknown.row_count,
        coalesce(
            bool_or({{ is_near(plain_label('unknown.source_label'), plain_label('known.source_label')) }}), false
        ) as is_near
    from unknown
    left join {{ known_labels() }} as known
        on unknown.scheme = known.scheme
    group by all
)

select
    feed,
    scheme,
    case when is_near then left(source_label, 60) else {{ shape('source_label') }} end as source_label,
    cast(sum(row_count) as bigint) as row_count
from compared
group by all
