"""The kinds of vault runs, by the feed type of their counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.vault_runs import knife_carriers, linked_people

if TYPE_CHECKING:
    from orchestration.home.settings import Settings
    from orchestration.ingest.landing_log.load_record import LoadRecord


@dataclass(frozen=True)
class VaultRun:
    """A kind of run.

    Attributes:
        file: where it is defined.
        reads: the feed types in the vault's custody that it reads besides the facts.
        is_due: whether something that it reads was received after its last counts.
        demonstrate: makes the run of a demonstration; returns a summary, and the delivery of the counts.
    """

    name: str
    description: str
    file: Path
    reads: tuple[str, ...]
    is_due: Callable[[Settings], bool]
    demonstrate: Callable[[Settings], tuple[str, LoadRecord]]


RUNS: Mapping[str, VaultRun] = {
    knife_carriers.COUNTS: VaultRun(
        "knife_carriers",
        "The Habitual Knife Carriers Index: cohorts of facts and intelligence in the encrypted vault. Only counts leave it.",
        Path(knife_carriers.__file__),
        (knife_carriers.INTELLIGENCE, knife_carriers.LIFESTYLE),
        knife_carriers.is_due,
        knife_carriers.demonstrate,
    ),
    linked_people.COUNTS: VaultRun(
        "linked_people",
        "Which nominal references are one person, linked in the encrypted vault. Only counts leave it.",
        Path(linked_people.__file__),
        (linked_people.REGISTER,),
        linked_people.is_due,
        linked_people.demonstrate,
    ),
}


def are_due(settings: Settings) -> bool:
    """Whether the next refresh makes a run: only in a demonstration, where nobody is real.

    Elsewhere a run is a person's, with a reason, and with a key that neither web server nor daemon has.
    """
    return settings.is_demonstration and any(run.is_due(settings) for run in RUNS.values())
