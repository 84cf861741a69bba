"""What the terminal says of refused deliveries: feed, file, cause, and what is used in their place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestration.cli.refusals import SHOWN, refusals
from orchestration.ingest.landing_log.log import read
from tests.unit.orchestration.ingest.conftest import NOW, desk, row, text  # noqa: F401


@pytest.fixture
def month(desk):  # noqa: F811
    def land(name: str, district: str = "Derby City", count: int = 3) -> None:
        period = f"15/{name[5:7]}/{name[:4]} 10:15"
        changes = {"Recorded_Date_Time": period, "Committed_From": period, "District": district}
        rows = [row("crimes", n, **changes) for n in range(1, count + 1)]
        desk.put("crimes", text(rows), name)
        desk.load("crimes", limit=0, now=NOW + timedelta(minutes=len(desk.all())))

    return land


def test_the_last_good_delivery_is_named(desk, month):  # noqa: F811
    month("2023-07.csv")
    month("2023-07.v2.csv", "Atlantis")
    (line,) = refusals(read(desk.landing))
    assert line.startswith("derbyshire_constabulary/crimes 2023-07.v2.csv: D09 3 of 3 rows cannot be used")
    assert line.endswith("2023-07.csv stays in use.")


def test_a_period_without_one_is_named_and_a_later_good_one_ends_it(desk, month):  # noqa: F811
    month("2023-07.csv", "Atlantis")
    assert refusals(read(desk.landing))[0].endswith(" Nothing of 2023-07 is in use.")
    month("2023-07.v2.csv")
    assert refusals(read(desk.landing)) == []


@pytest.mark.slow
def test_no_more_than_a_screen_has_room_for(desk, month):  # noqa: F811
    for number in range(1, 13):
        month(f"2022-{number:02d}.csv", "Atlantis")
    month("2023-07.csv", "Atlantis")
    lines = refusals(read(desk.landing))
    assert len(lines) == SHOWN + 1 and lines[-1] == "1 more: `sna quarantine`"
