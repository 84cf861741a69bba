select
    returned.agency,
    returned.financial_year,
    returned.breakdown,
    coalesce(
        district.conformed, sex.conformed, age_group.conformed, sentence.conformed, 'Unknown'
    ) as category,
    cast(returned.cases as bigint) as cases,
    returned.symbol,
    returned.load_id
from {{ ref('stg_justice__serious_violence_cases') }} as returned
{{ join_label('district', 'returned.district_label', 'district') }}
{{ join_label('sex', 'returned.sex_label', 'sex') }}
{{ join_label('age_group', 'returned.age_group_label', 'probation_age_group') }}
{{ join_label('sentence', 'returned.sentence_label', 'sentence_type') }}
