"""What one part of the audit has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Report:
    """One line of the table.

    Attributes:
        what: was examined.
        extent: how much of it, such as `185 packages`.
        findings: what is wrong, each with where it is; none where nothing is.
        not_checked: why it could not be examined; empty where it was.
    """

    what: str
    extent: str
    findings: Sequence[str] = ()
    not_checked: str = ""
