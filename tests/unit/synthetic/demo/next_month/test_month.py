"""Returns by the month in which their period ends, the last month, and faults of one month: on landing zones of a few files."""

import csv
import json

import numpy as np
import pytest

from orchestration.ingest.landing_zone.demonstration import FILE
from synthetic.demo.faults import MANIFEST, add_faults_to_month
from synthetic.demo.next_month import LAST, NoNextMonthError, write_next_month
from synthetic.demo.next_month.donors import Zone
from synthetic.demo.next_month.police import SUSPECTS
from synthetic.demo.next_month.returns import LIFESTYLE, RETURNS, write_counts, write_lifestyle

SENTENCES = "probation_service/cases_by_age_and_sentence"


def put(raw, name, header, rows):
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_a_yearly_return_comes_with_the_month_in_which_its_year_ends(tmp_path, rng):
    header = ("Financial Year", "Age Group", "Sentence Type", "Cases")
    put(tmp_path, f"{SENTENCES}/2023-24.csv", header, [("2023/24", f"{age}", "Custody", 100 + age) for age in range(20)])
    zone = Zone(tmp_path)
    assert list(write_counts(rng, zone, SENTENCES, np.datetime64("2025-02"))) == []
    ((feed, path, number),) = write_counts(rng, zone, SENTENCES, np.datetime64("2025-03"))
    assert (feed, path.name, number) == (SENTENCES, "2024-25.csv", 20)
    before, after = rows(tmp_path / SENTENCES / "2023-24.csv"), rows(path)
    assert {row["Financial Year"] for row in after} == {"2024/25"}
    groups = ("Age Group", "Sentence Type")
    assert [[row[name] for name in groups] for row in after] == [[row[name] for name in groups] for row in before]
    change = [int(new["Cases"]) / int(old["Cases"]) for new, old in zip(after, before, strict=True)]
    assert all(0.7 < factor < 1.4 for factor in change) and len(set(change)) > 10
    assert list(write_counts(rng, zone, SENTENCES, np.datetime64("2025-03"))) == [], "it is there already"


def test_a_feed_that_was_never_delivered_has_no_following_return(tmp_path, rng):
    for feed in RETURNS:
        assert list(write_counts(rng, Zone(tmp_path), feed, np.datetime64("2025-03"))) == []
    assert list(write_lifestyle(rng, Zone(tmp_path), np.datetime64("2025-03"))) == []


def test_a_quarter_of_assessments_is_of_people_met_before_and_of_suspects_of_the_quarter(tmp_path, rng):
    assessed = [(f"N1{number:07d}", "09/01/2024", "YN"[number % 2], "YN"[number % 3 > 0]) for number in range(60)]
    put(tmp_path, f"{LIFESTYLE}/2024-Q1.csv", ("Nominal Reference", "Assessed On", "One", "Two"), assessed)
    for month in ("2024-04", "2024-05", "2024-06"):
        put(tmp_path, f"{SUSPECTS}/{month}.csv", ("Nominal Reference",), [(f"N2{month[-2:]}{n:05d}",) for n in range(40)])
    zone = Zone(tmp_path)
    assert list(write_lifestyle(rng, zone, np.datetime64("2024-05"))) == []
    ((_, path, number),) = write_lifestyle(rng, zone, np.datetime64("2024-06"))
    written = rows(path)
    assert path.name == "2024-Q2.csv" and number == len(written) and 50 < number < 75
    assert {row["Assessed On"][3:] for row in written} == {"04/2024", "05/2024", "06/2024"}
    people = [row["Nominal Reference"] for row in written]
    assert len(set(people)) == len(people)
    assert 0.4 < sum(person.startswith("N1") for person in people) / len(people) < 0.6


def test_no_month_follows_the_last(tmp_path):
    put(tmp_path, f"derbyshire_constabulary/crimes/{LAST}.csv", ("Crime Reference",), [])
    with pytest.raises(NoNextMonthError, match=r"no demonstration.*sna demo"):
        write_next_month(tmp_path)
    (tmp_path / FILE).write_text('{"report": null, "files": {}}')
    with pytest.raises(NoNextMonthError, match=rf"ends with {LAST}: no later month can be written"):
        write_next_month(tmp_path)


def test_faults_of_a_month_are_listed_beside_those_that_are_there(tmp_path):
    header = ("Report", "Sex", "Date of Birth", "Nominal Reference")
    people = [(f"r{number}", "M", "01/01/1990", f"N{number:08d}") for number in range(30)]
    for month in ("2024-04", "2024-05"):
        put(tmp_path, f"derbyshire_constabulary/victims/{month}.csv", header, people)
    (tmp_path / MANIFEST).write_text(json.dumps([{"file": "earlier", "row": 7}]))
    number = add_faults_to_month(tmp_path, "2024-05", seed=1)
    earlier, *faults = json.loads((tmp_path / MANIFEST).read_text())
    assert earlier["file"] == "earlier" and len(faults) == number >= 4
    assert {fault["file"] for fault in faults} == {"derbyshire_constabulary/victims/2024-05.csv"}
    delivered = rows(tmp_path / "derbyshire_constabulary/victims/2024-05.csv")
    assert len(delivered) == 30 + number and [tuple(row.values()) for row in delivered[:30]] == people
    for fault in faults:
        bad = delivered[fault["row"] - 2]
        good = [row for row in people if sum(a == b for a, b in zip(row, bad.values(), strict=True)) == 3]
        assert good and bad[fault["column"]] not in {row[header.index(fault["column"])] for row in good}
    assert len(rows(tmp_path / "derbyshire_constabulary/victims/2024-04.csv")) == 30
    # Donors of the next month are the good rows.
    assert len(Zone(tmp_path).read("derbyshire_constabulary/victims", ["2024-05"])) == 30
