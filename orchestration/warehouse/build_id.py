"""The identity of a build: which deliveries, which code, for which date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from orchestration.home.environment import PROJECT
from orchestration.warehouse.dbt import hash_of_files, project_hash

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord


def build_id(contents: Iterable[tuple[str, str]], as_at: str, project: str | None = None) -> str:
    """SHA-256 (hex) over the deliveries in use, the code that turns them into marts, and the date.

    Two homes with the same deliveries and code have the same build id; nothing that a clock decides goes in.

    Args:
        contents: (slot as `agency/feed/period/part`, SHA-256 of the delivered file) of each delivery in use.
        as_at: ISO date that the marts are rebuilt for, or empty.
        project: `project_hash()`, where it is known already.
    """
    digest = hashlib.sha256(f"{project or project_hash()} {hash_of_files(PROJECT / 'expectations')} {as_at}\n".encode())
    for partition, sha256 in sorted(contents):
        digest.update(f"{partition} {sha256}\n".encode())
    return digest.hexdigest()


def identities(loads: Iterable[LoadRecord]) -> list[tuple[str, str]]:
    """What `build_id` wants to know of deliveries in use."""
    return [("/".join(load.slot), load.file_sha256) for load in loads]


def code_id(fingerprints: Mapping[str, str]) -> str:
    """16 hex digits that name the code of all models: equal where no table would be built again."""
    models = sorted(f"{node} {code}" for node, code in fingerprints.items() if not node.startswith("test."))
    return hashlib.sha256("\n".join(models).encode()).hexdigest()[:16]


def received_id(received: Iterable[tuple[str, bool]]) -> str:
    """SHA-256 (hex) over all that was received, refused and withdrawn deliveries too: what a release says of the feeds.

    Args:
        received: (load id, whether it was withdrawn) of each delivery.
    """
    words = sorted(f"{load_id} withdrawn" if withdrawn else load_id for load_id, withdrawn in received)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
