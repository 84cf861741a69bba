"""A file with every field of the ISTV data set, in the standard's order and words, is accepted; its free text does not land."""

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import KEY, NOW, codes, parquet
from tests.unit.orchestration.ingest.legal_gate.test_legal_gate import written

SITES = {"royal_derby_hospital": "RTGFG", "chesterfield_royal_hospital": "RFSDA"}
OTHER = "Assault Method Other Description"
PLACE = "Assault Location Description"
STANDARD = {
    "Reporting Period Start Date": "01/07/2023",
    "Reporting Period End Date": "31/07/2023",
    "Site Code (of Treatment)": "",
    "Arrival Date and Time at Accident and Emergency Department": "03/07/2023 22:15",
    "Assault Date and Time": "03/07/2023 21:00",
    "Assault Method": "Other",
    OTHER: "hit with a tray",
    "Assault Location Type": "Bar or pub",
    PLACE: "near the taxi rank",
}
AGREED = {"Assault District": "Derby", "Age": "24", "Sex": "Male", "Ethnic Category": "A"}


def sent(desk, agency, **changes):
    contract = load_contracts()[agency, "ed_assaults"]
    row = {**STANDARD, "Site Code (of Treatment)": SITES[agency], **AGREED, **changes}
    path = desk.raw / agency / "ed_assaults" / "2023-07.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written([row]))
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    return record


@pytest.mark.parametrize("agency", SITES)
def test_every_field_of_the_standard_is_taken(desk, agency):
    record = sent(desk, agency)
    assert (record.verdict, codes(record)) == ("accepted", [])
    (row,) = parquet(record.accepted)
    assert [str(row[f"reporting_period_{end}"]) for end in ("start", "end")] == ["2023-07-01", "2023-07-31"]
    assert (row["site_code"], row["assault_method"], row["location_type"]) == (SITES[agency], "Other", "Bar or pub")
    assert not {"assault_method_other", "location_description"} & row.keys()
    assert "tray" not in str(row)


@pytest.mark.parametrize("agency", SITES)
@pytest.mark.parametrize("field", [OTHER, PLACE])
def test_the_free_text_is_searched_all_the_same(desk, agency, field):
    record = sent(desk, agency, **{field: "bottled by Mr John Smith"})
    assert (record.verdict, codes(record), record.rows_accepted) == ("refused", ["D17"], 0)
