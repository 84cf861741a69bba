with in_2015 as (
    select
        lsoa_code_2011 as lsoa_code,
        population_2015
    from {{ ref('stg_population__imd_2019_domains') }}
),

in_2021 as (
    select
        coalesce(adult.lsoa_code_2021, home.lsoa_code_2021) as lsoa_code,
        adult.residents_16_plus,
        home.households
    from {{ ref('stg_population__census_residents_16_plus') }} as adult
    full outer join {{ ref('stg_population__census_households') }} as home
        on adult.lsoa_code_2021 = home.lsoa_code_2021
)

select
    coalesce(in_2015.lsoa_code, in_2021.lsoa_code) as lsoa_code,
    in_2015.population_2015,
    in_2021.residents_16_plus,
    in_2021.households
from in_2015
full outer join in_2021
    on in_2015.lsoa_code = in_2021.lsoa_code
