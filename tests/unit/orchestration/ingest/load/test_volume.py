"""Deliveries with too few rows: what their history lets one expect, and what a person can do about it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home import creation
from orchestration.ingest.landing_log.log import loads_in_use, read
from orchestration.ingest.landing_zone.acceptance import accept_short, accepted_short
from orchestration.ingest.load.volume import applies, shortfall
from tests.unit.orchestration.ingest.conftest import CONTRACTS, codes, row, text

CRIMES = CONTRACTS["crimes"]
MONTHS = [f"{year}-{month:02d}" for year in range(2019, 2025) for month in range(1, 13)]
SEASON = [0.9, 0.85, 0.95, 1.0, 1.1, 1.15, 1.2, 1.1, 1.0, 1.0, 0.9, 0.85]


def history(months: int, level: float, seed: int = 1, trend: float = 1.0) -> dict[str, int]:
    """Counts of a season and a trend a year, with more than Poisson's variance."""
    chance = random.Random(seed)
    expected = [level * SEASON[n % 12] * trend ** (n / 12) for n in range(months)]
    return {MONTHS[n]: max(round(chance.gauss(mean, (3 * mean) ** 0.5)), 0) for n, mean in enumerate(expected)}


@pytest.mark.parametrize("level", [2_000, 5_000, 20_000])
@pytest.mark.parametrize("months", [13, 24, 40, 61])
@pytest.mark.parametrize("trend", [0.9, 1.0, 1.1])
def test_a_month_of_the_usual_size_is_taken_and_half_of_one_is_refused(level, months, trend):
    for seed in range(5):
        counts = history(months + 1, level, seed, trend)
        latest = max(counts)
        assert shortfall(CRIMES, latest, counts[latest], counts) is None
        found = shortfall(CRIMES, latest, counts[latest] // 2, counts)
        assert found is not None and found.refused
        assert counts[latest] // 2 < found.least < found.expected


def test_the_season_is_expected():
    """In a low season a file is taken of which a high one would be refused."""
    counts = {month: round(1_000 * (0.5 if n % 12 in (0, 1) else 1.1)) for n, month in enumerate(MONTHS[:37])}
    assert shortfall(CRIMES, MONTHS[36], 500, counts) is None
    found = shortfall(CRIMES, MONTHS[42], 500, {month: counts.get(month, 1_100) for month in MONTHS[:42]})
    assert found is not None and found.refused


def test_a_fall_that_goes_on_is_followed():
    counts = history(30, 2_000)
    for month in MONTHS[30:34]:  # three quarters of before
        counts[month] = round(counts[MONTHS[MONTHS.index(month) - 12]] * 0.75)
    assert shortfall(CRIMES, MONTHS[34], round(counts[MONTHS[22]] * 0.75), counts) is None


@pytest.mark.parametrize("months", [1, 5, 12])
def test_before_thirteen_months_less_than_half_of_the_median_is_only_a_warning(months):
    counts = dict.fromkeys(MONTHS[:months], 100)
    found = shortfall(CRIMES, MONTHS[months], 49, counts)
    assert found is not None and not found.refused and found.expected == 100
    assert shortfall(CRIMES, MONTHS[months], 50, counts) is None


def test_without_history_nothing_is_said():
    assert shortfall(CRIMES, "2023-07", 1, {}) is None
    assert shortfall(CRIMES, "2019-01", 1, history(61, 1_000)) is None  # all of it came later


def test_small_counts_are_not_refused():
    counts = {month: 6 + n % 3 for n, month in enumerate(MONTHS[:40])}
    assert shortfall(CRIMES, MONTHS[40], 2, counts) is None


def test_the_first_period_of_a_feed_of_later_news_is_no_measure():
    outcomes = CONTRACTS["outcomes"]
    assert outcomes.load_mode == "upsert"
    counts = {month: 10 if n == 0 else 1_000 + n for n, month in enumerate(MONTHS[:14])}
    assert shortfall(outcomes, MONTHS[14], 900, counts) is None
    found = shortfall(outcomes, MONTHS[14], 500, counts)
    assert found is not None and found.refused


def test_gaps_in_the_history_do_no_harm():
    counts = {month: count for n, (month, count) in enumerate(history(61, 3_000).items()) if n % 3}
    assert shortfall(CRIMES, MONTHS[61], 2_800, counts) is None
    found = shortfall(CRIMES, MONTHS[61], 1_000, counts)
    assert found is not None and found.refused


def test_a_return_is_not_judged_by_its_rows():
    assert applies(CRIMES)
    assert not applies(CONTRACTS["nte_kpi"]) and not applies(CONTRACTS["population"])
    assert not applies(replace(CRIMES, cadence="annual"))


def delivered(month: str, count: int) -> str:
    year, number = month.split("-")
    dates = {"Recorded_Date_Time": f"15/{number}/{year} 10:15", "Committed_From": f"14/{number}/{year} 10:15"}
    return text([row("crimes", n, **dates) for n in range(1, count + 1)])


@pytest.fixture
def a_year(desk):
    """Thirteen months of some two hundred rows."""
    for n, month in enumerate(MONTHS[:13]):
        desk.put("crimes", delivered(month, 200 + n), f"{month}.csv")
    assert {record.verdict for record in desk.load("crimes")} == {"accepted"}
    return desk


def test_d22_a_short_month_is_refused_and_used_once_a_person_has_accepted_it(a_year):
    record = a_year.land("crimes", delivered("2020-02", 70), "2020-02.csv")
    (fault,) = record.faults
    assert (record.verdict, fault.code, fault.rows, record.rows_rejected) == ("refused", "D22", 70, 70)
    assert "--accept-short --reason" in fault.remedy
    assert a_year.load("crimes") == []

    target = a_year.raw / "derbyshire_constabulary" / "crimes" / "2020-02.csv"
    accept_short(target, "The force closed a district's station")
    (record,) = a_year.load("crimes")
    assert (record.verdict, record.rows_accepted) == ("accepted", 70)
    said = {fault.code: fault.message for fault in record.faults}
    assert set(said) == {"I07", "I23"} and said["I23"].endswith("The force closed a district's station")
    assert a_year.load("crimes") == []

    # Of other content, the acceptance says nothing.
    target.write_text(delivered("2020-02", 60))
    (record,) = a_year.load("crimes")
    assert (record.verdict, codes(record)[0]) == ("refused", "D22")


def test_d22_keeps_the_last_good_version_in_use(a_year):
    good = a_year.land("crimes", delivered("2020-02", 210), "2020-02.csv")
    assert a_year.land("crimes", delivered("2020-02", 60), "2020-02.v2.csv").verdict == "refused"
    assert good.load_id in {load.load_id for load in loads_in_use(read(a_year.landing))}


def test_months_that_come_together_are_judged_by_each_other(desk):
    for n, month in enumerate(MONTHS[:20]):
        desk.put("crimes", delivered(month, 60 if n in (15, 16) else 200 + n), f"{month}.csv")
    records = desk.load("crimes")
    assert [record.period for record in records if record.verdict == "refused"] == [MONTHS[15], MONTHS[16]]


def test_i22_is_reported_before_there_is_a_year(desk):
    for month in MONTHS[:3]:
        desk.put("crimes", delivered(month, 40), f"{month}.csv")
    desk.load("crimes")
    record = desk.land("crimes", delivered(MONTHS[3], 19), f"{MONTHS[3]}.csv")
    assert (record.verdict, codes(record)) == ("accepted", ["I22"])


def test_deliver_accepts_a_short_month_for_a_reason(a_year, tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(a_year.raw))
    creation.make(tmp_path / "home", "derbyshire", "live")
    sent = tmp_path / "crimes_2020-02.csv"
    sent.write_text(delivered("2020-02", 70))

    def deliver(*options: str) -> Result:
        return CliRunner().invoke(app, ["deliver", str(sent), *options])

    assert deliver().exit_code == 0
    assert [record.verdict for record in a_year.load("crimes")] == ["refused"]
    assert deliver("--accept-short").exit_code == deliver("--reason", "why").exit_code == 2
    assert deliver("--accept-short", "--reason", "A station has closed").exit_code == 0
    (record,) = a_year.load("crimes")
    assert (record.verdict, record.rows_accepted, record.version) == ("accepted", 70, 1)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_reason_is_needed(tmp_path, reason):
    path = tmp_path / "2020-02.csv"
    path.write_text("a")
    with pytest.raises(ValueError, match="reason"):
        accept_short(path, reason)
    assert accepted_short(path, "") is None


@pytest.mark.parametrize("content", ["", "[]", "{}", "not JSON", '{"file_sha256": 3}'])
def test_a_damaged_acceptance_accepts_nothing(tmp_path, content):
    path = tmp_path / "2020-02.csv"
    path.write_text("a")
    accept_short(path, "because").write_text(content)
    assert accepted_short(path, "x") is None
