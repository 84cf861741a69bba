-- T26: the scores as printed; the mart has them as stated too. T27: incidents on the significant streets, for the
-- first two wards of T26. P4: how many wards there are, and over how many months they were scored.
{% for column_label, unit, measure, denominator in [
    ('SV totals per population: Total', 'count', 'offences', 1),
    ('SV totals per population: SV rank', 'rank', 'volume_rank', 1),
    ('SV totals per population: Total pop', 'count', 'population', 1),
    ('SV totals per population: Per 1000 pop', 'rate', '1000 * offences', 'population'),
    ('SV totals per population: Per pop rank', 'rank', 'rate_rank', 1),
    ('Combined: Score', 'rank', 'score_printed', 1),
    ('Combined: Rank', 'rank', 'combined_rank_printed', 1),
] %}
    select
        report_id,
        'T26' as table_id,
        '' as row_group,
        printed_name as row_label,
        combined_rank_printed as row_order,
        '{{ column_label }}' as column_label,
        {{ loop.index + 2 }} as column_order,
        '{{ unit }}' as unit,
        {{ measure }} as numerator,
        {{ denominator }} as denominator
    from {{ ref('sna_hotspot_ward') }}

    union all
{% endfor %}

select
    ward.report_id,
    'T27' as table_id,
    '' as row_group,
    {{ hotspot_row_label('ward') }} as row_label,
    ward.combined_rank_printed as row_order,
    'Number of incidents' as column_label,
    2 as column_order,
    'count' as unit,
    sum(street.offences) as numerator,
    1 as denominator
from {{ ref('sna_hotspot_ward') }} as ward
inner join {{ ref('hotspot_streets') }} as street
    on
        ward.definition = street.definition
        and ward.last_month = street.last_month
        and ward.ward_code = street.ward_code
where street.is_busiest and ward.combined_rank_printed <= 2
group by ward.report_id, ward.combined_rank_printed, ward.printed_name

union all

select
    report_id,
    'P4' as table_id,
    '' as row_group,
    ward_type || ' wards' as row_label,
    case ward_type when 'Hotspot' then 1 else 2 end as row_order,
    'Count' as column_label,
    1 as column_order,
    'count' as unit,
    count(*) as numerator,
    1 as denominator
from {{ ref('sna_hotspot_ward') }}
group by report_id, ward_type

union all

select
    report_id,
    'P4' as table_id,
    '' as row_group,
    'Months on which the wards were scored' as row_label,
    3 as row_order,
    'Count' as column_label,
    1 as column_order,
    'count' as unit,
    datediff('month', min(first_month), min(last_month)) + 1 as numerator,
    1 as denominator
from {{ ref('sna_hotspot_ward') }}
group by report_id
