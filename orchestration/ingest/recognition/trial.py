"""A file tried against one contract: recognised and loaded as a delivery would be, in a folder that is removed afterwards."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration.contracts.model import FeedContract
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_zone.delivery import discover
from orchestration.ingest.landing_zone.demonstration import Admission
from orchestration.ingest.load import loader
from orchestration.ingest.recognition.handed_in import Handed
from orchestration.ingest.recognition.recognition import Receipt, deliver_safely
from orchestration.ingest.rules import Fault


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
