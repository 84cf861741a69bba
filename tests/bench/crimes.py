"""Landing and classification of the crimes alone, by this project and in pandas: the same steps on the same files.

    python -m tests.bench.crimes RAW OUT                copy the deliveries of crimes, with a bad row here and there
    python -m tests.bench.crimes_by_project OUT HOME    land and classify them with the code of a refresh
    python -m tests.bench.crimes_in_pandas OUT          the same in pandas

Both hash every file, read it as text, type its cells by the contract, apply the contract's rules to each row, and look for
formulas, control characters, error values, numbers that lost digits, disguised references and identifiers of people in its texts.
They write accepted rows as Parquet, rejected ones with the codes and columns of all their faults and the shapes of their cells, a
record of each delivery, and for each crime and definition whether it counts, and if not, why. Crimes have no pseudonyms. Nobody's
age is known to either, so that no rule about victims or suspects counts anything.

Pandas is spared what costs little: a delivery is not compared with those before it, a label with a spelling mistake is not kept
in clear, files are neither copied before they are read nor synchronised with the disk, and of dates and numbers fewer forms are
understood than the contract's.

The last line of both is one JSON object: rows accepted, rows rejected, and offences that each definition counts. They must be
equal, and so must be all that both wrote (`differences`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contracts

FEED = "crimes"
# Among what the project lands: what it makes of all crimes.
CLASSIFIED = "classified.parquet"
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
    (6007, "Street", "Ring 07700 900123"),
    (6521, "Offence Title", "Theft of 943 476 5919"),
    (7001, "Crime Reference", "'21000/1"),
    (7507, "Weapon Description", "=1+1"),
    (8009, "Committed From", "01/02/21 10:00"),
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


def differences(out: Path) -> dict[str, int]:
    """How many rows one side alone wrote into the folder: accepted, rejected and classified ones, and records of deliveries."""
    import duckdb

    landed = out / "landing" / "/".join(contract().id)
    sides = {
        "accepted": (landed / "*/*/accepted.parquet", "accepted"),
        "rejected": (landed / "*/*/rejected.parquet", "rejected"),
        "classified": (out / "landing" / CLASSIFIED, "classified"),
    }
    found = {}
    # Millions of whole rows are compared, which a machine of 16 GB has to spill.
    with duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(out / "spill")}) as con:
        con.execute("set enable_progress_bar = false")
        for name, (ours, theirs) in sides.items():
            without = "" if name == "classified" else "exclude (_load_id)"
            con.execute(f"create or replace temp view ours as select * {without} from read_parquet('{ours}')")
            columns = ", ".join(f'"{column}"' for (column, *_) in con.execute("describe ours").fetchall())
            files = f"read_parquet('{out}/pandas/*.{theirs}.parquet')"
            con.execute(f"create or replace temp view theirs as select {columns} from {files}")
            pairs = "((from ours except all from theirs) union all (from theirs except all from ours))"
            (found[name],) = con.execute(f"select count(*) from {pairs}").fetchone() or (0,)
    records = [
        {json.dumps(_record(path)) for path in paths} for paths in (landed.glob("*/*/load.json"), out.glob("pandas/*.json"))
    ]
    return found | {"records": len(records[0] ^ records[1])}


def _record(path: Path) -> dict[str, Any]:
    """What both sides keep of a delivery."""
    record = json.loads(path.read_text())
    metrics = record.get("metrics", record)
    faults = [[fault[name] for name in ("code", "column_name", "rows", "first_rows")] for fault in record["faults"]]
    return {
        "content": [record[name] for name in ("file_sha256", "rows_delivered", "rows_accepted")],
        "faults": sorted((fault for fault in faults if fault[0].startswith("R")), key=str),
        "period": [metrics["period_min"], metrics["period_max"]],
        "blank": {name: round(share, 9) for name, share in sorted(metrics["null_share"].items())},
    }


if __name__ == "__main__":
    spoil(*(Path(folder).resolve() for folder in sys.argv[1:]))
