-- How many assault attendances are there for 100 offences that the police record, by district, in 2023/24?
select
    district,
    ed_attendances,
    violence_with_injury_offences,
    attendances_per_100_offences,
    attendances_per_100_offences_lower_95,
    attendances_per_100_offences_upper_95
from marts.violence_ratios
where financial_year = '2023/24'
order by district;
