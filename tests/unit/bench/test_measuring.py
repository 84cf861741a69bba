"""What is measured is saved at once, and a way that fails costs no other its row."""

import json
import os
import sys

import pytest

from tests.bench import page
from tests.bench.results import NOISE, Results, Row, ratios, targets
from tests.bench.ways import REFRESHED, Way, WayFailed, copy_home, correct, did, measure, move


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


def test_a_run_has_scale_1_at_its_top(results):
    results.rows += [row("a", 150), row("d", 30), row("b", 75), row("a", 600, scale=20), row("d", 200, scale=20)]
    results.save()
    read = latest(results)
    assert read["ratios"] == {"a_floor": 5.0, "b_a": 0.5}
    assert read["b_cpu_s"] == 75
    assert read["ratios_by_scale"]["20"]["cpu"] == {"a_floor": 3.0}
    assert read["rows"][0]["cpu_s"] == {"min": 150, "median": 150, "max": 150}
    assert read["commit"] == "abc" and read["machine"]["cores"]
    assert "floor_differences" not in read


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


def test_a_way_that_fails_is_reported_with_its_last_lines_and_the_others_go_on(results):
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


def test_each_target_has_a_verdict_and_by_how_much_it_was_missed():
    rows = [row("a", 60), row("d", 30), row("b", 9), row("late", 18), row("c", 0.6), row("imports", 0.5), row("u", 5)]
    found = {(one["key"], one["target"]): (one["held"], one["verdict"]) for one in targets(rows, 1)}
    assert found == {
        ("a", "1.5 × d"): (False, "missed: 2.00 × d (+33%)"),
        ("b", "12 CPU s"): (True, "held: 9.00 CPU s (-25%)"),
        ("late", "1.5 × b"): (False, "missed: 2.00 × b (+33%)"),
        ("c", "1.5 × imports"): (True, "held: 1.20 × imports (-20%)"),
        ("u", "10 CPU s"): (True, "held: 5.00 CPU s (-50%)"),
    }


def test_a_larger_scale_has_targets_of_its_own():
    rows = [row(key, cpu, scale=20) for key, cpu in {"a": 500, "d": 400, "b": 60, "l": 10, "p": 40}.items()]
    rows[0].costs[0]["peak_mib"] = 5000
    found = {(one["key"], one["target"]): one["held"] for one in targets(rows, 20)}
    assert found == {
        ("a", "1.4 × d"): True,
        ("b", "0.1 × a"): False,
        ("a", "4096 MiB"): False,
        ("b", "4096 MiB"): True,
        ("p", "at least 5 × l"): False,
    }


def test_a_row_that_failed_has_no_verdict():
    assert targets([row("a", 60), row("d", 30, error="broken"), row("b", 9, error="broken")], 1) == []


def test_spread_and_noise_are_saved(results):
    results.rows += [row("a", 90, 100, 110), row(NOISE, 1.0, 1.0, 1.5), row("d", 50)]
    results.save()
    read = latest(results)
    assert read["rows"][0]["spread_percent"] == {"wall_s": 20, "cpu_s": 20}
    assert "spread_percent" not in read["rows"][2]
    assert read["noise_percent"] == {"1": 50}


def test_the_page_says_of_each_row_what_it_cost_and_whether_it_held(results):
    results.rows += [row(NOISE, 1.0, 1.1), row("a", 60), row("d", 30), row("e", 1, error="no space"), row("a", 9, scale=20)]
    results.save()
    lines = (results.folder.parent / "latest.md").read_text().splitlines()
    assert "## Scale 1" in lines and "## Scale 20" in lines
    assert "| **a** | a | 120.0 | 60.0 |  | 1 | 0.0 to 0.0 | 1.5 × d | missed: 2.00 × d (+33%) |" in lines
    assert "| **e** | e | | | | | 0.0 to 0.0 | | failed |" in lines
    assert "| `a_floor` | 2.00 | 2.00 |" in lines
    assert page.text(latest(results)) == "\n".join(lines) + "\n"


def test_a_way_may_say_how_often_it_is_run(results):
    run(results, python("a", "pass", times=3), python("d", "pass"), times=2)
    assert [row["times"] for row in latest(results)["rows"]] == [3, 2]


def test_a_correction_turns_one_flag_in_a_hundred(tmp_path):
    (tmp_path / "month.csv").write_text("Crime Reference,Knife Crime Flag\n" + "".join(f"{n},N\n" for n in range(250)))
    correct(tmp_path / "month.csv", tmp_path / "month.v2.csv")
    turned = [line for line in (tmp_path / "month.v2.csv").read_text().splitlines() if line.endswith("Y")]
    assert turned == ["99,Y", "199,Y"]


def test_a_copy_of_a_home_shares_only_what_is_never_written_again(tmp_path):
    home = tmp_path / "home"
    for name in ("landing/feed/accepted.parquet", "warehouse.duckdb"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("rows")
    copy_home(home, tmp_path / "copy")
    links = {path.name: path.stat().st_nlink for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert links == {"accepted.parquet": 2, "warehouse.duckdb": 1}
