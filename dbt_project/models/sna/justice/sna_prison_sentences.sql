-- T43: the sentences of its cells, made of the same numbers as the figures, so that they say what the data say. The
-- column is headed by the twelve months of the assaults, as in the print: deaths are reported a quarter further (D125).
{% set tenths = 'cast(10 * rate_per_1000 as bigint)' -%}
{% set tenths_before = 'cast(10 * previous_year_rate_per_1000 as bigint)' -%}

with said as (
    select
        report_id,
        kind,
        sex,
        twelve_months_ending,
        format('{:,}', incidents) as number_text,
        format('{:,}', previous_year_incidents) as number_before,
        cast(abs({{ pct_change('previous_year_incidents', 'incidents', 0) }}) as bigint) || '%' as change,
        if(incidents < previous_year_incidents, 'decrease', 'increase') as direction,
        is_peak,
        cast(round(rate_per_1000) as bigint) as rate_text,
        cast(abs({{ pct_change(tenths_before, tenths, 0) }}) as bigint) || '%' as rate_change,
        if(rate_per_1000 < previous_year_rate_per_1000, 'decreased', 'increased') as rate_direction,
        is_rate_peak
    from (
        select
            report.report_id,
            safety.*
        from {{ ref('prison_safety') }} as safety
        {{ join_report_of_twelve_months() }}
    )
),

whole as (
    select * from said
    where sex = 'All'
),

by_sex as (
    select
        male.report_id,
        male.kind,
        male.rate_change as male_change,
        male.rate_direction as male_direction,
        female.rate_change as female_change,
        female.rate_direction as female_direction,
        female.rate_text as female_rate,
        female.is_rate_peak as is_female_peak
    from said as male
    inner join said as female
        on male.report_id = female.report_id and male.kind = female.kind and female.sex = 'Female'
    where male.sex = 'Male'
),

sentence as (
    select
        deaths.report_id,
        1 as row_order,
        'Deaths' as row_label,
        deaths.number_text || ' deaths in prison custody. A ' || deaths.change || ' ' || deaths.direction || ' from '
        || deaths.number_before || ' deaths in the previous 12 months. Of these ' || own.number_text
        || ' were self-inflicted, a ' || own.direction || ' of ' || own.change || ' from ' || own.number_before
        || ' in the previous 12 months.' as value_text
    from whole as deaths
    inner join whole as own
        on deaths.report_id = own.report_id and deaths.kind = 'All deaths' and own.kind = 'Self-inflicted deaths'
    union all
    select
        whole.report_id,
        2 as row_order,
        'Self-harm' as row_label,
        whole.number_text || ' self-harm incidents ' || whole.change || ' ' || whole.direction
        || ' from the previous 12 months Male rate ' || by_sex.male_direction || ' by ' || by_sex.male_change
        || ', Female rate ' || by_sex.female_direction || ' by ' || by_sex.female_change || '.' as value_text
    from whole
    inner join by_sex
        on whole.report_id = by_sex.report_id and whole.kind = by_sex.kind
    where whole.kind = 'All self-harm incidents'
    union all
    select
        whole.report_id,
        3 as row_order,
        'Assaults' as row_label,
        whole.number_text || ' assaults, a ' || whole.change || ' ' || whole.direction
        || ' from the previous 12 months. The rate in male establishments ' || by_sex.male_direction || ' by '
        || by_sex.male_change || ', and female establishments '
        || if(by_sex.female_direction = by_sex.male_direction, '', by_sex.female_direction || ' ')
        || 'by ' || by_sex.female_change || '.' as value_text
    from whole
    inner join by_sex
        on whole.report_id = by_sex.report_id and whole.kind = by_sex.kind
    where whole.kind = 'All assaults'
    union all
    select
        whole.report_id,
        4 as row_order,
        'Assaults on staff' as row_label,
        whole.number_text || ' assaults on staff, a ' || whole.change || ' ' || whole.direction
        || ' from the previous 12 months' || if(whole.is_peak, ' and a new peak', '')
        || '. The rate in male establishments ' || by_sex.male_direction || ' by ' || by_sex.male_change || ', and '
        || if(by_sex.female_direction = by_sex.male_direction, '', by_sex.female_direction || ' ')
        || 'by ' || by_sex.female_change || ' in female establishments, this is '
        || if(by_sex.is_female_peak, 'a new peak of ', '') || by_sex.female_rate
        || ' assaults per 1000 female prisoners.' as value_text
    from whole
    inner join by_sex
        on whole.report_id = by_sex.report_id and whole.kind = by_sex.kind
    where whole.kind = 'Assaults on staff'
    union all
    select
        serious.report_id,
        5 as row_order,
        'Serious assaults' as row_label,
        serious.number_text || ' serious assaults, a ' || serious.change || ' ' || serious.direction
        || ' from the previous 12 months. Prisoner on prisoner serious assaults ' || prisoner.direction || 'd by '
        || prisoner.change || ' and serious assaults on staff ' || staff.direction || 'd by ' || staff.change
        || '.' as value_text
    from whole as serious
    inner join whole as prisoner
        on
            serious.report_id = prisoner.report_id
            and serious.kind = 'Serious assaults'
            and prisoner.kind = 'Serious prisoner-on-prisoner assaults'
    inner join whole as staff
        on serious.report_id = staff.report_id and staff.kind = 'Serious assaults on staff'
),

period as (
    select
        report_id,
        max(twelve_months_ending) as ends
    from said
    where kind = 'All assaults'
    group by report_id
)

select
    sentence.report_id,
    'T43' as table_id,
    '' as row_group,
    sentence.row_label,
    sentence.row_order,
    strftime(period.ends - interval 11 month, '%B %Y') || ' to ' || strftime(period.ends, '%B %Y') as column_label,
    1 as column_order,
    'text' as unit,
    sentence.value_text
from sentence
inner join period
    on sentence.report_id = period.report_id
where sentence.value_text is not null
