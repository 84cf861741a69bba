"""The stages that are judged, and what is found of each expectation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["feeds", "facts", "counts", "marts"]
STAGES: tuple[Stage, ...] = ("feeds", "facts", "counts", "marts")

# How the observed value begins of a rule that does not hold and closes no gate.
INFORMATION = "for information: "


@dataclass(frozen=True)
class Verdict:
    """One evaluated expectation.

    Attributes:
        subject: feed (`agency/feed`) or table (`schema.table`).
        expectation: name of the rule in plain words.
        crashed: the expectation raised instead of returning an answer.
        observed: the value seen, as text.
        failing_rows: rows that break the rule, where the rule is about rows.
        sample: JSON list of failing rows without personal columns.
        remedy: what the owner of the subject can do.
    """

    subject: str
    expectation: str
    success: bool
    column: str = ""
    crashed: bool = False
    observed: str = ""
    failing_rows: int = 0
    sample: str = "[]"
    remedy: str = ""

    @property
    def holds(self) -> bool:
        """Whether the rule holds: some that do not are information only, and count as a success of the gate."""
        return self.success and not self.observed.startswith(INFORMATION)
