"""The month after the report: serious violence of April 2024 in the likeness of April 2023, with people seen once.

Nothing of it is published but that the hotspots are scored by twelve months that end with it (section 4).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.dates import REPORT_MONTHS

if TYPE_CHECKING:
    from synthetic.county import Records

LIKENESS = REPORT_MONTHS - 12
WEEKS = 52


def with_sequel(rng: np.random.Generator, records: Records) -> Records:
    """``records`` and those of one more month: 52 or 53 weeks later, weekday and hour as they were.

    Outcomes later than the month are left out: they are not yet known.
    """
    offences = records.offences
    chosen = np.flatnonzero(offences["month"].to_numpy() == LIKENESS)
    day = offences["recorded"].dt.day.to_numpy()[chosen]
    # April has 30 days: the first two would fall into March, and the last two would stay empty.
    later = (day <= 2) | ((day <= 23) & (rng.random(len(chosen)) < 0.25))
    shift = (7 * (WEEKS + later)).astype("timedelta64[D]")
    copies = offences.iloc[chosen].assign(month=REPORT_MONTHS)
    copies = copies.assign(committed=copies["committed"] + shift, recorded=copies["recorded"] + shift)
    place = pd.Series(np.arange(len(chosen)) + len(offences), index=chosen)

    def people(occurrences: pd.DataFrame, persons: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        again = occurrences[occurrences["offence"].isin(chosen)]
        new = persons.iloc[again["person"]].reset_index(drop=True)
        new["born"] = new["born"] + shift[place[again["offence"]].to_numpy() - len(offences)]
        rows = pd.DataFrame({"offence": place[again["offence"]].to_numpy(), "person": np.arange(len(new)) + len(persons)})
        return pd.concat([occurrences, rows], ignore_index=True), pd.concat([persons, new], ignore_index=True)

    victims, victim_persons = people(records.victims, records.victim_persons)
    suspects, suspect_persons = people(records.suspects, records.suspect_persons)
    outcomes = records.outcomes[records.outcomes["offence"].isin(chosen)]
    at = place[outcomes["offence"]].to_numpy()
    outcomes = outcomes.assign(offence=at, date=outcomes["date"] + shift[at - len(offences)])
    known = outcomes["date"] < (np.datetime64("2019-04", "M") + REPORT_MONTHS + 1).astype("datetime64[D]")
    return replace(
        records,
        offences=pd.concat([offences, copies], ignore_index=True),
        victims=victims,
        suspects=suspects,
        victim_persons=victim_persons,
        suspect_persons=suspect_persons,
        outcomes=pd.concat([records.outcomes, outcomes[known]], ignore_index=True),
    )
