"""Which suspects are habitual knife carriers, by the rule of section 6.2, at the end of March 2024.

Published constraints: 56 nominals with 2 to 5 offences in the shares of chart C20, 52 of them men, 26 aged 15 to 17, 40 under
25 (section 6.3, T32); everybody else meets the rule of the crime cohort at that date at most by half. Ours: that nobody is
under 15, which ages go with which number of offences, and that one of those with four offences is a boy of 17, as in the
section's case study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records.targets import POSSESSION, Ints, cells

REFERENCE = np.datetime64("2024-03-31")
WINDOW_FROM, RECENT_FROM = np.datetime64("2022-04-01"), np.datetime64("2023-04-01")
"""The 24 months and the 12 months that end with the reference date."""
OLDEST = 52
UNDER_25 = "Is subject aged under 25?"


@dataclass(frozen=True)
class Carriers:
    """The cohort to be met: one entry per nominal, those with most offences first.

    Attributes:
        offences: knife or possession offences of each in the 24 months.
        youngest, oldest: limits of the age in completed years, on the reference date and at the last of these offences.
        male: whether the nominal is a man or boy.
    """

    offences: Ints
    youngest: Ints
    oldest: Ints
    male: np.ndarray


def nominals() -> int:
    """How many the cohort has."""
    return int(cells("P6.3")["", "Nominals", "Count"])


def _share(label: str) -> int:
    """Whole number behind a printed share of the cohort; each has only one."""
    return round(int(cells("P6.3")["", label, "Share"]) * nominals() / 100)


def targets(rng: np.random.Generator) -> Carriers:
    """Draw the ages and sexes that go with the printed numbers of offences."""
    size = nominals()
    offences = np.repeat([5, 4, 3, 2], [_share(f"Nominals with {number} offences") for number in (5, 4, 3, 2)])
    boys, young = _share("Nominals aged 15 to 17"), int(cells("T32")["", UNDER_25, "Yes"])
    bands = rng.permutation(np.repeat(np.array([[15, 17], [18, 24], [25, OLDEST]]), [boys, young - boys, size - young], axis=0))
    male = rng.permutation(np.arange(size) < _share("Male nominals"))
    # The boy of the case study takes the place of another.
    four = int(np.argmax(offences == 4))
    boy, man = int(np.argmax(bands[:, 0] == 15)), int(np.argmax(male))
    bands[[four, boy]] = bands[[boy, four]]
    male[[four, man]] = male[[man, four]]
    bands[four] = 17
    return Carriers(offences, bands[:, 0], bands[:, 1], male)


def counted(offences: pd.DataFrame) -> np.ndarray:
    """Whether an offence of serious violence counts towards the rule at the reference date: knife crime or possession, committed
    in the 24 months and recorded by then. ``offences`` needs kind, knife, committed, recorded.
    """
    committed, recorded = (offences[name].to_numpy().astype("datetime64[D]") for name in ("committed", "recorded"))
    on_knives = (offences["kind"].to_numpy() == POSSESSION) | offences["knife"].to_numpy()
    return np.asarray(on_knives & (committed >= WINDOW_FROM) & (committed <= REFERENCE) & (recorded <= REFERENCE))
