"""The identity of a build: which deliveries, which code, for which date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from orchestration.dbt import fingerprint, project_fingerprint
from orchestration.settings import PROJECT


def build_id(contents: Iterable[tuple[str, str]], as_at: str) -> str:
    """SHA-256 (hex) over the deliveries in use, the code that turns them into marts, and the date.

    Two homes with the same deliveries and code have the same build id; nothing that a clock decides goes in.

    Args:
        contents: (`agency/feed/partition`, SHA-256 of the delivered file) of each delivery in use.
        as_at: ISO date that the marts are rebuilt for, or empty.
    """
    digest = hashlib.sha256(f"{project_fingerprint()} {fingerprint(PROJECT / 'expectations')} {as_at}\n".encode())
    for partition, sha256 in sorted(contents):
        digest.update(f"{partition} {sha256}\n".encode())
    return digest.hexdigest()
