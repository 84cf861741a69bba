"""Releases are listed, gone back to, held back and removed without a reader noticing."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home.creation import make
from orchestration.home.settings import Settings
from orchestration.operations import configuration, refresh_plan
from orchestration.publication import release_retention, releases
from orchestration.publication.release import DamagedReleaseError
from orchestration.publication.releases import NoSuchReleaseError, current_release, find, held_back, read_release, roll_back


def held(press, build):
    return held_back(press.published, build * 64) is not None


def test_a_rollback_is_one_link_and_holds_back_what_it_left(press):
    first, second, third = (press.publish(build) for build in "123")
    roll_back(press.published, second)
    assert press.read("select release_id from meta.release") == [(second.id,)]
    assert json.loads((press.published / "manifest.json").read_text())["release_id"] == second.id
    roll_back(press.published, first)
    assert [held(press, build) for build in "1234"] == [False, True, True, False]
    assert releases.rollback(press.published).left == second.id
    roll_back(press.published, third)
    assert [held(press, build) for build in "23"] == [True, False]


def test_the_next_publication_ends_a_rollback(press):
    first = press.publish("1")
    press.publish("2")
    roll_back(press.published, first)
    fourth = press.publish("4")
    assert current_release(press.published).id == fourth.id
    assert not held(press, "2")


def test_a_rollback_that_was_cut_short_changes_nothing(press, monkeypatch):
    first, second = press.publish("1"), press.publish("2")

    def killed(*_):
        raise OSError("killed")

    monkeypatch.setattr(releases, "make_current", killed)
    with pytest.raises(OSError, match="killed"):
        roll_back(press.published, first)
    assert current_release(press.published).id == second.id
    assert releases.rollback(press.published) is None


def test_a_release_that_was_never_led_to_is_not_taken_for_one_rolled_back_from(press):
    first, orphan = press.publish("1"), press.publish("2")
    releases.make_current(press.published, first.id)  # as if the publication had ended before its last step
    assert orphan.id in releases.ids(press.published)
    assert not held(press, "2")


@pytest.mark.parametrize("damage", [Path.unlink, lambda manifest: manifest.write_text("{")])
def test_a_current_release_whose_manifest_is_damaged_counts_for_none_when_the_next_is_planned(press, damage):
    folder = press.publish("1").folder
    (folder / "manifest.json").chmod(0o644)
    damage(folder / "manifest.json")
    with pytest.raises(DamagedReleaseError, match="sna rollback"):
        current_release(press.published)
    home = press.published.parent.parent
    make(home, "derbyshire", "live")
    assert refresh_plan.plan(Settings(home.parent / "raw", home), "").nothing_new is None
    assert press.publish("2").id == current_release(press.published).id


@pytest.mark.parametrize("past", [False, True])
def test_what_cannot_be_gone_back_to(press, past):
    current = press.publish("1")
    target = press.publish("1", as_at="2024-05-01") if past else current
    with pytest.raises(ValueError, match="2024-05-01" if past else "already current"):
        roll_back(press.published, target)


def test_a_release_is_found_by_every_name_that_it_has(press):
    current, past = press.publish("1"), press.publish("2", as_at="2024-05-01")
    for name, release in (("current", current), (current.id, current), (past.id[:-2], past), ("2024-05-01", past)):
        assert find(press.published, name) == release.id
    with pytest.raises(NoSuchReleaseError, match="beginning of 2 releases"):
        find(press.published, current.id[:4])
    with pytest.raises(NoSuchReleaseError, match="There is no release 'x'"):
        find(press.published, "x")


@pytest.mark.parametrize("name", ["current", "x"])
def test_before_the_first_release_none_is_looked_for(tmp_path, name):
    with pytest.raises(NoSuchReleaseError, match=r"Nothing published yet in .*\. Next: `sna refresh`\."):
        find(tmp_path, name)


def surplus(press, keep):
    return [release.id for release in release_retention.surplus_releases(press.published, keep)]


def test_the_newest_and_the_current_release_stay(press):
    made = [press.publish(build) for build in "12345"]
    assert surplus(press, 2) == [release.id for release in made[:3]]
    roll_back(press.published, made[0])
    assert surplus(press, 2) == [release.id for release in made[1:4]]
    assert surplus(press, 9) == []


@pytest.mark.slow
def test_only_what_a_date_leads_to_stays_of_the_past(press):
    press.publish("1")
    made = [press.publish("2", as_at=date) for date in ("2024-05-01", "2024-05-01", "2024-06-01", "2024-07-01")]
    assert surplus(press, 2) == [release.id for release in made[:2]]
    release_retention.remove_releases(press.published, release_retention.surplus_releases(press.published, 2))
    assert list(releases.as_at_links(press.published)) == ["2024-06-01", "2024-07-01"]


def test_a_reader_outlives_the_removal_of_its_release(press):
    first = press.publish("1")
    reader = first.open()
    press.change("delete from sna.figures")
    left = press.published / "releases" / ".removing-1-killed"
    left.mkdir()
    for build in "234":
        press.publish(build, keep=2)
    assert not first.folder.exists() and not left.exists()
    assert len(releases.ids(press.published)) == 2
    assert reader.execute("select sum(value) from sna.figures").fetchall() == [(45,)]
    reader.close()


@pytest.fixture
def sna(press, monkeypatch):
    """The command line against the press's home."""
    monkeypatch.setenv("SNA_HOME", str(press.published.parents[1]))
    runner = CliRunner()

    def run(*arguments):
        return runner.invoke(app, arguments, env={"COLUMNS": "250"})

    return run


def test_the_commands_say_what_they_do(press, sna, monkeypatch, tmp_path):
    first, second = press.publish("1"), press.publish("2")
    assert sna("rollback", first.id).exit_code == 0
    listed = sna("releases").stdout
    assert first.id in listed and second.id in listed and f"Rolled back from {second.id}" in listed
    assert sna("rollback", "current").exit_code == 1
    policy = re.sub(r"\n  releases: \d+", "\n  releases: 1", configuration.DEFAULT.read_text())
    (tmp_path / "operations.yaml").write_text(policy)
    monkeypatch.setenv("SNA_OPERATIONS", str(tmp_path / "operations.yaml"))
    assert f"release {second.id}" in sna("retain", "--dry-run").stdout
    assert releases.ids(press.published) == [first.id, second.id]
    assert "1 release, 0 deliveries and 0 runs of the run history removed" in sna("retain").stdout
    assert releases.ids(press.published) == [first.id]
    assert current_release(press.published) == read_release(press.published, first.id)


def test_a_manifest_that_cannot_be_read_is_named_and_the_others_still_serve(press, sna):
    first, second = press.publish("1"), press.publish("2")
    manifest = second.folder / "manifest.json"
    manifest.unlink()
    manifest.write_text("{")
    with pytest.raises(DamagedReleaseError, match=r"manifest\.json cannot be read"):
        current_release(press.published)
    assert sna("verify").exit_code == 1
    assert f"{second.id}: its manifest cannot be read" in sna("releases").stdout
    assert sna("rollback", first.id).exit_code == 0
    assert press.read("select release_id from meta.release") == [(first.id,)]
