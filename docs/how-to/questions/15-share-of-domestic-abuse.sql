-- What share of offences of these types is domestic abuse, by year? The definition leaves it out.
select
    financial_year,
    offence_type,
    sum(offences) as offences,
    coalesce(sum(offences) filter (where is_domestic_abuse), 0) as domestic_abuse_offences,
    round(100 * coalesce(sum(offences) filter (where is_domestic_abuse), 0) / sum(offences), 1)
        as domestic_abuse_percent
from marts.recorded_offences
group by financial_year, offence_type
order by financial_year, offence_type;
