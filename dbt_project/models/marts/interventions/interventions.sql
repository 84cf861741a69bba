-- Beside each intervention, what its district was like in the last whole year before the money came.
with serious_violence as (
    select
        counted.financial_year,
        years.start_year,
        counted.district_code,
        counted.numerator as offences,
        population.population
    from {{ ref('fct_district_indicator') }} as counted
    inner join {{ ref('dim_financial_year') }} as years
        on counted.financial_year = years.financial_year
    left join {{ ref('district_population') }} as population
        on counted.financial_year = population.financial_year and counted.district_code = population.district_code
    where counted.indicator_id = 'serious_violence' and counted.is_whole_year
),

county_population as (
    select
        financial_year,
        sum(population) as population
    from {{ ref('district_population') }}
    group by financial_year
),

county as (
    select
        serious_violence.financial_year,
        cast(sum(serious_violence.offences) as bigint) as offences,
        max(population.population) as population
    from serious_violence
    left join county_population as population
        on serious_violence.financial_year = population.financial_year
    group by serious_violence.financial_year
)

select
    intervention.intervention_reference,
    intervention.intervention,
    intervention.project_phase,
    intervention.provider,
    intervention.aim,
    intervention.cohort as target_group,
    intervention.age_from,
    intervention.age_to,
    intervention.financial_year,
    intervention.start_date,
    intervention.end_date,
    intervention.dates_stated,
    intervention.funding_source,
    intervention.funding_pounds,
    intervention.reach_planned,
    intervention.reach_achieved,
    intervention.reach_of,
    intervention.evaluation_status,
    intervention.evaluation_note,
    intervention.place,
    district.district_code,
    case district.district_code when 'Unknown' then 'Not stated' else district.district end as district,
    before.financial_year as previous_year,
    case when district.is_in_county then before.offences end as previous_year_offences,
    case when district.is_in_county then round({{ rate_per('before.offences', 'before.population') }}, 2) end
        as previous_year_rate_per_1000,
    {{ rate_limits(
        'previous_year_rate_per_1000', 'before.offences', 'before.population', when='district.is_in_county'
    ) }},
    round({{ rate_per('county.offences', 'county.population') }}, 2) as previous_year_county_rate_per_1000,
    {{ rate_limits('previous_year_county_rate_per_1000', 'county.offences', 'county.population') }},
    intervention.source
from {{ ref('dim_intervention') }} as intervention
inner join {{ ref('fct_intervention_district') }} as covered
    on intervention.intervention_reference = covered.intervention_reference
inner join {{ ref('dim_district') }} as district
    on covered.district_code = district.district_code
left join {{ ref('dim_financial_year') }} as funded
    on intervention.financial_year = funded.financial_year
left join serious_violence as before
    on covered.district_code = before.district_code and funded.start_year - 1 = before.start_year
left join county
    on before.financial_year = county.financial_year
