"""Trials: a file loaded as a delivery would be, in a folder that is removed afterwards."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestration.contracts.model import FeedContract, FeedKey
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_zone.acceptance import accept_short
from orchestration.ingest.landing_zone.delivery import Delivery, discover
from orchestration.ingest.landing_zone.demonstration import Admission
from orchestration.ingest.load import loader
from orchestration.ingest.recognition.handed_in import Handed
from orchestration.ingest.recognition.recognition import Receipt, Recognised, deliver_safely
from orchestration.ingest.rules import Fault


@dataclass
class Rehearsal:
    """What the next refresh would make of files that nobody has delivered yet, each behind those before it.

    Attributes:
        received: the landing log.
        reason: why a short delivery is complete; empty where nobody says so.
        foreseen: the records that the files had so far; none of their files exists any more.
    """

    raw: Path
    received: Sequence[LoadRecord]
    admission: Admission
    reason: str = ""
    foreseen: list[LoadRecord] = field(default_factory=list)
    _waiting: dict[FeedKey, list[LoadRecord]] = field(default_factory=dict)

    def record(self, found: Recognised) -> LoadRecord | None:
        """The record of a file's load under the name that it would have; None where it changes meanwhile."""
        contract = found.contract
        if contract.id not in self._waiting:
            known = self._known(contract)
            names = {load.file_name for load in known}
            unread = [delivery for delivery in discover(self.raw, contract) if delivery.file_name not in names]
            self._waiting[contract.id] = self._loaded(unread, contract, known)
        with tempfile.TemporaryDirectory(prefix="sna-") as folder:
            path = Path(folder, *contract.id, str(found.name))
            path.parent.mkdir(parents=True)
            shutil.copy2(found.path, path)
            if self.reason:
                accept_short(path, self.reason)
            records = self._loaded(discover(Path(folder), contract), contract, self._known(contract))
        self.foreseen += records
        return records[0] if records else None

    def _known(self, contract: FeedContract) -> list[LoadRecord]:
        own = [load for load in self.received if (load.agency, load.feed) == contract.id]
        foreseen = [load for load in self.foreseen if (load.agency, load.feed) == contract.id]
        return [*own, *self._waiting.get(contract.id, ()), *foreseen]

    def _loaded(self, deliveries: Sequence[Delivery], contract: FeedContract, known: Sequence[LoadRecord]) -> list[LoadRecord]:
        with tempfile.TemporaryDirectory(prefix="sna-") as landing:
            # Pseudonyms of a trial are compared with no others.
            key, now = secrets.token_bytes(32), datetime.now(UTC)
            return loader.load(deliveries, contract, Path(landing), key, now=now, admission=self.admission, known=known)


class _Anything(Admission):
    """Takes the files of a demonstration and all others: none of them is kept."""

    def refusal(self, path: Path, sha256: str) -> Fault | None:
        return None


@contextmanager
def tried(path: Path, contract: FeedContract) -> Iterator[Receipt | LoadRecord]:
    """What would become of a file: why it is refused on delivery, or the record of its load, whose files exist until the end."""
    with tempfile.TemporaryDirectory(prefix="sna-") as folder:
        raw, landing = Path(folder, "raw"), Path(folder, "landing")
        receipt = deliver_safely(Handed(path, path.parent), raw, {contract.id: contract}, _Anything())
        if receipt.refusal is not None:
            yield receipt
            return
        # Pseudonyms of a trial are compared with no others.
        key = secrets.token_bytes(32)
        deliveries = discover(raw, contract)
        yield loader.load(deliveries, contract, landing, key, now=datetime.now(UTC), admission=_Anything())[0]
