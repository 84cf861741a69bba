{#
    The chain ladder with the standard error of Mack (1993), ASTIN Bulletin 23: 213-225.

    triangle  CTE with series, as_at, cohort, cohort_group, age and value: cumulative values of a cohort by age, as at one or several
              dates that know nothing of each other. A cohort has every age from its first up to its last.

    CTEs that follow:
    factor    series, as_at, age: development factor from that age to the next, its variance parameter, cohorts that it is of, and
              the product of it and all later ones
    estimate  series, as_at, cohort_group: sum over the cohorts of what is known, of the ultimate value, and its standard error.
              The factors are common to cohorts, so the errors of these do not just add up (Mack's formula of the total reserve).
              Empty where a factor is not known.
#}
{% macro chain_ladder(triangle) -%}
    link as (
        select
            *,
            lead(value) over (partition by series, as_at, cohort order by age) as next_value
        from {{ triangle }}
    ),

    volume as (
        select
            series,
            as_at,
            age,
            count(*) as cohorts,
            cast(sum(value) as double) as volume,
            sum(next_value) / nullif(cast(sum(value) as double), 0) as development_factor
        from link
        where next_value is not null
        group by series, as_at, age
    ),

    spread as (
        select
            volume.series,
            volume.as_at,
            volume.age,
            volume.cohorts,
            volume.volume,
            volume.development_factor,
            -- A cohort of 0 says nothing of the spread.
            {{ ordered_sum(
                'case when link.value > 0 then link.value '
                ~ '* power(link.next_value / cast(link.value as double) - volume.development_factor, 2) end'
            ) }} / nullif(count(case when link.value > 0 then 1 end) - 1, 0) as own_variance
        from volume
        inner join link
            on
                volume.series = link.series
                and volume.as_at = link.as_at
                and volume.age = link.age
                and link.next_value is not null
        group by all
    ),

    -- One cohort alone has no spread: Mack's extrapolation from the last two ages that have one.
    last_spread as (
        select
            series,
            as_at,
            own_variance as last_variance,
            lag(own_variance) over (partition by series, as_at order by age) as variance_before
        from spread
        where own_variance is not null
        qualify row_number() over (partition by series, as_at order by age desc) = 1
    ),

    factor as (
        select
            spread.series,
            spread.as_at,
            spread.age,
            spread.cohorts,
            spread.volume,
            spread.development_factor,
            coalesce(spread.own_variance, least(
                power(last_spread.last_variance, 2) / nullif(last_spread.variance_before, 0),
                last_spread.last_variance,
                last_spread.variance_before
            )) as variance,
            case
                when count(*) over later = count(spread.development_factor) over later
                    then product(spread.development_factor) over later
            end as to_ultimate
        from spread
        left join last_spread
            on
                spread.series = last_spread.series
                and spread.as_at = last_spread.as_at
        window later as (partition by spread.series, spread.as_at order by spread.age desc)
    ),

    diagonal as (
        select
            link.series,
            link.as_at,
            link.cohort_group,
            link.age,
            link.value,
            link.value * case when factor.age is null then 1 else factor.to_ultimate end as ultimate
        from link
        left join factor
            on
                link.series = factor.series
                and link.as_at = factor.as_at
                and link.age = factor.age
        where link.next_value is null
    ),

    -- By age: the variance of what is still to come (process), and that of the factor (estimation).
    uncertain as (
        select
            diagonal.series,
            diagonal.as_at,
            diagonal.cohort_group,
            factor.age,
            (
                {{ ordered_sum('diagonal.ultimate') }} * factor.to_ultimate
                + power({{ ordered_sum('diagonal.ultimate') }}, 2) / nullif(factor.volume, 0)
            ) * factor.variance / power(nullif(factor.development_factor, 0), 2) as variance
        from diagonal
        inner join factor
            on
                diagonal.series = factor.series
                and diagonal.as_at = factor.as_at
                and diagonal.age <= factor.age
        group by
            diagonal.series, diagonal.as_at, diagonal.cohort_group, factor.age, factor.to_ultimate, factor.volume,
            factor.variance, factor.development_factor
    ),

    error as (
        select
            series,
            as_at,
            cohort_group,
            sqrt({{ ordered_sum('variance') }}) as standard_error
        from uncertain
        group by series, as_at, cohort_group
        having count(*) = count(variance)
    ),

    estimate as (
        select
            diagonal.series,
            diagonal.as_at,
            diagonal.cohort_group,
            cast(sum(diagonal.value) as double) as known,
            case when count(*) = count(diagonal.ultimate) then {{ ordered_sum('diagonal.ultimate') }} end as ultimate,
            case
                -- Every cohort has its last age.
                when max(error.standard_error) is not null then max(error.standard_error)
                when {{ ordered_sum('diagonal.ultimate') }} = sum(diagonal.value) then 0
            end as standard_error
        from diagonal
        left join error
            on
                diagonal.series = error.series
                and diagonal.as_at = error.as_at
                and diagonal.cohort_group = error.cohort_group
        group by diagonal.series, diagonal.as_at, diagonal.cohort_group
    )
{%- endmacro %}

{#
    The triangles of outcomes as the chain ladder takes them: series by kind of cohort, kind of outcome and offence type.

    as_at  months at whose end they are as they were then: `known.known_month`, or the last one alone
    kinds  of cohorts
#}
{% macro outcome_triangles(as_at, kinds) -%}
    known as (
        select distinct known_month
        from {{ ref('outcome_triangle') }}
    ),

    triangle as (
        {%- for kind in kinds %}
        {%- for outcome in ['Closed', 'Positive'] %}
        select
            '{{ kind }}, {{ outcome }}, ' || cell.offence_type as series,
            '{{ kind }}' as cohort_kind,
            '{{ outcome }}' as outcome_kind,
            cell.offence_type,
            cell.financial_year,
            known.known_month as as_at,
            cell.quarter_label as cohort,
            cell.{{ 'financial_year' if kind == 'Financial year' else 'quarter_label' }} as cohort_group,
            cell.months_since_recording as age,
            cell.{{ outcome | lower }}_offences as value,
            cell.offences,
            cell.offences - cell.closed_offences as pending_offences,
            cell.known_month
        from {{ ref('outcome_triangle') }} as cell
        inner join known
            on cell.known_month <= known.known_month and known.known_month = {{ as_at }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
