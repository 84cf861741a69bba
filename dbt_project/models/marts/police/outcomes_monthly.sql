with outcome as (
    {{ outcomes_on_both_bases() }}
)

select
    outcome.basis,
    outcome.month_start,
    outcome.financial_year,
    district.district_code,
    district.district,
    district.area,
    outcome.offence_type,
    count(*) as outcome_records,
    count(case when outcome.sna_group = 'Positive outcome' then 1 end) as positive_records,
    count(case when outcome.sna_group = 'Other outcome' then 1 end) as other_records,
    count(case when outcome.sna_group = 'Not yet complete' then 1 end) as pending_offences
from outcome
inner join {{ ref('dim_district') }} as district
    on outcome.district_code = district.district_code
group by all
