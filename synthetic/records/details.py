"""Offence code, weapon, knife flag, qualifiers and kind of place of each serious-violence offence.

Published constraints: weapons of possession offences (T04), knife crime by type and year (T30; a flag of its own, only ever
set on knives and blades; by the weapon alone knife crime would be more) and alcohol or drugs qualifiers (T28); for the codes
see ``codes``. Ours: weapons of other types, places, and that all of it is independent of the hour and the district.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.codes import FIREARM_WITH_INTENT, offence_codes
from synthetic.records.controlled_rounding import allocate
from synthetic.records.targets import POSSESSION, ROBBERY_BUSINESS, Ints, Targets

KNIFE = "Knife/blade"
# Assumed, as are all shares below: weapons of offences that are neither possession nor flagged as knife crime.
OTHER_WEAPONS = {"": 0.86, KNIFE: 0.04, "Firearm": 0.02, "Baseball bat/wood": 0.03, "Hammer": 0.02, "Glass": 0.03}
ALCOHOL_AND_DRUGS = (0.74, 0.13, 0.13)
"""Assumed shares of alcohol only, drugs only and both among qualified offences."""
LOCATIONS = {
    "Street": 0.42,
    "Open space": 0.12,
    "Dwelling": 0.14,
    "Licensed premises": 0.08,
    "Shop": 0.08,
    "Education establishment": 0.03,
    "Public transport": 0.03,
    "Car park": 0.05,
    "Other": 0.05,
}
BUSINESS_LOCATIONS = {"Shop": 0.8, "Licensed premises": 0.1, "Other": 0.1}


def pick(rng: np.random.Generator, shares: dict[str, float], size: int) -> np.ndarray:
    """``size`` labels drawn with these shares."""
    weights = np.array(list(shares.values()))
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), size, p=weights / weights.sum())]


def weapons(rng: np.random.Generator, targets: Targets, year: Ints, kind: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Weapon description (or blank) and knife flag of each offence."""
    weapon = pick(rng, OTHER_WEAPONS, len(year))
    knife = np.zeros(len(year), dtype=bool)
    for y, k in np.ndindex(5, 5):
        rows = np.flatnonzero((year == y) & (kind == k))
        if k == POSSESSION:
            weapon[rows] = np.array(targets.weapons, dtype=object)[allocate(rng, targets.weapon_year[:, y])]
            rows = rows[weapon[rows] == KNIFE]
        flagged = rng.permutation(rows)[: targets.knife[y, k]]
        knife[flagged] = True
        weapon[flagged] = KNIFE
    return weapon, knife


def qualifiers(rng: np.random.Generator, targets: Targets, year: Ints, kind: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Alcohol and drugs flags of each offence."""
    alcohol = np.zeros(len(year), dtype=bool)
    drugs = np.zeros(len(year), dtype=bool)
    for y, k in np.ndindex(5, 5):
        rows = rng.permutation(np.flatnonzero((year == y) & (kind == k)))[: targets.qualified[y, k]]
        which = rng.choice(3, len(rows), p=ALCOHOL_AND_DRUGS)
        alcohol[rows[which != 1]] = True
        drugs[rows[which != 0]] = True
    return alcohol, drugs


def offence_details(rng: np.random.Generator, targets: Targets, offences: pd.DataFrame) -> pd.DataFrame:
    """Columns code, weapon, knife, alcohol, drugs, location of each offence; needs year, kind and what ``codes`` needs."""
    year, kind = offences["year"].to_numpy(), offences["kind"].to_numpy()
    weapon, knife = weapons(rng, targets, year, kind)
    alcohol, drugs = qualifiers(rng, targets, year, kind)
    code = offence_codes(rng, targets, offences.assign(weapon=weapon, knife=knife))
    weapon[code == FIREARM_WITH_INTENT] = "Firearm"
    location = pick(rng, LOCATIONS, len(offences))
    business = kind == ROBBERY_BUSINESS
    location[business] = pick(rng, BUSINESS_LOCATIONS, int(business.sum()))
    return pd.DataFrame(
        {
            "code": code,
            "weapon": weapon,
            "knife": knife,
            "alcohol": alcohol,
            "drugs": drugs,
            "location": location,
        }
    )
