"""What assets and checks share: the settings, the date that a refresh is rebuilt for, and the warehouse connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import PrivateAttr

from orchestration.contracts.periods import end_of_day
from orchestration.home.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from orchestration.warehouse.ledger import Registered

# One writer owns the warehouse file: every asset and check that opens it is in this pool, whose limit is 1.
POOL = "warehouse"


class Refresh(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Options of one refresh.

    Attributes:
        as_at: ISO date; the marts are rebuilt from what had been received by the end of that day. Empty: everything.
        force: publish even what was rolled back.
        landed_only: leave the landing zone as it is and take what has been landed already; publish only what differs.
    """

    as_at: str = ""
    force: bool = False
    landed_only: bool = False
    # Opening and closing the warehouse costs more than most feeds.
    _registered: Registered | None = PrivateAttr(None)
    _connection: duckdb.DuckDBPyConnection | None = PrivateAttr(None)

    @property
    def settings(self) -> Settings:
        return Settings.from_env()

    @property
    def until(self) -> datetime:
        """The last moment whose deliveries count."""
        return end_of_day(self.as_at) if self.as_at else datetime.max.replace(tzinfo=UTC)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Refresh]:
        """Hold the home for the whole run, wherever it was started: the command line has it already, a run of the daemon waits.

        Raises:
            HomeLockedError: another refresh has it for longer than `warehouse_wait_seconds` of operations.yaml.
            UnfinishedPurgeError: a purge was interrupted.
            LandedRowsDamagedError: everything is to be built, and landed rows are not what was landed.
            RecordDamagedError: the record of a delivery cannot be read.
        """
        from orchestration.home import lock
        from orchestration.ingest.landing_log import inventory
        from orchestration.ingest.landing_log.log import loads_in_use, read
        from orchestration.operations import configuration, purge, recovery

        home, wait = self.settings.home, configuration.load().retries.warehouse_wait_seconds
        report = context.log.info if context.log else print
        with (
            lock.alive(self.settings.runs_alive, context.run.run_id if context.run else "none"),
            lock.hold(home, wait_seconds=wait, on_wait=report) as killed,
        ):
            if killed:
                report("The previous refresh was interrupted: its unfinished work has been removed.")
                recovery.clear(self.settings)
            purge.require_finished(self.settings)
            if done := inventory.complete(self.settings):
                report(inventory.completed_message(done))
            if not self.settings.warehouse.exists():
                # Everything is built from the landed files.
                inventory.require_rows(self.settings, loads_in_use(read(self.settings.landing)), full=True)
            try:
                yield self
            finally:
                self.close_warehouse()

    def registered(self) -> Registered:
        """The feeds as they were registered when this run began."""
        if self._registered is None:
            from orchestration.warehouse.ledger import Registered

            with self.warehouse() as con:
                self._registered = Registered.read(con, self.as_at)
        return self._registered

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing, which stays open for the next step; closed if this one fails."""
        from orchestration.warehouse.warehouse_file import connect

        if self._connection is None:
            self._connection = connect(self.settings)
        try:
            yield self._connection
        except BaseException:
            self.close_warehouse()
            raise

    def close_warehouse(self) -> None:
        """Close the warehouse, whose cache takes memory, and which must not be open where its file is opened in another way."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
