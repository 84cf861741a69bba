select
    returned.agency,
    returned.financial_year,
    coalesce(age_group.conformed, 'Unknown') as age_group,
    coalesce(sentence.conformed, 'Unknown') as sentence_type,
    cast(returned.cases as bigint) as cases,
    returned.symbol,
    returned.load_id
from {{ ref('stg_justice__cases_by_age_and_sentence') }} as returned
{{ join_label('age_group', 'returned.age_group_label', 'probation_age_group') }}
{{ join_label('sentence', 'returned.sentence_label', 'sentence_type') }}
