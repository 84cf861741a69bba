"""Landing and classification of the crimes alone, by this project and in pandas: the same steps on the same files.

    python -m tests.bench.crimes RAW OUT                copy the deliveries of crimes, with a bad row here and there
    python -m tests.bench.crimes_by_project OUT HOME    land and classify them with the code of a refresh
    python -m tests.bench.crimes_in_pandas OUT          the same in pandas

Both read every file as text, type its cells by the contract, apply the contract's rules to each row, look for formulas, control
characters and error values in its texts, write accepted rows as Parquet and rejected ones beside them, and decide for every
definition whether it counts an offence. The project also searches for identifiers of people, keeps hashes and a record for each
delivery; pandas is spared these. Nobody's age is known to either, so that no rule about victims or suspects counts anything.

The last line of both is one JSON object: rows accepted, rows rejected, and offences that each definition counts. They must be
equal.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contracts

FEED = "crimes"
# Every so many rows: column, and what it is replaced by; a different rule of the contract each time.
FAULTS = (
    (997, "HO Class", "XX"),
    (1499, "Recorded Date Time", "31/02/2022 10:00"),
    (1999, "Weapon Description", "Light sabre"),
    (2503, "Easting", "12"),
    (3001, "Committed From", "01/01/2031 00:00"),
    (3499, "Location Type", ""),
    (4001, "Committed To", "01/01/2001 00:00"),
    (4507, "Offence Title", "=1+1"),
    (5003, "Ward Name", "Arbore\x07tum"),
    (5501, "Street", "#REF!"),
)
TWICE = 4999


def contract() -> FeedContract:
    """That of the crimes of the only force."""
    (found,) = (one for one in load_contracts().values() if one.feed == FEED)
    return found


def spoil(raw: Path, out: Path, *, times: int = 1) -> None:
    """Copy the deliveries with faults in a few rows in a thousand; one row in five thousand is there twice.

    Args:
        times: how much more often than that, for deliveries of a few hundred rows.
    """
    import pandas as pd

    feed = "/".join(contract().id)
    for source in sorted((raw / feed).glob("*.csv")):
        frame = pd.read_csv(source, dtype=str, keep_default_na=False)
        for every, column, bad in FAULTS:
            frame.loc[frame.index % (every // times) == every // times - 1, column] = bad
        again = frame[frame.index % (TWICE // times) == TWICE // times - 1]
        target = out / "raw" / feed / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        pd.concat([frame, again]).to_csv(target, index=False, lineterminator="\n")


def summary(accepted: int, rejected: int, counted: dict[str, int]) -> dict[str, Any]:
    return {"accepted": accepted, "rejected": rejected, "counted": dict(sorted(counted.items()))}


if __name__ == "__main__":
    spoil(*(Path(folder).resolve() for folder in sys.argv[1:]))
