"""`sna hkci` in a live home: founded once, opened with its key, and shut where its log was touched."""

import json
import os
import re
import secrets
import shutil

import pytest

from orchestration.home import creation
from orchestration.home.settings import Settings
from orchestration.vault_runs import access
from orchestration.vault_runs.access import ENGINE
from tests.commands import rest_is_slow, runner
from vault import access_log, index, store
from vault.key import FILE_VARIABLE, VARIABLE

WHY = ("--reason", "Tasking meeting of 12 April")
KEY = re.compile(r"^[0-9a-f]{64}$", re.MULTILINE)
ANCHOR = re.compile(r"anchor ([0-9a-f]{64}) of line (\d+)")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in (VARIABLE, FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "raw"))
    creation.make(tmp_path / "home", "derbyshire", "live")
    return Settings.from_env()


@pytest.fixture
def sna(settings, monkeypatch, capfd):
    return runner(monkeypatch, capfd)


@pytest.fixture
def founded(settings, sna, tmp_path):
    """The file that holds the key of a vault with a run in it and two looks at it."""
    file = tmp_path / "key"
    assert sna("hkci", "init", "--save-key", str(file)).status == 0
    with access.opened(settings, access.provided_key(settings, file)) as con:
        index.prepare(con)
        con.execute(
            """insert into vault.hkci.run by name select '2024-03-31.1' as run_id, date '2024-03-31' as reference_date,
               now()::timestamp as ran_at, 'a' as ran_by, 'a' as reason, 1 as log_line, '' as input_fingerprint,
               '' as policy_fingerprint, false as is_synthetic"""
        )
        con.execute(
            "insert into vault.hkci.told select '2024-03-31.1', 'Crime', 'p' || i, date '2200-01-01' from range(7) as t (i)"
        )
    for _ in range(2):
        assert sna("hkci", "list", *WHY, "--key-file", str(file)).status == 0
    return file


def release(settings, name="20240401T000000000000Z-a"):
    """A release, as far as the vault is concerned."""
    folder = settings.published / "releases" / name
    folder.mkdir(parents=True)
    manifest = {"as_at": None, "published_at": "2024-04-01", "access_log": access.to_release(settings)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "command",
    rest_is_slow(
        [
            (command,)
            for command in [("list",), ("show", "1"), ("bias",), ("expire",), ("run", "--at", "2024-03-31"), ("log", "--resume")]
        ]
    ),
)
@pytest.mark.parametrize(
    "key",
    rest_is_slow(
        dict(zip(["none", "blanks", "typo", "random"], [None, " " * 40, "k" * 40, secrets.token_hex(32)], strict=True)), 2
    ),
)
def test_looking_never_founds_a_vault(settings, sna, command, key):
    answer = sna("hkci", *command, *WHY, **({VARIABLE: key} if key else {}))
    assert answer.status != 0 and ("no vault" in answer.said or "key only" in answer.said or "landed" in answer.said)
    assert not store.is_founded(settings.vault)


def test_a_founded_vault_opens_with_the_key_that_was_shown_once(settings, sna):
    answer = sna("hkci", "init")
    (key,) = KEY.findall(answer.said)
    assert answer.status == 0
    assert sna("hkci", "list", *WHY, **{VARIABLE: key}).status == 1  # no run yet
    assert sna("link", "log", "--verify", **{VARIABLE: key}).said.startswith("1 lines")
    assert not any(key in path.read_text(errors="replace") for path in settings.home.rglob("*") if path.is_file())
    again = sna("hkci", "init")
    assert again.status == 1 and "already" in again.said and not KEY.findall(again.said)
    assert access_log.read(settings.vault)[0].action == "found"


def test_a_key_may_be_written_to_a_new_file_of_its_owner(settings, sna, tmp_path):
    file = tmp_path / "key"
    answer = sna("link", "init", "--save-key", str(file))
    assert answer.status == 0 and file.read_text().strip() not in answer.said
    assert file.stat().st_mode & 0o777 == 0o600
    assert sna("hkci", "log", "--verify", "--key-file", str(file)).status == 0
    shutil.rmtree(settings.vault)
    kept = file.read_text()
    assert sna("hkci", "init", "--save-key", str(file)).status == 2 and file.read_text() == kept


@pytest.mark.parametrize("key", [" " * 40, "k" * 40, "password" * 8, "0" * 64])
def test_a_key_that_a_person_brings_must_be_random(settings, sna, key):
    answer = sna("hkci", "init", "--own-key", **{VARIABLE: key})
    assert answer.status != 0 and not settings.vault.exists()
    assert sna("hkci", "init", **{VARIABLE: key}).status != 0 or not key.strip()


def test_a_random_key_of_ones_own_founds_a_vault(settings, sna):
    key = secrets.token_hex(32)
    answer = sna("hkci", "init", **{VARIABLE: key})
    assert answer.status == 0 and key not in answer.said
    assert sna("hkci", "log", "--verify", **{VARIABLE: key}).status == 0
    assert VARIABLE not in os.environ


def test_a_wrong_key_changes_nothing(settings, sna, founded):
    before = {path.name: path.read_bytes() for path in settings.vault.iterdir()}
    answer = sna("hkci", "list", *WHY, **{VARIABLE: secrets.token_hex(32)})
    assert answer.status == 1 and "not the key" in answer.said
    assert {path.name: path.read_bytes() for path in settings.vault.iterdir()} == before


def test_each_look_prints_an_anchor_that_finds_what_was_done_to_the_log_since(settings, sna, founded):
    key = ("--key-file", str(founded))
    (kept, number), *_ = ANCHOR.findall(sna("hkci", "list", *WHY, *key).said)
    assert sna("hkci", "log", "--verify", "--anchor", kept).status == 0
    assert sna("hkci", "log", "--verify", "--anchor", f"{number}:{kept}", *key).status == 0
    log = settings.vault / access_log.FILE
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    # Without the key the chain is whole; who holds the anchor knows better.
    assert sna("hkci", "log", "--verify").status == 0
    without = sna("hkci", "log", "--verify", "--anchor", kept)
    assert without.status == 1 and kept[:16] in without.said
    assert sna("hkci", "log", "--verify", *key).status == 1
    assert sna("hkci", "log", "--verify", "--anchor", "no hash").status == 2


def test_a_cut_log_shuts_the_vault_until_the_remedy_was_followed(settings, sna, founded):
    key = ("--key-file", str(founded))
    log = settings.vault / access_log.FILE
    kept = log.read_text()
    log.write_text("".join(kept.splitlines(keepends=True)[:-1]))
    for _ in range(2):
        answer = sna("hkci", "list", *WHY, *key)
        assert answer.status == 1 and str(log) in answer.said and "removed" in answer.said
        assert sna("hkci", "log", "--verify", *key).status == 1
    log.write_text(kept)
    assert sna("hkci", "list", *WHY, *key).status == 0
    log.unlink()
    answer = sna("hkci", "list", *WHY, *key)
    assert "hkci log --resume --reason TEXT" in answer.remedies()
    assert sna("hkci", "log", "--resume", "--reason", "the backup is lost", *key).status == 0
    assert sna("hkci", "list", *WHY, *key).status == 0
    verified = sna("hkci", "log", "--verify", *key)
    assert verified.status == 0 and "A break before line 5 was accepted" in verified.said
    assert sna("hkci", "log", "--resume", "--reason", "for no reason", *key).status == 2


def test_log_and_vault_deleted_together_are_missed_by_the_release(settings, sna, founded, tmp_path):
    release(settings)
    shutil.rmtree(settings.vault)
    answer = sna("hkci", "init")
    assert answer.status == 1 and "release 20240401T000000000000Z-a names line 3" in answer.said
    assert not store.is_founded(settings.vault)
    verified = sna("hkci", "log", "--verify")
    assert verified.status == 1 and "line 3" in verified.said
    assert any(remedy.startswith("hkci init --lost") for remedy in answer.remedies())
    file = tmp_path / "new key"
    assert sna("hkci", "init", "--lost", "--reason", "the disk was lost", "--save-key", str(file)).status == 0
    (line,) = access_log.read(settings.vault)
    assert (line.number, line.action) == (4, "found")
    assert sna("hkci", "log", "--verify", "--key-file", str(file)).status == 0


def test_an_older_copy_of_log_and_vault_is_missed_by_the_release(settings, sna, founded, tmp_path):
    key = ("--key-file", str(founded))
    shutil.copytree(settings.vault, tmp_path / "earlier")
    sna("hkci", "list", *WHY, *key)
    release(settings)
    shutil.rmtree(settings.vault)
    shutil.copytree(tmp_path / "earlier", settings.vault)
    answer = sna("hkci", "list", *WHY, *key)
    assert answer.status == 1 and "release 20240401T000000000000Z-a names" in answer.said
    # A release that is published meanwhile goes on saying what was there.
    assert access.to_release(settings)["line"] == 4
    assert access.fault(settings) is not None
    assert sna("hkci", "log", "--resume", "--reason", "restored from a backup", *key).status == 0
    assert sna("hkci", "list", *WHY, *key).status == 0
    assert access.fault(settings) is None and access.to_release(settings)["line"] == 6


def test_a_lost_file_of_the_vault_is_no_reason_to_begin_the_log_again(settings, sna, founded, tmp_path):
    (settings.vault / store.FILE).unlink()
    answer = sna("hkci", "init")
    assert answer.status == 1 and "its log has 3 lines" in answer.said
    assert sna("hkci", "init", "--lost", "--save-key", str(tmp_path / "new")).status == 0
    assert [line.number for line in access_log.read(settings.vault)] == [1, 2, 3, 4]
    assert sna("hkci", "log", "--verify", "--key-file", str(tmp_path / "new")).status == 0


def test_an_interrupted_founding_is_begun_again(settings, sna, founded, tmp_path):
    """The first line is in the log, and the file of the vault not in its place yet."""
    log = settings.vault / access_log.FILE
    log.write_text(log.read_text().splitlines(keepends=True)[0])
    (settings.vault / store.FILE).rename(settings.vault / f".{store.FILE}.99999")
    assert sna("hkci", "init", "--save-key", str(tmp_path / "new")).status == 0
    assert sna("hkci", "log", "--verify", "--key-file", str(tmp_path / "new")).status == 0
    assert not list(settings.vault.glob(".*"))


@pytest.mark.parametrize(
    "why", ["[/red] [bold]was[/bold] here", "a\x1b[2J\x07 and more", "ab\udcff undecodable", "名前 🔪🔪🔪🔪🔪🔪🔪🔪"]
)
def test_the_log_shows_any_reason(sna, founded, why):
    assert sna("hkci", "list", "--reason", why, "--as", why, "--key-file", str(founded)).status == 0
    shown = sna("hkci", "log")
    assert shown.status == 0 and "\x1b" not in shown.said
    assert sna("hkci", "log", "--verify", "--key-file", str(founded)).status == 0


@pytest.mark.parametrize(
    "damage",
    rest_is_slow(
        {
            "half": b"{",
            "garbage": b"garbage\n",
            "no text": b"\xff\xfe\n",
            "null": b"null\n",
            "empty": b"\n",
            "deep": b"[" * 100_000 + b"\n",
        },
        2,
    ),
)
def test_a_damaged_last_line_is_one_sentence(settings, sna, founded, damage):
    log = settings.vault / access_log.FILE
    with log.open("ab") as file:
        file.write(damage)
    for command in (("log",), ("log", "--verify"), ("list", *WHY, "--key-file", str(founded))):
        answer = sna("hkci", *command)
        # The beginning of a line is what a killed process leaves.
        assert answer.status == (1 if damage.endswith(b"\n") else 0), command
        assert answer.status == 0 or "Line 4 cannot be read" in answer.said


def test_expiry_asks_before_it_deletes(settings, sna, founded):
    def left():
        with store.opened(settings.vault, access.provided_key(settings, founded), ENGINE) as con:
            return con.execute("select count(*) from vault.hkci.told").fetchone()[0]

    key = ("--key-file", str(founded))
    answer = sna("hkci", "expire", "--on", "2300-01-01", *WHY, *key)
    assert answer.status == 1 and "7 rows expire by 2300-01-01, 7 of them before their time" in answer.said
    assert "Nothing was deleted" in answer.said and left() == 7
    assert sna("hkci", "expire", *WHY, *key).status == 0 and left() == 7
    assert sna("hkci", "expire", "--on", "2300-01-01", "--yes", *WHY, *key).status == 0 and left() == 0


def test_a_demonstration_is_founded_by_its_refresh_with_a_worthless_key(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "demo"))
    monkeypatch.delenv("SNA_RAW", raising=False)
    creation.make(tmp_path / "demo", "derbyshire", "demonstration")
    settings, sna = Settings.from_env(), runner(monkeypatch, capfd)
    assert sna("hkci", "init").status == 2 and not settings.vault.exists()
    access.found_demonstration(settings)
    file = settings.vault / access.DEMONSTRATION_KEY
    assert "Worthless" in file.read_text() and file.stat().st_mode & 0o777 == 0o600
    access.found_demonstration(settings)
    assert sna("hkci", "log", "--verify").said.startswith("1 lines")
    file.unlink()
    with pytest.raises(store.VaultLockedError, match="delete") as raised:
        access.found_demonstration(settings)
    assert str(file) in str(raised.value)
    shutil.rmtree(settings.vault)
    access.found_demonstration(settings)
    assert sna("hkci", "log", "--verify").status == 0
