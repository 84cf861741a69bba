"""Why the last refresh of a home failed, kept until one publishes or finds nothing to do: what `sna status` names.

    <home>/failure.json    when it failed, and the message of each step that did

It is written where Dagster stores that a run has failed (`event_log`), wherever the run was started: a terminal, the web UI, a
schedule, a sensor, `dagster job execute`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.home import whole_file
from orchestration.ingest.files import regular_files

FILE = "failure.json"


@dataclass(frozen=True)
class Failure:
    """A refresh that failed.

    Attributes:
        at: UTC, to the minute.
        steps: (step, message) of each that failed; without a step where the run could not begin, or its process is gone.
    """

    at: str
    steps: tuple[tuple[str, str], ...]


def write(home: Path, steps: Sequence[tuple[str, str]]) -> None:
    """Keep the messages of a refresh that failed; a disk that takes none is named by the refresh."""
    document = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}", "steps": list(steps)}
    with suppress(OSError):
        whole_file.write(home / FILE, json.dumps(document, indent=1) + "\n", mode=0o600)


def read(home: Path) -> Failure | None:
    """None where the last refresh has not failed; a file that cannot be read counts for none."""
    try:
        document = json.loads(regular_files.read_small(home / FILE))
        return Failure(str(document["at"]), tuple((str(step), str(message)) for step, message in document["steps"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def clear(home: Path) -> None:
    """Forget it: a refresh has published, or found nothing to do. What cannot be removed fails no refresh."""
    with suppress(OSError):
        (home / FILE).unlink(missing_ok=True)
