"""Deliveries that a person has accepted although they have fewer rows than the history of their feed leads one to expect.

    <landing zone>/<agency>/<feed>/.<file name>.accepted-short.json    hash of the file, reason, by whom and when

The record is beside its file and has the hash of the file, so it does not apply to other content. Ingestion reads it where it
would refuse the file, and stores the reason with the delivery in the landing log.
"""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from orchestration.ingest.files import regular_files


def accept_short(delivered: Path, reason: str) -> Path:
    """Record that a file of the landing zone is to be used although it is short; returns the path of the record.

    Raises:
        ValueError: no reason.
        OSError: the file is not there, or its folder cannot be written to.
    """
    if not reason.strip():
        raise ValueError("accepting a short delivery needs a reason")
    document = {
        "file_sha256": regular_files.digest(delivered, delivered.parent),
        "reason": " ".join(reason.split()),
        "accepted_by": getpass.getuser(),
        "accepted_at": datetime.now(UTC).isoformat(),
    }
    target = record_beside(delivered)
    made = target.with_name(f"{target.name}.{os.getpid()}.part")
    made.write_text(json.dumps(document, indent=1))
    made.replace(target)
    return target


def accepted_short(delivered: Path, sha256: str) -> str | None:
    """The reason why exactly this content was accepted; None where it was not."""
    try:
        document = json.loads(regular_files.read_small(record_beside(delivered)))
        return str(document["reason"]) if document["file_sha256"] == sha256 else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def record_beside(delivered: Path) -> Path:
    """Path of the record of acceptance for a file of the landing zone."""
    return delivered.with_name(f".{delivered.name}.accepted-short.json")
