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

-- There are more rows of people than of anything else, so they are grouped before scopes and periods multiply them.
person_year as (
    select
        person_key,
        financial_year,
        bool_or(role = 'victim') as is_victim,
        bool_or(role = 'suspect') as is_suspect,
        bool_or(role = 'victim' and is_serious_violence) as is_serious_victim,
        bool_or(role = 'suspect' and is_serious_violence) as is_serious_suspect
    from seen
    group by person_key, financial_year
),

-- A year with the people of one role alone has nobody that could be both.
delivered as (
    select person_year.*
    from person_year
    where person_year.financial_year in (
        select both_roles.financial_year
        from person_year as both_roles
        group by both_roles.financial_year
        having bool_or(both_roles.is_victim) and bool_or(both_roles.is_suspect)
    )
),

person as (
    select
        financial_year as period,
        false as is_total,
        is_victim,
        is_suspect,
        is_serious_victim,
        is_serious_suspect
    from delivered

    union all

    select
        '{{ var("report_first_year") }} - {{ var("report_last_year") }}' as period,
        true as is_total,
        bool_or(is_victim) as is_victim,
        bool_or(is_suspect) as is_suspect,
        bool_or(is_serious_victim) as is_serious_victim,
        bool_or(is_serious_suspect) as is_serious_suspect
    from delivered
    where financial_year between '{{ var("report_first_year") }}' and '{{ var("report_last_year") }}'
    group by person_key
),

counted as (
    {% for scope, kind in [('All recorded crime', ''), ('Serious violence', 'serious_')] %}
        select
            '{{ scope }}' as scope,
            period,
            is_total,
            count(case when is_{{ kind }}victim then 1 end) as victims,
            count(case when is_{{ kind }}suspect then 1 end) as suspects,
            count(case when is_{{ kind }}victim and is_{{ kind }}suspect then 1 end)
                as people_who_are_both
        from person
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
