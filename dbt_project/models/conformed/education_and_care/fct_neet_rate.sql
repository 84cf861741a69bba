with returned as (
    select * from {{ ref('stg_education_and_care__neet') }}
    union all by name
    select * from {{ ref('stg_education_and_care__neet_scorecard') }}
),

-- One code of a name: the newest, where a ward's code has changed.
ward as (
    select
        district_code,
        {{ plain_label('ward_name') }} as plain_name,
        max(ward_code) as ward_code
    from {{ ref('dim_ward') }}
    group by all
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
    -- The council sends a name only; a ward that the geography does not have is Unknown, as in every fact.
    case when returned.place_kind = 'Ward' then coalesce(ward.ward_code, 'Unknown') end as ward_code,
    coalesce(measure.conformed, 'Unknown') as measure,
    returned.percent,
    returned.per_1000,
    returned.symbol,
    returned.load_id
from returned
left join {{ ref('dim_area') }} as area
    on returned.area_as_sent in (area.area_code, cast(area.dfe_number as varchar))
left join ward
    on
        returned.place_kind = 'Ward'
        and area.area_code = ward.district_code
        and {{ plain_label('returned.place_as_sent') }} = ward.plain_name
{{ join_label('locality', 'returned.locality_label', 'neet_locality') }}
{{ join_label('measure', 'returned.measure_label', 'neet_measure') }}
