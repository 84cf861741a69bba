-- What share of offences recorded in 2023/24 had a positive outcome, by district, and can the year be read yet?
select
    category as district,
    outcome_records,
    positive_percent,
    positive_percent_lower_95,
    positive_percent_upper_95,
    is_mature,
    caveat
from marts.outcome_rates
where basis = 'Recorded in period' and breakdown = 'District' and financial_year = '2023/24'
order by category;
