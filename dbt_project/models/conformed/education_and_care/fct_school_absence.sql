select
    returned.agency,
    returned.academic_year,
    returned.breakdown,
    coalesce(absence_kind.conformed, 'Unknown') as absence_kind,
    district.conformed as district_code,
    ethnicity.conformed as ethnicity_code,
    returned.age,
    returned.category_as_sent,
    returned.percent,
    returned.symbol,
    returned.load_id
from {{ ref('stg_education_and_care__attendance') }} as returned
{{ join_label('absence_kind', 'returned.absence_kind_label', 'absence_kind') }}
{{ join_label('district', 'returned.district_label', 'district') }}
{{ join_label('ethnicity', 'returned.ethnicity_label', 'dfe_ethnicity') }}
