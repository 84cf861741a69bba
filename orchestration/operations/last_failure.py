"""Why the last refresh of a home failed, kept until one publishes or finds nothing to do: what `sna status` names.

<home>/failure.json    when it failed, and the message of each step that did
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestration.home.settings import Settings
from orchestration.ingest.files import regular_files

FILE = "failure.json"


@dataclass(frozen=True)
class Failure:
    """A refresh that failed: when (UTC, to the minute), and (step, message) of what failed."""

    at: str
    steps: tuple[tuple[str, str], ...]


def write(settings: Settings, steps: Sequence[tuple[str, str]]) -> None:
    """Keep the messages of a refresh that failed; a disk that takes none is named by the refresh."""
    fresh = settings.home / f".{FILE}.{os.getpid()}"
    document = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}", "steps": list(steps)}
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
        fresh.replace(settings.home / FILE)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def read(settings: Settings) -> Failure | None:
    """None where the last refresh has not failed; a file that cannot be read counts for none."""
    try:
        document = json.loads(regular_files.read_small(settings.home / FILE))
        return Failure(str(document["at"]), tuple((str(step), str(message)) for step, message in document["steps"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def clear(settings: Settings) -> None:
    """Forget it: a refresh has published, or found nothing to do. What cannot be removed fails no refresh."""
    with suppress(OSError):
        (settings.home / FILE).unlink(missing_ok=True)
