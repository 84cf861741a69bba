"""How long each step of the last refresh took, kept in the home: what the next one is expected to take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestration.home import whole_file
from orchestration.home.settings import Settings

FILE = "timings.json"
# Seconds of the long steps where nothing is known yet, measured on the demonstration (docs/performance.md); of any other step.
TYPICAL = {
    "gate_feeds": 7.0,
    "facts": 24.0,
    "gate_facts": 4.0,
    "marts": 14.0,
    "gate_marts": 5.0,
    "published__release": 5.0,
    "published__report": 12.0,
}
OTHER = 0.1


@dataclass(frozen=True)
class Timings:
    """Expected seconds of the steps of a refresh.

    Attributes:
        steps: seconds by Dagster's step key, of the last refresh that ended well; empty before the first.
        file: where they are kept.
    """

    steps: Mapping[str, float]
    file: Path

    @classmethod
    def read(cls, settings: Settings) -> Timings:
        """Those of a home; a file that cannot be read counts for none."""
        file = settings.home / FILE
        try:
            steps = {str(step): float(seconds) for step, seconds in json.loads(file.read_text()).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            steps = {}
        return cls(steps, file)

    def of(self, step: str) -> float:
        """Seconds of one step."""
        return (self.steps or TYPICAL).get(step, OTHER)

    @property
    def total(self) -> float:
        """Seconds of all steps."""
        return sum((self.steps or TYPICAL).values())

    def write(self, steps: Mapping[str, float]) -> None:
        """Keep those of a refresh that has ended well."""
        kept = {step: round(seconds, 3) for step, seconds in steps.items()}
        # Without them the next refresh expects what the last one took before.
        with suppress(OSError):
            whole_file.write(self.file, json.dumps(kept, indent=2, sort_keys=True) + "\n")
