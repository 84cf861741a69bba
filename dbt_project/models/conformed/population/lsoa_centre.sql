-- Where LSOAs are: the centre of their boundary, or of the crime recorded in them where no boundaries were delivered.
select
    shape.lsoa_code,
    st_x(st_centroid(shape.boundary)) as easting,
    st_y(st_centroid(shape.boundary)) as northing,
    st_area(shape.boundary) / 1000000 as area_km2
from (
    select
        lsoa_code,
        {{ geojson_to_grid('boundary_geojson') }} as boundary
    from {{ ref('dim_lsoa_boundary') }}
) as shape

union all

select
    lsoa_code,
    avg(easting order by easting) as easting,
    avg(northing order by northing) as northing,
    cast(null as double) as area_km2
from {{ ref('placed_crime') }}
where
    lsoa_code <> 'Unknown'
    and easting is not null
    and not exists (select 1 from {{ ref('dim_lsoa_boundary') }})
group by lsoa_code
