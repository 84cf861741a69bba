"""A small landing zone with every feed of the warehouse in it: what a release was made of, and the deliveries that then arrive.

Cut out of a demonstration county: the first months of every feed, of each month a sample of the rows that keeps a crime
together with its people and outcomes. Some deliveries are spoilt, so that the quarantine is not empty. Feeds in the custody of
the vault are left out: a run of the vault is an event of its own time, which another history has at another time.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

from orchestration.contracts.reader import load_contracts
from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_zone.demonstration import Listing

KEPT = 12  # one crime in so many
KEYS = ("Crime Reference", "Crime ID")
MONTHS_BEFORE = 2

Rows = list[list[str]]


def cut(county: Path, before: Path, after: Path) -> None:
    """Write the deliveries of the first release to `before` and those that arrive then to `after`.

    Args:
        county: landing zone of a demonstration county (`sna demo`).
    """
    kept_away = {contract.id for contract in load_contracts().values() if contract.custody == "vault"}
    for feed in sorted(path for path in county.glob("*/*") if path.is_dir() and path.parts[-2:] not in kept_away):
        files = sorted(path for path in feed.iterdir() if path.is_file())
        periods = sorted({path.name[:7] for path in files})
        monthly = len(periods) > MONTHS_BEFORE and all(period[4] == "-" and period[5:].isdigit() for period in periods)
        wanted = periods[: MONTHS_BEFORE + 1] if monthly else periods
        for file in files:
            if file.name[:7] in wanted:
                new = monthly and file.name[:7] == wanted[-1]
                _copy(file, (after if new else before) / feed.relative_to(county) / file.name, sampled=monthly)
    _spoil(before, after)
    # A few months of a county reproduce none of its printed figures.
    listed = {str(path.relative_to(zone)): sha256(path) for zone in (before, after) for path in zone.glob("*/*/*")}
    Listing(None, listed).write(before)


def _copy(source: Path, target: Path, *, sampled: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not sampled or source.suffix != ".csv" or source.stat().st_size < 100_000:
        shutil.copy(source, target)
        return
    _edit(source, target, _sample)


def _sample(rows: Rows) -> Rows:
    key = next((rows[0].index(name) for name in KEYS if name in rows[0]), None)
    sampled = [
        row
        for number, row in enumerate(rows[1:])
        if (crc32(row[key].encode()) if key is not None and row[key] else number) % KEPT == 0
    ]
    return [rows[0], *sampled]


def _edit(source: Path, target: Path, change: Callable[[Rows], Rows]) -> None:
    text = source.read_bytes().decode("utf-8-sig")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(change(list(csv.reader(io.StringIO(text)))))
    target.write_bytes(out.getvalue().encode())


def _spoil(before: Path, after: Path) -> None:
    """One row in quarantine and one delivery refused on each side, a resubmission, and an outcome of an earlier crime."""
    police = Path("derbyshire_constabulary")
    first, second = (sorted((before / police / "crimes").iterdir())[i] for i in (0, 1))
    third = next((after / police / "crimes").iterdir())
    for zone, month in ((before, second.name), (after, third.name)):
        victims = zone / police / "victims" / month
        _edit(victims, victims, lambda rows: [*rows[:-1], _with(rows, -1, "Crime Recorded Date Time", "yesterday")])
        stops = sorted((zone / "police_uk" / "stop_and_search").iterdir())[-1]
        stops.write_text("not,a,delivery\n1,2,3\n")
    resubmitted = after / police / "crimes" / second.name.replace(".csv", ".v2.csv")
    _edit(second, resubmitted, lambda rows: [*rows[:-1], _with(rows, -1, "Knife Crime Flag", "Y")])
    late = after / police / "outcomes" / third.name
    known = (before / police / "outcomes" / first.name).read_bytes().decode("utf-8-sig")
    earlier = list(csv.reader(io.StringIO(known)))[1]
    outcomes = list(csv.reader(io.StringIO(late.read_bytes().decode("utf-8-sig"))))
    last = dict(zip(outcomes[0], outcomes[-1], strict=True))
    row = {**dict(zip(outcomes[0], earlier, strict=True)), "Outcome Date": last["Outcome Date"], "Outcome Sequence": "9"}
    _edit(late, late, lambda rows: [*rows, [row[name] for name in rows[0]]])


def _with(rows: Rows, number: int, column: str, value: str) -> list[str]:
    row = list(rows[number])
    row[rows[0].index(column)] = value
    return row
