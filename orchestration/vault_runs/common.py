"""What all vault runs share: the deliveries that they read, and how their counts leave the vault.

Counts leave the vault as a delivery of their own feed, which is validated against its contract and landed like any other; the
next refresh publishes it. Nothing else leaves the vault (docs/decisions/0012-vault.md).
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone.demonstration import Admission

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract
    from orchestration.ingest.landing_log.load_record import LoadRecord

CRIMES = "police/crimes"


class MissingInputError(RuntimeError):
    """A run cannot be made from what has been landed; the message says what is missing."""


def senders(feed_type: str) -> list[FeedContract]:
    """The feeds of a feed type, `<subject>/<feed>`, that agencies of the area send."""
    from orchestration.contracts.reader import load_contracts

    return [contract for contract in load_contracts().values() if contract.type == feed_type]


def in_use(settings: Settings, *feed_types: str) -> dict[str, list[LoadRecord]]:
    """The deliveries in use of each of these feed types, of every agency that sends it."""
    from orchestration.ingest.landing_log.log import loads_in_use, read

    return {
        feed_type: loads_in_use([load for contract in senders(feed_type) for load in read(settings.landing, *contract.id)])
        for feed_type in feed_types
    }


def rows(feed_type: str, loads: Sequence[LoadRecord]) -> str:
    """Query of the rows in use of a feed type; their person keys are those of the facts."""
    from orchestration.warehouse import ledger

    queries = []
    for contract in senders(feed_type):
        key = f"* replace ({person_key(contract.agency, 'person_key')} as person_key)"
        own = [load for load in loads if (load.agency, load.feed) == contract.id]
        queries.append(f"select {key} from ({ledger.rows_in_use(contract, own)})")
    return " union all by name ".join(queries)


def person_key(agency: str, column: str) -> str:
    """SQL of a nominal's key in the facts: with the agency where several of the area send crimes (dbt's macro `of_agency`)."""
    return f"'{agency}/' || {column}" if len(senders(CRIMES)) > 1 else column


def is_newer(read: Sequence[LoadRecord], counts: Sequence[LoadRecord]) -> bool:
    """Whether any of the deliveries that a run reads was received after the counts of the last run."""
    received = max((load.received_at for load in read), default=None)
    return received is not None and not any(load.received_at > received for load in counts)


def require_facts(settings: Settings, read: Sequence[LoadRecord]) -> None:
    """Require current facts that have passed validation, and undamaged landed rows of the deliveries that a run reads.

    Raises:
        MissingInputError: the facts are out of date, or their validation has not passed.
        LandedRowsDamagedError: landed rows are missing or were changed.
    """
    from orchestration.ingest.landing_log import inventory
    from orchestration.warehouse import gates, warehouse_file

    inventory.require_rows(settings, read)

    con = warehouse_file.connect(settings)
    try:
        gates.require_date(con, "", before="counts")
        gates.require_passed(con, "facts")
    except gates.GateNotPassedError as error:
        raise MissingInputError(str(error)) from error
    finally:
        con.close()


class _MadeHere(Admission):
    """Admits the counts that a run of this home has computed: they belong to its environment."""

    def refusal(self, path: Path, sha256: str) -> None:
        return None


def land(settings: Settings, feed_type: str, period: str, rows: Iterable[Sequence[object]]) -> LoadRecord:
    """Write counts as a delivery of the feed that the area has of a type, and land it by its contract; only that remains.

    Raises:
        MissingInputError: the counts break their contract.
    """
    from orchestration.ingest.landing_log import pseudonym_key
    from orchestration.ingest.landing_zone.delivery import discover
    from orchestration.ingest.load.loader import load

    (contract,) = senders(feed_type)
    settings.vault.mkdir(parents=True, exist_ok=True)
    settings.vault.chmod(0o700)
    outgoing = settings.vault / f".outgoing-{os.getpid()}"
    file = outgoing.joinpath(*contract.id, f"{period}.csv")
    file.parent.mkdir(parents=True)
    try:
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(column.header for column in contract.columns)
            writer.writerows(rows)
        made_here = _MadeHere(settings.made.environment)
        found = discover(outgoing, contract)
        key = pseudonym_key.load(settings)
        (record,) = load(found, contract, settings.landing, key, now=datetime.now(UTC), admission=made_here)
    finally:
        shutil.rmtree(outgoing)
    if record.verdict != "accepted":
        raise MissingInputError(f"The counts break their contract: {'; '.join(fault.message for fault in record.faults)}")
    return record
