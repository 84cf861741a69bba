with person as (
    {% for role in ('victim', 'suspect') %}
        select
            '{{ role | capitalize }}s' as kind,
            financial_year,
            district_code,
            {{ five_year_band('age') }} as age_from,
            age is null as is_unknown
        from {{ ref('fct_' ~ role) }}
        where is_serious_violence
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Only years of which all months were delivered: a rate of fewer months is lower.
whole_year as (
    select
        case indicator_id when 'victims' then 'Victims' else 'Suspects' end as kind,
        financial_year
    from {{ ref('fct_district_indicator') }}
    where indicator_id in ('victims', 'suspects')
    group by indicator_id, financial_year
    having bool_and(is_whole_year)
),

resident as (
    select
        financial_year,
        district_code,
        {{ five_year_band('age_from') }} as age_from,
        max(mid_year) as mid_year,
        {{ ordered_sum('residents') }} as residents
    from {{ ref('district_age_population') }}
    group by financial_year, district_code, {{ five_year_band('age_from') }}
),

counted as (
    select
        kind,
        financial_year,
        district_code,
        age_from,
        count(*) as people
    from person
    where not is_unknown
    group by kind, financial_year, district_code, age_from
),

unknown as (
    select
        kind,
        financial_year,
        district_code,
        count(*) as people
    from person
    where is_unknown
    group by kind, financial_year, district_code
),

-- The county is the sum of its districts, by age.
banded as (
    select
        whole_year.kind,
        whole_year.financial_year,
        district.district_code,
        district.district,
        resident.age_from,
        max(resident.mid_year) as mid_year,
        sum(coalesce(counted.people, 0)) as people,
        {{ ordered_sum('resident.residents') }} as residents
    from whole_year
    inner join resident
        on whole_year.financial_year = resident.financial_year
    inner join {{ ref('dim_district') }} as district
        on resident.district_code = district.district_code
    left join counted
        on
            whole_year.kind = counted.kind
            and whole_year.financial_year = counted.financial_year
            and resident.district_code = counted.district_code
            and resident.age_from = counted.age_from
    where district.is_in_county
    group by grouping sets (
        (whole_year.kind, whole_year.financial_year, resident.age_from),
        (whole_year.kind, whole_year.financial_year, resident.age_from, district.district_code, district.district)
    )
),

unknown_in_place as (
    select
        unknown.kind,
        unknown.financial_year,
        district.district_code,
        sum(unknown.people) as people
    from unknown
    inner join {{ ref('dim_district') }} as district
        on unknown.district_code = district.district_code
    where district.is_in_county
    group by grouping sets (
        (unknown.kind, unknown.financial_year),
        (unknown.kind, unknown.financial_year, district.district_code)
    )
)

select
    banded.kind,
    banded.financial_year,
    coalesce(banded.district_code, 'County') as district_code,
    coalesce(banded.district, {{ area_name() }}) as district,
    banded.district_code is null as is_total,
    cast(max(banded.mid_year) as smallint) as population_mid_year,
    cast(sum(banded.people) as bigint) as people_of_known_age,
    cast(coalesce(max(unknown_in_place.people), 0) as bigint) as people_of_unknown_age,
    cast(round({{ ordered_sum('banded.residents') }}) as bigint) as population,
    round({{ rate_per('sum(banded.people)', ordered_sum('banded.residents')) }}, 2) as rate_per_1000,
    {{ rate_limits('rate_per_1000', 'sum(banded.people)', ordered_sum('banded.residents')) }},
    {{ standardised_rate(
        'standardised_rate_per_1000', 'banded.people', 'banded.residents', 'standard.standard_residents'
    ) }}
from banded
inner join {{ ref('standard_population') }} as standard
    on banded.age_from = standard.age_from
left join unknown_in_place
    on
        banded.kind = unknown_in_place.kind
        and banded.financial_year = unknown_in_place.financial_year
        and banded.district_code is not distinct from unknown_in_place.district_code
group by banded.kind, banded.financial_year, banded.district_code, banded.district
