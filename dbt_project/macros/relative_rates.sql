{#
    Rates and shares of ethnic groups beside those of others: their ratio, its 95 % limits, and between which bounds it is whatever the
    ethnicity of those is of whom it is not known.
#}

{# The group of a label of the public archive: the police count Chinese people among any other ethnic group. #}
{% macro archive_ethnicity_group(label) -%}
    case
        when {{ label }} in ('Unknown', 'Other ethnic group - Not stated') then 'Not recorded'
        when {{ label }} like 'Other%' or {{ label }} like '%- Chinese' then 'Any other ethnic group'
        when {{ label }} like 'Asian%' then 'Asian'
        when {{ label }} like 'Black%' then 'Black'
        when {{ label }} like 'Mixed%' then 'Mixed'
        when {{ label }} like 'White%' then 'White'
        else 'Not recorded'
    end
{%- endmacro %}

{# Ratio of part/whole of one group to that of another; NULL where the other has none. #}
{% macro ratio_of_rates(part, whole, other_part, other_whole) -%}
    (
        cast({{ part }} as double) / nullif({{ whole }}, 0)
        / nullif(cast({{ other_part }} as double) / nullif({{ other_whole }}, 0), 0)
    )
{%- endmacro %}

{#
    Limits of the ratio of two rates of independent Poisson counts, as two columns beside `name`. For a fixed sum of the counts the
    first is binomial (Przyborowski and Wilenski 1940), so the limits are those of the share (Wilson) as odds, times the ratio of
    the populations; NULL where there is nobody to compare with.
#}
{% macro ratio_of_rates_limits(name, part, whole, other_part, other_whole) -%}
    {%- set both = part ~ ' + ' ~ other_part -%}
    {%- set populations = 'cast(nullif(' ~ other_whole ~ ', 0) as double) / nullif(' ~ whole ~ ', 0) / 100' -%}
    round({{ odds(wilson_lower(part, both)) }} * {{ populations }}, 2) as {{ name }}_lower_95,
    round({{ odds(wilson_upper(part, both)) }} * {{ populations }}, 2) as {{ name }}_upper_95
{%- endmacro %}

{# Limits of the ratio of two independent shares, by its logarithm (Katz and others 1978); NULL where either part is 0. #}
{% macro ratio_of_shares_limits(name, part, whole, other_part, other_whole) -%}
    {%- set ratio = ratio_of_rates(part, whole, other_part, other_whole) -%}
    {%- set error -%}
        1.959963984540054 * sqrt(
            1.0 / nullif({{ part }}, 0) - 1.0 / nullif({{ whole }}, 0)
            + 1.0 / nullif({{ other_part }}, 0) - 1.0 / nullif({{ other_whole }}, 0)
        )
    {%- endset -%}
    round({{ ratio }} * exp(-{{ error }}), 2) as {{ name }}_lower_95,
    round({{ ratio }} * exp({{ error }}), 2) as {{ name }}_upper_95
{%- endmacro %}

{#
    Between which bounds the ratio of two shares is, whatever the group of the missing is (Manski's bounds). The missing who push it furthest
    down are those without the event in the group, and those with it among the others; the reverse pushes it up.
#}
{% macro lowest_ratio_of_shares(part, whole, other_part, other_whole, missing_part, missing_whole) -%}
    {{ ratio_of_rates(
        part, whole ~ ' + ' ~ missing_whole ~ ' - ' ~ missing_part,
        other_part ~ ' + ' ~ missing_part, other_whole ~ ' + ' ~ missing_part
    ) }}
{%- endmacro %}
{% macro highest_ratio_of_shares(part, whole, other_part, other_whole, missing_part, missing_whole) -%}
    {{ ratio_of_rates(
        part ~ ' + ' ~ missing_part, whole ~ ' + ' ~ missing_part,
        other_part, other_whole ~ ' + ' ~ missing_whole ~ ' - ' ~ missing_part
    ) }}
{%- endmacro %}

{#
    Records by ethnic group, for each whole year and all of them together, and for each area and all of them together, beside the same of
    what each group is compared with: White, and all other known groups together.

    counts    columns of true or false: how many records have it is counted
    has_residents  whether a CTE `resident` (area, ethnicity_group, residents) is joined

    Reads the CTE `recorded`: measure, ethnicity_basis, financial_year, month_start, area, ethnicity_group (Not recorded is one),
    is_counted, and `counts`. CTEs that follow: `pair`, one row per measure, ethnicity_basis, period, area, ethnicity_group and
    comparator, with for every count <c>, comparator_<c> and missing_<c>.
#}
{% macro compared_groups(counts, has_residents=false) -%}
    {%- set numbers = counts + (['residents'] if has_residents else []) -%}
    whole_year as (
        select
            measure,
            financial_year
        from recorded
        group by measure, financial_year
        having count(distinct month_start) = 12
    ),

    span as (
        select
            measure,
            min(financial_year) || ' - ' || max(financial_year) as period,
            count(*) as years
        from whole_year
        group by measure
        having count(*) > 1
    ),

    counted_period as (
        select
            measure,
            financial_year,
            financial_year as period,
            1 as years
        from whole_year
        union all
        select
            whole_year.measure,
            whole_year.financial_year,
            span.period,
            span.years
        from whole_year
        inner join span
            on whole_year.measure = span.measure
    ),

    grouped as (
        select
            recorded.measure,
            recorded.ethnicity_basis,
            counted_period.period,
            counted_period.years,
            case when whole.is_whole then 'All areas' else recorded.area end as counted_area,
            recorded.ethnicity_group,
            {%- for count in counts %}
            count(case when recorded.{{ count }} then 1 end) as {{ count }}{{ ',' if not loop.last }}
            {%- endfor %}
        from recorded
        inner join counted_period
            on
                recorded.measure = counted_period.measure
                and recorded.financial_year = counted_period.financial_year
        cross join (values (true), (false)) as whole (is_whole)
        where recorded.is_counted
        group by all
    ),

    frame as (
        select distinct
            grouped.measure,
            grouped.ethnicity_basis,
            grouped.period,
            grouped.years,
            grouped.counted_area,
            known.ethnicity_group,
            known.sort_order as ethnicity_group_order
        from grouped
        cross join {{ ref('ethnicity_group') }} as known
        where
            grouped.counted_area in (select area.area from {{ ref('area') }} as area union all select 'All areas')
            and known.ethnicity_group <> 'Not recorded'
    ),

    filled as (
        select
            frame.measure,
            frame.ethnicity_basis,
            frame.period,
            frame.years,
            frame.counted_area,
            frame.ethnicity_group,
            frame.ethnicity_group_order,
            {%- if has_residents %}
            resident.residents,
            {%- endif %}
            {%- for count in counts %}
            coalesce(own.{{ count }}, 0) as {{ count }},
            coalesce(missing.{{ count }}, 0) as missing_{{ count }}{{ ',' if not loop.last }}
            {%- endfor %}
        from frame
        {%- if has_residents %}
        inner join resident
            on
                frame.counted_area = resident.area
                and frame.ethnicity_group = resident.ethnicity_group
        {%- endif %}
        {%- for joined, group in [('own', 'frame.ethnicity_group'), ('missing', "'Not recorded'")] %}
        left join grouped as {{ joined }}
            on
                frame.measure = {{ joined }}.measure
                and frame.ethnicity_basis = {{ joined }}.ethnicity_basis
                and frame.period = {{ joined }}.period
                and frame.counted_area = {{ joined }}.counted_area
                and {{ joined }}.ethnicity_group = {{ group }}
        {%- endfor %}
    ),

    pair as (
        {%- for comparator, window in [('White', 'of_white'), ('All other groups', 'of_all')] %}
        select
            filled.*,
            '{{ comparator }}' as comparator,
            {%- for number in numbers %}
            {%- if comparator == 'White' %}
            max(case when ethnicity_group = 'White' then {{ number }} end) over {{ window }} as comparator_{{ number }},
            {%- else %}
            cast(sum({{ number }}) over {{ window }} as bigint) - {{ number }} as comparator_{{ number }},
            {%- endif %}
            {%- endfor %}
            cast(sum({{ counts[0] }}) over {{ window }} as bigint) as known_{{ counts[0] }}
        from filled
        window {{ window }} as (partition by measure, ethnicity_basis, period, counted_area)
        {%- if comparator == 'White' %}
        qualify ethnicity_group <> 'White'
        {%- endif %}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    )
{%- endmacro %}

{# What a row of `pair` is about, as a mart shows it. #}
{% macro compared_with() -%}
    measure,
    ethnicity_basis,
    period,
    cast(years as integer) as years_counted,
    counted_area as area,
    ethnicity_group,
    ethnicity_group_order,
    comparator,
    years > 1 or counted_area = 'All areas' as is_total,
{%- endmacro %}

{# How much is known of a count of `compared_groups`, and the bounds `lowest` and `highest` of the ratio. #}
{% macro ethnicity_known(count) -%}
    {{ pct('known_' ~ count, 'known_' ~ count ~ ' + missing_' ~ count, 1) }} as known_percent,
    round(lowest, 2) as relative_rate_lowest,
    round(highest, 2) as relative_rate_highest,
{%- endmacro %}

{# What to be careful about in a ratio: small counts; that missing ethnicity alone could turn it round. NULL where neither is so. #}
{% macro comparison_caveat(part, other_part, further=none) -%}
    nullif(concat_ws(
        ' ',
        case
            when least({{ part }}, {{ other_part }}) < {{ var('compare_minimum') }}
                then 'Small numbers: fewer than {{ var("compare_minimum") }} in the group or in what it is compared with.'
        end,
        case
            when lowest < 1 and coalesce(highest > 1, true)
                then 'Depends on missing ethnicity: with it known, the rate could be above or below that of the others.'
        end
        {%- if further %},
        {{ further }}
        {%- endif %}
    ), '')
{%- endmacro %}
