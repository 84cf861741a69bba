"""Offence code, weapon, knife flag, qualifiers and kind of place of each serious-violence offence.

Published constraints: weapons of possession offences (T04), three kinds of violence with injury (T05), knife crime by
type and year (T30; a flag of its own, only ever set on knives and blades; by the weapon alone knife crime would be
more) and alcohol or drugs qualifiers (T28). Ours: the codes beside these and their shares, weapons of other types,
places, and that all of it is independent of the hour and the district.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.controlled import deal
from synthetic.targets import (
    HOMICIDE,
    POSSESSION,
    ROBBERY_BUSINESS,
    ROBBERY_PERSONAL,
    SEEDS,
    VIOLENCE,
    Ints,
    Targets,
    read_csv,
)

# Assumed shares of the codes of a type; those of violence with injury are of what T05 leaves over.
CODES: dict[int, dict[str, float]] = {
    HOMICIDE: {"001/01": 0.7, "004/01": 0.28, "004/10": 0.02},
    ROBBERY_BUSINESS: {"034/01": 0.93, "034/02": 0.07},
    ROBBERY_PERSONAL: {"034/11": 0.9, "034/12": 0.1},
    VIOLENCE: {"002/00": 0.3, "005/04": 0.1, "005/08": 0.15, "008/33": 0.25, "010/11": 0.2},
}
FIREARM_CODES = {"010/14": 0.75, "081/03": 0.25}
BLADE_CODES = {"008/26": 0.93, "008/27": 0.03, "090/01": 0.04}
OTHER_WEAPON_CODES = {"010/91": 1.0}
FIREARMS = {"Firearm", "Stun gun", "Pepper spray"}
BLADES = {"Knife/blade", "Axe", "Screwdriver", "Scissors"}
KNIFE = "Knife/blade"
FIREARM_WITH_INTENT = "010/11"
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


def code_of_subtype() -> dict[str, str]:
    """First offence code of each label of T05 in the definition of serious violence."""
    rows = read_csv(SEEDS / "reference" / "serious_violence_definition.csv")
    return {row["offence_subtype"]: row["ho_sub_code"] for row in reversed(rows)}


def weapons(rng: np.random.Generator, targets: Targets, year: Ints, kind: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Weapon description (or blank) and knife flag of each offence."""
    weapon = pick(rng, OTHER_WEAPONS, len(year))
    knife = np.zeros(len(year), dtype=bool)
    for y, k in np.ndindex(5, 5):
        rows = np.flatnonzero((year == y) & (kind == k))
        if k == POSSESSION:
            weapon[rows] = np.array(targets.weapons, dtype=object)[deal(rng, targets.weapon_year[:, y])]
            rows = rows[weapon[rows] == KNIFE]
        flagged = rng.permutation(rows)[: targets.knife[y, k]]
        knife[flagged] = True
        weapon[flagged] = KNIFE
    return weapon, knife


def offence_codes(rng: np.random.Generator, targets: Targets, year: Ints, kind: Ints, weapon: np.ndarray) -> np.ndarray:
    """Home Office sub-code of each offence."""
    code = np.full(len(year), "", dtype=object)
    for k, shares in CODES.items():
        rows = np.flatnonzero(kind == k)
        code[rows] = pick(rng, shares, len(rows))
    named = code_of_subtype()
    for y in range(5):
        rows = rng.permutation(np.flatnonzero((year == y) & (kind == VIOLENCE)))
        numbers = targets.subtype_year[:, y]
        code[rows[: numbers.sum()]] = np.repeat([named[label] for label in targets.subtypes], numbers)
    possession = kind == POSSESSION
    for members, shares in ((FIREARMS, FIREARM_CODES), (BLADES, BLADE_CODES), (None, OTHER_WEAPON_CODES)):
        chosen = np.isin(weapon, list(members)) if members else ~np.isin(weapon, list(FIREARMS | BLADES))
        rows = np.flatnonzero(possession & chosen)
        code[rows] = pick(rng, shares, len(rows))
    return code


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
    """Columns code, weapon, knife, alcohol, drugs, location of each offence; needs year, kind."""
    year, kind = offences["year"].to_numpy(), offences["kind"].to_numpy()
    weapon, knife = weapons(rng, targets, year, kind)
    alcohol, drugs = qualifiers(rng, targets, year, kind)
    code = offence_codes(rng, targets, year, kind, weapon)
    code[(code == FIREARM_WITH_INTENT) & knife] = "002/00"
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
