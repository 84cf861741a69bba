select
    agency,
    census_year,
    left(area, 9) as national_district_code,
    measure,
    case when sex <> 'Total' then sex end as sex_label,
    case
        when age like '%and under' then 0
        else try_cast(regexp_extract(age, '(\d+)', 1) as smallint)
    end as age_from,
    case
        when age like '%and under' then try_cast(regexp_extract(age, '(\d+)', 1) as smallint)
        else try_cast(regexp_extract(age, 'to (\d+)', 1) as smallint)
    end as age_to,
    counted,
    _load_id as load_id
from {{ source('landing', 'population__census_population') }}
