{{ config(materialized='view') }}

-- From deliveries, not from rows: an agency that had nothing to report has delivered all the same.
with sender as (
    {{ shared_feeds() }}
),

delivered as (
    select distinct
        sender.feed_type,
        sender.sender,
        {{ month_start_of_label('delivery.period') }} as month_start
    from {{ source('ledger', 'delivery') }} as delivery
    inner join {{ source('ledger', 'feed') }} as known
        on delivery.feed = known.feed and delivery.agency = known.agency
    inner join sender
        on
            (delivery.feed = sender.feed_type and delivery.agency = sender.sender)
            -- A file of data.police.uk is of one force, which is a part of the feed.
            or (known.feed_type = sender.archive_feed and delivery.part = sender.sender)
    where delivery.in_use and known.cadence = 'monthly'
),

span as (
    select
        feed_type,
        min(month_start) as first_month,
        max(month_start) as last_month
    from delivered
    group by feed_type
),

calendar as (
    select distinct month_start
    from {{ ref('dim_date') }}
)

select
    sender.feed_type,
    calendar.month_start,
    string_agg(sender.sender, ', ' order by sender.sender) as missing_agencies
from span
inner join calendar
    on calendar.month_start between span.first_month and span.last_month
inner join sender
    on span.feed_type = sender.feed_type
left join delivered
    on
        sender.feed_type = delivered.feed_type
        and sender.sender = delivered.sender
        and calendar.month_start = delivered.month_start
where delivered.sender is null
group by sender.feed_type, calendar.month_start
