"""A name, a date of birth and a reference in every column of every feed: the accepted rows at most hold them afterwards.

Each contract is read as CSV without its layout: what becomes of a cell does not depend on where it was found.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies
from rich.console import Console

from orchestration.cli import output
from orchestration.contracts.model import Column, FeedContract
from orchestration.contracts.periods import bounds
from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.refusals import Refusal
from orchestration.ingest.values import labels
from tests.decoded import holders
from tests.unit.orchestration.ingest.conftest import KEY, NOW

CANARIES = ("Quibblethwaite Zornapple", "14/02/1911", "QZX-7734-1911")
WORDS = ("Quibblethwaite", "Zornapple", "14/02/1911", "1911-02-14", "14021911", "QZX-7734", "7734-1911")
GOOD_ROWS = 3
# One of each kind: force records, labels, persons, the vault, a return, health, public figures.
SAMPLE = {
    *("derbyshire_constabulary/crimes", "derbyshire_constabulary/stop_searches", "derbyshire_constabulary/victims"),
    *("derbyshire_constabulary/nominals", "derby_city_youth_justice/offences", "royal_derby_hospital/ed_assaults"),
}
FEEDS = [
    pytest.param(contract, id=name, marks=[] if name in SAMPLE else [pytest.mark.slow])
    for name, contract in (("/".join(key), contract) for key, contract in load_contracts().items())
]


def as_csv(contract: FeedContract, limit: float) -> FeedContract:
    return replace(contract, formats=("csv",), layout=(), sheet=None, bad_row_limit=limit)


def period_of(contract: FeedContract) -> str:
    if contract.period.fixed:
        return contract.period.fixed
    years = {"monthly": "2023-07", "quarterly": "2023-Q3", "calendar_year": "2023"}
    return years.get(contract.cadence, "2023-24")


@cache
def written(pattern: str) -> str:
    """A text of a pattern."""
    found: list[str] = []

    @settings(max_examples=1, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategies.from_regex(pattern, fullmatch=True, alphabet=strategies.characters(min_codepoint=32, max_codepoint=126)))
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return found[-1]


def good(contract: FeedContract, column: Column, number: int) -> str:
    """A cell that the contract takes, as far as its column alone says."""
    start, _ = bounds(contract.cadence, period_of(contract))
    if column.type in ("date", "timestamp"):
        return start.isoformat() + ("T10:15:00" if column.type == "timestamp" else "")
    if column.type in ("integer", "number"):
        return str(int(column.minimum or 0) + (number if column.name in contract.key else 0))
    if column.type == "boolean":
        return "true"
    if column.allowed:
        return column.allowed[0]
    if column.labels:
        return sorted(labels.known()[column.labels[0].scheme])[0]
    if column.name == contract.period.column:
        return period_of(contract)
    return written(column.pattern) if column.pattern else f"something {number}"


def delivery(contract: FeedContract) -> str:
    """Good rows, and one for each canary in each column."""
    columns = contract.columns
    rows = [[good(contract, column, number) for column in columns] for number in range(GOOD_ROWS)]
    for place in range(len(columns)):
        for canary in CANARIES:
            row = [good(contract, column, len(rows)) for column in columns]
            row[place] = canary
            rows.append(row)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[column.header for column in columns], *rows])
    return out.getvalue()


@pytest.mark.parametrize("limit", [1.0, 0.0], ids=["accepted", "refused"])
@pytest.mark.parametrize("contract", FEEDS)
def test_no_canary_leaves_the_accepted_rows(desk, contract, limit):
    read = as_csv(contract, limit)
    part = f"-{contract.part.values[0] if contract.part.values else written(contract.part.pattern)}" if contract.part else ""
    path = desk.raw.joinpath(*contract.id, f"{period_of(contract)}{part}.csv")
    path.parent.mkdir(parents=True)
    path.write_text(delivery(read))
    (record,) = load(plan(desk.raw, desk.landing, read, KEY), read, desk.landing, KEY, now=NOW)
    assert record.rows_delivered == record.rows_accepted + record.rows_rejected >= len(CANARIES) * len(contract.columns)
    assert limit or record.verdict == "refused"
    said = Console(file=io.StringIO(), width=200, soft_wrap=True)
    output.quarantine(said, log.read(desk.landing))
    shown = f"{said.file.getvalue()}{Refusal.of_faults(read, record.faults)}".casefold()
    assert record.faults and [word for word in WORDS if word.casefold() in shown] == []
    found = holders([desk.landing], WORDS)
    assert {file.name for file in found} <= {"accepted.parquet"}, found
    if contract.sharing == "no_personal_identifiers" or record.verdict == "refused":
        assert found == {}
    if any(column.classification == "direct_identifier" for column in contract.columns):
        assert not {"Quibblethwaite", "Zornapple"} & set().union(*found.values())
