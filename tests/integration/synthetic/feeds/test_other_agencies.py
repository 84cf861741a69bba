"""Counts of the other agencies' files are their published tables. Knows nothing of how they were made."""

import csv
from collections import Counter
from datetime import datetime

import pytest

from orchestration.contracts.reader import load_contracts
from tests.conftest import PRINTED

pytestmark = pytest.mark.xdist_group("synthetic")

ED = ("royal_derby_hospital/ed_assaults", "chesterfield_royal_hospital/ed_assaults")


def rows(raw, feed):
    for path in sorted((raw / feed).iterdir()):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                yield from csv.DictReader(file)
        else:
            from python_calamine import CalamineWorkbook

            header, *lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
            yield from (dict(zip(header, line, strict=True)) for line in lines)


def year(text):
    day = datetime.strptime(text[:10], "%d/%m/%Y")
    start = day.year - (day.month < 4)
    return f"{start}/{(start + 1) % 100:02d}"


@pytest.fixture(scope="module")
def printed():
    """Printed counts by table, row group and labels."""
    with (PRINTED / "figures.csv").open() as file:
        cells = list(csv.DictReader(file))
    return lambda table: {
        (cell["row_group"], cell["row_label"], cell["column_label"]): int(cell["published"])
        for cell in cells
        if cell["table_id"] == table and cell["unit"] == "count"
    }


def test_searches_of_t38_and_t39(raw, printed):
    found, ages = Counter(), Counter()
    for row in rows(raw, "derbyshire_constabulary/stop_searches"):
        when = year(row["Search Date Time"])
        found["", when, "All reasons"] += 1
        if row["Search Reason"] == "Offensive weapons":
            found["", when, "Search reason: offensive weapons"] += 1
            if row["Item Found"] == "Offensive weapon":
                found["", when, "Offensive weapons found"] += 1
                ages[when, row["Age at Search"] == ""] += 1
    assert found == printed("T38")
    assert {key: number for key, number in ages.items() if key[1]} == {("2022/23", True): 1}


def test_attendances_of_t44_t46_and_t47(raw, printed):
    for feed, table in zip(ED, ("T44", "T47"), strict=True):
        counted = Counter(("", year(row["Arrival Date Time"]), "Attendances per year") for row in rows(raw, feed))
        assert counted == printed(table)
    methods = Counter(("", row["Assault Method"], "Count (n)") for row in rows(raw, ED[0]) if row["Assault Method"])
    assert methods == {key: number for key, number in printed("T46").items() if key[1] != "Total"}


def test_calls_of_t49_and_t51(raw, printed):
    calls, hospitals = Counter(), Counter()
    for row in rows(raw, "east_midlands_ambulance_service/assault_calls"):
        when = year(row["Call Date Time"])
        for sex in {"All", row["Patient Sex"]} - {""}:
            calls[sex, row["Response"], when] += 1
        if row["Conveyed To"]:
            hospitals["", row["Conveyed To"], when] += 1
    assert calls == {key: number for key, number in printed("T49").items() if key[1] != "Total Calls"}
    assert hospitals == {key: number for key, number in printed("T51").items() if key[1] != "Grand Total"}


def test_incidents_of_t57_to_t59(raw, printed):
    fires, alarms, attacks = Counter(), Counter(), Counter()
    for row in rows(raw, "derbyshire_fire_and_rescue/incidents"):
        when = year(row["Call Date Time"])
        fires["", row["District"].removeprefix("City of "), when] += row["Incident Type"].startswith("Deliberate")
        alarms["", "Total", when] += row["Incident Type"] == "Malicious False Alarm"
        attacks["", "Total", when] += row["Attack on Firefighters"] == "Y"
    assert fires == {key: number for key, number in printed("T57").items() if key[1] != "Total"}
    assert (alarms, attacks) == (printed("T58"), printed("T59"))


def test_referrals_of_t75(raw, printed):
    groups = Counter(
        (row["Offence Group"], year(row["Referral Date"])) for row in rows(raw, "nhs_liaison_and_diversion/referrals")
    )
    for (_, label, when), number in printed("T75").items():
        if label != "Total":
            (group,) = (name for name in ("Violence", "offensive weapon", "firearm") if name.lower()[:6] in label.lower())
            assert sum(n for (kind, y), n in groups.items() if group in kind and y == when) == number


def test_sentences_are_of_the_cases_of_t52(raw, printed):
    cases = Counter()
    for row in rows(raw, "probation_service/cases_by_age_and_sentence"):
        cases["", "Total", row["Financial Year"][2:]] += int(row["Cases"])
    assert cases == {key: number for key, number in printed("T52").items() if key[1] == "Total"}


@pytest.mark.parametrize(
    ("service", "table", "total"), [("derby_city", "T54", "Total"), ("derbyshire_county", "T56", "Overall total")]
)
def test_no_year_has_more_young_offenders_than_offences(raw, printed, service, table, total):
    offenders = Counter()
    for row in rows(raw, f"{service}_youth_justice/offenders"):
        offenders[row["Financial Year"]] += int(row["Offenders"])
    offences = {column: number for (_, row, column), number in printed(table).items() if row == total}
    assert len(offenders) == {"T54": 2, "T56": 4}[table]
    assert all(number < offences[when] for when, number in offenders.items())


def test_no_health_feed_has_a_column_that_identifies(raw):
    contracts = {"/".join(key): contract for key, contract in load_contracts().items()}
    for feed in (*ED, "east_midlands_ambulance_service/assault_calls", "nhs_liaison_and_diversion/referrals"):
        contract = contracts[feed]
        written = list(next(rows(raw, feed)))
        assert written == [column.header for column in contract.columns if not column.optional or column.header in written]
        assert not any(column.classification == "direct_identifier" for column in contract.columns)


def test_the_written_location_never_leaves_ingestion(raw):
    for feed in ED:
        contract = load_contracts()[tuple(feed.split("/"))]
        assert contract.by_name["location_description"].free_text
        assert "location_description" not in dict(contract.landed)
        assert any(row["Location Description"] for row in rows(raw, feed))
