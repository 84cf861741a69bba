select
    agency,
    referred_at as referred_date,
    age_group as age_group_label,
    sex as sex_label,
    offence_group as offence_group_label,
    previous_contact as has_previous_contact,
    need_mental_health as has_mental_health_need,
    need_substance as has_substance_need,
    need_social_services as has_social_services_need,
    need_learning_disability as has_learning_disability_need,
    need_accommodation as has_accommodation_need,
    need_physical_health as has_physical_health_need,
    _load_id as load_id,
    _row as row_number_in_delivery
from {{ source('landing', 'justice__referrals') }}
