"""A force's first months with a live home of its own, from the first file on.

After every step the marts equal a count of the rows that were delivered, made here from the files alone.
"""

import csv
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts.periods import following
from tests.counties import CRIMES, County
from tests.unit.orchestration.ingest.conftest import GOOD

pytestmark = [pytest.mark.xdist_group("first_months"), pytest.mark.slow]

VICTIMS, OUTCOMES = "derbyshire_constabulary/victims", "derbyshire_constabulary/outcomes"
STREET = "police_uk/street"
# What the definition in force calls each of these; a theft is no serious violence.
TYPES = {
    "008/01": "Violence with injury",
    "034/11": "Robbery of personal property",
    "008/26": "Possession of weapons offences",
    "049/10": None,
}
CLASSES = {"008/01": "8N", "034/11": "34B", "008/26": "10D", "049/10": "49"}
DISTRICTS = {"Derby City": "Derby", "Amber Valley": "Amber Valley", "Chesterfield": "Chesterfield", "": "Unknown"}
A_MONTH = 40
FIRST_DAY, SECOND_DAY = "2024-04-10", "2024-04-17"

Row = dict[str, str]
Cells = Counter[tuple[str, str, str]]


def crimes_of(month: str, seed: str = "") -> list[Row]:
    """Rows of one month, all of them good."""
    draw = random.Random(f"{month} {seed}")
    first = datetime.fromisoformat(f"{month}-01")
    made = []
    for number in range(A_MONTH):
        # The first and the last day have crimes, so that the month is whole.
        day = {0: 0, 1: 27}.get(number, draw.randrange(28))
        recorded = first + timedelta(days=day, minutes=draw.randrange(600, 1400))
        code = draw.choice(list(TYPES))
        made.append(
            {
                **GOOD["crimes"],
                "Crime Reference": f"DC-{first.year}-{first.month:02}{number:05}",
                "Recorded Date Time": f"{recorded:%d/%m/%Y %H:%M}",
                "Committed From": f"{recorded - timedelta(minutes=90):%d/%m/%Y %H:%M}",
                "HO Class": CLASSES[code],
                "HO Sub Code": code,
                "Offence Title": "An offence",
                "District": draw.choices(list(DISTRICTS), [50, 30, 19, 1])[0],
                "Domestic Abuse Flag": "Y" if draw.random() < 0.1 else "N",
                "Ward Code": "",
                "Ward Name": "",
                "LSOA Code": "",
            }
        )
    return made


def is_serious(row: Row) -> bool:
    return TYPES[row["HO Sub Code"]] is not None and row["Domestic Abuse Flag"] == "N"


def month_of(row: Row, header: str = "Recorded Date Time") -> str:
    return f"{datetime.strptime(row[header][:10], '%d/%m/%Y'):%Y-%m}"


@dataclass
class Force:
    """The home and the outbox of one force, and what it has delivered that counts: feed → month → rows."""

    county: County
    outbox: Path
    delivered: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    def send(self, name: str, rows: list[Row]) -> Path:
        path = self.outbox / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def sna(self, *words: str, status: int = 0) -> str:
        done = self.county.sna(*words)
        assert done.returncode == status, done.stdout + done.stderr
        return " ".join((done.stdout + done.stderr).split())

    def deliver(self, feed: str, name: str, rows: list[Row], header: str = "Recorded Date Time") -> str:
        printed = self.sna("deliver", str(self.send(name, rows)))
        months = sorted({month_of(row, header) for row in rows})
        self.delivered.setdefault(feed, {}).update(
            {month: [row for row in rows if month_of(row, header) == month] for month in months}
        )
        return printed

    def received(self, day: str) -> None:
        """As if all that came until now, and is not dated yet, had been received on that day."""
        for path in self.county.settings.landing.rglob("load.json"):
            record = json.loads(path.read_text())
            if record["received_at"][:10] >= str(date.today() - timedelta(days=1)):
                path.write_text(json.dumps(record | {"received_at": f"{day}T09:00:00+00:00"}))

    def offences(self) -> Cells:
        """Serious violence by month, district and type, counted from the files."""
        rows = [row for month in self.delivered[CRIMES].values() for row in month if is_serious(row)]
        return Counter((month_of(row), DISTRICTS[row["District"]], str(TYPES[row["HO Sub Code"]])) for row in rows)

    def published(self) -> Cells:
        rows = self.county.query(
            "select strftime(month_start, '%Y-%m'), district, offence_type, sum(offences) from marts.offences group by all"
        )
        return Counter({(month, district, kind): int(number) for month, district, kind, number in rows if number})

    def refresh(self, *words: str) -> str:
        printed = self.sna("refresh", *words)
        assert self.published() == self.offences()
        return printed


@pytest.fixture(scope="module")
def force(tmp_path_factory) -> Force:
    folder = tmp_path_factory.mktemp("force")
    (folder / "outbox").mkdir()
    made = Force(County(folder / "home" / "raw", folder / "home"), folder / "outbox")
    printed = made.sna("init", "--area", "derbyshire", "--home", str(folder / "home"))
    assert CRIMES in printed
    return made


def victims_of(crimes: list[Row]) -> list[Row]:
    return [
        {
            **GOOD["victims"],
            "Crime Reference": row["Crime Reference"],
            "Crime Recorded Date Time": row["Recorded Date Time"],
            "Offence Date": row["Committed From"][:10],
            "Nominal Reference": f"N{number:08}",
            "Date of Birth": "03/07/1985",
        }
        for number, row in enumerate(crimes)
        if number % 2
    ]


def test_1_a_first_file_of_three_years(force):
    months = ["2021-04"]
    while months[-1] != "2024-03":
        months.append(following("monthly", months[-1]))
    rows = [row for month in months for row in crimes_of(month)]
    printed = force.deliver(CRIMES, "crimes_2021-04_to_2024-03.csv", rows)
    assert "36" in printed
    printed = force.refresh()
    assert f"Live data of 1 feed: {CRIMES}" in printed
    assert force.county.query("select count(*) from marts.victims") == [(0,)]
    assert force.county.query("select deliveries_in_use from meta.feeds where feed = 'crimes'") != [(0,)]
    force.received(FIRST_DAY)


def test_2_victims_and_outcomes_a_week_later(force):
    crimes = [row for month in force.delivered[CRIMES].values() for row in month]
    victims = victims_of(crimes)
    force.deliver(VICTIMS, "victims_2021-04_to_2024-03.csv", victims, "Crime Recorded Date Time")
    outcomes = [
        {**GOOD["outcomes"], "Crime Reference": row["Crime Reference"], "Outcome Date": row["Recorded Date Time"][:10]}
        for row in crimes[::2]
    ]
    force.deliver(OUTCOMES, "outcomes_2021-04_to_2024-03.csv", outcomes, "Outcome Date")
    force.refresh()
    serious = {row["Crime Reference"] for row in crimes if is_serious(row)}
    expected = sum(row["Crime Reference"] in serious for row in victims)
    assert force.county.query("select sum(victims) from marts.victims") == [(expected,)]
    charged = sum(row["Crime Reference"] in serious for row in outcomes)
    found = force.county.query(
        "select sum(outcome_records) from marts.offence_outcomes where is_serious_violence and outcome_code <> '0'"
    )
    assert found == [(charged,)]
    force.received(SECOND_DAY)


def test_3_a_corrected_month_replaces_that_month_alone(force):
    corrected = [row for row in crimes_of("2023-07") if row["District"]]
    corrected[3] = {
        **corrected[3],
        "District": "Chesterfield",
        "HO Sub Code": "034/11",
        "HO Class": "34B",
        "Domestic Abuse Flag": "N",
    }
    printed = force.deliver(CRIMES, "crimes_2023-07.csv", corrected)
    assert "2023-07" in printed
    force.refresh()


def test_4_a_wrong_file_is_taken_back(force):
    before = dict(force.delivered[CRIMES])
    current = force.county.query("select release_id from meta.release")
    wrong = [{**row, "District": "Derby City"} for row in crimes_of("2023-09", seed="wrong")]
    force.deliver(CRIMES, "crimes_2023-09.csv", wrong)
    force.refresh()
    (delivery,) = (path.relative_to(force.county.raw) for path in (force.county.raw / CRIMES).glob("2023-09*"))
    force.sna("withdraw", str(delivery), "--reason", "the extract was of another year")
    force.delivered[CRIMES] = before
    force.refresh()
    ((reason,),) = force.county.query("select count(*) from marts.offences where month_start = '2023-09-01'")
    assert reason > 0 and force.county.query("select release_id from meta.release") != current
    # The same file under another name is one decision, made once.
    assert "Nothing new" in force.sna("refresh")


def street_of(month: str, reported_by: str) -> list[Row]:
    places = ("E01013453", "E01013454", "E01013455")
    return [
        {
            **GOOD["police_uk/street"],
            "Crime ID": f"{number:064x}",
            "Month": month,
            "Reported by": reported_by,
            "Falls within": reported_by,
            "LSOA code": places[number % 3],
            "LSOA name": f"Derby 00{number % 3}A",
            "Crime type": "Robbery",
            "Last outcome category": "Under investigation",
        }
        for number in range(30)
    ]


def test_5_the_rows_of_another_force_are_refused(force):
    before = force.published()
    sent = force.send("2024-03-kent-street.csv", street_of("2024-03", "Derbyshire Constabulary"))
    printed = force.sna("deliver", str(sent), status=1)
    assert "Derbyshire" in printed and "refused" in printed
    assert not list((force.county.raw / STREET).glob("*"))
    assert "Nothing new" in force.sna("refresh") and force.published() == before


def test_6_what_was_unlawful_is_purged(force):
    secret = "Q7ZK4WUNLAWFUL"
    rows = [{**row, "Offence Title": f"{secret} {number}"} for number, row in enumerate(crimes_of("2023-10", seed="unlawful"))]
    before = dict(force.delivered[CRIMES])
    force.deliver(CRIMES, "crimes_2023-10.csv", rows)
    force.refresh()
    (delivery,) = (path.relative_to(force.county.raw) for path in (force.county.raw / CRIMES).glob("2023-10*"))
    force.sna("purge", str(delivery), "--basis", "sent without legal power")
    force.delivered[CRIMES] = before
    force.sna("refresh")
    assert force.published() == force.offences()
    left = [path for path in force.county.home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert left == []


def test_7_a_look_up_that_comes_last(force):
    force.sna("deliver", str(force.send("2024-03-derbyshire-street.csv", street_of("2024-03", "Derbyshire Constabulary"))))
    force.refresh()
    assert force.county.query("select district, sum(crimes) from marts.street_crime group by all") == [("Unknown", 30)]
    rows = [
        {
            "LSOA21CD": f"E0101345{number}",
            "LSOA21NM": f"Derby 00{number}A",
            "LSOA21NMW": "",
            "WD24CD": "E05010001",
            "WD24NM": "Arboretum",
            "WD24NMW": "",
            "LAD24CD": "E06000015",
            "LAD24NM": "Derby",
            "LAD24NMW": "",
            "ObjectId": str(number),
        }
        for number in (3, 4, 5)
    ]
    force.sna("deliver", str(force.send("LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024)_Best_Fit_Lookup_in_EW.csv", rows)))
    force.refresh()
    assert force.county.query("select district, sum(crimes) from marts.street_crime group by all") == [("Derby", 30)]


def test_8_a_further_month(force):
    force.deliver(CRIMES, "crimes_2024-04.csv", crimes_of("2024-04"))
    force.refresh()
    assert force.county.query("select max(month_start)::varchar from marts.offences") == [("2024-04-01",)]


def test_9_the_release_before_is_current_again_and_the_past_can_be_rebuilt(force):
    after = force.published()
    releases = sorted(path.name for path in (force.county.settings.published / "releases").iterdir())
    force.sna("rollback", releases[-2])
    assert force.published() == Counter({cell: number for cell, number in after.items() if cell[0] != "2024-04"})
    force.sna("refresh", "--force")
    assert force.published() == after
    force.sna("refresh", "--as-at", FIRST_DAY)
    file = force.county.settings.published / "as-at" / FIRST_DAY / "sna_marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        rows = con.execute(
            "select strftime(month_start, '%Y-%m'), sum(offences) from marts.offences group by all order by all"
        ).fetchall()
        assert con.execute("select count(*) from marts.victims").fetchall() == [(0,)]
    # As first delivered: without the month that was corrected later, and without the one that came later.
    extract = [row for month in force.delivered[CRIMES] if month != "2024-04" for row in crimes_of(month)]
    first = Counter(month_of(row) for row in extract if is_serious(row))
    assert dict(rows) == dict(first)
    assert force.published() == after
