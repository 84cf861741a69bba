"""Exact statistics of counts as SQL functions: DuckDB has no quantile of the chi-squared distribution.

Registered in every connection of dbt (`plugins` in profiles.yml) and used through `macros/intervals.sql`. Each takes and
returns whole columns.

    poisson_lower(count), poisson_upper(count)    95 % confidence limits of the mean of a Poisson count, as counts
    poisson_change_p(earlier, later)              two-sided p-value that two Poisson counts of equal exposure have one mean
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import duckdb
import numpy as np
from dbt.adapters.duckdb.plugins import BasePlugin
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


def poisson_change_p(earlier: Ints, later: Ints) -> Floats:
    """Exact conditional test (Przyborowski and Wilenski 1940): for a fixed sum, the later count is binomial with one half."""
    from scipy.stats import binom

    p: Floats = np.minimum(1.0, 2 * binom.cdf(np.minimum(earlier, later), earlier + later, 0.5))
    return p


class Plugin(BasePlugin):  # type: ignore[misc]
    """Adds the functions of this file to a connection."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register each function under its own name, returning a double; NULL for NULL."""
        from duckdb.func import PythonUDFType

        functions: tuple[tuple[Callable[..., Floats], list[Any]], ...] = (
            (poisson_lower, ["bigint"]),
            (poisson_upper, ["bigint"]),
            (poisson_at_least, ["bigint", "double"]),
            (poisson_change_p, ["bigint", "bigint"]),
        )
        for function, types in functions:
            conn.create_function(function.__name__, _by_arrow(function), types, "double", type=PythonUDFType.ARROW)


def _by_arrow(function: Callable[..., Floats]) -> Callable[..., Any]:
    # DuckDB counts the parameters of the function that it registers.
    @functools.wraps(function)
    def columns(*arguments: Any) -> Any:
        import pyarrow as pa

        return pa.array(function(*(argument.to_numpy() for argument in arguments)), pa.float64())

    return columns
