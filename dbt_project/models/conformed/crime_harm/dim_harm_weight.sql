-- An edition's own workbook goes before what is cited of it, and that before the demonstration's made-up weights.
with delivered as (
    select
        index_row.edition as harm_version,
        index_row.ho_sub_code,
        -- The index starts on the lowest rung of the guidelines, and so do we where a sub-code covers several offences.
        cast(min(index_row.score) as decimal(9, 2)) as harm_days,
        cast(max(index_row.score) as decimal(9, 2)) as harm_days_highest,
        cast(null as date) as effective_from,
        case when delivery.environment = 'demonstration' then 'illustrative' else 'delivered' end as confidence,
        case
            when delivery.environment = 'demonstration'
                then coalesce(min(index_row.note), 'Made up for the demonstration')
            else 'Cambridge Crime Harm Index, edition ' || index_row.edition
        end as source,
        case when delivery.environment = 'demonstration' then 3 else 1 end as precedence
    from {{ ref('stg_crime_harm__crime_harm_index') }} as index_row
    inner join {{ source('ledger', 'delivery') }} as delivery
        on index_row.load_id = delivery.load_id
    where
        index_row.ho_sub_code is not null
        and index_row.score is not null
        and index_row.offence_title not ilike '%expired%'
    group by index_row.edition, index_row.ho_sub_code, delivery.environment
),

cited as (
    select
        harm_version,
        ho_sub_code,
        harm_days,
        harm_days as harm_days_highest,
        effective_from,
        confidence,
        source,
        2 as precedence
    from {{ ref('harm_weight') }}
    where harm_days is not null
),

ranked as (
    select
        *,
        row_number() over (partition by harm_version, ho_sub_code order by precedence) as place
    from (
        select * from delivered
        union all
        select * from cited
    ) as known
)

select
    harm_version,
    ho_sub_code,
    harm_days,
    harm_days_highest,
    effective_from,
    confidence,
    source,
    harm_version = '{{ var("harm_version") }}' as is_in_force
from ranked
where place = 1
