select
    returned.agency,
    returned.financial_year,
    returned.breakdown,
    case
        when returned.breakdown = 'Offence type' then coalesce(offence_type.conformed, 'Unknown')
        else coalesce(district.conformed, 'Unknown')
    end as category,
    returned.category_as_sent,
    returned.population,
    returned.crimes,
    returned.symbol,
    returned.load_id
from {{ ref('stg_places__nte_kpi') }} as returned
{{ join_label('offence_type', 'returned.nte_offence_type_label', 'nte_offence_type') }}
{{ join_label('district', 'returned.district_label', 'district') }}
