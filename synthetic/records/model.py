"""What is drawn of one county's serious violence."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Records:
    """One county's serious violence; ``offence`` and ``person`` are row numbers."""

    offences: pd.DataFrame
    """year, kind, area, district, month, committed, recorded, code, weapon, knife, alcohol, drugs, relationship,
    location, school, minor.
    """
    victims: pd.DataFrame
    """offence, person."""
    suspects: pd.DataFrame
    """offence, person."""
    victim_persons: pd.DataFrame
    """born (datetime64[D] or NaT), sex, ethnicity."""
    suspect_persons: pd.DataFrame
    outcomes: pd.DataFrame
    """offence, sequence, code, decision_maker, date."""
