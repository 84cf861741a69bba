{#-
    A person is one row for all years: each flag is a whole number with a bit for each year. People are grouped once, and then counted
    by the patterns of bits, which are few, so that the cost follows the number of rows.
-#}
with span as (
    {{ report_spans() }}
),

seen as (
    {% for role in ['victim', 'suspect'] %}
        select
            person_key,
            financial_year,
            is_serious_violence,
            '{{ role }}' as role
        from {{ ref('fct_' ~ role) }}
        where financial_year is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

year as (
    select
        financial_year,
        cast(power(2, row_number() over (order by financial_year) - 1) as bigint) as bit,
        bool_or(role = 'victim') and bool_or(role = 'suspect') as has_both_roles
    from seen
    group by financial_year
),

person as (
    select
        seen.person_key,
        bit_or(case when seen.role = 'victim' then year.bit else 0 end) as victim,
        bit_or(case when seen.role = 'suspect' then year.bit else 0 end) as suspect,
        bit_or(case when seen.role = 'victim' and seen.is_serious_violence then year.bit else 0 end) as serious_victim,
        bit_or(case when seen.role = 'suspect' and seen.is_serious_violence then year.bit else 0 end) as serious_suspect
    from seen
    inner join year
        on seen.financial_year = year.financial_year
    group by seen.person_key
),

pattern as (
    select
        victim,
        suspect,
        serious_victim,
        serious_suspect,
        count(*) as people
    from person
    group by victim, suspect, serious_victim, serious_suspect
),

-- A year with the people of one role alone has nobody that could be both.
period as (
    select
        financial_year as period,
        false as is_total,
        bit as bits
    from year
    where has_both_roles

    union all

    select
        span.period,
        true as is_total,
        cast(sum(year.bit) as bigint) as bits
    from year
    inner join span
        on year.financial_year between span.first_year and span.last_year
    where year.has_both_roles
    group by span.period
),

people as (
    select
        period.period,
        period.is_total,
        pattern.people,
        (pattern.victim & period.bits) <> 0 as is_victim,
        (pattern.suspect & period.bits) <> 0 as is_suspect,
        (pattern.serious_victim & period.bits) <> 0 as is_serious_victim,
        (pattern.serious_suspect & period.bits) <> 0 as is_serious_suspect
    from pattern
    cross join period
),

counted as (
    {% for scope, kind in [('All recorded crime', ''), ('Serious violence', 'serious_')] %}
        select
            '{{ scope }}' as scope,
            period,
            is_total,
            cast(sum(case when is_{{ kind }}victim then people else 0 end) as bigint) as victims,
            cast(sum(case when is_{{ kind }}suspect then people else 0 end) as bigint) as suspects,
            cast(
                sum(
                    case when is_{{ kind }}victim and is_{{ kind }}suspect then people else 0 end
                ) as bigint
            ) as people_who_are_both
        from people
        group by period, is_total
        having bool_or(is_{{ kind }}victim or is_{{ kind }}suspect)
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

protected as (
    select
        *,
        people_who_are_both between 1 and {{ var("overlap_minimum") }} - 1 as is_suppressed
    from counted
)

select
    scope,
    period,
    is_total,
    victims as different_victims,
    suspects as different_suspects,
    is_suppressed,
    case when not is_suppressed then people_who_are_both end as people_who_are_both,
    case
        when not is_suppressed then {{ pct('people_who_are_both', 'victims', 1) }}
    end as both_percent_of_victims,
    {{ share_limits('both_percent_of_victims', 'people_who_are_both', 'victims', when='not is_suppressed') }},
    case
        when not is_suppressed then {{ pct('people_who_are_both', 'suspects', 1) }}
    end as both_percent_of_suspects,
    {{ share_limits('both_percent_of_suspects', 'people_who_are_both', 'suspects', when='not is_suppressed') }}
from protected
