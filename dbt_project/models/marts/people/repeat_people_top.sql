{% set size = 25 %}
with span as (
    {{ report_spans() }}
),

occurrence as (
    {% for role in ['victim', 'suspect'] %}
        select
            '{{ role }}' as role,
            financial_year,
            person_key,
            crime_reference
        from {{ ref('fct_' ~ role) }}
        where is_serious_violence
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

in_period as (
    select
        *,
        financial_year as period,
        false as is_total
    from occurrence

    union all

    select
        occurrence.*,
        span.period,
        true as is_total
    from occurrence
    inner join span
        on occurrence.financial_year between span.first_year and span.last_year
),

-- Of people with as many occurrences, those come first whose crimes do: pseudonyms differ between homes.
person as (
    select
        role,
        period,
        person_key,
        row_number() over (
            partition by role, period order by count(*) desc, list(crime_reference order by crime_reference)
        ) as place
    from in_period
    group by role, period, person_key
)

select
    in_period.role,
    in_period.period,
    in_period.is_total,
    count(distinct case when person.place <= {{ size }} then in_period.person_key end) as people,
    count(case when person.place <= {{ size }} then 1 end) as occurrences,
    count(distinct case when person.place <= {{ size }} then in_period.crime_reference end) as offences,
    count(*) as all_occurrences,
    {{ pct('count(case when person.place <= ' ~ size ~ ' then 1 end)', 'count(*)', 1) }} as occurrences_percent
from in_period
inner join person
    on
        in_period.role = person.role
        and in_period.period = person.period
        and in_period.person_key = person.person_key
group by in_period.role, in_period.period, in_period.is_total
