"""The register of interventions: the one that comes with the project, and what a person may get wrong in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from orchestration.contracts.reader import load_contracts
from orchestration.home.environment import PROJECT
from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import KEY, codes, parquet

REGISTER = PROJECT / "synthetic/demo/returns/vru/interventions/2024-25.yaml"
# Before the county's Hope Hack and phase two of Walk Away had taken place.
NOVEMBER = datetime(2024, 11, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
def send(desk):
    def land(records, name="2024-25.yaml"):
        contract = load_contracts()["vru", "interventions"]
        path = desk.raw / "vru" / "interventions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(records, sort_keys=False))
        (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOVEMBER)
        return record

    return land


@pytest.fixture
def records():
    return yaml.safe_load(REGISTER.read_text())


def test_planned_dates_may_be_in_the_future(send, records):
    record = send(records)
    assert (record.verdict, record.rows_accepted, codes(record)) == ("accepted", 10, [])
    landed = {row["intervention_reference"]: row for row in parquet(record.accepted)}
    assert landed["VRU-2024-25-08b"]["end_date"].isoformat() == "2025-01-04"
    assert landed["VRU-2024-25-08a"]["districts"] == "Derby City; Chesterfield"
    assert (landed["VRU-2024-25-03"]["reach_planned"], landed["VRU-2024-25-02"]["districts"]) == (10_000, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"End date": "2024-11-10"}, "R04"),
        ({"Evaluation status": "Promising"}, "R05"),
        ({"Aim": None}, "R01"),
        ({"Evaluation note": "Ring 07700 900123 for the mother"}, "R12"),
    ],
)
def test_a_record_that_says_what_it_must_not(send, records, change, code):
    """No share of bad records is small enough: the register is mended and sent again whole."""
    records["interventions"][0] |= change
    record = send(records)
    assert record.verdict == "refused"
    assert code in codes(record)
