"""The suspects of each serious-violence offence, and how old they are.

Published constraints: suspects by age, year and type (T20, T21, through ``ages``), by area and year (columns of T23
and T24) and the age groups of victims by age group of suspect (T19), read as shares of all suspect x victim pairs of
the five years with both ages known, third group 36 and over. Ours: how many offences have a suspect (the outcomes of
T40 and T41 leave a range), how many suspects share an offence, how many have no ethnicity code at all, and the number
of pairs per suspect group, of which only shares are printed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records.ages import UNKNOWN_AGE
from synthetic.records.controlled_rounding import TINY, allocate, apportion, controlled_table, nearest
from synthetic.records.targets import NO_AREA, Floats, Ints, PersonTargets, Targets

WITH_SUSPECT = (1500, 1320, 1510, 1510, 1440)
"""Assumed offences with a suspect by year. T41's outcomes that name a suspect must fit in, those without one beside."""
WITH_SUSPECT_BY_KIND = (0.95, 0.88, 0.55, 0.40, 0.55)
"""Assumed shares, scaled to the above."""
NO_CODE = (24, 42, 56, 56, 35)
"""Suspects without any ethnicity code: 'Not recorded' in T22, in no row of T23 and T24. All that T22 leaves over in
that group, but those of other groups, who must be where no district is known. Assumed, and natural: otherwise 8
offences have 54 suspects.
"""

GROUPS = 4
"""Suspect age groups: 0-17, 18-35, 36 and over, unknown."""


def age_group(age: Ints) -> Ints:
    """0 for 0-17, 1 for 18-35, 2 for 36 and over, 3 for unknown."""
    return np.where(age == UNKNOWN_AGE, 3, np.digitize(age, [18, 36]))


def _margins_by_area(people: PersonTargets) -> Ints:
    """3 x 5: suspects by area and year, those without an ethnicity code shared out over city and county."""
    no_code = np.array(NO_CODE)
    printed = people.area_year
    city = np.rint(no_code * printed[0] / printed.sum(axis=0)).astype(np.int64)
    known = printed + np.stack([city, no_code - city])
    return np.vstack([known, people.by_year - known.sum(axis=0)])


def offences_with_suspect(rng: np.random.Generator, targets: Targets, offences: pd.DataFrame, by_kind: Ints) -> tuple[Ints, Ints]:
    """Row numbers of the offences that have a suspect, and all suspects by year x kind x area (5 x 5 x 3).

    ``offences`` needs year, kind, area; ``by_kind`` is year x kind suspects.
    """
    by_area = _margins_by_area(targets.suspects)
    year, kind, area = (offences[name].to_numpy() for name in ("year", "kind", "area"))
    have = np.zeros((5, 5, 3), dtype=np.int64)
    np.add.at(have, (year, kind, area), 1)
    chosen = []
    totals = np.zeros_like(have)
    for y in range(5):
        unknown = min(int(np.rint(0.75 * by_area[NO_AREA, y])), int(have[y, :, NO_AREA].sum()))
        rows = np.minimum(apportion(np.array(WITH_SUSPECT_BY_KIND) * have[y].sum(axis=1), WITH_SUSPECT[y]), by_kind[y])
        columns = np.append(apportion(by_area[:NO_AREA, y], int(rows.sum()) - unknown), unknown)
        first = controlled_table((rows / have[y].sum(axis=1))[:, None] * have[y], rows, columns, have[y])
        further = controlled_table(
            first * ((by_kind[y] - rows) / np.maximum(rows, 1))[:, None],
            by_kind[y] - rows,
            by_area[:, y] - columns,
            np.where(first > 0, np.inf, 0),
        )
        totals[y] = first + further
        for k, a in np.ndindex(5, 3):
            pool = np.flatnonzero((year == y) & (kind == k) & (area == a))
            chosen.append(rng.permutation(pool)[: first[k, a]])
    return np.concatenate(chosen), totals


@dataclass(frozen=True)
class Profiles:
    """Kinds of offence with a suspect: year x type x area (75 cells), split by the ages of the victims."""

    cell: Ints
    """Profile -> cell."""
    victims: Ints
    """Profile x 3: victims by age group."""
    offences: Ints
    """Offences of the profile that have a suspect, each at least one."""
    of_offence: Ints
    """Offence (in the order of the chosen ones) -> profile."""


def _profiles(cell: Ints, victims: Ints) -> Profiles:
    keys, which, number = np.unique(np.column_stack([cell, victims]), axis=0, return_inverse=True, return_counts=True)
    return Profiles(keys[:, 0], keys[:, 1:], number, which)


def _start(profiles: Profiles, totals: Ints, groups: Ints, shares: Floats) -> Floats:
    """Suspects by profile x age group, in fractions: the likeliest table with the pairs of T19.

    ``totals`` are suspects by cell (75), ``groups`` by year x kind (25) x age group. Iterative scaling to both and to
    the nine pairs.
    """
    year_kind = profiles.cell // 3
    table = profiles.offences[:, None] * groups[year_kind].astype(float)
    target = np.zeros((3, 3))
    for step in range(400):
        table *= (totals / np.maximum(np.bincount(profiles.cell, table.sum(axis=1), 75), TINY))[profiles.cell][:, None]
        sums = np.zeros(groups.shape)
        np.add.at(sums, year_kind, table)
        table *= (groups / np.maximum(sums, TINY))[year_kind]
        pairs = table[:, :3].T @ profiles.victims
        if step == 20:  # How many pairs each age group has is free; their shares are not.
            target = pairs.sum(axis=1, keepdims=True) * shares / shares.sum(axis=1, keepdims=True)
        if step >= 20:
            table[:, :3] *= np.exp(profiles.victims @ np.log(target / pairs).T / 2)
    return np.asarray(table)


def _whole(profiles: Profiles, totals: Ints, groups: Ints, shares: Floats) -> Ints:
    """``_start`` in whole numbers, with T19 to the digit and at least one suspect per offence chosen."""
    from scipy.sparse import csr_array, eye_array, kron, vstack

    size = len(profiles.cell)
    one = np.ones((1, GROUPS))

    def sums_by(key: Ints, length: int) -> csr_array:
        return csr_array((np.ones(size), (key, np.arange(size))), shape=(length, size))

    # Pairs with one victim group less a share of all pairs, for both ends of what prints as T19 does.
    low, high = (shares - 0.048) / 100, (shares + 0.048) / 100
    conditions = np.zeros((18, size, GROUPS))
    for row, (g, h, bound) in enumerate((g, h, b) for g in range(3) for h in range(3) for b in (low, high)):
        conditions[row, :, g] = profiles.victims[:, h] - bound[g, h] * profiles.victims.sum(axis=1)
    matrix = vstack(
        [
            kron(sums_by(profiles.cell, 75), one),
            kron(sums_by(profiles.cell // 3, 25), eye_array(GROUPS)),
            kron(eye_array(size), one),
            csr_array(conditions.reshape(18, -1)),
        ],
        format="csr",
    )
    exact = np.concatenate([totals, groups.ravel()])
    return nearest(
        _start(profiles, totals, groups, shares),
        matrix,
        np.concatenate([exact, profiles.offences, np.tile([0, -np.inf], 9)]),
        np.concatenate([exact, np.full(size, np.inf), np.tile([np.inf, 0], 9)]),
    ).reshape(size, GROUPS)


def suspect_records(
    rng: np.random.Generator,
    targets: Targets,
    offences: pd.DataFrame,
    victims: pd.DataFrame,
    suspects: pd.DataFrame,
) -> pd.DataFrame:
    """One row per suspect in an offence: offence, year, kind, age (-1 unknown).

    ``offences`` needs year, kind, area; ``victims`` offence, age; ``suspects`` has year, kind, age and says how many
    there are. Ages move only within a year and type, so T20 and T21 stay.
    """
    known = victims[victims["age"] != UNKNOWN_AGE]
    victim_groups = np.zeros((len(offences), 3), dtype=np.int64)
    np.add.at(victim_groups, (known["offence"], age_group(known["age"].to_numpy())), 1)
    groups = np.zeros((25, GROUPS), dtype=np.int64)
    person_cell = (suspects["year"] * 5 + suspects["kind"]).to_numpy()
    person_group = age_group(suspects["age"].to_numpy())
    np.add.at(groups, (person_cell, person_group), 1)

    chosen, totals = offences_with_suspect(rng, targets, offences, groups.sum(axis=1).reshape(5, 5))
    cell = ((offences["year"] * 5 + offences["kind"]) * 3 + offences["area"]).to_numpy()
    profiles = _profiles(cell[chosen], victim_groups[chosen])
    table = _whole(profiles, totals.ravel(), groups, targets.pair_shares)

    # One suspect for each chosen offence; the others of its profile join at random.
    place, group = [], []
    for number, row in enumerate(table):
        members = chosen[profiles.of_offence == number]
        place.append(np.concatenate([members, rng.choice(members, int(row.sum()) - len(members))]))
        group.append(allocate(rng, row))
    offence, slot_group = np.concatenate(place), np.concatenate(group)
    key = cell[offence] // 3 * GROUPS + slot_group
    age = np.empty(len(offence), dtype=np.int64)
    shuffled = rng.permutation(len(suspects))
    by_key = np.argsort((person_cell * GROUPS + person_group)[shuffled], kind="stable")
    age[np.argsort(key, kind="stable")] = suspects["age"].to_numpy()[shuffled][by_key]
    frame = offences.iloc[offence][["year", "kind"]].reset_index(drop=True)
    return frame.assign(offence=offence, age=age)[["offence", "year", "kind", "age"]]
