{#- Every column of labels that a staging model declares in its `meta`. -#}
{%- set labels = var('declared').labels -%}
with label as (
    {% for model in labels %}
        {% for column in labels[model] %}
            select
                agency || '/{{ model.split("__")[-1] }}' as feed,
                '{{ labels[model][column] }}' as scheme,
                {{ column }} as source_label,
                count(*) as row_count
            from {{ ref(model) }}
            where {{ column }} is not null
            group by agency, {{ column }}
            union all
        {% endfor %}
    {% endfor %}
    select
        '' as feed,
        '' as scheme,
        '' as source_label,
        0 as row_count
    where false
),

unknown as (
    select
        label.feed,
        label.scheme,
        trim(label.source_label) as source_label,
        label.row_count
    from label
    left join {{ known_labels() }} as known
        on
            label.scheme = known.scheme
            and {{ plain_label('label.source_label') }} = {{ plain_label('known.source_label') }}
    where known.scheme is null
),

compared as (
    select
        unknown.feed,
        unknown.scheme,
        unknown.source_label,
        unknown.row_count,
        coalesce(
            bool_or({{ is_near(plain_label('unknown.source_label'), plain_label('known.source_label')) }}), false
        ) as is_near
    from unknown
    left join {{ known_labels() }} as known
        on unknown.scheme = known.scheme
    group by all
)

select
    feed,
    scheme,
    case when is_near then left(source_label, 60) else {{ shape('source_label') }} end as source_label,
    cast(sum(row_count) as bigint) as row_count
from compared
group by all
