"""Figures of the ranks of districts with their ranges, and of how often draws of the counts repeat them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from reporting import resampling
from reporting.figures import Figure, of
from reporting.page import inline
from reporting.release import Release


@functools.lru_cache(maxsize=4)
def of_year(release: Release, year: str) -> dict[tuple[str, str], dict[str, Any]]:
    """(district code, indicator id) → the row of the relation."""
    if not release.has(resampling.PROFILE):
        return {}
    rows = release.rows(f"from {resampling.relation(release.con)} where financial_year = ?", [year])
    return {(row["district_code"], row["indicator_id"]): row for row in rows}


def figure(release: Release, row: Mapping[str, Any], column: str, **form: Any) -> Figure:
    """A figure of the draws for a row of the profile; the release's own where it has such a column."""
    if column in row:
        return of(resampling.PROFILE, row, column, resampling.KEY, **form)
    own = of_year(release, row["financial_year"]).get((row["district_code"], row["indicator_id"]), {})
    return of(resampling.TABLE, {**row, column: own.get(column)}, column, resampling.KEY, **form)


def rank_range(release: Release, row: Mapping[str, Any]) -> Markup | str:
    """The range of ranks of a district, such as `4 to 6`, or the only one."""
    if row["district_rank"] is None:
        return "not ranked"
    low, high = (figure(release, row, f"district_rank_{end}_95") for end in ("lower", "upper"))
    if low.value is None or high.value is None:
        return "no limits"
    return inline("{}", low) if low.value == high.value else inline("{} to {}", low, high)
