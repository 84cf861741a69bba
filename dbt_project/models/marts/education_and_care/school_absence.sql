select
    absence.agency,
    absence.academic_year,
    absence.breakdown,
    case absence.breakdown
        when 'District' then coalesce(district.district, 'All districts')
        when 'Ethnicity' then coalesce(ethnicity.ethnicity, 'Unknown')
        when 'Age' then coalesce(cast(absence.age as varchar), 'Unknown')
        else 'All pupils'
    end as category,
    absence.category_as_sent,
    absence.district_code,
    absence.ethnicity_code,
    absence.age,
    absence.absence_kind,
    absence.breakdown = 'All pupils'
    or absence.absence_kind = 'Total absence'
    or (absence.breakdown = 'District' and district.district is null) as is_total,
    absence.percent as percent_of_possible_days,
    absence.symbol
from {{ ref('fct_school_absence') }} as absence
left join {{ ref('dim_district') }} as district
    on absence.district_code = district.district_code
left join {{ ref('dim_ethnicity') }} as ethnicity
    on absence.ethnicity_code = ethnicity.ethnicity_code
