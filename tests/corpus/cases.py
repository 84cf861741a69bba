"""All cases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tests.corpus import (
    combined,
    csv_damage,
    disguises,
    documents,
    further,
    good,
    hiding_places,
    names,
    special_files,
    uncommon,
    values,
    workbooks,
)
from tests.corpus.case import Case

MODULES = (
    *(good, special_files, csv_damage, names, values, workbooks, documents, disguises, hiding_places, further, uncommon),
    combined,
)


@cache
def by_id() -> Mapping[str, Case]:
    """Every case, in its group's order."""
    found: dict[str, Case] = {}
    for module in MODULES:
        for case in module.cases():
            assert case.id not in found, f"two cases are called {case.id}"
            found[case.id] = case
    return found
