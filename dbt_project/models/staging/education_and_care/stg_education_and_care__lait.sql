select
    agency,
    measure,
    measure_title,
    years,
    cast(left(years, 4) as smallint) as start_year,
    {#- 2023, 2022/23, 2014-16 and 2013/14-15/16, each perhaps with a note such as (Rev). -#}
    {% set plain_years = "regexp_replace(years, ' .*$', '')" %}
    cast(
        case
            when length({{ plain_years }}) = 4 then {{ plain_years }}
            else cast(
                cast(left(years, 2) as integer)
                + case when right({{ plain_years }}, 2) < substr(years, 3, 2) then 1 else 0 end
                as varchar
            ) || right({{ plain_years }}, 2)
        end as smallint
    ) as end_year,
    nullif(regexp_extract(years, '\((\w+)\)', 1), '') as years_note,
    cast(la_number as varchar) as area_as_sent,
    area as area_name,
    la_number,
    value,
    value_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__lait') }}
