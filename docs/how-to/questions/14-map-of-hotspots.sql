-- Which LSOAs were hot in 2023/24, with shapes for a map?
select
    hotspot.lsoa_code,
    hotspot.lsoa_name,
    hotspot.district,
    hotspot.offences,
    hotspot.clustering,
    place.boundary_geojson
from marts.hotspot_lsoas as hotspot
inner join marts.lsoas as place on hotspot.lsoa_code = place.lsoa_code
where
    hotspot.definition = 'Serious violence'
    and hotspot.financial_year = '2023/24'
    and hotspot.clustering like 'hot%'
order by hotspot.offences desc, hotspot.lsoa_code asc;
