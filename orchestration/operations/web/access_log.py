"""Who used the web UI and what they asked it to change: one JSON object per line, one file per month.

A line has a time, a user (null for the account that runs the service), and either what was done or why it was refused; never a
value, a query or an address.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

# A page that asks again and again must not fill the disk: refusals of one reason are written once in so many seconds.
REFUSALS_EVERY = 60.0


class AccessLog:
    """The log in one folder."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder, self._now = folder, now
        self._came: tuple[str, set[str | None]] = ("", set())
        self._refused: dict[str, float] = {}

    def did(self, user: str | None, what: str) -> None:
        """Somebody asks for something that is kept a record of.

        Raises:
            OSError: it cannot be written.
        """
        self._write({"user": user, "did": what})

    def came(self, user: str | None) -> None:
        """A user is here: written once a day."""
        today = self._now().date().isoformat()
        if self._came[0] != today:
            self._came = (today, set())
        if user not in self._came[1]:
            self._write({"user": user, "did": "came"})
            self._came[1].add(user)

    def refused(self, user: str | None, reason: str) -> None:
        """A request was refused; a log that cannot be written does not change that."""
        before = self._refused.get(reason)
        if before is not None and time.monotonic() - before < REFUSALS_EVERY:
            return
        self._refused[reason] = time.monotonic()
        with suppress(OSError):
            self._write({"user": user, "refused": reason})

    def prune(self, days: int) -> None:
        """Remove the months that ended more than `days` days ago."""
        oldest = (self._now() - timedelta(days=days)).strftime("%Y-%m")
        for file in self._folder.glob("????-??.jsonl"):
            if file.stem < oldest:
                file.unlink(missing_ok=True)

    def _write(self, entry: dict[str, str | None]) -> None:
        at = self._now()
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{at:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": at.isoformat(timespec="seconds"), **entry}) + "\n")
