"""What the gates need of this project: its contracts, and the texts that are its own."""

from __future__ import annotations

import csv
import functools

from expectations.context import Context
from expectations.models import Models
from orchestration.contracts.reader import load_contracts
from orchestration.home.environment import DBT_PROJECT
from orchestration.text.shapes import shape
from orchestration.warehouse.statements import printed


def context(models: Models) -> Context:
    """The context of every gate of this project.

    Args:
        models: what the dbt models declare.
    """
    return Context(tuple(load_contracts().values()), models, known(), shape)


@functools.cache
def known() -> frozenset[str]:
    """Every value of the seeds and of areas' reports; of every contract the agreed values, names of parts and who sends it."""
    words: set[str] = set()
    for path in sorted((DBT_PROJECT / "seeds").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            words.update(cell for row in csv.reader(file) for cell in row)
    for name in printed.FILES:
        words.update(cell for row in printed.of_all_areas(name) for cell in row.values())
    for contract in load_contracts().values():
        words.add(contract.owner)
        words.update(value for column in contract.columns for value in column.allowed)
        words.update(label for labels in (contract.part.labels.values() if contract.part else ()) for label in labels)
    return frozenset(words)
