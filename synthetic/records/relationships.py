"""The recorded relationship of suspect to victim, an attribute of the offence.

Published constraints: relationships of the last three years (T16), with strangers and acquaintances by district (T17,
T18 and the whole numbers behind them). There are more of them than known victims, so they cannot be an attribute of
victims. Ours: the first two years, which are as the other three, and which offences have one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import allocate, apportion, controlled_table, weighted_order
from synthetic.records.targets import NO_DISTRICT, SEEDS, Ints, Targets, read_csv

PRINTED = (2, 3, 4)
"""Years of T16."""


def source_labels(targets: Targets) -> list[str]:
    """The relationships of T16 as the force sends them (the second "Other" has its own name)."""
    rows = read_csv(SEEDS / "reference" / "relationship.csv")
    sent = {row["relationship"]: row["source_label"] for row in rows}
    return [sent[label] for label in targets.relationships]


def relationship_counts(targets: Targets, offences: Ints) -> Ints:
    """District (10) x relationship (15) x year; ``offences`` are district (10) x year."""
    counts = np.zeros((10, len(targets.relationships), 5), dtype=np.int64)
    for year in PRINTED:
        total = targets.relationship_year[:, year]
        related = np.append(targets.related[:, year], total.sum() - targets.related[:, year].sum())
        named = np.column_stack([targets.stranger[:, year], targets.acquaintance[:, year]])
        named = np.vstack([named, total[:2] - named.sum(axis=0)])
        rest = related - named.sum(axis=1)
        others = controlled_table(np.outer(rest, total[2:]).astype(float), rest, total[2:])
        counts[:, :, year] = np.hstack([named, others])
    printed = counts.sum(axis=2)
    share = printed.sum(axis=1) / offences[:, list(PRINTED)].sum(axis=1)
    for year in set(range(5)) - set(PRINTED):
        for district in range(NO_DISTRICT + 1):
            number = int(np.rint(share[district] * offences[district, year]))
            counts[district, :, year] = apportion(printed[district], number)
    return counts


def relationships(rng: np.random.Generator, targets: Targets, offences: pd.DataFrame) -> np.ndarray:
    """Relationship of each offence, blank where none is recorded.

    Needs year, district, victims and suspects (numbers).
    """
    year, district = offences["year"].to_numpy(), offences["district"].to_numpy()
    # Assumed: six times likelier with a victim, three times with a suspect.
    likely = np.where(offences["victims"] > 0, 6.0, 1.0) * np.where(offences["suspects"] > 0, 3.0, 1.0)
    by_district = np.zeros((10, 5), dtype=np.int64)
    np.add.at(by_district, (district, year), 1)
    counts = relationship_counts(targets, by_district)
    names = np.array(source_labels(targets), dtype=object)
    relationship = np.full(len(offences), "", dtype=object)
    for y, d in np.ndindex(5, 10):
        rows = np.flatnonzero((year == y) & (district == d))
        rows = rows[weighted_order(rng, likely[rows])][: counts[d, :, y].sum()]
        relationship[rows] = names[allocate(rng, counts[d, :, y])]
    return relationship
