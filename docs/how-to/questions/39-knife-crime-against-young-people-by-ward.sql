-- What share of knife crime has a victim under 25, by ward, in the latest twelve months and the twelve before?
with latest as (
    select max(month_start) as month_start from marts.recorded_offences
)

select
    offence.ward_name,
    offence.district,
    offence.month_start > latest.month_start - interval 12 month as is_latest,
    sum(offence.offences) as offences,
    coalesce(sum(offence.offences) filter (where youngest.is_under_25), 0) as offences_against_under_25,
    round(100 * coalesce(sum(offence.offences) filter (where youngest.is_under_25), 0) / sum(offence.offences), 1)
        as against_under_25_percent
from marts.recorded_offences as offence
inner join marts.dim_age_group as youngest on offence.age_group_code = youngest.age_group_code
cross join latest
where
    offence.is_serious_violence
    and offence.is_knife_crime
    and offence.month_start > latest.month_start - interval 24 month
    and youngest.is_under_25 is not null
group by offence.ward_code, offence.ward_name, offence.district, is_latest
order by offence.district, offence.ward_name, is_latest;
