"""Where things are, and the key."""

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home import lock
from orchestration.home.environment import SettingsError
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import pseudonym_key
from orchestration.publication.releases import all_releases, as_at_links, current_release, roll_back, rollback


def test_paths_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "r"))
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "h"))
    settings = Settings.from_env()
    assert (settings.raw, settings.warehouse) == (tmp_path / "r", tmp_path / "h" / "warehouse.duckdb")


def test_a_key_is_made_once_and_only_its_owner_reads_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SNA_PSEUDONYM_KEY", raising=False)
    first = pseudonym_key.load(Settings(tmp_path, tmp_path))
    assert pseudonym_key.load(Settings(tmp_path, tmp_path)) == first
    assert len(first) == 64
    (file,) = (tmp_path / "secrets").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_a_short_key_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", "short")
    with pytest.raises(SettingsError, match="at least 16"):
        _ = pseudonym_key.load(Settings(tmp_path, tmp_path))


def by_a_refresh(home, monkeypatch):
    with lock.hold(home):
        pass


def by_a_command_that_looks(home, monkeypatch):
    monkeypatch.setenv("SNA_HOME", str(home))
    assert CliRunner().invoke(app, ["releases"]).exit_code == 0


@pytest.mark.parametrize("use", [by_a_refresh, by_a_command_that_looks])
def test_releases_of_an_earlier_version_are_found_under_the_present_name(press, monkeypatch, use):
    first, second = press.publish("1"), press.publish("2")
    past = press.publish("3", as_at="2024-05-01")
    roll_back(press.published, first)
    press.published.rename(press.published.with_name("partnership"))
    use(press.published.parent.parent, monkeypatch)
    assert [release.id for release in all_releases(press.published)] == [first.id, second.id, past.id]
    assert current_release(press.published).id == first.id
    assert rollback(press.published).left == second.id
    assert as_at_links(press.published) == {"2024-05-01": past.id}
    assert [path.name for path in press.published.parent.iterdir()] == ["analysts"]


def test_releases_under_the_present_name_stay_and_so_do_those_beside_them(press, monkeypatch):
    earlier = press.publish("1")
    press.published.rename(press.published.with_name("partnership"))
    present = press.publish("2")
    for use in (by_a_refresh, by_a_command_that_looks):
        use(press.published.parent.parent, monkeypatch)
    assert current_release(press.published).id == present.id
    assert current_release(press.published.with_name("partnership")).id == earlier.id


def test_while_an_earlier_version_is_at_work_its_folder_stays(tmp_path, monkeypatch):
    (tmp_path / "published" / "partnership").mkdir(parents=True)
    monkeypatch.setattr(lock, "holder", lambda _: "process 1")
    by_a_command_that_looks(tmp_path, monkeypatch)
    assert (tmp_path / "published" / "partnership").exists()
