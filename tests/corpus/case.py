"""One case: what is put where, and what has to become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# What became of a file: all rows in use, some of them, none; never looked into, but listed with a reason; or left for later.
Outcome = Literal["accepted", "rows rejected", "refused", "not read", "left"]

ACCEPTED: tuple[Outcome, ...] = ("accepted",)
ROWS: tuple[Outcome, ...] = ("rows rejected",)
REFUSED: tuple[Outcome, ...] = ("refused",)
NOT_READ: tuple[Outcome, ...] = ("not read",)
NOT_TAKEN: tuple[Outcome, ...] = ("refused", "not read")
NOT_WHOLE: tuple[Outcome, ...] = ("refused", "rows rejected")
ANY: tuple[Outcome, ...] = ("accepted", "rows rejected", "refused", "not read", "left")

Make = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """A file that somebody delivers.

    Attributes:
        kind: the group that it is counted with.
        name: its own within the kind.
        feed: `<agency>/<feed>`.
        file_name: in the feed's folder of the landing zone, or as it was sent.
        make: puts it at a path; a callable, so that a large one is made only when its turn comes.
        right: the outcomes of which any is right.
        codes: at least one of them is among the faults; empty where any will do.
        rejected: how many rows are rejected; None where it is not said.
        sent: handed to `sna deliver`, and not put into the landing zone.
        beside: a good delivery in the same folder, which has to be in use afterwards: name and content.
        planted: texts that may be kept nowhere.
        disguise: an identifier of a patient, which counts among those to be stopped.
        cheap: small enough for the tests of every day.
    """

    kind: str
    name: str
    feed: str
    file_name: str
    make: Make
    right: tuple[Outcome, ...]
    codes: frozenset[str] = frozenset()
    rejected: int | None = None
    sent: bool = False
    beside: tuple[str, bytes] | None = None
    planted: tuple[str, ...] = ()
    disguise: bool = False
    cheap: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}: {self.name}"


def content(data: bytes | str | Callable[[], bytes]) -> Make:
    """What puts these bytes at a path."""

    def write(path: Path) -> None:
        made = data() if callable(data) else data
        path.write_bytes(made.encode() if isinstance(made, str) else made)

    return write
