select
    agency,
    financial_year,
    breakdown,
    case when breakdown = 'District' then category end as district_label,
    case when breakdown = 'Sex' then category end as sex_label,
    case when breakdown = 'Age group' then category end as age_group_label,
    case when breakdown = 'Sentence type' then category end as sentence_label,
    cases,
    cases_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'justice__serious_violence_cases') }}
