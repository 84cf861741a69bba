{# The definitions of violence by which places are counted, with the flag of fct_offence that each is. #}
{% macro hotspot_definitions() -%}
    {{- return([('Serious violence', 'is_serious_violence'), ('Hotspot violence', 'is_hotspot_violence')]) -}}
{%- endmacro %}

{# The one that places have where no crimes of the force were delivered: of data.police.uk's types, at its snapped points. #}
{% macro street_definition() -%}
    {{- return(('Violence, robbery and weapons (data.police.uk, snapped points)', 'is_street_violence')) -}}
{%- endmacro %}

{# The names of the definitions that places are counted by, as the rows of a relation. #}
{% macro hotspot_definition_rows() -%}
    {%- for definition, _ in hotspot_definitions() %}
        select '{{ definition }}'
        where exists (select 1 from {{ ref('fct_offence') }})
        union all
    {%- endfor %}
    select '{{ street_definition()[0] }}'
    where not exists (select 1 from {{ ref('fct_offence') }})
{%- endmacro %}

{# The id, as in dim_definition, of what places are counted by; NULL of the one of data.police.uk, which is none of them. #}
{% macro placed_definition_id(definition) -%}
    case {{ definition }}
        when 'Serious violence' then '{{ var("definition_id") }}'
        when 'Hotspot violence' then '{{ var("hotspot_definition_id") }}'
    end
{%- endmacro %}

{# A date so many whole months later, or earlier where they are negative. #}
{% macro months_from(date_column, months) -%}
    cast({{ date_column }} + interval ({{ months }}) month as date)
{%- endmacro %}

{#
    An hour of the clock as it is said: Midnight, 1am, noon, 11pm; 24 is midnight again. And the part of a day that
    an hour belongs to.
#}
{% macro hour_in_words(hour) -%}
    case {{ hour }} % 24
        when 0 then 'midnight'
        when 12 then 'noon'
        else cast(case when {{ hour }} % 12 = 0 then 12 else {{ hour }} % 12 end as varchar)
            || case when {{ hour }} % 24 < 12 then 'am' else 'pm' end
    end
{%- endmacro %}
{% macro part_of_day(hour) -%}
    case
        when {{ hour }} < 12 then 'morning'
        when {{ hour }} < 17 then 'afternoon'
        when {{ hour }} < 21 then 'evening'
        else 'night'
    end
{%- endmacro %}

{# Items in a sentence: a, b and c. Both arguments are SQL; the order is that of `sort`. #}
{% macro in_a_sentence(item, sort) -%}
    regexp_replace(string_agg({{ item }}, ', ' order by {{ sort }}), ', ([^,]*)$', ' and \1')
{%- endmacro %}

{# Python's "not a number", as SQL says it. #}
{% macro empty_if_nan(value) -%}
    case when isnan({{ value }}) then null else {{ value }} end
{%- endmacro %}

{# The columns offences_lower_95 and offences_upper_95: exact limits of a count, with one decimal. #}
{% macro poisson_limits(count) -%}
    round({{ poisson_lower(count) }}, 1) as offences_lower_95,
    round({{ poisson_upper(count) }}, 1) as offences_upper_95,
{%- endmacro %}

{# Whether a place has offences and is among the fifth with most. A tie that would make more than a fifth of it is left out whole: half
   of one would be chosen by chance. #}
{% macro is_top_fifth(relation, family) -%}
    {{ relation }}.offences > 0
    and count(*) over (partition by {{ family }} order by {{ relation }}.offences desc)
    <= {{ integer_divide('(count(*) over (partition by ' ~ family ~ ') + 4)', '5') }}
{%- endmacro %}

{#
    The rows of the marts of LSOAs and hexagons: every place in every window, ranked by volume, with how often it was among the
    top fifth in the financial years, and what Gi* finds.
#}
{% macro ranked_places(place_kind) %}
    with place as (
        select
            place_window.definition,
            place_window.place_code,
            place_window.offences,
            hotspot_window.first_month,
            hotspot_window.last_month,
            hotspot_window.window_label,
            hotspot_window.financial_year,
            clustering.measure as gi_measure,
            {{ empty_if_nan('clustering.z_score') }} as gi_z_score,
            {{ empty_if_nan('clustering.p_value') }} as gi_p_value,
            {{ empty_if_nan('clustering.q_value') }} as gi_q_value,
            case when place_window.population is not null then hotspot_window.population_year end as population_year,
            cast(place_window.population as bigint) as population,
            {{ empty_if_nan('clustering.smoothed_rate') }} as smoothed_rate,
            rank() over places as volume_rank,
            {{ is_top_fifth('place_window', 'place_window.definition, place_window.last_month') }} as is_top_fifth
        from {{ ref('fct_place_window') }} as place_window
        inner join {{ ref('dim_hotspot_window') }} as hotspot_window
            on place_window.last_month = hotspot_window.last_month
        inner join {{ ref('place_clustering') }} as clustering
            on
                place_window.definition = clustering.definition
                and place_window.place_kind = clustering.place_kind
                and place_window.place_code = clustering.place_code
                and place_window.last_month = clustering.last_month
        where place_window.place_kind = '{{ place_kind }}'
        window places as (partition by place_window.definition, place_window.last_month order by place_window.offences desc)
    )

    select
        place.*,
        count(place.financial_year) over years as years_observed,
        count(case when place.financial_year is not null and place.is_top_fifth then 1 end) over years as years_in_top_fifth,
        case
            when place.gi_q_value is null then 'nothing to compare'
            when place.gi_q_value > 0.05 then 'no clear pattern'
            when place.gi_z_score > 0 then 'hot'
            else 'cold'
        end as clustering
    from place
    window years as (partition by place.definition, place.place_code)
{% endmacro %}

{# The score of a ward as the needs assessment prints it: volume rank and half the rate rank, rounded half up. Lower is hotter. #}
{% macro hotspot_score(volume_rank, rate_rank) -%}
    {{ integer_divide("(2 * " ~ volume_rank ~ " + " ~ rate_rank ~ " + 1)", "2") }}
{%- endmacro %}

{#
    Whether counts of a relation are above their mean: p_value (exact, one-sided, Poisson) and q_value, which is `adjusted`. The relation
    has `family` (SQL list of columns), `offences` and `mean`.
#}
{% macro fdr_adjusted(relation, family) %}
    {%- set judged -%}
        (
            select
                *,
                poisson_at_least(cast(offences as bigint), cast(mean as double)) as p_value
            from {{ relation }}
        )
    {%- endset -%}
    {{ adjusted(judged, family) }}
{% endmacro %}

{# The wards of the hotspot and control set in force on the last day of each analysed window, with its first and last month. #}
{% macro hotspot_wards_in_force(analysed=true) %}
    select
        hotspot_window.first_month,
        hotspot_window.last_month,
        ward.ward_code,
        hotspot_ward.printed_name,
        hotspot_ward.section,
        hotspot_ward.ward_type
    from {{ ref('hotspot_ward') }} as hotspot_ward
    inner join {{ ref('dim_ward') }} as ward
        on hotspot_ward.ward_name = ward.ward_name and hotspot_ward.district_code = ward.district_code
    inner join {{ ref('dim_hotspot_window') }} as hotspot_window
        on
            hotspot_ward.valid_from <= hotspot_window.last_day
            and hotspot_window.last_day <= coalesce(hotspot_ward.valid_to, hotspot_window.last_day)
    {%- if analysed %}
    where hotspot_window.is_analysed
    {%- endif %}
{% endmacro %}

{# How T27 heads its rows: the rank, and the name of the ward without an apostrophe. #}
{% macro hotspot_row_label(ward) -%}
    cast({{ ward }}.combined_rank_printed as varchar) || ') ' || replace({{ ward }}.printed_name, '''', '')
{%- endmacro %}
