"""Gate 1, feeds: every delivery in use is whole, plausible and in its place. The rules of one feed are in `_delivered`."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from expectations.context import Feed
from expectations.rules import Rule, Suite, between, equal, none

# The median of fewer deliveries than this says nothing about what is usual.
MINIMUM_HISTORY = 6


def suites(con: duckdb.DuckDBPyConnection, feeds: Iterable[Feed]) -> list[Suite]:
    """Suites of every feed that has a contract; of a feed without a delivery in use only that it waits."""
    rows = con.execute("select agency, feed, min(period), max(period) from ledger.delivery where in_use group by all").fetchall()
    in_use = {(str(agency), str(feed)): (str(first), str(last)) for agency, feed, first, last in rows}
    return [
        suite
        for contract in feeds
        for suite in (_delivered(contract, *in_use[contract.id]) if contract.id in in_use else [_waiting(contract)])
    ]


def _waiting(contract: Feed) -> Suite:
    count = len(contract.tables)
    waits = f"{count} {'table waits' if count == 1 else 'tables wait'} for it"
    remedy = f"Nothing fails. {contract.owner} can deliver it; the publisher offers it at {contract.publisher_url}."
    return Suite(
        subject="/".join(contract.id),
        title="waiting",
        grain="deliveries in use",
        sql=f"select file_name from ledger.delivery where in_use and {_is(contract)}",
        rules=(none(f"not delivered: {waits}", remedy),),
    )


def _delivered(contract: Feed, first: str, last: str) -> list[Suite]:
    found = [_deliveries(contract)]
    # The warehouse has no row of a feed in the vault's custody.
    in_warehouse = contract.custody == "warehouse"
    if in_warehouse:
        found.append(_landing(contract))
    # A return that covers several periods (its name alone says which it is) leaves no gap where an earlier one is missing.
    if contract.period.column:
        found.append(_gaps(contract, first, last))
    # An upsert view is made by key: it cannot hold one twice.
    if contract.key and contract.load_mode == "replace_period" and in_warehouse:
        found.append(_keys(contract))
    return found


def _is(contract: Feed) -> str:
    return f"agency = '{contract.agency}' and feed = '{contract.feed}'"


def _view(contract: Feed) -> str:
    return f"(select * exclude (agency) from landing.{contract.relation} where agency = '{contract.agency}')"


def _deliveries(contract: Feed) -> Suite:
    """What the ledger says of each delivery.

    `times_median` is NULL while the part has too short a history, for a period that is cut at the end of an extract, and for the
    first period of an upsert feed: such a feed reports what became of older records, of which at its start there are few.
    """
    owner, tolerance = contract.owner, contract.volume_tolerance
    judged = f"count(*) over same_part >= {MINIMUM_HISTORY}"
    if contract.load_mode == "upsert":
        judged += " and period > min(period) over same_part"
    resend = f"Ask {owner} for a corrected file; deliver it as the next version of the period."
    usual = Rule(
        "The volume of each delivery is plausible against the others of its part",
        "ExpectColumnValuesToBeBetween",
        # As far down as up, as ratios: a tolerance of 0.6 allows 40 % to 250 % of the median.
        {
            "column": "times_median",
            "min_value": 1 - tolerance,
            "max_value": 1 / (1 - tolerance) if tolerance < 1 else None,
        },
        f"Ask {owner} whether the extract is complete and not doubled. If it is right, raise volumeTolerance in the "
        "contract, with the reason; if not, deliver a corrected file as the next version of the period.",
        counts="rows_delivered",
    )
    return Suite(
        subject="/".join(contract.id),
        title="deliveries in use",
        grain="deliveries",
        sql=f"""
            with copies as (
                select load_id as delivery_id, sum(rows) as rows_repeated from ledger.fault where code = 'R06' group by load_id
            ),
            -- A file of several periods is judged as one: rejected rows without a period are counted with its first.
            files as (
                select
                    coalesce(delivery_id, load_id) as delivery_id, coalesce(sum(rows_delivered), 0) as file_delivered,
                    coalesce(sum(rows_rejected), 0) as file_rejected
                from ledger.delivery where {_is(contract)} group by all
            ),
            delivery as (
                select
                    period, coalesce(part, '') as part, file_name, coalesce(is_partial, false) as is_partial,
                    coalesce(rows_delivered, 0) as rows_delivered, coalesce(rows_accepted, 0) as rows_accepted,
                    coalesce(rows_rejected, 0) as rows_rejected, file_delivered, file_rejected,
                    {"0" if contract.key else "coalesce(rows_repeated, 0)"} as rows_repeated
                from ledger.delivery
                join files on files.delivery_id = coalesce(delivery.delivery_id, delivery.load_id)
                left join copies on copies.delivery_id = files.delivery_id
                where in_use and {_is(contract)}
            )
            select
                *, rows_accepted + rows_rejected as rows_accounted_for,
                abs(rows_delivered - rows_accounted_for) as rows_lost,
                -- Nothing is lost with a row of which another copy was kept.
                (file_rejected - rows_repeated) / nullif(file_delivered, 0) as share_rejected,
                case when {judged} and not is_partial
                    then rows_delivered / nullif(median(rows_delivered) over same_part, 0) end as times_median
            from delivery
            window same_part as (partition by part)
            order by period, part
        """,
        labels=("period", "part", "file_name"),
        rules=(
            equal(
                "Every row delivered is either accepted or rejected",
                *("rows_delivered", "rows_accounted_for"),
                "The data engineer removes the delivery from the landing log and delivers the same file again; if the count "
                "is still wrong, ingestion loses rows and must be repaired.",
                counts="rows_lost",
            ),
            between("No delivery in use is empty", "rows_accepted", 1, None, resend),
            between(
                "The share of rejected rows is within the contract's limit",
                *("share_rejected", 0, contract.bad_row_limit),
                f"Send {owner} the list of `sna quarantine {'/'.join(contract.id)}` and ask for a corrected file.",
                counts="rows_rejected",
            ),
            usual,
        ),
    )


def _landing(contract: Feed) -> Suite:
    """Rows that the landing view shows of each delivery. An upsert replaces rows, so a delivery may show fewer."""
    remedy = "The data engineer rebuilds the landing views with `sna refresh`; if that does not help, restores the landing log."
    if contract.load_mode == "upsert":
        name = "The landing view shows no more rows of a delivery than were accepted"
        rule = between(name, "rows_too_many", None, 0, remedy, counts="rows_too_many")
    else:
        name = "The landing view holds exactly the accepted rows of each delivery"
        rule = equal(name, "rows_landed", "rows_accepted", remedy, counts="rows_too_many")
    return Suite(
        subject="/".join(contract.id),
        title="landing view",
        grain="deliveries in view or ledger",
        sql=f"""
            with landed as (select _load_id as load_id, count(*) as rows_landed from {_view(contract)} group by all),
            used as (select load_id, period, part, rows_accepted from ledger.delivery where in_use and {_is(contract)})
            select
                coalesce(period, 'not in use') as period, coalesce(part, '') as part,
                coalesce(rows_landed, 0) as rows_landed, coalesce(rows_accepted, 0) as rows_accepted,
                coalesce(rows_landed, 0) - coalesce(rows_accepted, 0) as rows_too_many
            from used full join landed using (load_id)
            order by all
        """,
        labels=("period", "part", "rows_landed", "rows_accepted"),
        rules=(rule,),
    )


def _gaps(contract: Feed, first: str, last: str) -> Suite:
    """Missing periods between the first and the last of each part.

    A feed in parts is an open archive, of which the months that are wanted are downloaded: a gap there is information. In a
    feed that its owner sends each month a gap is a delivery that never came.
    """
    unit = {"monthly": "month", "quarterly": "quarter"}.get(contract.cadence, "year")
    known = contract.periods_between(first, last)
    return Suite(
        subject="/".join(contract.id),
        title=f"missing {unit}s",
        grain=f"missing {unit}s",
        sql=f"""
            with used as (select coalesce(part, '') as part, period from ledger.delivery where in_use and {_is(contract)}),
            ends as (select part, min(period) as first, max(period) as last from used group by part),
            due as (
                select part, period from ends join (select unnest({known}) as period) as known on period between first and last
            )
            select part, period from due anti join used using (part, period) order by all
        """,
        labels=("part", "period"),
        rules=(
            none(
                f"No {unit} is missing between the first and the last",
                f"Ask {contract.owner} for the missing {unit}s and deliver them.",
                blocking=contract.part is None,
            ),
        ),
    )


def _keys(contract: Feed) -> Suite:
    """Rows whose key occurs more than once, by the period of their delivery; the keys themselves stay in the warehouse."""
    key = ", ".join(contract.by_name[name].output or name for name in contract.key)
    view = _view(contract)
    return Suite(
        subject="/".join(contract.id),
        title="repeated keys",
        grain="periods with repeated keys",
        sql=f"""
            with repeated as (select {key} from {view} group by {key} having count(*) > 1)
            select period, coalesce(part, '') as part, count(*) as rows_repeated
            from {view} as landed
            semi join repeated using ({key})
            left join ledger.delivery as delivery on delivery.load_id = landed._load_id
            group by all order by all
        """,
        labels=("period", "part"),
        rules=(
            none(
                f"Each {' and '.join(name.replace('_', ' ') for name in contract.key)} occurs once in all deliveries in use",
                f"Ask {contract.owner} which of the periods is right and deliver a corrected version of the other.",
                counts="rows_repeated",
            ),
        ),
    )
