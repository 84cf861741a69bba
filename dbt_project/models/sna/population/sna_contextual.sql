-- T61: the correlations that the inspectorate published, as delivered: another source's values. Ours are in the mart
-- drivers.
select
    report.report_id,
    'T61' as table_id,
    case indicator.offence_type
        when 'Possession of weapons offences' then 'Possession of weapons'
        else indicator.offence_type
    end as row_group,
    indicator.indicator as row_label,
    -- The offence types in the order of the print, and one that it does not have after them.
    row_number() over (
        partition by report.report_id
        order by
            list_position(
                ['Possession of weapons offences', 'Violence with injury', 'Robbery of personal property'],
                indicator.offence_type
            ) asc nulls last,
            indicator.offence_type asc, indicator.figure desc, indicator.indicator asc
    ) as row_order,
    'Correlation %' as column_label,
    1 as column_order,
    'percent' as unit,
    cast(100 * indicator.figure as bigint) as numerator,
    100 as denominator
from {{ ref('fct_contextual_indicator') }} as indicator
cross join {{ ref('report_window') }} as report
where indicator.measure = 'Correlation' and indicator.figure is not null

union all

select
    report.report_id,
    'P18.2' as table_id,
    '' as row_group,
    'Indicators whose rate in ' || {{ place_of('P18.2') }} || ' is neither significantly high nor low' as row_label,
    1 as row_order,
    'Count' as column_label,
    1 as column_order,
    'count' as unit,
    sum(case when indicator.versus_forces = 'around the mean' then 1 else 0 end) as numerator,
    1 as denominator
from {{ ref('contextual_indicators') }} as indicator
cross join {{ ref('report_window') }} as report
where indicator.area_code in {{ force_codes() }}
group by report.report_id
