-- T75: referrals for violence and for possession.
with reported as (
    {{ delivered_years('liaison_referrals') }}
),

offence_group (offence_group, row_label, row_order) as (
    values
    ('Violence against the person', 'Number of violent offences', 1),
    ('Possession of an offensive weapon', 'Number of possession of an offensive weapon offences', 2),
    ('Possession of a firearm', 'Number of possession of a firearm offence', 3)
),

referral as (
    select
        referral.financial_year,
        offence_group.row_label,
        sum(referral.referrals) as count
    from {{ ref('liaison_referrals') }} as referral
    inner join offence_group
        on referral.offence_group = offence_group.offence_group
    group by referral.financial_year, offence_group.row_label
)

{{ year_table('T75', 'offence_group', 'referral', 'financial_year', total_row='Total', years='reported') }}
