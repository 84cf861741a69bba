{% for column, need in [
    ('has_mental_health_need', 'Mental health'),
    ('has_substance_need', 'Substance or alcohol use'),
    ('has_social_services_need', 'Social services involvement'),
    ('has_learning_disability_need', 'Learning disability'),
    ('has_accommodation_need', 'Accommodation'),
    ('has_physical_health_need', 'Physical health'),
] %}
    select
        financial_year,
        life_stage,
        is_violence_or_possession,
        '{{ need }}' as need,
        count(case when {{ column }} then 1 end) as referrals_with_need,
        count(*) as referrals
    from {{ ref('fct_liaison_referral') }}
    group by all
    {% if not loop.last %}union all{% endif %}
{% endfor %}
