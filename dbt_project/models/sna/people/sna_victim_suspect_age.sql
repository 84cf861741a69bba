-- T19: of the pairs of a suspect and a victim of one offence with both ages known, the victims' ages for each age
-- group of the suspects.
with age_group as (
    select
        age_band,
        suspect_label,
        sort_order
    from {{ ref('age_band') }}
    where scheme = 'broad' and age_from is not null
),

pair as (
    select
        report_year.report_id,
        pairs.suspect_age_group,
        pairs.victim_age_group,
        sum(pairs.pairs) as pairs
    from {{ ref('victim_suspect_age') }} as pairs
    inner join {{ ref('report_year') }} as report_year
        on pairs.financial_year = report_year.financial_year
    group by report_year.report_id, pairs.suspect_age_group, pairs.victim_age_group
),

cell as (
    select
        report.report_id,
        suspect_group.suspect_label as row_label,
        suspect_group.sort_order as row_order,
        victim_group.age_band as column_label,
        victim_group.sort_order as column_order,
        coalesce(pair.pairs, 0) as pairs
    from age_group as suspect_group
    cross join age_group as victim_group
    cross join {{ ref('report_window') }} as report
    left join pair
        on
            report.report_id = pair.report_id
            and suspect_group.age_band = pair.suspect_age_group
            and victim_group.age_band = pair.victim_age_group
)

select
    report_id,
    'T19' as table_id,
    'Suspect age group' as row_group,
    row_label,
    row_order,
    'Victim age group: ' || column_label as column_label,
    column_order,
    'percent' as unit,
    100 * pairs as numerator,
    sum(pairs) over (partition by report_id, row_label) as denominator
from cell
