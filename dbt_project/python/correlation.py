"""How closely two measures of the same places go together, and how sure that is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

METHODS = ("Pearson", "Spearman")
FEWEST = 10
"""Fewer places than this say nothing."""
Z = 1.959963984540054


def correlate(x: Floats, y: Floats, method: str) -> dict[str, float]:
    """Correlation of two measures of the same places.

    Limits are 95 %, by Fisher's z (1921); the standard error of z is 1 / sqrt(n - 3) for Pearson's coefficient, and
    sqrt((1 + r² / 2) / (n - 3)) for Spearman's (Bonett and Wright 2000). Both, like the p-value, take places to be independent:
    where the residuals are not (`spatial.alike`), limits are too narrow and p-values too small.

    Args:
        method: Pearson (a straight line) or Spearman (ranks).

    Returns:
        coefficient, low, high, p (two-sided, of no correlation). NaN where a measure does not vary or places are too few.
    """
    from scipy.stats import pearsonr, spearmanr

    n = len(x)
    if n < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return dict.fromkeys(("coefficient", "low", "high", "p_value"), float("nan"))
    found = pearsonr(x, y) if method == "Pearson" else spearmanr(x, y)
    r = float(found.statistic)
    error = np.sqrt((1 if method == "Pearson" else 1 + r * r / 2) / (n - 3))
    z = np.arctanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    low, high = np.tanh([z - Z * error, z + Z * error])
    return {"coefficient": r, "low": float(low), "high": float(high), "p_value": float(found.pvalue)}


def residuals(x: Floats, y: Floats, method: str) -> Floats:
    """What a straight line of y on x leaves, of the values or (Spearman) of their ranks."""
    from scipy.stats import rankdata

    if method == "Spearman":
        x, y = rankdata(x), rankdata(y)
    slope, level = np.polyfit(x, y, 1)
    left: Floats = y - slope * x - level
    return left
