{{ config(materialized='table', contract={'enforced': true}) }}

-- A report keeps the definition with which it was made: marts of another one do not compute its tables.
with sna_table as (
    select *
    from {{ ref('sna_table') }}
    where coalesce(definition_id, '{{ var("definition_id") }}') = '{{ var("definition_id") }}'
),

supply as (
    select
        sna_table.table_id,
        feed.evidence
    from sna_table
    inner join {{ source('ledger', 'feed') }} as feed
        on list_contains(string_split(sna_table.feeds, '; '), feed.agency || '/' || feed.feed)
    where feed.deliveries_in_use > 0
),

-- A figure is as good as the weakest of what it is made of.
evidence as (
    select
        table_id,
        case
            when bool_or(evidence = 'demonstration') then 'demonstration'
            when bool_or(evidence = 'record') then 'record'
            when bool_or(evidence = 'return') then 'return'
            else 'national_statistic'
        end as evidence
    from supply
    group by table_id
),

fraction as (
    {% for table_family in [
        'sna_yearly',
        'sna_monthly',
        'sna_offence_types',
        'sna_weapons',
        'sna_violence_subtypes',
        'sna_districts',
        'sna_hour_day',
        'sna_ages',
        'sna_ethnicity',
        'sna_repeat_people',
        'sna_relationships',
        'sna_relationship_districts',
        'sna_victim_suspect_age',
        'sna_outcomes',
        'sna_deprivation',
        'sna_stop_search',
        'sna_ed_attendances',
        'sna_ambulance',
        'sna_probation',
        'sna_youth_justice',
        'sna_fire',
        'sna_liaison',
        'sna_school_proximity',
        'sna_nte',
        'sna_prose',
        'sna_prisons',
        'sna_deprivation_domains',
        'sna_education',
        'sna_social_care',
        'sna_hkci',
        'sna_census',
        'sna_contextual',
        'sna_hotspots',
    ] %}
        select
            table_id,
            row_group,
            row_label,
            cast(row_order as integer) as row_order,
            column_label,
            cast(column_order as integer) as column_order,
            unit,
            cast(numerator as bigint) as numerator,
            cast(denominator as bigint) as denominator
        from {{ ref(table_family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

precise as (
    select
        fraction.*,
        sna_table.section,
        case fraction.unit
            when 'percent' then sna_table.percent_decimals
            when 'rate' then coalesce(sna_table.rate_decimals, 0)
            else 0
        end as decimals
    from fraction
    inner join sna_table
        on fraction.table_id = sna_table.table_id
),

rounded as (
    select
        *,
        {{ round_half_up('numerator', 'denominator', 'decimals') }} as value
    from precise
),

figure as (
    select
        table_id,
        section,
        row_group,
        row_label,
        row_order,
        column_label,
        column_order,
        value,
        case decimals
            when 0 then cast(cast(value as bigint) as varchar)
            when 1 then cast(cast(value as decimal(18, 1)) as varchar)
            else cast(cast(value as decimal(18, 2)) as varchar)
        end as value_text,
        unit,
        numerator,
        denominator
    from rounded
    -- A share of nothing and a change from nothing are no figures.
    where value is not null

    union all

    select
        words.table_id,
        sna_table.section,
        words.row_group,
        words.row_label,
        words.row_order,
        words.column_label,
        words.column_order,
        null as value,
        words.value_text,
        words.unit,
        null as numerator,
        null as denominator
    from (
        select * from {{ ref('sna_peak_month') }}
        union all
        select * from {{ ref('sna_hotspots_words') }}
        union all
        select
            table_id,
            row_group,
            row_label,
            row_order,
            column_label,
            column_order,
            unit,
            value_text
        from {{ ref('sna_prose') }}
        where value_text is not null
        union all
        select * from {{ ref('sna_prison_sentences') }}
    ) as words
    inner join sna_table
        on words.table_id = sna_table.table_id
)

select
    figure.*,
    coalesce(evidence.evidence, 'none') as evidence
from figure
left join evidence
    on figure.table_id = evidence.table_id
where {{ has_printed_report() }}
