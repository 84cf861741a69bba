-- Is the suspect a stranger or an acquaintance, by sex of the victim, of violence with injury?
select
    sex,
    relationship,
    sum(victims) as victims,
    round(100 * sum(victims) / sum(sum(victims)) over (partition by sex), 1) as victims_percent
from marts.offence_victims
where is_serious_violence and offence_type = 'Violence with injury' and relationship <> 'Not recorded'
group by sex, relationship
order by sex asc, victims desc, relationship asc;
