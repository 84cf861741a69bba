"""Whole-number tables with exact margins, near a plausible start.

A *controlled table* is found in two steps: iterative proportional fitting (IPF) finds a start with the right
margins in fractions; a linear programme then rounds it. Margins of a two-way table form a transport problem,
whose corner solutions are whole numbers without further constraints; side constraints need an integer programme.
No published figure is in this file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.records.targets import Floats, Ints

TINY = 1e-9
NEAR_ENOUGH = 0.3
"""Gap at which an integer programme stops: any table with the right margins will do, the nearest is not worth
minutes.
"""


def ipf(start: ArrayLike, rows: ArrayLike, columns: ArrayLike, rounds: int = 200) -> Floats:
    """The table nearest to ``start`` in proportion with these row and column sums, in fractions.

    Zero margins make zero cells; a start of 0 is raised to almost nothing, so that a margin can be met.
    """
    table = np.maximum(np.asarray(start, dtype=float), TINY)
    row_sums, column_sums = np.asarray(rows, dtype=float), np.asarray(columns, dtype=float)
    for _ in range(rounds):
        table *= (row_sums / np.maximum(table.sum(axis=1), TINY))[:, None]
        factor = column_sums / np.maximum(table.sum(axis=0), TINY)
        table *= factor
        if np.abs(factor[column_sums > 0] - 1).max(initial=0) < 1e-7:
            break
    return np.asarray(table)


def nearest(
    start: ArrayLike,
    matrix: Any,
    lower: ArrayLike,
    upper: ArrayLike,
    ceiling: ArrayLike | None = None,
    *,
    whole: bool = True,
) -> Ints:
    """Whole numbers x near ``start`` with ``lower <= matrix @ x <= upper`` and ``0 <= x <= ceiling``.

    ``matrix`` (dense or sparse) is constraints x cells. ``whole=False`` where corner solutions are whole
    anyway. Raises ValueError where no such numbers exist.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack

    matrix = csr_array(matrix)
    wanted = np.asarray(start, dtype=float).ravel()
    most = np.full(wanted.size, np.inf) if ceiling is None else np.asarray(ceiling, dtype=float).ravel()
    wanted = np.minimum(wanted, most)
    base = np.floor(wanted)
    moved = matrix @ base
    low, high = np.asarray(lower) - moved, np.asarray(upper) - moved
    # x = base + up + further - down. Rounding up is nearly free and mostly enough; any other move costs two, so costs are convex.
    cost = np.concatenate([1 - 2 * (wanted - base), np.full(2 * wanted.size, 2.0)])
    room = np.concatenate([np.minimum(1, most - base), np.maximum(most - base - 1, 0), base])
    moves = hstack([matrix, matrix, -matrix], format="csr")
    for size in (wanted.size, 3 * wanted.size):
        answer = milp(
            cost[:size],
            constraints=LinearConstraint(moves[:, :size], low, high),
            bounds=Bounds(0, room[:size]),
            integrality=np.full(size, int(whole)),
            options={"mip_rel_gap": NEAR_ENOUGH},
        )
        if answer.x is not None:
            change = np.zeros(3 * wanted.size)
            change[:size] = answer.x
            up, further, down = np.split(change, 3)
            return np.asarray(np.rint(base + up + further - down), dtype=np.int64)
    raise ValueError(f"no whole-number table meets these constraints: {answer.message}")


def controlled_table(start: ArrayLike, rows: ArrayLike, columns: ArrayLike, ceiling: ArrayLike | None = None) -> Ints:
    """Whole-number table near ``start`` with exactly these row and column sums, no cell over ``ceiling``.

    Raises ValueError where the margins disagree or the ceiling leaves no table.
    """
    from scipy.sparse import eye_array, kron, vstack

    row_sums, column_sums = np.asarray(rows), np.asarray(columns)
    if row_sums.sum() != column_sums.sum():
        raise ValueError(f"margins disagree: rows {row_sums.sum()}, columns {column_sums.sum()}")
    shape = (row_sums.size, column_sums.size)
    matrix = vstack(
        [
            kron(eye_array(shape[0]), np.ones((1, shape[1]))),
            kron(np.ones((1, shape[0])), eye_array(shape[1])),
        ],
        format="csr",
    )
    margins = np.concatenate([row_sums, column_sums])
    table = nearest(ipf(start, row_sums, column_sums), matrix, margins, margins, ceiling, whole=False)
    table = table.reshape(shape)
    if not (np.array_equal(table.sum(axis=1), row_sums) and np.array_equal(table.sum(axis=0), column_sums)):
        raise ValueError("the rounded table misses its margins")
    return table


def apportion(weights: ArrayLike, total: int) -> Ints:
    """``total`` shared out in proportion to ``weights`` by largest remainder."""
    share = np.asarray(weights, dtype=float)
    share = share / share.sum() * total
    whole = np.floor(share).astype(np.int64)
    whole[np.argsort(whole - share, kind="stable")[: total - int(whole.sum())]] += 1
    return np.asarray(whole)


def allocate(rng: np.random.Generator, quotas: ArrayLike) -> Ints:
    """The index of each quota, as often as the quota says, in random order."""
    amounts = np.asarray(quotas)
    return rng.permutation(np.repeat(np.arange(amounts.size), amounts.ravel()))


def weighted_order(rng: np.random.Generator, weights: NDArray[np.float64]) -> Ints:
    """Indices in random order, drawn without replacement in proportion to ``weights``."""
    with np.errstate(divide="ignore"):
        return np.argsort(-(np.log(weights) + rng.gumbel(size=weights.size)), kind="stable")
