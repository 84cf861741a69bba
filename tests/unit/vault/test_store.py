"""The vault opens with its key or not at all, and shows nothing to who has only the file."""

import stat

import pytest

from orchestration.database.connection import NotEnoughMemoryError
from orchestration.vault_runs.access import ENGINE
from tests.unit.vault.conftest import KEY
from vault import store

SECRET = "somebody-who-must-not-be-found"


@pytest.fixture
def written(folder):
    with store.opened(folder, KEY, ENGINE) as con:
        con.execute(f"create table vault.main.person as select '{SECRET}' || i as person_key from range(5000) as t (i)")
    return folder / store.FILE


def test_the_file_shows_nothing(written):
    for path in written.parent.iterdir():
        assert SECRET.encode() not in path.read_bytes() and KEY.encode() not in path.read_bytes()
    with store.opened(written.parent, KEY, ENGINE) as con:
        assert con.execute("select count(*) from vault.main.person").fetchall() == [(5000,)]


def test_the_log_before_a_checkpoint_shows_nothing(written):
    with store.opened(written.parent, KEY, ENGINE) as con:
        con.execute(f"insert into vault.main.person values ('{SECRET}')")
        assert any(path.name.endswith(".wal") for path in written.parent.iterdir())
        assert not any(SECRET.encode() in path.read_bytes() for path in written.parent.iterdir())


def test_file_and_folder_are_their_owners_alone(written):
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert stat.S_IMODE(written.parent.stat().st_mode) == 0o700


def test_a_wrong_key_opens_nothing_and_is_not_shown(written):
    wrong = "w" * 40
    with pytest.raises(store.VaultLockedError, match="is not the key") as raised, store.opened(written.parent, wrong, ENGINE):
        pass
    assert wrong not in str(raised.value) and KEY not in str(raised.value)
    assert raised.value.__cause__ is None


def test_duckdb_without_a_key_opens_nothing(written):
    import duckdb

    with pytest.raises(duckdb.Error):
        duckdb.connect(str(written))


def test_looking_founds_nothing(tmp_path):
    with (
        pytest.raises(store.VaultLockedError, match=r"There is no vault in .* `sna hkci init`"),
        store.opened(tmp_path / "none", KEY, ENGINE),
    ):
        pass
    assert not (tmp_path / "none").exists()


def test_a_vault_is_founded_once_and_whole_or_not_at_all(tmp_path):
    def fails(_):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.found(tmp_path / "new", KEY, fails, ENGINE)
    assert not store.is_founded(tmp_path / "new")
    store.found(tmp_path / "new", KEY, lambda con: con.execute("create table vault.main.made (i integer)"), ENGINE)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {store.FILE}
    with pytest.raises(store.VaultLockedError, match="already"):
        store.found(tmp_path / "new", KEY, lambda _: None, ENGINE)


def test_writing_it_again_keeps_everything_and_leaves_nothing_beside_it(written):
    (written.parent / f".{store.FILE}.99999").write_bytes(b"of a killed process")
    store.rewrite(written.parent, KEY, ENGINE)
    assert {path.name for path in written.parent.iterdir()} == {store.FILE}
    with store.opened(written.parent, KEY, ENGINE) as con:
        assert con.execute("select count(*) from vault.main.person").fetchall() == [(5000,)]


def test_nothing_is_spilled(folder):
    with store.opened(folder, KEY, ENGINE) as con:
        assert con.execute("select current_setting('temp_directory')").fetchall() == [("",)]


def test_the_vault_has_a_limit_of_its_own_and_writes_nothing_beyond_it_to_disk(folder, monkeypatch):
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "1GB")
    monkeypatch.setenv("SNA_VAULT_MEMORY_LIMIT", "24MB")
    with (
        pytest.raises(
            NotEnoughMemoryError, match=r"^vault: not enough memory with SNA_VAULT_MEMORY_LIMIT=24MB; .* Set SNA_VAULT_MEMORY"
        ),
        store.opened(folder, KEY, ENGINE) as con,
    ):
        con.execute("create temp table sorted as select range, row_number() over (order by -range) as place from range(2000000)")
    assert {path.name for path in folder.iterdir()} <= {store.FILE, f"{store.FILE}.wal"}
