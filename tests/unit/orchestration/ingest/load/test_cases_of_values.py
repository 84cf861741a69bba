"""Small inputs that once went wrong, each with what must become of it: whether a delivery is whole and its values right."""

from __future__ import annotations

import shutil

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home.environment import PROJECT
from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import KEY, NOW

CASES = PROJECT.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not on this machine (../shared/cases)")

CRIMES = ("derbyshire_constabulary", "crimes")
STREET = ("police_uk", "street")
WARDS = ("ons", "ward_boundaries")
INTERVENTIONS = ("vru", "interventions")
YOUTH_JUSTICE = ("derby_city_youth_justice", "offences")

HOSPITAL = ("royal_derby_hospital", "ed_assaults")
CITY = ("derby_city_childrens_social_care", "activity")
COUNTY = ("derbyshire_childrens_social_care", "activity")

NAMED = ("pii-name-indian", "pii-nhs-semi", "pii-pc-O-for-0")
HIDDEN = ("wb-embedded-xlsx", "wb-data-validation-list", "wb-unreferenced-sheet", "wb-docprops-custom")
HIDDEN_IN_ODS = ("odsp-tracked-changes", "odsp-custom-shape-text")

# file, feed, name in the landing zone, verdict, codes of what was found, rows accepted where that says something
TABLE = [
    ("crimes 2023-07 error_cell.xlsx", CRIMES, "2023-07.xlsx", "accepted", {"R20"}, None),
    ("cx-formula-err-cached__2023-07.xlsx", CRIMES, "2023-07.xlsx", "accepted", {"R20"}, None),
    ("Derby City YJS 2024-Q1 (one count is #REF!).xlsx", YOUTH_JUSTICE, "2024-Q1.xlsx", "refused", {"R20", "D09"}, None),
    ("crimes 2023-07 scientific_easting.csv", CRIMES, "2023-07.csv", "refused", {"R02", "D09"}, None),
    ("crimes 2023-07 cut_at_60_percent.csv", CRIMES, "2023-07.csv", "refused", {"D20"}, 0),
    *((f"{case}__2023-07.csv", HOSPITAL, "2023-07.csv", "refused", {"D17"}, 0) for case in NAMED),
    *((f"{case}__2023-24.xlsx", COUNTY, "2023-24.xlsx", "refused", {"D17"}, 0) for case in HIDDEN),
    *((f"{case}__2023-24.ods", CITY, "2023-24.ods", "refused", {"D17"}, 0) for case in HIDDEN_IN_ODS),
    ("ed-trunc-half__2023-07.csv", HOSPITAL, "2023-07.csv", "refused", {"D20"}, 0),
    ("2022-08-greater-manchester-street.csv", STREET, "2022-08-greater-manchester.csv", "accepted", {"R06"}, 2),
    ("geo-geometry-null__2025-E07000032.geojson", WARDS, "2025-E07000032.geojson", "refused", {"D24"}, 0),
    ("geo-latlon-swapped-geom__2025-E07000032.geojson", WARDS, "2025-E07000032.geojson", "refused", {"D24"}, 0),
    ("geo-nested-10k__2025-E07000032.geojson", WARDS, "2025-E07000032.geojson", "refused", {"D10"}, 0),
    ("geo-lone-surrogate__2025-E07000032.geojson", WARDS, "2025-E07000032.geojson", "refused", {"D10"}, 0),
    ("yaml-lone-surrogate__2024-25.yaml", INTERVENTIONS, "2024-25.yaml", "refused", {"D10"}, 0),
    ("yaml-alias-bomb-9__2024-25.yaml", INTERVENTIONS, "2024-25.yaml", "refused", {"D10"}, 0),
    ("yaml-dup-key__2024-25.yaml", INTERVENTIONS, "2024-25.yaml", "refused", {"D06"}, 0),
    ("yaml-norway__2024-25.yaml", INTERVENTIONS, "2024-25.yaml", "accepted", set(), 10),
]


@pytest.mark.parametrize(("file", "feed", "name", "verdict", "codes", "accepted"), TABLE, ids=[line[0] for line in TABLE])
def test_case(desk, file, feed, name, verdict, codes, accepted):
    contract = load_contracts()[feed]
    target = desk.raw.joinpath(*feed, name)
    target.parent.mkdir(parents=True)
    shutil.copyfile(CASES / file, target)
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert record.rows_delivered == record.rows_accepted + record.rows_rejected
    found = {fault.code for fault in record.faults if fault.severity != "information"}
    assert (record.verdict, found) == (verdict, codes)
    assert accepted is None or record.rows_accepted == accepted
