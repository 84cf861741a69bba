"""A live home into which only some feeds of the small county were delivered, as that of a force that has just begun."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations import gate, models
from expectations.verdicts import Verdict
from orchestration.contracts.reader import load_contracts
from orchestration.home.creation import make
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log
from orchestration.warehouse import dbt, ledger, warehouse_file
from orchestration.warehouse.lineage import lineage
from orchestration.warehouse.validation import context
from tests import counties

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "DECIMAL")


def feeds() -> list[str]:
    """The feeds of the warehouse, `agency/feed`."""
    return ["/".join(key) for key, contract in load_contracts().items() if contract.custody == "warehouse"]


@dataclass(frozen=True)
class PartialHome:
    """A home whose facts and marts are built by dbt from the deliveries of some feeds, and judged by the real gates."""

    settings: Settings

    @classmethod
    def make(cls, folder: Path) -> PartialHome:
        settings = Settings(folder / "raw", folder / "home")
        make(settings.home, "derbyshire", "live")
        counties.share_parsed_project(settings)
        return cls(settings)

    def clear(self) -> None:
        """Back to a home to which nothing was delivered."""
        for file in self.settings.home.glob("warehouse.duckdb*"):
            file.unlink()
        shutil.copy(counties.empty().warehouse, self.settings.home)

    def deliver(self, *delivered: str, replace: str = "") -> None:
        """Use the small county's deliveries of these feeds (`agency/feed`) too, and build all that depends on them.

        Args:
            replace: what to put in place of landed columns, as in SQL's `select * replace (...)`.
        """
        loads = log.read(counties.small().settings.landing)
        in_use = log.loads_in_use(loads)
        contracts = {"/".join(key): contract for key, contract in load_contracts().items()}
        with warehouse_file.connect(self.settings) as con:
            for feed in delivered:
                ledger.register(con, contracts[feed], loads, in_use, "2024-04-01")
                if replace:
                    view = f"landing.{contracts[feed].relation}"
                    con.execute(f"create temp table landed as from {view}")
                    con.execute(f"drop view {view}; create table {view} as select * replace ({replace}) from landed")
        dbt.execute(self.settings, " ".join(f"source:landing.{contracts[feed].relation}+" for feed in delivered), whole=True)

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, with that of the whole small county as `county`."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            con.execute(f"attach '{counties.small().settings.warehouse}' as county (read_only)")
            yield con

    def judge(self) -> list[Verdict]:
        """What the gates say of the facts and the marts."""
        docs, given = self.settings.home / "docs", context(models.read(dbt.load_manifest(self.settings)))
        with warehouse_file.connect(self.settings) as con:
            return [verdict for stage in ("facts", "marts") for verdict in gate.run(stage, con, docs, given)]

    def published(self) -> Mapping[str, Mapping[str, Any]]:
        """Lineage of every table that would be published."""
        return lineage(dbt.load_manifest(self.settings), {}, ("marts", "sna"))

    def rows(self) -> dict[str, int]:
        """Rows of every table that would be published."""
        with self.open() as con:
            return {table: con.execute(f"select count(*) from {table}").fetchall()[0][0] for table in self.published()}

    def noughts(self, delivered: Collection[str]) -> list[str]:
        """Columns that are 0 wherever they have a value, though they are not in the county that has all feeds.

        Looked at are tables that some feed is missing from.
        """
        found = []
        with self.open() as con:
            for table, entry in self.published().items():
                if set(entry["feeds"]) <= set(delivered):
                    continue
                # What the county has as well is no zero for want of a feed.
                if con.execute(f"select 1 from (from {table} except from county.{table}) limit 1").fetchone() is None:
                    continue
                columns = con.execute(
                    """select column_name from duckdb_columns()
                       where database_name = current_database() and schema_name || '.' || table_name = ?
                           and list_contains(?, split_part(data_type, '(', 1))""",
                    [table, list(NUMBERS)],
                ).fetchall()
                for (column,) in columns:
                    ((mine, all_feeds),) = con.execute(
                        f'select (select max(abs("{column}")) from {table}), (select max(abs("{column}")) from county.{table})'
                    ).fetchall()
                    if mine == 0 and all_feeds:
                        found.append(f"{table}.{column}")
        return found
