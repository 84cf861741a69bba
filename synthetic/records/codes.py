"""The Home Office sub-code of each serious-violence offence.

Published constraints: three kinds of violence with injury by year (T05), weapons of possession offences (T04, which bound
the code), and the harm of section 7 by year and by the ages of victims and suspects (see ``harm``). Ours: the codes beside
these and their shares, from which the harm moves them as little as it can.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records import harm
from synthetic.records.controlled_rounding import nearest
from synthetic.records.targets import (
    HOMICIDE,
    POSSESSION,
    ROBBERY_BUSINESS,
    ROBBERY_PERSONAL,
    VIOLENCE,
    Ints,
    Targets,
    counted_by,
)

FIREARMS, BLADES, OTHER_WEAPONS = 5, 6, 7
"""Groups of possession offences, numbered on from the kinds."""
WEAPONS = {FIREARMS: {"Firearm", "Stun gun", "Pepper spray"}, BLADES: {"Knife/blade", "Axe", "Screwdriver", "Scissors"}}
# Assumed shares of the codes of a group; those of violence with injury are of what T05 leaves over.
CODES: dict[int, dict[str, float]] = {
    HOMICIDE: {"001/01": 0.5, "004/01": 0.48, "004/10": 0.02},
    ROBBERY_BUSINESS: {"034/01": 0.93, "034/02": 0.07},
    ROBBERY_PERSONAL: {"034/11": 0.9, "034/12": 0.1},
    VIOLENCE: {"002/00": 0.3, "005/04": 0.1, "005/08": 0.15, "008/33": 0.25, "010/11": 0.2},
    FIREARMS: {"010/14": 0.75, "081/03": 0.25},
    BLADES: {"008/26": 0.93, "008/27": 0.03, "090/01": 0.04},
    OTHER_WEAPONS: {"010/91": 1.0},
}
POSSESSION_CODES = tuple(code for group in (FIREARMS, BLADES, OTHER_WEAPONS) for code in CODES[group])
FIREARM_WITH_INTENT = "010/11"
"""Never with a knife."""
PEOPLE = ["children", "adults", "child_suspects", "adult_suspects"]
"""Columns in the order of ``harm.CHILD_VICTIMS`` and after."""


def code_of_subtype() -> dict[str, str]:
    """First offence code of each label of T05 in the definition of serious violence."""
    return {row["offence_subtype"]: row["ho_sub_code"] for row in reversed(counted_by("sna-2024"))}


def _groups(kind: Ints, weapon: np.ndarray) -> Ints:
    possession = [np.isin(weapon, list(names)) for names in WEAPONS.values()]
    return np.where(kind == POSSESSION, np.select(possession, list(WEAPONS), OTHER_WEAPONS), kind)


def _shares(targets: Targets) -> dict[tuple[int, int], dict[str, float]]:
    """Shares of the codes by (group, year)."""
    named = code_of_subtype()
    shares = {(group, year): codes for group, codes in CODES.items() for year in range(5)}
    for year in range(5):
        number = targets.offences[year, VIOLENCE]
        main = {
            named[label]: count / number for label, count in zip(targets.subtypes, targets.subtype_year[:, year], strict=True)
        }
        rest = 1 - sum(main.values())
        shares[VIOLENCE, year] = main | {code: rest * share for code, share in CODES[VIOLENCE].items()}
    return shares


def offence_codes(rng: np.random.Generator, targets: Targets, offences: pd.DataFrame) -> np.ndarray:
    """Home Office sub-code of each offence.

    Needs year, kind, weapon, knife and the numbers of people of ``PEOPLE``. Raises ValueError where no codes add up to the
    harm of section 7.
    """
    from scipy.sparse import coo_array, vstack

    group = _groups(offences["kind"].to_numpy(), offences["weapon"].to_numpy())
    keys = np.column_stack([offences["year"], group, offences["knife"], offences[PEOPLE]]).astype(np.int64)
    cells, of_offence, size = np.unique(keys, axis=0, return_inverse=True, return_counts=True)

    shares = _shares(targets)
    options = pd.DataFrame(
        [
            (cell, year, code, share)
            for cell, (year, group_of_cell, knife) in enumerate(cells[:, :3].tolist())
            for code, share in shares[group_of_cell, year].items()
            if not (knife and code == FIREARM_WITH_INTENT)
        ],
        columns=["cell", "year", "code", "share"],
    )
    cell, year, code = (options[name].to_numpy() for name in ("cell", "year", "code"))
    place = np.arange(len(options))

    named = [code_of_subtype()[label] for label in targets.subtypes]
    quota = np.flatnonzero(np.isin(code, named))
    quota_row = np.array([named.index(label) for label in code[quota]]) * 5 + year[quota]
    exact = np.concatenate([size, targets.subtype_year.ravel()])

    days = options["code"].map(harm.weights()).to_numpy(dtype=float)
    people = np.column_stack([np.ones(len(cells), dtype=np.int64), cells[:, 3:]])
    volume = np.zeros((5, 5), dtype=np.int64)
    np.add.at(volume.T, cells[:, 0], people * size[:, None])
    stated = harm.conditions(volume)
    answer = nearest(
        options["share"] * size[cell],
        vstack(
            [
                coo_array((np.ones(len(place)), (cell, place)), shape=(len(cells), len(place))),
                coo_array((np.ones(len(quota)), (quota_row, quota)), shape=(len(named) * 5, len(place))),
                np.stack([days * people[cell, one.who] * one.factor[year] for one in stated]),
            ]
        ),
        np.concatenate([exact, [one.low for one in stated]]),
        np.concatenate([exact, [one.high for one in stated]]),
    )
    # Offences of a cell in random order meet its codes in theirs.
    chosen = np.empty(len(offences), dtype=object)
    order = rng.permutation(len(offences))
    chosen[order[np.argsort(of_offence[order], kind="stable")]] = np.repeat(code, answer)
    return chosen
