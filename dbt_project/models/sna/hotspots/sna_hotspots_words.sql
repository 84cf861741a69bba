-- T26 and T27 in words: the set of a ward; the significant streets, most incidents first; and when: spans of hot
-- hours on these streets, those of the same hours together, and "in particular" the day that has significantly more.
with day_of_span as (
    select
        ward.report_id,
        ward.combined_rank_printed,
        ward.printed_name,
        span.hours_in_words,
        span.part_of_day,
        span.day_of_week,
        span.offences,
        max(span.offences) over same_hours as most,
        nth_value(span.offences, 2) over (
            partition by ward.report_id, ward.printed_name, span.hours_in_words order by span.offences desc
            rows between unbounded preceding and unbounded following
        ) as second_most
    from {{ ref('sna_hotspot_ward') }} as ward
    inner join {{ ref('hotspot_spans') }} as span
        on
            ward.definition = span.definition
            and ward.last_month = span.last_month
            and ward.ward_code = span.ward_code
    where span.location = 'Busiest streets' and ward.combined_rank_printed <= 2
    window same_hours as (partition by ward.report_id, ward.printed_name, span.hours_in_words)
),

worded as (
    select
        *,
        case
            when
                offences = most
                and most > second_most
                and most >= {{ var('compare_minimum') }}
                and {{ counts_test('most', 'second_most') }} < 0.05
                then 'in particular '
            else ''
        end || part_of_day as day_in_words
    from day_of_span
),

grouped as (
    select
        report_id,
        combined_rank_printed,
        printed_name,
        upper(left(hours_in_words, 1)) || substr(hours_in_words, 2)
        || ', ' || {{ in_a_sentence('day_in_words', 'day_of_week') }} as phrase,
        sum(offences) as offences
    from worded
    group by report_id, combined_rank_printed, printed_name, hours_in_words
)

{% for column_label, measure in [('Type', 'ward_type'), ('Section', 'policing_section')] %}
    select
        report_id,
        'T26' as table_id,
        '' as row_group,
        printed_name as row_label,
        cast(combined_rank_printed as integer) as row_order,
        '{{ column_label }}' as column_label,
        {{ loop.index }} as column_order,
        'text' as unit,
        {{ measure }} as value_text
    from {{ ref('sna_hotspot_ward') }}

    union all
{% endfor %}

select
    ward.report_id,
    'T27' as table_id,
    '' as row_group,
    {{ hotspot_row_label('ward') }} as row_label,
    cast(ward.combined_rank_printed as integer) as row_order,
    'Hotspot location within ward' as column_label,
    1 as column_order,
    'text' as unit,
    {{ in_a_sentence('street.street', 'street.volume_rank, street.street') }} as value_text
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
    'T27' as table_id,
    '' as row_group,
    {{ hotspot_row_label('grouped') }} as row_label,
    cast(combined_rank_printed as integer) as row_order,
    'Temporal analysis' as column_label,
    3 as column_order,
    'text' as unit,
    string_agg(phrase, '; ' order by offences desc, phrase asc) as value_text
from grouped
group by report_id, combined_rank_printed, printed_name
