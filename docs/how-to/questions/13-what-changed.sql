-- What changed since the release before, and which deliveries changed it?
select
    table_name,
    change_kind,
    count(*) as changed_rows,
    any_value(deliveries) as deliveries
from sna.revisions
group by table_name, change_kind
order by table_name, change_kind;
