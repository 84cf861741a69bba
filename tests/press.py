"""A warehouse of two small tables, and what publishes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publication import publish
from orchestration.publication.release import FILE, Release
from orchestration.warehouse import gates

DESCRIPTIONS = {"marts.offences": ("Offences", {"offences": "How many, it's a count"})}


@dataclass(frozen=True)
class Press:
    """Publishes a warehouse into a folder of its own; `build` is in place of the deliveries and the code."""

    warehouse: Path
    published: Path

    def publish(
        self,
        build: str = "b",
        deliveries: Iterable[dict[str, Any]] = (),
        lineage: dict[str, Any] | None = None,
        code_id: str = "a",
        **options: Any,
    ) -> Release:
        about = {
            "build_id": build if len(build) > 1 else build * 64,
            "definition_id": "sna-2024",
            "environment": "demonstration",
            "deliveries": list(deliveries),
            "lineage": lineage or {},
            "code_id": code_id,
        }
        return publish.publish(self.warehouse, self.published, about=about, descriptions=DESCRIPTIONS, **options)

    def change(self, sql: str) -> None:
        con = duckdb.connect(str(self.warehouse))
        con.execute(sql)
        con.close()

    def read(self, sql: str) -> list[tuple]:
        con = duckdb.connect(str(self.published / FILE), read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()


def make_press(folder: Path) -> Press:
    """A press below a folder, with nothing published."""
    made = Press(folder / "warehouse.duckdb", folder / "home" / "published" / "analysts")
    made.change("""
        create schema sna; create schema marts; create schema ledger;
        create table sna.figures as select 'T01' as table_id, range as value from range(10);
        create table marts.offences as select 'Derby' as district, 7 as offences;
        create table ledger.feed as
            select 'police_uk' as agency, 'street' as feed, 'feeds' as stage, '' as as_at, 'token' as token,
                   'token' as gate_token, 'police_archive/street' as feed_type,
                   'Street-level crime' as title, 'The publisher' as owner, 'https://example.org' as publisher_url,
                   1 as deliveries_in_use;
        create table ledger.feed_part as select 'police_uk' as agency, 'street' as feed, '' as part;
        create table ledger.build as select 'b' as build_id;
    """)
    made.change(gates.SCHEMA)
    made.change("""
        insert into ops.stage by name select 'marts' as stage, 'token' as token;
        insert into ops.verdict by name
            select 'marts' as stage, 'token' as token, 'sna.figures' as subject, 'x' as expectation, true as success;
    """)
    return made
