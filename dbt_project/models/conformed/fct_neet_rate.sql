with returned as (
    select * from {{ ref('stg_derbyshire_county_education__neet') }}
    union all by name
    select * from {{ ref('stg_derby_city_education__neet') }}
    union all by name
    select * from {{ ref('stg_dfe__neet_scorecard') }}
)

select
    returned.source,
    cast(returned.calendar_year as smallint) as calendar_year,
    coalesce(area.area_code, 'Elsewhere') as area_code,
    returned.place_kind,
    case
        when returned.place_kind = 'Locality' then coalesce(locality.conformed, 'Unknown')
        when returned.place_kind = 'Area' then coalesce(area.area, returned.place_as_sent)
        else returned.place_as_sent
    end as place,
    coalesce(measure.conformed, 'Unknown') as measure,
    returned.percent,
    returned.per_1000,
    returned.symbol,
    returned.load_id
from returned
left join {{ ref('dim_area') }} as area
    on returned.area_as_sent in (area.area_code, cast(area.dfe_number as varchar))
{{ join_label('locality', 'returned.locality_label', 'neet_locality') }}
{{ join_label('measure', 'returned.measure_label', 'neet_measure') }}
