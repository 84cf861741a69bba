"""Exact statistics of counts as SQL functions: DuckDB has no quantile of the chi-squared distribution.

Registered in every connection that builds models (`dbt_plugin.py` does so for dbt) and used through
`macros/intervals.sql`. Each takes and returns whole columns.

    poisson_lower(count), poisson_upper(count)    95 % confidence limits of the mean of a Poisson count, as counts
    poisson_at_least(count, mean)                 probability of so many or more under a mean
    counts_p(count, other, exposure, other_exposure, dispersion)
                                                  two-sided p-value that two counts have one rate
    shares_p(part, whole, other_part, other_whole)
                                                  two-sided p-value that two shares are one

The last two are exact and conditional: of what was counted in all, which part belongs to the first? They are NaN where no split
of that sum would have a p-value below 5 %, so that the test could find nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

# DuckDB evaluates the annotations of the functions that it registers.
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

ALPHA = 0.05


def poisson_lower(count: Ints) -> Floats:
    """Lower limit (Garwood 1936, by chi-squared quantiles); 0 for a count of 0."""
    from scipy.stats import chi2

    return np.where(count == 0, 0.0, chi2.ppf(ALPHA / 2, 2 * np.maximum(count, 1)) / 2)


def poisson_upper(count: Ints) -> Floats:
    """Upper limit (Garwood 1936, by chi-squared quantiles); 3.69 for a count of 0."""
    from scipy.stats import chi2

    return chi2.ppf(1 - ALPHA / 2, 2 * (count + 1)) / 2  # type: ignore[no-any-return]


def poisson_at_least(count: Ints, mean: Floats) -> Floats:
    """Probability of so many or more under a mean: the exact test of a count against it; 1 for a count of 0."""
    from scipy.stats import poisson

    return poisson.sf(count - 1, mean)  # type: ignore[no-any-return]


def counts_p(count: Ints, other: Ints, exposure: Floats, other_exposure: Floats, dispersion: Floats) -> Floats:
    """Two-sided p-value that two counts have one rate: twice the smaller tail, for a fixed sum.

    With a dispersion (variance / mean) of 1 the counts are Poisson and the first is binomial (Przyborowski and Wilenski 1940).
    With more they are negative binomial with variance = dispersion x mean, and it is beta-binomial: an exact test of both.
    """
    from scipy.stats import binom

    total, part = count + other, exposure / (exposure + other_exposure)

    def p(first: Ints) -> Floats:
        return np.minimum(1.0, 2 * np.minimum(binom.cdf(first, total, part), binom.sf(first - 1, total, part)))  # type: ignore[no-any-return]

    found, least = p(count), np.minimum(p(0 * total), p(total))
    for row in np.flatnonzero(dispersion > 1):
        found[row], least[row] = _overdispersed(int(count[row]), int(total[row]), float(part[row]), float(dispersion[row]))
    return np.where(least < ALPHA, found, np.nan)


def _overdispersed(count: int, total: int, part: float, dispersion: float) -> tuple[float, float]:
    """P-value of a count of a total, and the least that the total can have."""
    from scipy.special import betaln, gammaln

    if total == 0:
        return 1.0, 1.0
    first, second = total * part / (dispersion - 1), total * (1 - part) / (dispersion - 1)
    n = np.arange(total + 1)
    choose = gammaln(total + 1) - gammaln(n + 1) - gammaln(total - n + 1)
    mass = np.exp(choose + betaln(n + first, total - n + second) - betaln(first, second))
    smaller = min(mass[: count + 1].sum(), mass[count:].sum())
    return min(1.0, 2 * smaller), min(1.0, 2 * min(mass[0], mass[-1]))


def shares_p(part: Ints, whole: Ints, other_part: Ints, other_whole: Ints) -> Floats:
    """Two-sided p-value of Fisher's exact test (1935): twice the smaller tail of the hypergeometric distribution."""
    from scipy.stats import hypergeom

    everything, parts = whole + other_whole, part + other_part

    def p(first: Ints) -> Floats:
        lower, upper = hypergeom.cdf(first, everything, parts, whole), hypergeom.sf(first - 1, everything, parts, whole)
        return np.minimum(1.0, 2 * np.minimum(lower, upper))  # type: ignore[no-any-return]

    least = np.minimum(p(np.maximum(0, parts - other_whole)), p(np.minimum(parts, whole)))
    return np.where(least < ALPHA, p(part), np.nan)


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Register each function of this file under its own name, returning a double; NULL for NULL."""
    from duckdb.func import PythonUDFType

    functions: tuple[tuple[Callable[..., Floats], list[Any]], ...] = (
        (poisson_lower, ["bigint"]),
        (poisson_upper, ["bigint"]),
        (poisson_at_least, ["bigint", "double"]),
        (counts_p, ["bigint", "bigint", "double", "double", "double"]),
        (shares_p, ["bigint", "bigint", "bigint", "bigint"]),
    )
    for function, types in functions:
        con.create_function(function.__name__, _by_arrow(function), types, "double", type=PythonUDFType.ARROW)


def _by_arrow(function: Callable[..., Floats]) -> Callable[..., Any]:
    # DuckDB counts the parameters of the function that it registers.
    @functools.wraps(function)
    def columns(*arguments: Any) -> Any:
        import pyarrow as pa

        return pa.array(function(*(argument.to_numpy() for argument in arguments)), pa.float64())

    return columns
