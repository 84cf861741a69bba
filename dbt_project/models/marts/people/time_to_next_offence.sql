-- The estimator of Kaplan and Meier (1958) in completed months, with the limits of Greenwood (1926). Every occurrence
-- begins a spell that the same person's next occurrence in the same role ends, or else the end of what is recorded. Of
-- offences before the first recorded month only those are known that were reported late, so these begin none.
with observed as (
    select
        min(recorded_month) as observed_from,
        cast(max(recorded_at) as date) as observed_to
    from {{ ref('fct_offence') }}
),

occurrence as (
    {% for role in ['victim', 'suspect'] %}
        select
            '{{ role }}' as role,
            offence_date,
            lead(offence_date) over (partition by person_key order by offence_date, crime_reference) as next_date
        from {{ ref('fct_' ~ role) }}
        where is_serious_violence and offence_date is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

spell as (
    select
        occurrence.role,
        occurrence.next_date is not null as is_repeated,
        greatest(
            {{ completed_months('occurrence.offence_date', 'coalesce(occurrence.next_date, observed.observed_to)') }}, 0
        ) as months
    from occurrence
    inner join observed
        on occurrence.offence_date >= observed.observed_from
),

in_month as (
    select
        role,
        months,
        count(*) as spells,
        count(case when is_repeated then 1 end) as repeated
    from spell
    group by role, months
),

at_risk as (
    select
        role,
        months,
        repeated,
        spells - repeated as unobserved,
        cast(sum(spells) over (
            partition by role
            order by months desc rows between unbounded preceding and current row
        ) as bigint) as at_risk
    from in_month
),

survival as (
    select
        *,
        product(1 - cast(repeated as double) / at_risk) over so_far as unrepeated,
        sum(cast(repeated as double) / (at_risk * nullif(at_risk - repeated, 0))) over so_far as greenwood
    from at_risk
    window so_far as (partition by role order by months rows between unbounded preceding and current row)
),

limited as (
    select
        *,
        1.96 * unrepeated * sqrt(coalesce(greenwood, 0)) as half_width,
        at_risk >= {{ var('compare_minimum') }} as is_enough
    from survival
)

select
    role,
    cast(months as integer) as months_since_occurrence,
    at_risk,
    repeated,
    unobserved,
    case when is_enough then round(100 * (1 - unrepeated), 2) end as repeated_percent,
    case when is_enough then round(greatest(100 * (1 - unrepeated - half_width), 0), 2) end
        as repeated_percent_lower_95,
    case when is_enough then round(least(100 * (1 - unrepeated + half_width), 100), 2) end
        as repeated_percent_upper_95
from limited
