"""Statistics as their publishers write them: a symbol instead of a number refuses no file."""

from __future__ import annotations

import pytest

from orchestration.contracts.reader import load_contracts
from tests.unit.orchestration.ingest.conftest import CONTRACTS, codes, parquet
from tests.unit.orchestration.ingest.files.test_reshape import xlsx

ALL = load_contracts()


@pytest.mark.parametrize("symbol", ["-", "z", "x", "[z]", ".."])
def test_an_authority_without_neighbours_refuses_nothing(desk, symbol):
    header = ["LA num", "LA number", "LA Name", *(f"SN{place}" for place in range(1, 11))]
    rows = [header, [830, 830, "Derbyshire", *range(900, 910)], [420, 420, "Isles of Scilly", *[symbol] * 10]]
    record = desk.land("statistical_neighbours", xlsx({"LA SN Groups": rows}), "2025.xlsx", limit=0.0)
    assert (record.verdict, record.rows_accepted, codes(record)) == ("accepted", 20, ["I13"])
    landed = [(row["la_number"], row["neighbour"], row["neighbour_symbol"]) for row in parquet(record.accepted)]
    assert landed[9:11] == [(830, 909, None), (420, None, symbol.strip("[]"))]


def test_every_number_of_national_statistics_that_a_publisher_may_suppress_takes_symbols():
    """A count of a census is not suppressed; what is spread over columns or measured may be."""
    values = [
        (contract.id, contract.by_name[table.value]) for contract in ALL.values() for table in contract.layout if table.value
    ]
    numbers = [(feed, column) for feed, column in values if column.type in ("integer", "number")]
    national = [(feed, column.name) for feed, column in numbers if feed[0] in ("dfe", "moj", "hmicfrs") and not column.symbols]
    assert national == [] and len(numbers) > 5 and CONTRACTS["statistical_neighbours"].by_name["neighbour"].symbols
