with seen as (
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

-- A year with the people of one role alone has nobody that could be both.
delivered as (
    select seen.*
    from seen
    where seen.financial_year in (
        select both_roles.financial_year
        from seen as both_roles
        group by both_roles.financial_year
        having count(distinct both_roles.role) = 2
    )
),

in_scope as (
    select
        *,
        'All recorded crime' as scope
    from delivered

    union all

    select
        *,
        'Serious violence' as scope
    from delivered
    where is_serious_violence
),

in_period as (
    select
        scope,
        financial_year as period,
        false as is_total,
        person_key,
        role
    from in_scope

    union all

    select
        scope,
        '{{ var("report_first_year") }} - {{ var("report_last_year") }}' as period,
        true as is_total,
        person_key,
        role
    from in_scope
    where financial_year between '{{ var("report_first_year") }}' and '{{ var("report_last_year") }}'
),

person as (
    select
        scope,
        period,
        is_total,
        person_key,
        bool_or(role = 'victim') as is_victim,
        bool_or(role = 'suspect') as is_suspect
    from in_period
    group by scope, period, is_total, person_key
),

counted as (
    select
        scope,
        period,
        is_total,
        count(case when is_victim then 1 end) as victims,
        count(case when is_suspect then 1 end) as suspects,
        count(case when is_victim and is_suspect then 1 end) as people_who_are_both
    from person
    group by scope, period, is_total
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
