"""Referrals to liaison and diversion, one CSV file a month.

Published constraints: referrals for violence and possession by group, 2022/23 and 2023/24 (T75); of section 23: 2,244
referrals in 2023/24, 903 with previous contact, adults up by 24 % and children by 78 % over the two years, both sexes up
every year, and 404 adults and 84 children with a mental-health need among the 750 of T75. Ours: the numbers of the
other years, T75's groups in 2021/22, the other needs, and everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.monthly import FIRST, clock, days, months, write
from synthetic.records.controlled_rounding import apportion
from synthetic.records.details import pick
from synthetic.records.targets import Ints, cells

FEED = "nhs_liaison_and_diversion/referrals"
ADULT, CHILD = "Adult", "Child or young person"
ADULTS, CHILDREN = (1451, 1620, 1799), (250, 340, 445)
"""1,799 is 24.0 % over 1,451, 445 is 78.0 % over 250, and both make up the 2,244."""
WOMEN = (340, 392, 450)
KNOWN_BEFORE = (540, 610, 903)
GROUPS = {
    "Violence against the person": ("Number of violent offences", 640),
    "Possession of an offensive weapon": ("Number of possession of an offensive weapon offences", 45),
    "Possession of a firearm": ("Number of possession of a firearm offence", 9),
}
"""Row of T75, and the number assumed for 2021/22."""
CHILDREN_OF_T75 = 0.18
LAST_MENTAL_HEALTH = (404, 84)
"""Adults and children with the need in T75's last year."""
OTHER_OFFENCES = {"Theft": 0.3, "Public order": 0.25, "Criminal damage": 0.15, "Drugs": 0.15, "Other": 0.15}
MENTAL_HEALTH = "Need - Mental Health"
NEEDS = {
    "Need - Substance or Alcohol Use": (0.42, 0.25),
    "Need - Social Services Involvement": (0.12, 0.45),
    "Need - Learning Disability": (0.1, 0.15),
    "Need - Accommodation": (0.2, 0.05),
    "Need - Physical Health": (0.15, 0.04),
}
"""Shares of adults and of children."""
MENTAL_HEALTH_SHARE = 0.62


def referrals(rng: np.random.Generator, month: Ints) -> tuple[pd.DataFrame, Ints]:
    """Rows in the format of the feed, and the month of each."""
    size = len(month)
    year = (month - FIRST) // 12
    child, women, known, mental = (np.zeros(size, dtype=bool) for _ in range(4))
    offence = pick(rng, OTHER_OFFENCES, size)
    for y in range(3):
        rows = rng.permutation(np.flatnonzero(year == y))
        numbers = [int(cells("T75")["", label, f"{2021 + y}/{22 + y}"]) if y else assumed for label, assumed in GROUPS.values()]
        listed = rows[: sum(numbers)]
        offence[listed] = np.repeat(list(GROUPS), numbers)
        young = round(CHILDREN_OF_T75 * len(listed))
        child[rng.permutation(listed)[:young]] = True
        child[rows[sum(numbers) :][: CHILDREN[y] - young]] = True
        women[rng.permutation(rows)[: WOMEN[y]]] = True
        known[rng.permutation(rows)[: KNOWN_BEFORE[y]]] = True
        shares = np.array(LAST_MENTAL_HEALTH) / (len(listed) - young, young)
        for of_age, share in ((~child, shares[0]), (child, shares[1])):
            those = rng.permutation(listed[of_age[listed]])
            mental[those[: round(share * len(those)) if y == 2 else apportion([share, 1 - share], len(those))[0]]] = True
            others = rows[sum(numbers) :][of_age[rows[sum(numbers) :]]]
            mental[others] = rng.random(len(others)) < MENTAL_HEALTH_SHARE
    moment = days(rng, month)
    columns = {
        "Referral Date": clock(moment).str[:10],
        "Age Group": np.where(child, CHILD, ADULT),
        "Gender": np.where(women, "Female", "Male"),
        "Offence Group": offence,
        "Previous Contact": _yes(known),
        MENTAL_HEALTH: _yes(mental),
    }
    for name, (adults, children) in NEEDS.items():
        columns[name] = _yes(rng.random(size) < np.where(child, children, adults))
    order = np.lexsort((moment, month))
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True), month[order]


def _yes(flags: np.ndarray) -> np.ndarray:
    return np.where(flags, "Y", "N")


def write_referrals(streams: Sequence[np.random.Generator], raw: Path) -> Iterator[tuple[str, Path, int]]:
    """Write the 36 files, with ``streams`` of each part; yields feed, path and rows of each."""
    month = months(streams[0], np.add(ADULTS, CHILDREN))
    yield from write((referrals(rng, month) for rng in streams), raw, FEED)
