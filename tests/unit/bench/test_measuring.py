"""What is measured is saved at once, and a way that fails costs no other its row."""

import json
import os
import sys

import pytest

from tests.bench.results import Results, Row, ratios
from tests.bench.ways import REFRESHED, Way, WayFailed, did, measure, move


def row(key, *cpu, scale=1, error=None):
    return Row(scale, key, key, [{"wall_s": 2 * s, "cpu_s": s, "peak_mib": 1.0} for s in cpu], error=error)


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "bench", {"commit": "abc", "times": 1})


def latest(results):
    return json.loads((results.folder.parent / "latest.json").read_text())


def python(key, code, **options):
    return Way(key, key, [sys.executable, "-I", "-S", "-c", code], dict(os.environ), **options)


def run(results, *ways, times=1):
    for way in ways:
        measure(way, Row(1, way.key, way.name), times, results)


def test_ratios_are_of_medians_of_rows_that_were_measured():
    rows = [row("a", 90, 100, 200), row("d", 20), row("e", 50, error="broken"), row("b", 40), row("c", 1, scale=20)]
    assert ratios(rows, 1, "cpu_s") == {"a_floor": 5.0, "b_a": 0.4}
    assert ratios(rows, 1, "wall_s") == {"a_floor": 5.0, "b_a": 0.4}
    assert ratios(rows, 20, "cpu_s") == {}


def test_a_run_tells_of_scale_1_at_its_top(results):
    results.rows += [row("a", 150), row("d", 30), row("b", 75), row("a", 600, scale=20), row("d", 200, scale=20)]
    results.save()
    told = latest(results)
    assert told["ratios"] == {"a_floor": 5.0, "b_a": 0.5}
    assert told["b_cpu_s"] == 75
    assert told["ratios_by_scale"]["20"]["cpu"] == {"a_floor": 3.0}
    assert told["rows"][0]["cpu_s"] == {"min": 150, "median": 150, "max": 150}
    assert told["commit"] == "abc" and told["machine"]["cores"]
    assert "floor_differences" not in told


def test_a_run_without_scale_1_has_no_ratios_at_its_top(results):
    results.rows += [row("a", 600, scale=20), row("b", 200, scale=20)]
    results.save()
    assert "ratios" not in latest(results) and "b_cpu_s" not in latest(results)


def test_each_repetition_is_saved(results):
    seen = []
    run(results, python("a", "pass", prepare=lambda: seen.append(len(results.rows[0].costs))), times=2)
    assert seen == [0, 1]
    (saved,) = latest(results)["rows"]
    assert (saved["times"], saved["error"]) == (2, None)
    assert saved["wall_s"]["min"] > 0 and saved["peak_mib"]["min"] > 1


def test_a_way_that_fails_is_told_with_its_last_lines_and_the_others_go_on(results):
    broken = python("d", "print('what went wrong'); raise SystemExit(3)")
    run(results, python("a", "pass"), broken, python("differences", "pass", needs="d"), python("e", "pass", needs="a"))
    saved = {row["key"]: row for row in latest(results)["rows"]}
    assert "exit status 3" in saved["d"]["error"] and "what went wrong" in saved["d"]["error"]
    assert "not run, because d failed" in saved["differences"]["error"]
    assert saved["a"]["error"] is None and saved["e"]["error"] is None
    assert latest(results)["ratios"].keys() == {"a_dbt"}


def test_a_preparation_that_fails_fails_its_way_only(results):
    def no_space():
        raise OSError("no space left")

    run(results, python("b", "pass", prepare=no_space), python("a", "pass"))
    assert [row["error"] for row in latest(results)["rows"]] == ["OSError: no space left", None]


def test_a_new_run_keeps_nothing_of_the_one_before_but_its_folder(results):
    results.rows.append(row("a", 150))
    results.save()
    later = Results(results.folder.parent, {})
    later.save()
    assert latest(later)["rows"] == []
    assert len(json.loads((results.folder / "results.json").read_text())["rows"]) == 1


def test_a_refresh_that_built_nothing_is_no_measurement():
    said = "14 new deliveries in raw; home var\n✓ facts   {}\n✓ marts   Built 61 of 100 models (first build)\nrelease   x"
    assert did(REFRESHED, said.format("Built 82 of 173 models (first build)")) == {"deliveries": 14, "facts": 82, "marts": 61}
    assert did(REFRESHED, said.format("Built all 173 models (first build)"))["facts"] == 173
    with pytest.raises(WayFailed, match="does not hold"):
        did(REFRESHED, said.format("All 173 models are up to date (nothing has changed)"))
    with pytest.raises(WayFailed, match="no deliveries"):
        did(REFRESHED, said.replace("14 new", "0 new").format("Built all 173 models (first build)"))
    with pytest.raises(WayFailed, match="does not hold"):
        did(["Nothing new in "], said)


def test_the_deliveries_of_one_month_move(tmp_path):
    raw, away = tmp_path / "raw", tmp_path / "away"
    names = ["2024-02.csv", "2024-03.csv", "2024-03-derbyshire.csv", "2024.csv"]
    for name in names:
        path = raw / "agency" / "feed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    move(raw, away, "2024-03")
    assert sorted(path.name for path in away.rglob("*.csv")) == ["2024-03-derbyshire.csv", "2024-03.csv"]
    move(away, raw, "2024-03")
    assert sorted(path.name for path in raw.rglob("*.csv")) == sorted(names)
