{{ config(materialized='table', contract={'enforced': true}) }}

-- The relations are generated from the statements of the area's reports. They meet here only: what is computed has not
-- read what was printed.
{% set statements = var('statements') %}
{% for mart in statements.marts %}
-- depends_on: {{ ref(mart) }}
{% endfor %}

with sentence (report_id, claim_id, section, statement_kind, sentence, unit, decimals, needs, mart, query) as (
    select * from ({{ statements.sentences }})
),

measured (report_id, claim_id, numerator, denominator, words) as (
    select * from ({{ statements.measured }})
),

printed (report_id, claim_id, published, wording, corrected, proof, citation, reason) as (
    select * from ({{ statements.printed }})
),

rounded as (
    select
        sentence.*,
        measured.words,
        measured.claim_id is not null as is_delivered,
        cast(measured.numerator as double) / measured.denominator as exact,
        {{ round_half_up('measured.numerator', 'measured.denominator', 'sentence.decimals') }} as value
    from sentence
    left join measured
        on sentence.report_id = measured.report_id and sentence.claim_id = measured.claim_id
    where sentence.report_id <> ''
),

computed as (
    select
        *,
        case
            when words is not null then words
            when decimals = 0 then cast(cast(value as bigint) as varchar)
            when decimals = 1 then cast(cast(value as decimal(18, 1)) as varchar)
            else cast(cast(value as decimal(18, 2)) as varchar)
        end as computed
    from rounded
),

stated as (
    select
        *,
        try_cast(published as double) as figure,
        -- "Around 205" is to the nearest 5, "around 60" to the nearest 10.
        case
            when figure % 50 = 0 then 50
            when figure % 10 = 0 then 10
            when figure % 5 = 0 then 5
            else 1
        end as step
    from printed
),

compared as (
    select
        computed.report_id,
        computed.claim_id,
        computed.section,
        computed.statement_kind,
        case
            when computed.sentence not like '%|%'
                then replace(computed.sentence, '{value}', coalesce(computed.computed, '…'))
            -- What rises where the sentence says that it falls has the other word, and no sign.
            else replace(
                regexp_replace(
                    computed.sentence,
                    '\{([^{}|]*)\|([^{}|]*)\}',
                    if(coalesce(computed.value < 0, false), '\2', '\1'),
                    'g'
                ), '{value}', coalesce(ltrim(computed.computed, '-'), '…')
            )
        end as statement,
        stated.published,
        computed.computed,
        computed.value,
        computed.unit,
        computed.needs,
        computed.mart,
        computed.query,
        computed.is_delivered,
        stated.corrected,
        stated.proof,
        stated.citation,
        stated.reason,
        case stated.wording
            when 'around' then abs(computed.exact - stated.figure) <= stated.step / 2.0
            when 'over' then computed.exact > stated.figure
            else {{ same_figure('stated.published', 'computed.computed', '0') }}
        end as agrees,
        {{ same_figure('stated.corrected', 'computed.computed', '0') }} as agrees_when_corrected
    from computed
    left join stated
        on computed.report_id = stated.report_id and computed.claim_id = stated.claim_id
),

judged as (
    select
        *,
        case
            when computed is null then 'not computable'
            when published is null then null
            when agrees then 'match'
            when agrees_when_corrected then 'erratum'
            else 'differ'
        end as status
    from compared
)

select
    report_id,
    claim_id,
    section,
    statement_kind,
    statement,
    published,
    computed,
    value,
    unit,
    status,
    case when status = 'erratum' then proof end as proof,
    case when status = 'erratum' then citation end as citation,
    case status
        when 'erratum'
            then
                case proof
                    when 'arithmetic' then 'Proven by arithmetic. '
                    else 'A choice between figures of the print that contradict each other. '
                end || reason
        when 'not computable'
            then
                if(
                    is_delivered,
                    'Delivered without the number: withheld or left out in ' || needs,
                    'Nothing to compute it from: needs ' || needs
                )
        when 'differ'
            then
                'Computed ' || computed || ', published ' || published
                || coalesce(' (corrected: ' || corrected || ')', '')
    end as reason,
    mart,
    query
from judged
