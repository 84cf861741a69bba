"""A refresh with nothing to do is remembered for as long as nothing that it goes by has changed, and no longer."""

import os
import shutil

import pytest

from orchestration.home.settings import Settings
from orchestration.operations import idle_refresh, last_failure, recovery
from orchestration.operations.idle_refresh import State, recall, remember

LINES = [("Nothing new in raw.", {"markup": False}), ("Published: file", {})]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("SNA_")]:
        monkeypatch.delenv(name)
    # Files of a test have just been written, and their `ctime` cannot be set back.
    monkeypatch.setattr(idle_refresh, "SETTLED_SECONDS", -60)
    home = tmp_path / "home"
    release = home / "published" / "analysts" / "releases" / "r1"
    for folder in (home / "raw" / "a" / "f", home / "landing" / "a" / "f" / "2024-01" / "x", release / "parquet"):
        folder.mkdir(parents=True)
    (release.parents[1] / "current").symlink_to("releases/r1")
    for file in ("home.json", "warehouse.duckdb", "raw/a/f/2024-01.csv", "landing/a/f/2024-01/x/load.json"):
        (home / file).write_text("first")
    (release / "parquet" / "offences.parquet").write_text("first")
    (home / "raw" / "a" / "f" / "link.csv").symlink_to("2024-01.csv")
    return Settings(home / "raw", home)


def rewrite_unnoticed(path):
    """Other content with the size and the time of change of before."""
    before = path.stat()
    path.write_text("other")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "a new delivery": lambda home: (home / "raw/a/f/2024-02.csv").write_text("second"),
    "a delivery that was overwritten": lambda home: rewrite_unnoticed(home / "raw/a/f/2024-01.csv"),
    "a delivery that was deleted": lambda home: (home / "raw/a/f/2024-01.csv").unlink(),
    "a folder that was closed": lambda home: (home / "raw/a/f").chmod(0o500),
    "a link that leads elsewhere": lambda home: (
        (home / "raw/a/f/link.csv").unlink(),
        (home / "raw/a/f/link.csv").symlink_to("none.csv"),
    ),
    "a record that was rewritten": lambda home: rewrite_unnoticed(home / "landing/a/f/2024-01/x/load.json"),
    "an interrupted purge": lambda home: ((home / "landing/purging").mkdir(), (home / "landing/purging/x.json").write_text("{}")),
    "a release that was overwritten": lambda home: rewrite_unnoticed(
        home / "published/analysts/releases/r1/parquet/offences.parquet"
    ),
    "another current release": lambda home: (
        shutil.copytree(home / "published/analysts/releases/r1", home / "published/analysts/releases/r2"),
        (home / "published/analysts/current").unlink(),
        (home / "published/analysts/current").symlink_to("releases/r2"),
    ),
    "a rollback": lambda home: (home / "published/analysts/rollback.json").write_text("{}"),
    "no warehouse": lambda home: (home / "warehouse.duckdb").unlink(),
    "another pseudonym key": lambda home: ((home / "secrets").mkdir(), (home / "secrets/pseudonym.key").write_text("k" * 32)),
    "a damaged history": lambda home: (
        (home / "dagster/history").mkdir(parents=True),
        (home / "dagster/history/runs.db").write_text("no database"),
    ),
    "a refresh that failed": lambda home: (home / last_failure.FILE).write_text("{}"),
    "a demonstration's list above the landing zone": lambda home: (home / "demonstration.json").write_text("{}"),
}


def test_what_was_printed_is_printed_again(settings):
    assert recall(settings) is None
    remember(settings, State.of(settings), LINES)
    assert recall(settings) == LINES


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_a_refresh_goes_by_ends_it(settings, change):
    remember(settings, State.of(settings), LINES)
    change(settings.home)
    assert recall(settings) is None


def test_another_setting_ends_it(settings, monkeypatch):
    remember(settings, State.of(settings), LINES)
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", "k" * 32)
    assert recall(settings) is None


def test_other_code_ends_it(settings, monkeypatch, tmp_path):
    (tmp_path / "orchestration").mkdir()
    monkeypatch.setattr(idle_refresh, "PROJECT", tmp_path)
    remember(settings, State.of(settings), LINES)
    (tmp_path / "orchestration" / "module.py").write_text("")
    assert recall(settings) is None


def test_another_file_of_a_linked_area_ends_it(settings, monkeypatch, tmp_path):
    """An adopter's folder of areas may be one of links to where each is kept."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "area.yaml").write_text("first")
    (tmp_path / "kept" / "round").symlink_to(tmp_path / "kept")
    (tmp_path / "areas").mkdir()
    (tmp_path / "areas" / "own").symlink_to(tmp_path / "kept")
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    remember(settings, State.of(settings), LINES)
    assert recall(settings) == LINES
    rewrite_unnoticed(tmp_path / "kept" / "area.yaml")
    assert recall(settings) is None


def test_what_readers_do_does_not_end_it(settings):
    remember(settings, State.of(settings), LINES)
    (settings.home / "verified.json").write_text("{}")
    settings.warehouse.write_text("opened by a reader")
    assert recall(settings) == LINES


def test_a_change_during_the_refresh_is_not_missed(settings):
    before = State.of(settings)
    (settings.raw / "a" / "f" / "2024-02.csv").write_text("second")
    remember(settings, before, LINES)
    assert recall(settings) is None


def test_a_file_that_may_change_again_in_the_same_moment_is_not_relied_on(settings, monkeypatch):
    monkeypatch.setattr(idle_refresh, "SETTLED_SECONDS", 2.0)
    remember(settings, State.of(settings), LINES)
    assert recall(settings) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"state": "x", "lines": 1}'])
def test_a_damaged_memory_is_none(settings, content):
    (settings.home / idle_refresh.FILE).write_text(content)
    assert recall(settings) is None


HOSTILE = {
    "a pipe": os.mkfifo,
    "a folder": lambda file: (file.mkdir(), (file / "kept").touch()),
    "a link to a device": lambda file: file.symlink_to("/dev/zero"),
    "a link to itself": lambda file: file.symlink_to(file.name),
    "a huge file": lambda file: (file.touch(), os.truncate(file, 2**40)),
    "a deep one": lambda file: file.write_text("[" * 100_000),
    "no text": lambda file: file.write_bytes(b"\xff\xfe{"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_whatever_has_the_name_of_such_a_file_does_no_harm(settings, make):
    for name in (idle_refresh.FILE, last_failure.FILE):
        make(settings.home / name)
    assert recall(settings) is None
    assert last_failure.read(settings.home) is None
    last_failure.write(settings.home, [("landing", "a step failed")])
    remember(settings, State.of(settings), LINES)
    is_replaced = not (settings.home / idle_refresh.FILE).is_dir()
    assert (recall(settings) == LINES) is is_replaced
    assert (last_failure.read(settings.home) is not None) is is_replaced
    last_failure.clear(settings.home)
    assert last_failure.read(settings.home) is None
    assert [path.name for path in settings.home.glob(".*")] == []


def test_a_disk_that_is_full_fails_no_refresh_and_leaves_nothing(settings, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    remember(settings, State.of(settings), LINES)
    assert [path.name for path in settings.home.glob(".idle*")] == []
    assert recall(settings) is None


def test_what_a_killed_process_left_of_it_is_removed(settings, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    left = [settings.home / f".{file}.123" for file in (idle_refresh.FILE, last_failure.FILE)]
    for file in left:
        file.write_text("")
    recovery.clear(settings)
    assert not any(file.exists() for file in left)
