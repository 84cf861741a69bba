select
    referral.referred_date,
    cast(date_trunc('month', referral.referred_date) as date) as month_start,
    {{ financial_year('referral.referred_date') }} as financial_year,
    coalesce(life_stage.conformed, 'Unknown') as life_stage,
    coalesce(sex.conformed, 'Unknown') as sex,
    coalesce(offence_group.conformed, 'Unknown') as offence_group,
    coalesce(
        offence_group.conformed in (
            'Violence against the person', 'Possession of an offensive weapon', 'Possession of a firearm'
        ),
        false
    ) as is_violence_or_possession,
    referral.has_previous_contact,
    referral.has_mental_health_need,
    referral.has_substance_need,
    referral.has_social_services_need,
    referral.has_learning_disability_need,
    referral.has_accommodation_need,
    referral.has_physical_health_need,
    referral.load_id,
    referral.row_number_in_delivery
from {{ ref('stg_justice__referrals') }} as referral
{{ join_label('life_stage', 'referral.age_group_label', 'life_stage') }}
{{ join_label('sex', 'referral.sex_label', 'sex') }}
{{ join_label('offence_group', 'referral.offence_group_label', 'liaison_offence_group') }}
