"""What was damaged of a release or of what leads to it is said in one sentence, and the remedy that it names works."""

import json
import os
import re

import pytest

from orchestration.home import creation, disk_errors, instance, lock
from orchestration.home.settings import Settings
from orchestration.operations import refresh_plan
from orchestration.publication import releases
from orchestration.publication.integrity import VERIFIED, verified_at
from orchestration.publication.release import DamagedReleaseError
from orchestration.publication.releases import current_release, damage, roll_back, usable_release
from orchestration.vault_runs import access
from tests.commands import rest_is_slow, runner
from tests.unit.orchestration.home.test_lock import holding


@pytest.fixture
def sna(press, monkeypatch, capfd):
    folder = press.published.parents[1]
    monkeypatch.setenv("SNA_HOME", str(folder))
    monkeypatch.delenv("SNA_RAW", raising=False)
    creation.make(folder, "derbyshire", "live")
    return runner(monkeypatch, capfd)


def overwrite(file, size=4096):
    file.chmod(0o600)
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        opened.write(b"\xa5" * size)


def test_a_release_is_noted_as_whole_when_it_is_named_current(press):
    first, second = press.publish("1"), press.publish("2")
    noted = verified_at(press.published, first.id)
    assert noted and verified_at(press.published, second.id)
    (press.published.parents[1] / VERIFIED).write_text("{")
    assert verified_at(press.published, first.id) is None
    roll_back(press.published, first)
    assert verified_at(press.published, first.id)


TOUCHED = {
    f"{name} {kind}": (name, kind)
    for name in ("sna_marts.duckdb", "csv/marts/offences.csv", "parquet/marts/offences.parquet", "manifest.json")
    for kind in ("overwritten", "deleted", "with its time kept")
}


@pytest.mark.parametrize(("name", "kind"), rest_is_slow(TOUCHED))
def test_a_touched_release_is_not_taken_for_what_was_published(press, sna, name, kind):
    first = press.publish("1")
    # Otherwise the two would share the Parquet file, and its damage.
    press.change("update marts.offences set offences = 8")
    second = press.publish("2")
    file = second.folder / name
    stat = file.stat()
    file.unlink() if kind == "deleted" else overwrite(file, 4)
    if kind == "with its time kept":
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert usable_release(press.published) is None
    settings = Settings.from_env()
    planned = refresh_plan.plan(settings, "")
    assert planned.nothing_new is None and planned.damaged
    answer = sna("status")
    assert answer.status == 1 and second.id in answer.said and any(words.startswith("refresh") for words in answer.remedies())
    if kind != "deleted" and name != "manifest.json":
        assert f"rollback {first.id}" in answer.remedies()
    assert sna("rollback", first.id).status == 0
    assert damage(press.published) is None
    third = press.publish("3")
    assert damage(press.published) is None and current_release(press.published).id == third.id


def test_nobody_is_led_to_a_damaged_release(press, sna):
    first, second = press.publish("1"), press.publish("2")
    overwrite(first.folder / "sna_marts.duckdb")
    answer = sna("rollback", first.id)
    assert answer.status == 1 and "sna_marts.duckdb" in answer.said
    assert current_release(press.published).id == second.id and verified_at(press.published, first.id) is None


def gone(current, _):
    current.unlink()


def dangling(current, release):
    release.folder.rename(release.folder.with_name("elsewhere"))


def folder(current, _):
    current.unlink()
    current.mkdir()


@pytest.mark.parametrize("harm", rest_is_slow([gone, dangling, folder]))
def test_a_lost_link_is_not_nothing_published(press, sna, harm):
    press.publish("1")
    second = press.publish("2")
    current = press.published / "current"
    harm(current, second)
    for command in (("status",), ("reconcile",)):
        answer = sna(*command)
        assert answer.status == 1 and str(current) in answer.said and "Nothing published" not in answer.said
    if harm is folder:
        current.rmdir()
    remedy = next(words for words in answer.remedies() if words.startswith("rollback "))
    assert sna(*remedy.split()).status == 0 and damage(press.published) is None


def test_a_current_release_without_its_manifest_is_damaged_and_not_unknown(press, sna):
    release = press.publish("1")
    (release.folder / releases.MANIFEST).unlink()
    answer = sna("verify")
    assert answer.status == 1 and f"{release.folder / releases.MANIFEST} cannot be read" in answer.said


def test_as_at_releases_alone_are_no_lost_link(press):
    press.publish("1", as_at="2024-05-01")
    assert current_release(press.published) is None


@pytest.mark.parametrize(
    "content",
    rest_is_slow(["", "{", "[]", "7", '{"to": "a"}', '{"to": 1, "from": 2, "at": 3, "held_build_ids": 4}', "\x00" * 99]),
)
def test_a_damaged_rollback_is_named_and_may_be_deleted(press, sna, content):
    first, second = press.publish("1"), press.publish("2")
    roll_back(press.published, first)
    path = press.published / releases.ROLLBACK
    path.write_text(content)
    for command in (("releases",), ("status",), ("refresh",), ("rollback", second.id)):
        answer = sna(*command)
        assert answer.status == 1 and f"{path} is damaged" in answer.said and "delete it" in answer.said
    path.unlink()
    assert sna("releases").status == 0 and sna("rollback", second.id).status == 0


@pytest.mark.parametrize("name", instance.HISTORY)
@pytest.mark.parametrize("harm", rest_is_slow(["overwritten", "cut", "no database"]))
def test_a_damaged_history_is_set_aside_and_a_new_one_begins(press, sna, name, harm):
    settings = Settings.from_env()
    with instance.open_instance(settings) as opened:
        opened.get_run_records()
    file = settings.dagster_home / name
    if not file.exists():
        pytest.skip("Dagster makes this file when the first schedule ticks")
    if harm == "overwritten":
        file.write_bytes(b"\xa5" * file.stat().st_size)
    elif harm == "cut":
        os.truncate(file, file.stat().st_size // 2)
    else:
        file.write_text("no database")
    assert [path.name for path in instance.set_aside_damaged(settings)] == [f"{file.name}.damaged"]
    assert instance.set_aside_damaged(settings) == []
    with instance.open_instance(settings) as opened:
        assert opened.get_run_records() == []


def test_a_damaged_history_is_left_to_a_refresh_that_has_it_open(press, sna):
    settings = Settings.from_env()
    file = settings.dagster_home / instance.HISTORY[0]
    file.parent.mkdir(parents=True)
    file.write_text("no database")
    with holding(settings.home) as other:
        with pytest.raises(lock.HomeLockedError, match=f"Process {other.pid} is working on"):
            instance.set_aside_damaged(settings)
        assert file.exists()
    assert instance.set_aside_damaged(settings)


def test_a_whole_history_stays(press, sna):
    settings = Settings.from_env()
    with instance.open_instance(settings):
        assert instance.set_aside_damaged(settings) == []


def test_the_release_names_the_last_line_of_the_log(press, sna):
    settings = Settings.from_env()
    assert access.to_release(settings) is None
    access.found(settings, "0123456789abcdef" * 4, why="a vault for a test")
    release = press.publish("1")
    assert "access_log" not in release.manifest or release.manifest["access_log"] is None
    named = access.to_release(settings)
    assert named["line"] == 1 and re.fullmatch("[0-9a-f]{64}", named["hash"])
    assert press.read("select access_log_line, access_log_hash from meta.release") == [(None, None)]


def test_a_file_elsewhere_is_not_called_the_home(tmp_path):
    error = PermissionError(13, "Permission denied", str(tmp_path / "raw" / "2023-07.csv"))
    assert f"{tmp_path / 'raw' / '2023-07.csv'} cannot be opened" in disk_errors.advice(error, tmp_path / "home")
    within = PermissionError(13, "Permission denied", str(tmp_path / "home" / "warehouse.duckdb"))
    assert f"{tmp_path / 'home'} cannot be written to" in disk_errors.advice(within, tmp_path / "home")


def test_a_damaged_manifest_says_which(press, sna):
    press.publish("1")
    manifest = press.published / "current" / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.chmod(0o600)
    manifest.write_text(json.dumps(content)[:-1])
    with pytest.raises(DamagedReleaseError, match=r"manifest\.json"):
        current_release(press.published)
