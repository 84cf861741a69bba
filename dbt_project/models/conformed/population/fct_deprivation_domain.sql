{% set domains = [
    ('Income', 'income'),
    ('Employment', 'employment'),
    ('Education, skills and training', 'education'),
    ('Health', 'health'),
    ('Crime', 'crime'),
    ('Barriers to housing /services', 'barriers'),
    ('Living environment', 'living_environment'),
] -%}

{% for domain, column in domains %}
    select
        lsoa_code_2011 as lsoa_code,
        '{{ domain }}' as domain,
        {{ column }}_rank as domain_rank,
        {{ column }}_decile as domain_decile,
        load_id
    from {{ ref('stg_population__imd_2019_domains') }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
