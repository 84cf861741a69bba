"""Schools of the county that does not exist.

Numbers are the publisher's: the local authority assigns each school one (2000 to 3999 is a primary school, 4000 to 5999 a
secondary school). Ours: how many there are and where; none is in a town centre.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.targets import DERBY

PRIMARY, SECONDARY = 1, 2
LSOAS_PER_PRIMARY, LSOAS_PER_SECONDARY = 2, 11
FIRST_URN = 900_001
"""Above all assigned numbers."""
AUTHORITIES = {True: 831, False: 830}
"""Derby; Derbyshire."""
FIRST_ESTABLISHMENT = {PRIMARY: 2001, SECONDARY: 4001}


def schools(rng: np.random.Generator, areas: pd.DataFrame, centres: np.ndarray, part: int = 0) -> pd.DataFrame:
    """One row per school of a part: lsoa (row number), district, phase (1 primary, 2 secondary), easting, northing, urn,
    authority, establishment, name. ``centres`` are LSOAs without schools. Each part has reference numbers
    (urn) of its own; the authorities' four digits are too few for that, and begin again.
    """
    rows = []
    for phase, every in ((PRIMARY, LSOAS_PER_PRIMARY), (SECONDARY, LSOAS_PER_SECONDARY)):
        for district, members in areas.groupby("district"):
            free = np.setdiff1d(members.index.to_numpy(), centres)
            lsoa = np.sort(rng.permutation(free)[: max(2, round(len(members) / every))])
            rows.append(pd.DataFrame({"lsoa": lsoa, "district": district, "phase": phase}))
    found = pd.concat(rows, ignore_index=True)
    box = areas[["west", "south", "east", "north"]].to_numpy()[found["lsoa"]]
    u = rng.uniform(0.3, 0.7, (len(found), 2))
    authority = np.where(found["district"] == DERBY, AUTHORITIES[True], AUTHORITIES[False])
    number = found.groupby([authority, "phase"]).cumcount()
    names = areas["name"].to_numpy()[found["lsoa"]]
    return found.assign(
        easting=np.rint(box[:, 0] + u[:, 0] * (box[:, 2] - box[:, 0])).astype(np.int64),
        northing=np.rint(box[:, 1] + u[:, 1] * (box[:, 3] - box[:, 1])).astype(np.int64),
        urn=FIRST_URN + 1_000 * part + np.arange(len(found)),
        authority=authority,
        establishment=number + found["phase"].map(FIRST_ESTABLISHMENT),
        name=[
            f"{name} {'Primary' if phase == PRIMARY else 'Secondary'} School"
            for name, phase in zip(names, found["phase"], strict=True)
        ],
    )
