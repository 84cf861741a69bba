{#
    XmR control charts (Wheeler 2000) of monthly counts, with season and days in the month taken out; limits are frozen, and made again at
    a proven step. Method, with its simulations: docs/explanation/methods/control-charts.md.

    relation   monthly counts of any number of charts: chart (its key), month_start, financial_year, events, is_exceptional (no limits
               are made of the month) and segment (a number that is one higher from each series break on: nothing is compared across)

    One row per chart and month: seasonal_factor, baseline_months, phase_start, level (the mean of the baseline, as events of a month of
    mean length and season), centre_line, lower_control_limit, upper_control_limit, signal; and of the month that proves a step, the first
    month of it and its level. Limits are 2.66 mean moving ranges from the mean: 3 / 1.128, where 1.128 is d2 for two values.
#}
{% macro control_chart(relation) -%}
    {%- set minimum, run_before = var('trend_baseline_minimum'), var('trend_run_before') -%}
    {%- set of_phase = 'partition by chart, segment, first_place order by place' -%}
    with recursive monthly as (
        select
            *,
            row_number() over (partition by chart, segment order by month_start) as place,
            day(last_day(month_start)) / 30.4375 as month_length,
            2 * pi() * month(month_start) / 12 as month_angle
        from {{ relation }}
    ),

    -- The season is that of whole years, each divided by its own level; the two harmonics of the year are enough for a smooth one. The
    -- level is rounded: the last digit of a mean depends on the order in which its numbers are added.
    proportioned as (
        select
            chart,
            month_angle,
            count(*) over (partition by chart, financial_year) as months,
            max(case when is_exceptional then 1 else 0 end) over (partition by chart, financial_year) as exceptional,
            events / month_length
            / nullif(round(avg(events / month_length) over (partition by chart, financial_year), 9), 0) as proportion
        from monthly
    ),

    season as (
        select
            chart,
            {%- for wave in (1, 2) %}
            {%- for side in ('cos', 'sin') %}
            2 * avg(proportion * {{ side }}({{ wave }} * month_angle) order by month_angle, proportion) as {{ side }}_{{ wave }},
            {%- endfor %}
            {%- endfor %}
            count(*) >= 24 as is_known
        from proportioned
        where months = 12 and exceptional = 0 and proportion is not null
        group by chart
    ),

    adjusted as (
        select
            monthly.*,
            coalesce(case when season.is_known then greatest(
                1{% for wave in (1, 2) %}{% for side in ('cos', 'sin') %}
                + season.{{ side }}_{{ wave }} * {{ side }}({{ wave }} * monthly.month_angle)
                {%- endfor %}{% endfor %}, 0.1
            ) end, 1) as seasonal_factor,
            monthly.events / monthly.month_length / seasonal_factor as usual_month
        from monthly
        left join season
            on monthly.chart = season.chart
    ),

    -- A phase begins with the first month of a proven step, and its limits apply after the month that proved it.
    phase as (
        select distinct
            chart,
            segment,
            cast(1 as bigint) as first_place,
            cast(0 as bigint) as proven_place,
            cast(null as varchar) as step,
            cast(null as double) as step_level,
            cast(null as double) as previous_centre,
            cast(null as double) as previous_range
        from adjusted

        union all

        select
            chart,
            segment,
            arg_min(first_of_run, place) as first_place,
            min(place) as proven_place,
            arg_min(case when mean_of_run > centre then 'shift up' else 'shift down' end, place) as step,
            arg_min(mean_of_run, place) as step_level,
            arg_min(centre, place) as previous_centre,
            arg_min(mean_range, place) as previous_range
        from (
            select
                *,
                lag(mean_before, {{ run_before }}) over ({{ of_phase }}) as centre,
                lag(range_before, {{ run_before }}) over ({{ of_phase }}) as mean_range,
                lag(months_before, {{ run_before }}) over ({{ of_phase }}) as months,
                lag(place, {{ run_before }}) over ({{ of_phase }}) as first_of_run,
                avg(usual_month) over ({{ of_phase }} rows between {{ run_before }} preceding and current row) as mean_of_run,
                min(usual_month) over ({{ of_phase }} rows between {{ run_before }} preceding and current row) as least_of_run,
                max(usual_month) over ({{ of_phase }} rows between {{ run_before }} preceding and current row) as most_of_run
            from ({{ _before('(' ~ _moved('where not adjusted.is_exceptional') ~ ')') }}) as measured
        ) as run_of_months
        where
            months >= {{ minimum }}
            and greatest(centre, mean_of_run) >= {{ var('trend_minimum_mean') }}
            and (least_of_run > centre or most_of_run < centre)
            and abs(mean_of_run - centre) > 3 * mean_range / 1.128 * sqrt(1.0 / ({{ run_before }} + 1) + 1.0 / months)
        group by chart, segment
    ),

    measured as (
        {{ _before('(' ~ _moved('') ~ ')') }}
    ),

    phase_end as (
        select
            *,
            lead(proven_place) over (partition by chart, segment order by first_place) as end_place
        from phase
    ),

    limited as (
        select
            measured.*,
            first_month.month_start as phase_start,
            phase_end.step,
            phase_end.end_place,
            measured.mean_before as usual_centre,
            2.66 * case
                when phase_end.step is null or measured.months_before >= {{ minimum }} then measured.range_before
                else phase_end.previous_range * sqrt(measured.mean_before / nullif(phase_end.previous_centre, 0))
            end as reach,
            measured.months_before >= case when phase_end.step is null then {{ minimum }} else {{ run_before }} + 1 end as is_known
        from measured
        inner join phase_end
            on
                measured.chart = phase_end.chart
                and measured.segment = phase_end.segment
                and measured.first_place = phase_end.first_place
                and measured.place > phase_end.proven_place
                and measured.place <= coalesce(phase_end.end_place, measured.place)
        inner join adjusted as first_month
            on
                measured.chart = first_month.chart
                and measured.segment = first_month.segment
                and measured.first_place = first_month.place
    )

    select
        limited.chart,
        limited.month_start,
        limited.seasonal_factor,
        limited.months_before as baseline_months,
        limited.phase_start,
        case when is_known then usual_centre end as level,
        case when is_known then usual_centre * seasonal_factor * month_length end as centre_line,
        case when is_known then greatest(usual_centre - reach, 0) * seasonal_factor * month_length end as lower_control_limit,
        case when is_known then (usual_centre + reach) * seasonal_factor * month_length end as upper_control_limit,
        case
            when not is_known then 'too few months'
            when limited.place = limited.end_place then next_step.step
            when usual_centre < {{ var('trend_minimum_mean') }} then 'too few to compare'
            when usual_month > usual_centre + reach then 'above the limits'
            when usual_month < usual_centre - reach then 'below the limits'
            else 'no change'
        end as signal,
        case when limited.place = limited.end_place then first_of_step.month_start end as step_month,
        case when limited.place = limited.end_place then next_step.step_level end as step_level
    from limited
    left join phase as next_step
        on
            limited.chart = next_step.chart
            and limited.segment = next_step.segment
            and limited.end_place = next_step.proven_place
    left join (select chart, segment, place, month_start from adjusted) as first_of_step
        on
            next_step.chart = first_of_step.chart
            and next_step.segment = first_of_step.segment
            and next_step.first_place = first_of_step.place
{%- endmacro %}

{# The months of each phase, with the distance from the one before of which limits are made. #}
{% macro _moved(condition) -%}
    select
        adjusted.*,
        phase.first_place,
        case when not adjusted.is_exceptional then count(case when not adjusted.is_exceptional then 1 end) over (
            partition by adjusted.chart, adjusted.segment, phase.first_place order by adjusted.place
        ) end as order_in_phase,
        abs(adjusted.usual_month - last_value(case when not adjusted.is_exceptional then adjusted.usual_month end ignore nulls) over (
            partition by adjusted.chart, adjusted.segment, phase.first_place order by adjusted.place
            rows between unbounded preceding and 1 preceding
        )) as moving_range
    from adjusted
    inner join phase
        on
            adjusted.chart = phase.chart
            and adjusted.segment = phase.segment
            and adjusted.place >= phase.first_place
    {{ condition }}
{%- endmacro %}

{# What the months of its phase before a month are: at most the first ones, so that limits are frozen once they are made of enough. #}
{% macro _before(relation) -%}
    {%- set earlier -%}
        partition by chart, segment, first_place order by place rows between unbounded preceding and 1 preceding
    {%- endset -%}
    select
        *,
        count(case when order_in_phase <= {{ var('trend_baseline_months') }} then 1 end) over ({{ earlier }}) as months_before,
        avg(case when order_in_phase <= {{ var('trend_baseline_months') }} then usual_month end) over ({{ earlier }}) as mean_before,
        avg(case when order_in_phase <= {{ var('trend_baseline_months') }} then moving_range end) over ({{ earlier }}) as range_before
    from {{ relation }}
{%- endmacro %}
