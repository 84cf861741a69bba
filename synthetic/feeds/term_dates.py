"""School terms of Derby City and Derbyshire County, four school years, as the register of term dates holds them.

Ours, and not what the councils published: six half terms a year with the usual breaks, two authorities that differ by days,
and the real bank holidays. The councils' own dates replace them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import yaml

from synthetic.feeds.files import write_text

TERM_DATES = Path(__file__).with_suffix(".csv")


def write_term_dates(folder: Path) -> Iterator[tuple[Path, int]]:
    """One YAML register per academic year; yields path and rows."""
    table = pd.read_csv(TERM_DATES, dtype=str)
    for year, members in table.groupby("academic_year"):
        path = folder / f"{year}.yaml"
        records = members.drop(columns="academic_year").to_dict("records")
        write_text(yaml.safe_dump({"term_dates": records}, sort_keys=False), path)
        yield path, len(members)
