"""Nothing made up enters a live home, and nothing else a demonstration."""

import csv

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.landing_zone import demonstration
from orchestration.ingest.landing_zone.demonstration import DEFAULT, Admission, Listing, add
from orchestration.ingest.recognition.recognition import deliver
from synthetic.demo.landing_zone import RETURNS
from tests.unit.orchestration.ingest.conftest import codes, rows, text

CRIMES = text(rows("crimes", 3))


@pytest.fixture
def made_up(desk):
    """The landing log's side of a demonstration home."""
    return {"admission": Admission("demonstration", desk.raw)}


def listing(folder, *files):
    Listing(None, {f"{number}.csv": sha256(file) for number, file in enumerate(files)}).write(folder)


@pytest.mark.parametrize("above", [0, 1, 2])
def test_a_live_home_refuses_what_a_list_in_or_above_its_folder_names(desk, above):
    path = desk.put("crimes", CRIMES)
    listing(path.parents[above], path)
    (record,) = desk.load("crimes")
    assert (codes(record), record.environment, record.rows_accepted) == (["D18"], "live", 0)
    assert record.rows_delivered == record.rows_rejected == 3
    assert loads_in_use(desk.all()) == []


def test_a_live_home_refuses_the_default_demonstration_wherever_it_was_copied(desk, tmp_path):
    kept = next(path for path in RETURNS.rglob("2024-25.yaml"))
    (copy := tmp_path / "outbox" / "2024-25.yaml").parent.mkdir()
    copy.write_bytes(kept.read_bytes())
    receipt = deliver(copy, desk.raw, load_contracts())
    assert receipt.outcome == "refused" and "part of a demonstration" in receipt.reason
    assert not desk.raw.exists()


def test_the_default_demonstration_is_listed_once(desk):
    with DEFAULT.open(newline="", encoding="utf-8") as file:
        names = [name for name, *_ in csv.reader(file)]
    assert len(set(names)) == len(names) > 500
    assert {str(path.relative_to(RETURNS)) for path in RETURNS.glob("*/*/*")} < set(names)


def test_a_demonstration_takes_only_what_is_listed(desk, made_up):
    path = desk.put("crimes", CRIMES)
    (refused,) = desk.load("crimes", **made_up)
    assert codes(refused) == ["D19"] and "sna demo --add" in refused.faults[0].remedy
    assert desk.load("crimes", **made_up) == []
    add(desk.raw, [path])
    (taken,) = desk.load("crimes", **made_up)
    assert (taken.verdict, taken.environment, taken.rows_accepted) == ("accepted", "demonstration", 3)
    assert loads_in_use(desk.all()) == [taken]
    assert desk.load("crimes", **made_up) == []


def test_a_file_can_be_listed_before_it_is_delivered(desk, made_up, tmp_path):
    sent = tmp_path / "crimes_2023-07.csv"
    sent.write_text(CRIMES)
    assert deliver(sent, desk.raw, load_contracts(), made_up["admission"]).outcome == "refused"
    add(desk.raw, [sent])
    assert deliver(sent, desk.raw, load_contracts(), made_up["admission"]).outcome == "delivered"


@pytest.mark.parametrize(
    ("name", "report"), [("2024-03.v2.csv", None), ("2019-04.csv", None), ("2024-05.csv", ("2019-04", "2024-03"))]
)
def test_a_changed_file_of_the_report_s_months_ends_its_reproduction(desk, name, report):
    path = desk.put("crimes", CRIMES, name)
    Listing(("2019-04", "2024-03"), {}).write(desk.raw)
    add(desk.raw, [path])
    found = Listing.read(desk.raw)
    assert found.report == report and list(found.files) == [f"derbyshire_constabulary/crimes/{name}"]
    assert found.is_whole(desk.raw)
    path.unlink()
    assert not found.is_whole(desk.raw)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"report": null}', '{"report": null, "files": []}', '{"report": 1, "files": {}}']
)
def test_a_damaged_list_lists_nothing(tmp_path, text):
    (tmp_path / demonstration.FILE).write_text(text)
    assert Listing.read(tmp_path) == Listing()
    assert demonstration.listed_in(tmp_path) == frozenset()
