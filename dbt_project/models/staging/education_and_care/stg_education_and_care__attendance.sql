select
    agency,
    academic_year,
    breakdown,
    absence_kind as absence_kind_label,
    -- The senders' own average over all pupils is among the districts.
    case when breakdown = 'District' and category <> 'Total' then category end as district_label,
    case when breakdown = 'Ethnicity' then category end as ethnicity_label,
    case when breakdown = 'Age' then try_cast(category as smallint) end as age,
    category as category_as_sent,
    cast(100 * share as decimal(9, 4)) as percent,
    share_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__attendance') }}
