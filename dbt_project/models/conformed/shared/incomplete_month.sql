{{ config(materialized='view') }}

-- From deliveries, not from rows: an agency that had nothing to report has delivered all the same.
with sender as (
    {{ shared_feeds() }}
),

delivered as (
    select distinct
        delivery.feed,
        delivery.agency,
        {{ month_start_of_label('delivery.period') }} as month_start
    from {{ source('ledger', 'delivery') }} as delivery
    inner join sender
        on delivery.feed = sender.feed and delivery.agency = sender.agency
    inner join {{ source('ledger', 'feed') }} as known
        on delivery.feed = known.feed and delivery.agency = known.agency
    where delivery.in_use and known.cadence = 'monthly'
),

span as (
    select
        feed,
        min(month_start) as first_month,
        max(month_start) as last_month
    from delivered
    group by feed
),

calendar as (
    select distinct month_start
    from {{ ref('dim_date') }}
)

select
    sender.feed as feed_type,
    calendar.month_start,
    string_agg(sender.agency, ', ' order by sender.agency) as missing_agencies
from span
inner join calendar
    on calendar.month_start between span.first_month and span.last_month
inner join sender
    on span.feed = sender.feed
left join delivered
    on
        sender.feed = delivered.feed
        and sender.agency = delivered.agency
        and calendar.month_start = delivered.month_start
where delivered.agency is null
group by sender.feed, calendar.month_start
