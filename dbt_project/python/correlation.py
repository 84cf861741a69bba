"""How closely two measures of the same places go together, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

METHODS = ("Pearson", "Spearman")
FEWEST = 10
"""Fewer places than this say nothing."""
Z = 1.959963984540054


FEWEST_EFFECTIVE = 3.0
"""Independent places, below which there are no limits; a smaller estimate is taken as this."""
NEAREST = 4
"""Pairs for each place in the first class of distance; the next ones have twice as many."""
BLOCK = 500
"""Places whose distances to all others are in memory at once."""


class Distances:
    """Pairs of places in classes of distance, for the effective number of places.

    Classes are of equal width, as many as Sturges' rule has for the pairs. The first is divided, so that where places are
    dense, neighbours are in other classes than the two ends of a city. One byte for each pair is kept.

    Args:
        easting: metres of the National Grid, as northing.
    """

    def __init__(self, easting: Floats, northing: Floats) -> None:
        places = np.column_stack([easting, northing])
        n = len(places)
        # Of a large map every some-th row of distances has the quantiles that all have.
        sample = np.concatenate([np.delete(np.hypot(*(places - places[i]).T), i) for i in range(0, n, max(1, n // BLOCK))])
        wide = np.linspace(0, sample.max(), int(np.ceil(1 + np.log2(max(n * (n - 1) / 2, 1)))) + 1)[1:-1]
        shares = NEAREST * 2.0 ** np.arange(np.log2(max(n / NEAREST, 1))) / n
        near = np.quantile(sample, shares[shares < 1])
        edges = np.concatenate([near[near < wide[0]], wide])
        self._kind = np.empty((n, n), np.int8)
        for rows in self._blocks(n):
            far = np.hypot(*np.moveaxis(places[rows, None] - places[None], 2, 0))
            self._kind[rows] = 1 + np.searchsorted(edges, far, side="right")
        # Class 0 is a place with itself.
        np.fill_diagonal(self._kind, 0)
        classes = len(edges) + 2
        degrees = np.stack([np.bincount(row, minlength=classes) for row in self._kind]).astype(float)
        pairs = degrees.sum(axis=0)
        # tr(A_k B A_l B) of the classes' matrices A, where B takes the mean out.
        traces = np.diag(pairs) - 2 / n * degrees.T @ degrees + np.outer(pairs, pairs) / n**2
        scale = np.sqrt(np.maximum(pairs, 1))
        self._pairs = pairs
        self._inverse = np.linalg.pinv(traces / np.outer(scale, scale), 1e-9, hermitian=True) / np.outer(scale, scale)

    @staticmethod
    def _blocks(n: int) -> Iterator[slice]:
        for first in range(0, n, BLOCK):
            yield slice(first, min(first + BLOCK, n))

    def products(self, values: Floats) -> Floats:
        """Sum of the products of the deviations of two places from the mean, by class.

        Args:
            values: a row for each place, a column for each measure. All at once: a pair's class is looked at once for them all.

        Returns:
            A row for each measure, a column for each class.
        """
        from scipy.sparse import csr_array

        centred = values - values.mean(axis=0)
        n, measures = centred.shape
        classes = len(self._pairs)
        sums = np.zeros((classes, measures))
        for rows in self._blocks(n):
            kind = self._kind[rows]
            # A row for each place and class, with 1 for each place at that distance.
            at_distance = np.argsort(kind, axis=1, kind="stable").ravel()
            ends = np.cumsum(np.stack([np.bincount(row, minlength=classes) for row in kind]).ravel())
            near = csr_array((np.ones(len(at_distance)), at_distance, np.concatenate([[0], ends])), shape=(len(ends), n))
            sums += np.einsum("ikm,im->km", (near @ centred).reshape(-1, classes, measures), centred[rows])
        return sums.T

    def effective(self, x: Floats, y: Floats) -> float:
        """How many independent places would make r as uncertain (Clifford, Richardson and Hémon 1989; Dutilleul 1993).

        1 + 1 / var(r), where var(r) = tr(B Sx B Sy) / (tr(B Sx) tr(B Sy)), S = sum of c_k A_k over the classes, and the c_k are
        such that the products are as they would be expected: means of them are too small, because the mean that they deviate from
        is of the same places.

        Args:
            x: of one variable, as `products` returns them.
            y: of the other.

        Returns:
            At most the number of places, at least `FEWEST_EFFECTIVE`.
        """
        n = len(self._kind)
        # tr(B S) is the first of the products.
        variance = (x @ self._inverse @ y) / (x[0] * y[0])
        return float(np.clip(1 + 1 / variance, FEWEST_EFFECTIVE, n)) if variance > 0 else float(n)


def ranked(x: Floats, method: str) -> Floats:
    """What a method correlates: the values, or (Spearman) their ranks."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(x)) if method == "Spearman" else x


def correlate(x: Floats, y: Floats, method: str, effective: float | None = None) -> dict[str, float]:
    """Correlation of two measures of the same places, and how sure it is.

    The test is Dutilleul's modified t (1993), r sqrt((m - 2) / (1 - r²)) with m - 2 degrees of freedom, m the effective number
    of places. Limits are 95 %, by Fisher's z (1921); the standard error of z is 1 / sqrt(m - 3) for Pearson's coefficient, and
    sqrt((1 + r² / 2) / (m - 3)) for Spearman's (Bonett and Wright 2000).

    Args:
        method: Pearson (a straight line) or Spearman (ranks).
        effective: of `Distances.effective`; all places where they are independent.

    Returns:
        coefficient, low, high, p (two-sided, of no correlation). NaN where a measure does not vary or places are too few.
    """
    from scipy.stats import pearsonr, t

    if not varies(x, y):
        return dict.fromkeys(("coefficient", "low", "high", "p_value"), float("nan"))
    m = len(x) if effective is None else effective
    r = float(pearsonr(ranked(x, method), ranked(y, method)).statistic)
    z = np.arctanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    with np.errstate(divide="ignore"):
        error = np.sqrt((1 if method == "Pearson" else 1 + r * r / 2) / np.float64(m - 3))
        p = 2 * t.sf(abs(r) * np.sqrt((m - 2) / np.float64(max(1 - r * r, 0))), m - 2)
    low, high = np.tanh([z - Z * error, z + Z * error])
    return {"coefficient": r, "low": float(low), "high": float(high), "p_value": float(p)}


def varies(x: Floats, y: Floats) -> bool:
    """Whether there are places enough, and both measures vary."""
    return len(x) >= FEWEST and bool(np.ptp(x) > 0) and bool(np.ptp(y) > 0)


def residuals(x: Floats, y: Floats, method: str) -> Floats:
    """What a straight line of y on x leaves, of the values or (Spearman) of their ranks."""
    x, y = ranked(x, method), ranked(y, method)
    slope, level = np.polyfit(x, y, 1)
    left: Floats = y - slope * x - level
    return left
