select
    financial_year,
    offence_type,
    victim_age_group,
    suspect_age_group,
    count(*) as pairs
from {{ ref('bridge_victim_suspect') }}
where is_serious_violence
group by all
