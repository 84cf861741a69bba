"""Nobody but its owner reads a home, and nobody but one group a release, whatever umask and setting were in force before."""

import grp
import os
import stat
import subprocess
import sys

import pytest

from orchestration.home import environment, lock, permissions
from orchestration.home.environment import SettingsError
from orchestration.home.settings import Settings
from orchestration.publication import publish
from orchestration.publication.integrity import verify
from orchestration.warehouse import warehouse_file

UMASKS = [0o000, 0o022, 0o077]


@pytest.fixture(autouse=True)
def caller(monkeypatch):
    """A caller without the setting, whose umask is put back."""
    monkeypatch.delenv("SNA_ANALYSTS_GROUP", raising=False)
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request):
    os.umask(request.param)


@pytest.fixture
def group(monkeypatch):
    """A group that this user may hand files to, another than the user's own where there is one."""
    others = [g.gr_gid for g in grp.getgrall() if g.gr_gid != os.getegid() and (os.geteuid() == 0 or g.gr_gid in os.getgroups())]
    gid = min(others, default=os.getegid())
    monkeypatch.setenv("SNA_ANALYSTS_GROUP", grp.getgrgid(gid).gr_name)
    return gid


def modes(folder):
    """Permissions and group of everything but links, by its path below the folder; files of one release by their ending."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            about = path.lstat()
            found[path.relative_to(folder).as_posix()] = (oct(stat.S_IMODE(about.st_mode)), about.st_gid)
    return found


def everybody_else(folder):
    return {name: mode for name, (mode, _) in modes(folder).items() if int(mode, 8) & 0o077}


def home_of(press):
    return press.published.parent.parent


def test_a_release_is_its_owners_alone(press, umask):
    release = press.publish()
    assert everybody_else(home_of(press)) == {}
    assert {mode for name, (mode, _) in modes(release.folder).items() if "." in name[1:]} == {"0o600"}
    assert verify(release.folder) == []


def test_a_release_is_opened_to_the_group_and_nothing_else_is(press, umask, group):
    release = press.publish()
    press.publish(as_at="2024-05-01")
    home = home_of(press)
    environment.keep_private()
    with lock.hold(home):
        found = modes(home)
    below = f"published/analysts/releases/{release.id}"
    assert {name: found.pop(name) for name in (".", "published")} == dict.fromkeys((".", "published"), ("0o710", group))
    opened = {name: found.pop(name) for name in list(found) if name.startswith("published/analysts") and ".lock" not in name}
    assert opened[f"{below}/sna_marts.duckdb"] == opened[f"{below}/csv/sna/figures.csv"] == ("0o640", group)
    assert opened["published/analysts"] == opened["published/analysts/as-at"] == opened[f"{below}/csv/sna"] == ("0o750", group)
    assert set(opened.values()) == {("0o640", group), ("0o750", group)}
    assert found.keys() == {"refresh.lock", "verified.json", "published/analysts/.lock"}
    assert {mode for mode, _ in found.values()} == {"0o600"}
    assert verify(release.folder) == []


def test_readers_are_led_to_a_release_that_they_may_read(press, group, monkeypatch):
    first, real = [], publish.make_current

    def make_current(published, release_id):
        first.append(modes(published / "releases" / release_id))
        real(published, release_id)

    monkeypatch.setattr(publish, "make_current", make_current)
    press.publish()
    assert set(first[0].values()) == {("0o640", group), ("0o750", group)}


def test_access_is_granted_and_revoked_with_nothing_new_to_publish(press, group, monkeypatch):
    kept, current = press.publish("1"), press.publish("2")
    home = home_of(press)
    monkeypatch.delenv("SNA_ANALYSTS_GROUP")
    with lock.hold(home):
        assert everybody_else(home) == {}
    monkeypatch.setenv("SNA_ANALYSTS_GROUP", grp.getgrgid(group).gr_name)
    with lock.hold(home):
        for release in (kept, current):
            assert set(modes(release.folder).values()) == {("0o640", group), ("0o750", group)}
    monkeypatch.delenv("SNA_ANALYSTS_GROUP")
    press.publish("3")
    assert everybody_else(home) == {}


def test_releases_of_an_earlier_version_are_closed_by_the_next_publication(press):
    earlier = press.publish("1").folder
    for path in (earlier, *earlier.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o444)
    press.publish("2")
    assert everybody_else(home_of(press)) == {}


def test_an_interrupted_change_is_finished_the_next_time(press, group, monkeypatch):
    folder = press.publish().folder
    monkeypatch.delenv("SNA_ANALYSTS_GROUP")
    real, done = permissions._set, []

    def killed(path, *arguments):
        if folder in path.parents and done.append(path) is None and len(done) == 3:
            raise KeyboardInterrupt
        real(path, *arguments)

    monkeypatch.setattr(permissions, "_set", killed)
    with pytest.raises(KeyboardInterrupt):
        permissions.apply(home_of(press), None)
    monkeypatch.setattr(permissions, "_set", real)
    permissions.apply(home_of(press), None)
    assert everybody_else(home_of(press)) == {}


def test_a_home_of_an_earlier_version_is_closed_when_it_is_held(tmp_path):
    home = tmp_path / "home"
    (home / "landing" / "police_uk").mkdir(parents=True)
    (home / "warehouse.duckdb").touch()
    (home / "program").touch(mode=0o755)
    with lock.hold(home):
        # Within a folder that nobody enters permissions do not matter, and to set them would take long.
        assert everybody_else(home) == {"landing/police_uk": "0o777"}
        assert modes(home)["program"][0] == "0o700"


def test_what_is_right_is_only_looked_at(press, group, monkeypatch):
    press.publish()
    monkeypatch.setattr(os, "chown", None)
    monkeypatch.setattr(type(press.published), "chmod", None)
    monkeypatch.setattr(os, "walk", None)  # the files of a release are many
    permissions.apply(home_of(press), group)


def test_no_link_is_followed(press, tmp_path, group):
    outside = tmp_path / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "file").touch()
    release = press.publish().folder
    home = home_of(press)
    for place in (home, press.published, press.published / "releases", press.published / "as-at", release, release / "csv"):
        place.mkdir(exist_ok=True)
        (place / "to_folder").symlink_to(outside)
        (place / "to_file").symlink_to(outside / "file")
    release.chmod(0o700)
    before = modes(outside)
    permissions.apply(home, group)
    permissions.apply(home, None)
    assert modes(outside) == before


def test_a_folder_for_releases_that_is_a_link_stays_as_it_is(tmp_path):
    outside = tmp_path / "outside"
    (outside / "analysts" / "releases" / "1").mkdir(parents=True)
    home = tmp_path / "home"
    home.mkdir()
    (home / "published").symlink_to(outside)
    before = modes(outside)
    permissions.apply(home, None)
    assert modes(outside) == before and modes(home) == {".": ("0o700", home.stat().st_gid)}


def test_a_folder_of_everybody_is_no_home(tmp_path):
    tmp_path.chmod(0o1777)
    with pytest.raises(SettingsError, match="a folder of its own"):
        permissions.apply(tmp_path, None)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_an_unknown_group_is_refused_before_anything_is_made(press, tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_ANALYSTS_GROUP", "no such group")
    with pytest.raises(SettingsError, match="'no such group', which is not a group on this machine"), lock.hold(tmp_path / "new"):
        pass
    assert not (tmp_path / "new").exists()
    with pytest.raises(SettingsError):
        press.publish()
    assert not press.published.exists()


def test_a_group_of_others_is_refused(group, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getegid", lambda: group + 1)
    monkeypatch.setattr(os, "getgroups", lambda: [])
    with pytest.raises(SettingsError, match="not a member"):
        environment.analysts_group()
    monkeypatch.setattr(os, "getgroups", lambda: [group])
    assert environment.analysts_group() == group


def test_what_is_made_later_is_its_owners_alone(tmp_path, umask):
    environment.keep_private()
    made = Settings(tmp_path / "raw", tmp_path / "home")
    con = warehouse_file.connect(made)
    con.execute("create table t as select 1")
    assert (made.home / "warehouse.duckdb.wal").exists()
    assert everybody_else(made.home) == {}
    con.close()


def test_every_program_that_reads_the_settings_keeps_to_itself_what_it_writes():
    program = "import os; os.umask(0); import orchestration.home.settings; print(oct(os.umask(0)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "0o77\n"
