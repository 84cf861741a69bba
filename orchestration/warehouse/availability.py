"""`meta.availability`: which feeds each published table is made from, and which of them were not delivered.

Of a feed type that no agency of the area sends, `feed` is the type.

A table is empty, or a column of it, where a feed that it needs is missing: `select feed, owner from meta.availability where
table_name = 'hotspot_wards' and not is_delivered` says whom to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orchestration.contracts.reader import feed_types
from orchestration.database import bulk_insert

if TYPE_CHECKING:
    import duckdb

TABLE = "meta.availability"


def write(con: duckdb.DuckDBPyConnection, lineage: Mapping[str, Mapping[str, Any]]) -> None:
    """Fill the table, of one row per published table and feed, in a release to which the warehouse is attached as `warehouse`.

    Args:
        lineage: as `orchestration.warehouse.lineage.lineage` returns it.
    """
    con.execute(f"create table {TABLE} (schema_name varchar, table_name varchar, feed varchar, title varchar)")
    titles = {each.type: each.title for each in feed_types()}
    rows = [[*table.split("."), feed, titles.get(feed)] for table, entry in lineage.items() for feed in entry["feeds"]]
    bulk_insert.insert(con, TABLE, rows)
    con.execute(
        f"""create or replace table {TABLE} as
            select made_from.* exclude (title), coalesce(feed.title, made_from.title) as title,
                   coalesce(feed.deliveries_in_use, 0) > 0 as is_delivered,
                   if(made_from.title is null, feed.owner, 'the agency that should send it') as owner, feed.publisher_url
            from {TABLE} as made_from
            left join warehouse.ledger.feed as feed on made_from.feed = feed.agency || '/' || feed.feed
            order by all"""
    )
    con.execute(
        f"comment on table {TABLE} is 'Which feeds each published table is made from, whether anything of them was delivered, "
        "and whom to ask. Grain: one row per table and feed.'"
    )
