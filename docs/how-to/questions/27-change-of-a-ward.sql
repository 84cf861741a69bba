-- Which wards changed from 2022/23 to 2023/24 by more than chance? Of two Poisson counts, from 20 together on.
with ward as (
    select
        ward_code,
        ward_name,
        district,
        coalesce(sum(offences) filter (where financial_year = '2022/23'), 0) as previous_year_offences,
        coalesce(sum(offences) filter (where financial_year = '2023/24'), 0) as offences
    from marts.recorded_offences
    where is_serious_violence and ward_code <> 'Unknown'
    group by ward_code, ward_name, district
)

select
    ward_name,
    district,
    previous_year_offences,
    offences,
    round((offences - previous_year_offences) / sqrt(offences + previous_year_offences), 2) as z_score
from ward
where
    offences + previous_year_offences >= 20
    and abs(offences - previous_year_offences) > 1.96 * sqrt(offences + previous_year_offences)
order by z_score, ward_code;
