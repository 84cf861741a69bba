-- T05: the three main offences within violence with injury.
with subtype as (
    select
        offence_subtype as row_label,
        sort_order as row_order
    from {{ ref('violence_subtype') }}
),

violence as (
    select
        financial_year,
        offence_subtype as row_label,
        sum(offences) as count
    from {{ ref('offences') }}
    where offence_type = 'Violence with injury'
    group by financial_year, offence_subtype
)

{{ year_table('T05', 'subtype', 'violence', 'financial_year') }}
