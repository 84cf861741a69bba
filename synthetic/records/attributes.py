"""Assign an attribute of persons (ethnicity, sex) so that counts of occurrences by cell come out exactly.

A person has one value, but can occur in several cells (area and year, say). Persons seen more than once choose first,
among the values that every one of their cells has room for; those seen once then fill each cell exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from synthetic.records.targets import Ints


def fill(
    rng: np.random.Generator,
    person: Ints,
    cell: Ints,
    quotas: Ints,
    singles_only: tuple[int, ...] = (),
    fixed: Mapping[int, int] | None = None,
) -> Ints:
    """Value of each person. ``quotas`` are cells x values and add up, by cell, to the occurrences.

    ``person`` and ``cell`` are one per occurrence, persons counted from 0. Values in ``singles_only`` are not assigned
    to persons seen more than once; ``fixed`` are values of repeat persons, by person. Raises ValueError where a
    person finds no value.
    """
    times = np.bincount(person)
    value = np.full(len(times), -1)
    left = quotas.astype(np.int64).copy()
    if not np.array_equal(left.sum(axis=1), np.bincount(cell, minlength=len(left))):
        raise ValueError("quotas do not add up to the occurrences of their cells")

    settled = fixed or {}
    order = np.argsort(person, kind="stable")
    starts = np.concatenate([[0], np.cumsum(times)])
    repeat = np.flatnonzero(times > 1)
    # A choice depends on all before it, so this is a loop over the repeat persons: first those who are settled, then the busiest.
    for who in repeat[np.lexsort((-times[repeat], ~np.isin(repeat, list(settled))))]:
        cells, need = np.unique(cell[order[starts[who] : starts[who + 1]]], return_counts=True)
        room = left[cells] // need[:, None]
        weight = left[cells].min(axis=0) * (room.min(axis=0) > 0).astype(float)
        weight[list(singles_only)] = 0
        if who in settled:
            weight[np.arange(len(weight)) != settled[who]] = 0
        if not weight.any():
            raise ValueError(f"no value has room for a person with {times[who]} occurrences")
        chosen = rng.choice(len(weight), p=weight / weight.sum())
        value[who] = chosen
        left[cells, chosen] -= need

    once = value[person] < 0
    for number in range(len(left)):
        rows = np.flatnonzero(once & (cell == number))
        value[person[rows]] = rng.permutation(np.repeat(np.arange(left.shape[1]), left[number]))
    return value
