"""How each serious-violence offence was disposed of.

Published constraints: positive, other and not yet complete by year (T40), five other outcomes (T41), both read as
counts of outcome *records*: in the last three years they exceed the offences by 1, 12 and 6, so as many offences
carry a second record. Which codes are positive is the seed ``outcome_code``. Ours: shares of the codes within a
group, dates, and that outcomes which name a suspect are assigned only to offences that have one, those without only to
others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion, weighted_order
from synthetic.records.targets import POSSESSION, Floats, Ints, Targets

POSITIVE = {"1": 0.72, "1A": 0.03, "2": 0.04, "2A": 0.005, "3": 0.05, "3A": 0.005, "8": 0.15}
# Beside the five of T41; each must stay rarer than those.
REMAINING_WITH_SUSPECT = {"5": 0.05, "9": 0.08, "10": 0.2, "11": 0.12, "12": 0.05, "13": 0.05, "22": 0.45}
REMAINING = {"17": 0.1, "20": 0.35, "21": 0.55}
SECOND = {"20": 0.4, "21": 0.3, "22": 0.3}
LAST_DAY = np.datetime64("2024-04-30")
MEAN_DAYS = {"18": 35.0, "14": 40.0}
"""Assumed mean days to an outcome; others take 110."""


def _year_plan(targets: Targets, year: int, suspects: Ints, second: int) -> list[tuple[str, str, int, bool | None]]:
    """(code, decision maker, number, suspect needed or barred or either) in the order of their choosing."""
    t41 = list(targets.other_outcomes.values())
    no_suspect, police, withdraws, declines, cps = (int(row[year]) for row in t41)
    positive, other, incomplete = (int(row[year]) for row in targets.outcomes)
    rest = other - second - (no_suspect + police + withdraws + declines + cps)
    free = int(suspects.sum()) - positive - police - cps - withdraws
    if free < 0:
        raise ValueError(f"year {year}: too few offences with a suspect for the outcomes that name one")
    with_suspect = min(round(0.6 * rest), free)
    plan: list[tuple[str, str, int, bool | None]] = []
    plan += _split(POSITIVE, positive, True)
    plan += [("15", "CPS", cps, True), ("15", "Police", police, True), ("16", "Police", withdraws, True)]
    plan += _split(REMAINING_WITH_SUSPECT, with_suspect, True)
    plan += [("14", "Police", declines, False), ("18", "Police", no_suspect, False)]
    plan += _split(REMAINING, rest - with_suspect, None)
    plan.append(("", "", incomplete, None))
    return plan


def _split(shares: dict[str, float], total: int, suspect: bool | None) -> list[tuple[str, str, int, bool | None]]:
    numbers = apportion(list(shares.values()), total)
    return [
        (code, "CPS" if code in ("1", "1A", "9") else "Police", int(number), suspect)
        for code, number in zip(shares, numbers, strict=True)
    ]


def outcome_records(rng: np.random.Generator, targets: Targets, offences: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome record: offence, sequence, code, decision_maker, date (datetime64[D]).

    ``offences`` needs year, kind, month, recorded, victims and suspects (numbers). An offence without a row is not
    yet complete.
    """
    year, kind, suspects, victims, month = (
        offences[name].to_numpy() for name in ("year", "kind", "suspects", "victims", "month")
    )
    extra = targets.outcomes.sum(axis=0) - targets.offences.sum(axis=1)
    code = np.full(len(offences), "", dtype=object)
    decider = np.full(len(offences), "", dtype=object)
    second = []
    for y in range(5):
        left = year == y
        several = np.flatnonzero(left & (suspects > 1))
        for name, maker, number, needs in _year_plan(targets, y, left & (suspects > 0), int(extra[y])):
            allowed = left if needs is None else left & ((suspects > 0) == needs)
            rows = np.flatnonzero(allowed)
            rows = rows[weighted_order(rng, _weights(name, kind[rows], victims[rows], month[rows]))][:number]
            if len(rows) < number:
                raise ValueError(f"year {y}: too few offences for outcome {name or 'not yet complete'}")
            code[rows], decider[rows] = name, maker
            left[rows] = False
        several = several[code[several] != ""]
        second.append(rng.permutation(several)[: extra[y]])
    first = np.flatnonzero(code != "")
    again = np.concatenate(second)
    codes = np.concatenate([code[first], _second_codes(rng, len(again))])
    rows = np.concatenate([first, again])
    recorded = offences["recorded"].to_numpy().astype("datetime64[D]")[rows]
    return pd.DataFrame(
        {
            "offence": rows,
            "sequence": np.repeat([1, 2], [len(first), len(again)]),
            "code": codes,
            "decision_maker": np.concatenate([decider[first], np.full(len(again), "Police", dtype=object)]),
            "date": outcome_dates(rng, recorded, codes),
        }
    )


def _second_codes(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.permutation(np.repeat(np.array(list(SECOND), dtype=object), apportion(list(SECOND.values()), size)))


def _weights(code: str, kind: Ints, victims: Ints, month: Ints) -> Floats:
    """Assumed leanings: charges for possession, victims' decisions where there is one, open cases late."""
    if code == "":
        return np.asarray(np.exp(0.35 * (month - 59.0)))
    if code in ("14", "15", "16"):
        return np.where(victims > 0, 8.0, 1.0)
    if code in POSITIVE:
        return np.where(kind == POSSESSION, 2.0, 1.0)
    return np.ones(len(kind))


def outcome_dates(rng: np.random.Generator, recorded: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """A day from the recording to the last day that is delivered, soon after in most cases."""
    mean = np.full(len(codes), 110.0)
    for code, days in MEAN_DAYS.items():
        mean[codes == code] = days
    wait = np.floor(rng.exponential(mean)).astype(np.int64)
    left = (LAST_DAY - recorded).astype(np.int64)
    late = wait > left
    wait[late] = np.floor(rng.random(int(late.sum())) * (left[late] + 1)).astype(np.int64)
    return np.asarray(recorded + wait)
