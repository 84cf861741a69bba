-- What T26 and T27 print: the hotspot and control wards over the published window, by the wider definition.
select *
from {{ ref('hotspot_wards') }}
where is_published_window and scope = 'Hotspot and control wards' and definition = 'Hotspot violence'
