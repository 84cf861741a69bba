"""A run of the vault reads every force of the area, and keeps their nominals apart as the facts do."""

from types import SimpleNamespace

import duckdb
import pytest

from orchestration.home import area_files, creation
from orchestration.vault_runs import common
from orchestration.vault_runs.linked_people import COUNTS, REGISTER

FORCES = """
agencies:
- {id: north_police, feeds: [crimes, nominals, linked_people_counts]}
- {id: south_police, feeds: [%s]}
"""


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))

    def area(feeds=""):
        path = area_files.make(["gwent"])
        if feeds:
            path.write_text(path.read_text() + FORCES % feeds)
        creation.make(tmp_path / "home", "gwent", "live")

    return area


def deliveries(folder, *agencies):
    """One nominal of each agency, all with the same reference."""
    for agency in agencies:
        path = folder / f"{agency}.parquet"
        columns = dict.fromkeys(name for name, _ in common.senders(REGISTER)[0].landed)
        values = ", ".join("'p1' as person_key" if name == "person_key" else f"null as {name}" for name in columns)
        duckdb.sql(f"copy (select {values}, '{agency}.1' as _load_id, 1 as _row) to '{path}' (format parquet)")
        yield SimpleNamespace(agency=agency, feed="nominals", rows_accepted=1, accepted=path, load_id=f"{agency}.1")


def keys(tmp_path, *agencies):
    query = common.rows(REGISTER, list(deliveries(tmp_path, *agencies)))
    return sorted(duckdb.sql(f"select person_key from ({query})").fetchall())


def test_nominals_of_two_forces_have_the_keys_of_the_facts(make, tmp_path):
    make("crimes, nominals")
    assert keys(tmp_path, "north_police", "south_police") == [("north_police/p1",), ("south_police/p1",)]
    assert [contract.agency for contract in common.senders(COUNTS)] == ["north_police"]


def test_a_second_agency_without_crimes_changes_no_key(make, tmp_path):
    make("stop_searches")
    assert keys(tmp_path, "north_police") == [("p1",)]


def test_an_area_that_lists_no_agency_has_its_runs_all_the_same(make):
    make()
    assert [[contract.id for contract in common.senders(one)] for one in (REGISTER, COUNTS)] == [
        [("people", "nominals")],
        [("people", "linked_people_counts")],
    ]
