-- How much serious violence of 2023/24 was in LSOAs of each decile of deprivation, 1 being the most deprived?
select
    lsoa.imd_decile,
    sum(hotspot.offences) as offences
from marts.hotspot_lsoas as hotspot
inner join marts.dim_lsoa as lsoa
    on hotspot.lsoa_code = lsoa.lsoa_code
where hotspot.definition = 'Serious violence' and hotspot.financial_year = '2023/24' and lsoa.imd_decile is not null
group by lsoa.imd_decile
order by lsoa.imd_decile;
