{%- set counts = [
    'events', 'base_records', 'comparator_events', 'comparator_base_records', 'missing_events', 'missing_base_records'
] %}
-- Of offences, only those of months whose outcomes were delivered.
with offence_outcome as (
    select
        record.crime_reference,
        max(case when outcome.outcome_code in ('1', '1A') then 1 else 0 end) = 1 as is_charged,
        max(case when outcome.is_positive then 1 else 0 end) = 1 as is_positive,
        max(case when outcome.outcome_code <> '0' then 1 else 0 end) = 0 as is_pending
    from {{ ref('fct_outcome') }} as record
    inner join {{ ref('dim_outcome') }} as outcome
        on record.outcome_key = outcome.outcome_key
    where record.is_serious_violence
    group by record.crime_reference
),

recorded as (
    {% for measure, condition in [
        ('Searches with an outcome', "search.outcome <> 'No further action'"),
        ('Searches that found something', "search.item_found <> 'Nothing found'"),
    ] %}
        select
            '{{ measure }}' as measure,
            'Self-defined' as ethnicity_basis,
            search.financial_year,
            case when {{ is_delivered_by_all('stop_searches', 'search.month_start') }} then search.month_start end
                as month_start,
            district.area,
            ethnicity.ethnicity_group,
            search.outcome <> 'Unknown' as is_counted,
            true as base_records,
            {{ condition }} as events,
            false as pending_records
        from {{ ref('fct_force_stop_search') }} as search
        inner join {{ ref('dim_ethnicity') }} as ethnicity
            on search.ethnicity_code = ethnicity.ethnicity_code
        inner join {{ ref('dim_district') }} as district
            on search.district_code = district.district_code

        union all
    {% endfor %}

    {% for basis, column in [('Self', 'self_defined_ethnicity'), ('Officer', 'officer_defined_ethnicity')] %}
        select
            'Searches in the public archive with an outcome' as measure,
            '{{ basis }}-defined' as ethnicity_basis,
            search.financial_year,
            search.month_start,
            'Unknown' as area,
            {{ archive_ethnicity_group('search.' ~ column) }} as ethnicity_group,
            search.outcome <> 'Unknown' as is_counted,
            true as base_records,
            coalesce(outcome.conformed, search.outcome) <> 'No further action' as events,
            false as pending_records
        from {{ ref('fct_stop_search') }} as search
        {{ join_label('outcome', 'search.outcome', 'search_outcome') }}

        union all
    {% endfor %}

    {% for measure, role, condition in [
        ('Suspects of offences that were charged', 'suspect', 'is_charged'),
        ('Suspects of offences with a positive outcome', 'suspect', 'is_positive'),
        ('Victims of offences with a positive outcome', 'victim', 'is_positive'),
    ] %}
        select
            '{{ measure }}' as measure,
            'Self-defined' as ethnicity_basis,
            person.financial_year,
            case
                when {{ is_delivered_by_all('crimes', 'offence.recorded_month') }} then offence.recorded_month
            end as month_start,
            district.area,
            ethnicity.ethnicity_group,
            person.is_serious_violence as is_counted,
            true as base_records,
            offence_outcome.{{ condition }} as events,
            offence_outcome.is_pending as pending_records
        from {{ ref('fct_' ~ role) }} as person
        inner join {{ ref('fct_offence') }} as offence
            on person.crime_reference = offence.crime_reference
        left join offence_outcome
            on person.crime_reference = offence_outcome.crime_reference
        inner join {{ ref('dim_ethnicity') }} as ethnicity
            on person.ethnicity_code = ethnicity.ethnicity_code
        inner join {{ ref('dim_district') }} as district
            on person.district_code = district.district_code
        where {{ has_outcomes_delivered('offence') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{{ compared_groups(['base_records', 'events', 'pending_records']) }},

bounded as (
    select
        *,
        {{ lowest_ratio_of_shares(*counts) }} as lowest,
        {{ highest_ratio_of_shares(*counts) }} as highest
    from pair
)

select
    {{ compared_with() }}
    base_records,
    events,
    {{ pct('events', 'base_records', 1) }} as events_percent,
    {{ share_limits('events_percent', 'events', 'base_records') }},
    comparator_base_records,
    comparator_events,
    {{ pct('comparator_events', 'comparator_base_records', 1) }} as comparator_events_percent,
    round({{ ratio_of_rates('events', 'base_records', 'comparator_events', 'comparator_base_records') }}, 2)
        as relative_rate,
    {{ ratio_of_shares_limits(
        'relative_rate', 'events', 'base_records', 'comparator_events', 'comparator_base_records'
    ) }},
    missing_base_records as missing_records,
    {{ ethnicity_known('base_records') }}
    {{ comparison_caveat('events', 'comparator_events', further="case
        when 100 * (pending_records + comparator_pending_records)
            > " ~ var('outcome_pending_limit') ~ " * (base_records + comparator_base_records)
            then 'Immature: more than " ~ var('outcome_pending_limit') ~ "% have no outcome yet.'
    end") }} as caveat
from bounded
