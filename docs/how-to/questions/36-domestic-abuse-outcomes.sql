-- Are outcomes of violence with injury positive as often where it is domestic abuse, in 2023/24?
select
    is_domestic_abuse,
    sum(outcome_records) as outcome_records,
    sum(outcome_records) filter (where is_positive) as positive_records
from marts.offence_outcomes
where offence_type = 'Violence with injury' and financial_year = '2023/24'
group by is_domestic_abuse
order by is_domestic_abuse;
