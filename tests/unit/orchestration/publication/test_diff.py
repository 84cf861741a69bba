"""What two releases differ in: on one screen whatever its size, and one by one where it is asked for."""

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from tests.press import make_press

pytestmark = pytest.mark.xdist_group("difference")


@pytest.fixture
def sna():
    """The command, run for the home of a press."""
    runner = CliRunner()

    def run(press, *arguments, columns=120):
        home = press.published.parents[1]
        environment = {"COLUMNS": str(columns), "SNA_HOME": str(home), "SNA_RAW": str(home.parent / "raw")}
        result = runner.invoke(app, arguments, env=environment)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def deliveries(months, load, rows):
    return [
        {
            "feed": f"agency_{agency}/feed",
            "period": f"{2010 + month // 12}-{month % 12 + 1:02d}",
            "part": "",
            "load_id": f"{load}-{agency}-{month}",
            "file_name": f"{2010 + month // 12}-{month % 12 + 1:02d}.csv",
            "file_sha256": f"{load}-{agency}-{month}",
            "rows_accepted": rows,
        }
        for agency in range(20)
        for month in range(months)
    ]


@pytest.fixture(scope="module")
def two_large_releases(tmp_path_factory):
    """Every one of 40 tables and of 1,200 deliveries differs. Not to be changed."""
    press = make_press(tmp_path_factory.mktemp("large"))
    for number in range(40):
        press.change(f"create table marts.t{number} as select 'row ' || range as name, range::bigint as n from range(100)")
    press.publish("1", deliveries=deliveries(60, "old", 10), code_id="a")
    for number in range(40):
        press.change(f"update marts.t{number} set n = n + 1")
    press.publish("2", deliveries=deliveries(60, "new", 12), code_id="b")
    return press


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_difference_of_any_size_fits_on_a_screen(two_large_releases, sna, columns):
    first, _ = sorted(path.name for path in (two_large_releases.published / "releases").iterdir() if path.name[0] != ".")
    shown = sna(two_large_releases, "diff", first, columns=columns)
    assert len(shown.splitlines()) <= 40
    assert "1,200 deliveries of 20 feeds" in shown and "and 12 more" in shown
    assert "60 replaced; 600 rows before, 720 after" in shown or columns < 100
    assert "Changes of 40 tables" in shown and "and 32 more" in shown


@pytest.mark.slow
def test_one_table_or_everything_is_listed_on_request(two_large_releases, sna):
    first, _ = sorted(path.name for path in (two_large_releases.published / "releases").iterdir() if path.name[0] != ".")
    one = sna(two_large_releases, "diff", first, "--table", "marts.t7", columns=300)
    assert one.count("marts.t7") == 101 and "marts.t8" not in one
    everything = sna(two_large_releases, "diff", first, "--all", columns=300)
    assert everything.count("replaces ") == 1_200
    assert all(f"marts.t{number} " in everything for number in range(40))


def test_few_deliveries_are_described_one_by_one(press, sna):
    first = press.publish("1", deliveries=deliveries(1, "old", 10)[:2])
    press.change("update marts.offences set offences = 8")
    press.publish("2", deliveries=[*deliveries(1, "old", 10)[:1], *deliveries(1, "new", 11)[1:3]])
    shown = sna(press, "diff", first.id, columns=200)
    assert "agency_1/feed/2010-01.csv (new-1-0)" in shown and "10 rows then, 11 now" in shown
    assert "agency_2/feed/2010-01.csv (new-2-0)" in shown and "new: 11 rows" in shown


def test_releases_that_do_not_differ(press, sna):
    first = press.publish("1")
    press.publish("2")
    assert "No published figure differs." in sna(press, "diff", first.id)
