"""Self-defined ethnicity of victims and suspects, one code per person.

Published constraints: 18+1 codes by year in the city (T13, T23) and the county (T14, T24), and groups by year in the
whole force (T12, T22); what a group has over both is at offences without a district. Ours: the code within the group
there, and that a remainder of 'Not recorded' suspects has no code at all (see ``suspects.NO_CODE``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.attributes import fill
from synthetic.records.targets import CITY, COUNTY, NO_AREA, Ints, PersonTargets, ethnicity_groups

BLANK = ""


def code_quotas(people: PersonTargets, area_year: Ints) -> tuple[list[str], Ints]:
    """Codes, the blank last, and occurrences by area x year x code (3 x 5 x codes).

    ``area_year`` (3 x 5) are the occurrences: what city and county have over their printed rows is blank.
    """
    codes = [*people.codes, BLANK]
    groups = ethnicity_groups()
    group_of = np.array([groups[code] for code in people.codes])
    quotas = np.zeros((3, 5, len(codes)), dtype=np.int64)
    quotas[[CITY, COUNTY], :, :-1] = people.area_code_year.transpose(0, 2, 1)
    quotas[[CITY, COUNTY], :, -1] = area_year[:NO_AREA] - people.area_year
    rest = people.group_year.copy()
    np.subtract.at(rest, group_of, people.area_code_year.sum(axis=0))
    rest[groups["NS"]] -= quotas[:NO_AREA, :, -1].sum(axis=0)
    # The commonest code of each group is used where no district is known.
    common = people.area_code_year.sum(axis=(0, 2))
    for group in range(len(rest)):
        code = np.flatnonzero(group_of == group)[np.argmax(common[group_of == group])]
        quotas[NO_AREA, :, code] = rest[group]
    return codes, quotas


def ethnicities(rng: np.random.Generator, people: PersonTargets, records: pd.DataFrame) -> np.ndarray:
    """18+1 code (or blank) of each person. ``records`` needs person, area, year."""
    person, area, year = (records[name].to_numpy() for name in ("person", "area", "year"))
    area_year = np.zeros((3, 5), dtype=np.int64)
    np.add.at(area_year, (area, year), 1)
    codes, quotas = code_quotas(people, area_year)
    chosen = fill(rng, person, 5 * area + year, quotas.reshape(15, -1), singles_only=(len(codes) - 1,))
    return np.array(codes, dtype=object)[chosen]
