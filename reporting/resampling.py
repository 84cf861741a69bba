"""How stable the order of districts and the priorities are: the published counts are drawn again as chance would, and ranked.

Counts of rates are drawn from a Poisson distribution with the published count as mean, those of percentages from a binomial one
with the published share; 5,000 draws from a stated seed. Indicators without counts, or without limits, are not drawn.
"""

from __future__ import annotations

import zlib
from typing import Any

import duckdb
import numpy as np
import pandas as pd

# In place of a schema: what is computed here of a published table.
RESAMPLED = "resampled"
TABLE = f"{RESAMPLED}.district_profile"
PROFILE = "marts.district_profile"
SEED, DRAWS = 1, 5_000
METHOD = f"each count is drawn again {DRAWS:,} times as chance would (Poisson for rates, binomial for percentages, seed {SEED})"
WORSE = {"lower is better": 1, "higher is better": -1}


def relation(con: duckdb.DuckDBPyConnection) -> str:
    """The name of a relation with, for each row of the profile that can be drawn, what the draws show; made when first asked for.

    Columns: financial_year, district_code, indicator_id; district_rank_lower_95 and district_rank_upper_95, between which 95 % of
    its ranks are (1 is the highest value); same_rank_percent of draws that have the published rank; worse_and_worsening_percent
    of draws in which the district is worse than all districts together and than itself a year earlier, empty where neither high
    nor low is worse or there is no year before.
    """
    name = TABLE.replace(".", "_")
    if not con.execute("select 1 from duckdb_views() where view_name = ?", [name]).fetchone():
        # As objects: a column of numbers would have NaN where there is none.
        con.register(name, pd.DataFrame(_rows(con), columns=[*KEY, *_FOUND], dtype=object))
    return name


KEY = ("financial_year", "district_code", "indicator_id")
_FOUND = ("district_rank_lower_95", "district_rank_upper_95", "same_rank_percent", "worse_and_worsening_percent")


def _rows(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    published = con.execute(
        f"""select indicator_id, financial_year, any_value(unit), any_value(polarity), list(district_code order by district_code),
                   list(events order by district_code), list(base_count order by district_code)
            from {PROFILE} where events is not null and base_count > 0 and value_lower_95 is not null
            group by all order by all"""
    ).fetchall()
    found: list[tuple[Any, ...]] = []
    before: tuple[str, int, dict[str, Any]] = ("", 0, {})
    for indicator, year, unit, polarity, codes, events, bases in published:
        drawn = _drawn(indicator, year, unit, np.array(events), np.array(bases))
        values = drawn / np.array(bases)[:, None]
        ranks = _ranks(values)
        observed = _ranks((np.array(events) / np.array(bases))[:, None])
        low, high = np.quantile(ranks, (0.025, 0.975), axis=1, method="inverted_cdf")
        county = drawn.sum(axis=0) / sum(bases)
        earlier = before[2] if before[:2] == (indicator, int(year[:4]) - 1) else {}
        sign = WORSE.get(polarity)
        for at, code in enumerate(codes):
            worse = None
            if sign and code in earlier:
                both = (sign * (values[at] - county) > 0) & (sign * (values[at] - earlier[code]) > 0)
                worse = round(100 * float(both.mean()), 1)
            same = round(100 * float((ranks[at] == observed[at, 0]).mean()), 1)
            found.append((year, code, indicator, int(low[at]), int(high[at]), same, worse))
        before = indicator, int(year[:4]), dict(zip(codes, values, strict=True))
    return found


def _ranks(values: Any) -> Any:
    """Ranks of districts × draws; 1 is the highest value, and equal values have the same rank."""
    return 1 + (values[None, :, :] > values[:, None, :]).sum(axis=1)


def _drawn(indicator: str, year: str, unit: str, events: Any, bases: Any) -> Any:
    """Counts of districts × draws. The numbers of an indicator and year do not depend on what else is published."""
    generator = np.random.default_rng([SEED, int(year[:4]), zlib.crc32(indicator.encode())])
    if unit == "percent":
        return generator.binomial(bases[:, None], np.minimum(1, events / bases)[:, None], (len(events), DRAWS))
    return generator.poisson(events[:, None], (len(events), DRAWS))
