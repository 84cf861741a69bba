{%- for rule, flag in [('Top fifth', 'is_top_fifth'), ('Cluster', 'is_cluster'), ('Designated', 'is_designated')] %}
    select
        definition,
        place_kind,
        '{{ rule }}' as rule,
        last_month,
        place_code
    from {{ ref('place_ranking') }}
    where {{ flag }}
    {{ 'union all' if not loop.last }}
{%- endfor %}
