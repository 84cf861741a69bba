-- What T26 and T27 print: the hotspot and control wards over the twelve months of the report, by the wider definition.
select
    report.report_id,
    ward.*
from {{ ref('hotspot_wards') }} as ward
inner join {{ ref('report_window') }} as report
    on ward.last_month = report.hotspot_last_month
where ward.scope = 'Hotspot and control wards' and ward.definition = 'Hotspot violence'
