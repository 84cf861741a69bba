"""A log that was touched is known by it: to the next look, to who verifies it, and to who kept an anchor."""

import json
import shutil

import pytest

from orchestration.vault_runs.access import ENGINE
from tests.unit.vault.conftest import KEY
from vault import access_log, lookups, store
from vault.access_log import Anchor, LogBrokenError

WHY = "tasking meeting"


def look(folder, con, what="run 2024-03-31.1, entry 0"):
    return access_log.write(folder, con, "show", why=WHY, what=what)


@pytest.fixture
def lines(vault, folder):
    for number in range(4):
        look(folder, vault, f"run 2024-03-31.1, entry {number}")
    return (folder / access_log.FILE).read_text().splitlines(keepends=True)


@pytest.fixture
def log(folder):
    return folder / access_log.FILE


def forged(line, **changes):
    """A line with other words and a hash that fits them."""
    return json.dumps(vars(access_log.Line(**{**json.loads(line), **changes}).sealed()), sort_keys=True) + "\n"


def faults(folder, con, *outside):
    return access_log.faults(folder, access_log.chain_hashes(con), access_log.breaks(con), outside)


def test_an_untouched_log_is_whole(vault, folder, log, lines):
    assert faults(folder, vault) == []
    first = access_log.read(folder)[0]
    assert (first.number, first.why, first.previous) == (1, WHY, access_log.START) and first.who and first.at
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_changed_line_is_found(folder, log, lines):
    log.write_text("".join(line.replace("entry 1", "entry 7") for line in lines))
    assert access_log.faults(folder) == ["Line 2 was changed."]


def test_a_line_taken_out_is_found(folder, log, lines):
    log.write_text("".join(lines[:1] + lines[2:]))
    assert any("removed" in fault for fault in access_log.faults(folder))


def rewritten(lines):
    """The same log with another reason in each line, chained as it should be."""
    previous, result = access_log.START, []
    for line in lines:
        result.append(forged(line, why="another meeting", previous=previous))
        previous = json.loads(result[-1])["hash"]
    return result


ATTACKS = {
    "cut the last line": lambda lines: lines[:-1],
    "cut two lines": lambda lines: lines[:-2],
    "cut the first line": lambda lines: lines[1:],
    "cut the middle": lambda lines: lines[:1] + lines[3:],
    "empty it": lambda _: [],
    "write the last line again": lambda lines: [*lines[:-1], forged(lines[-1], what="run 2024-03-31.1, entry 9")],
    "write all of it again": rewritten,
    "write it again, one line shorter": lambda lines: rewritten(lines[:-1]),
    "write it again, one line longer": lambda lines: rewritten([*lines, forged(lines[-1], number=5)]),
    "let it begin later": lambda lines: [forged(lines[3], action="resume", number=4)],
    "let it begin far later": lambda lines: [forged(lines[3], action="found", number=40)],
    "repeat a line": lambda lines: [*lines, lines[-1]],
    "damage the last line": lambda lines: [*lines[:-1], lines[-1].replace('"hash"', '"h\\udcffsh"')],
    "cut the last line in half": lambda lines: [*lines[:-1], lines[-1][:60]],
    "overwrite the last line": lambda lines: [*lines[:-1], "\x00" * len(lines[-1])],
    "another kind of line": lambda lines: [*lines[:-1], "[]\n"],
    "a number for a word": lambda lines: [*lines[:-1], lines[-1].replace(f'"{WHY}"', "7")],
    "a reason before the reason": lambda lines: [*lines[:-1], lines[-1].replace("{", '{"why": "another meeting", ')],
    "blanks in a line": lambda lines: [*lines[:-1], lines[-1].replace('": "', '":  "')],
    "escapes for letters": lambda lines: [*lines[:-1], lines[-1].replace(f'"{WHY}"', f'"\\u{ord(WHY[0]):04x}{WHY[1:]}"')],
    "names in another order": lambda lines: [*lines[:-1], json.dumps(dict(reversed(json.loads(lines[-1]).items()))) + "\n"],
    "other line ends": lambda lines: [line.replace("\n", "\r\n") for line in lines],
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_look_goes_on_after_a_log_that_was_touched(vault, folder, log, lines, attack):
    """Looking as often as one likes does not make the log whole: that is for a person to accept, and stays on record."""
    log.write_bytes("".join(attack(lines)).encode("utf-8", "surrogateescape"))
    before = log.read_bytes()
    for _ in range(3):
        with pytest.raises(LogBrokenError, match=r"access\.log: .*`sna hkci log --resume"):
            look(folder, vault)
    assert log.read_bytes() == before
    (fault, *_) = faults(folder, vault)

    line = access_log.resume(folder, vault, [], why="the backup is lost too")
    assert (line.number, line.action) == (5, "resume") and fault in line.what
    assert log.with_name("access.log.broken-1").read_bytes() == before
    look(folder, vault)
    assert faults(folder, vault) == []
    assert access_log.breaks(vault)[5].fault == fault


def test_deleting_the_log_is_no_different(vault, folder, log, lines):
    log.unlink()
    with pytest.raises(LogBrokenError, match=r"Line 1 does not match the vault.s anchor: it was removed"):
        look(folder, vault)
    assert access_log.resume(folder, vault, [], why="the backup is lost too").number == 5
    log.unlink()
    with pytest.raises(LogBrokenError, match="Line 5"):
        look(folder, vault)


def test_a_log_put_back_from_a_backup_is_whole_again(vault, folder, log, lines):
    log.write_text("".join(lines[:-1]))
    with pytest.raises(LogBrokenError):
        look(folder, vault)
    log.write_text("".join(lines))
    assert look(folder, vault).number == 5 and faults(folder, vault) == []


def test_a_log_that_is_whole_is_not_resumed(vault, folder, lines):
    with pytest.raises(access_log.NotBrokenError):
        access_log.resume(folder, vault, [], why="for no reason at all")


def test_log_and_vault_replayed_together_are_found_by_who_holds_an_anchor(tmp_path, folder):
    with store.opened(folder, KEY, ENGINE) as con:
        look(folder, con)
    shutil.copytree(folder, tmp_path / "earlier")
    with store.opened(folder, KEY, ENGINE) as con:
        look(folder, con)
        kept = access_log.read(folder)[-1]
    outside = [Anchor(kept.number, kept.hash, "release 1")]
    assert access_log.faults(folder, outside=outside) == []
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "earlier", folder)
    with store.opened(folder, KEY, ENGINE) as con:
        assert faults(folder, con) == []
        (fault,) = faults(folder, con, *outside)
        assert f"line 2 with the hash {kept.hash[:16]}…, which release 1 names" in fault
        with pytest.raises(LogBrokenError, match="release 1"):
            access_log.require_continued(folder, con, outside)
        assert access_log.resume(folder, con, outside, why="restored from a backup").number == 3
        look(folder, con)
        assert faults(folder, con, *outside) == []
        # A stranger's anchor is none of this log.
        assert faults(folder, con, Anchor(0, "ab" * 32, "whoever")) != []


def test_an_older_vault_beside_a_newer_log_is_found(tmp_path, folder):
    with store.opened(folder, KEY, ENGINE) as con:
        look(folder, con)
    shutil.copy(folder / store.FILE, tmp_path)
    with store.opened(folder, KEY, ENGINE) as con:
        look(folder, con)
        look(folder, con)
    shutil.copy(tmp_path / store.FILE, folder)
    with store.opened(folder, KEY, ENGINE) as con, pytest.raises(LogBrokenError, match="its file is older than the log"):
        look(folder, con)


def test_a_process_killed_between_line_and_anchor_raises_no_alarm(vault, folder, log, lines):
    vault.execute("delete from vault.main.log_anchor where number = 4")
    assert faults(folder, vault) == []
    assert look(folder, vault).number == 5
    assert access_log.chain_hashes(vault).keys() == {1, 2, 3, 4, 5} and faults(folder, vault) == []


@pytest.mark.parametrize("part", range(1, 300, 23))
def test_a_process_killed_within_a_line_raises_no_alarm(vault, folder, log, lines, part):
    vault.execute("delete from vault.main.log_anchor where number = 4")
    log.write_text("".join(lines[:3]) + lines[3][:part])
    assert faults(folder, vault) == []
    assert look(folder, vault).number == 4
    assert faults(folder, vault) == [] and [line.number for line in access_log.read(folder)] == [1, 2, 3, 4]


def test_a_line_that_lacks_nothing_but_its_end_is_kept(vault, folder, log, lines):
    vault.execute("delete from vault.main.log_anchor where number = 4")
    log.write_text("".join(lines)[:-1])
    assert look(folder, vault).number == 5 and faults(folder, vault) == []


def test_a_resumption_that_was_killed_is_completed(vault, folder, log, lines):
    """After the break is on record and the log is set aside, and before the line is written."""
    log.unlink()
    last = access_log.chain_hashes(vault)[4]
    vault.execute("insert into vault.main.log_break values (5, ?, 'it was deleted')", [last])
    line = look(folder, vault)
    assert (line.number, line.previous) == (5, last) and faults(folder, vault) == []


def test_two_breaks_are_both_on_record_and_no_log_of_between_passes(vault, folder, log, lines):
    log.unlink()
    access_log.resume(folder, vault, [], why="the backup is lost too")
    between = log.read_text()
    look(folder, vault)
    log.unlink()
    assert access_log.resume(folder, vault, [], why="the backup is lost too").number == 7
    assert access_log.breaks(vault).keys() == {5, 7}
    log.write_text(between)
    with pytest.raises(LogBrokenError, match="removed"):
        look(folder, vault)


ANY_TEXT = [
    "[/red] was here",
    "[link=file:///etc/passwd]x[/link]",
    "a\x1b[2Jb and more",
    "\udcff\udcfe undecodable",
    "“quoted” 名前 🔪🔪🔪🔪",
    "x" * 20_000,
]


@pytest.mark.parametrize("why", ANY_TEXT, ids=range(len(ANY_TEXT)))
def test_a_reason_can_hold_any_text(vault, folder, why):
    line = access_log.write(folder, vault, "show", why=why, what=why, acting_for=why)
    assert access_log.read(folder) == [line] and faults(folder, vault) == []
    line.why.encode()
    look(folder, vault)


@pytest.mark.parametrize("given", ["", "12", "zz" * 20, "17:", "17:abc", "ab" * 40, "-1:" + "a" * 64])
def test_what_is_no_anchor_is_refused(given):
    with pytest.raises(ValueError, match="An anchor is"):
        access_log.parse_anchor(given)


def test_an_anchor_is_taken_as_a_person_writes_it(vault, folder, lines):
    line = access_log.read(folder)[2]
    for given in (line.hash, line.hash[:16].upper(), f"3:{line.hash}", f" {line.hash}\n"):
        assert faults(folder, vault, access_log.parse_anchor(given)) == []
    assert faults(folder, vault, access_log.parse_anchor(f"2:{line.hash}")) != []


def test_nobody_looks_without_a_reason(force, draw, vault, folder):
    draw("2024-03-31")
    before = len(access_log.read(folder))
    with pytest.raises(access_log.ReasonRequiredError):
        lookups.entries(vault, lookups.VaultSession(folder, "  because "), "2024-03-31.1", None)
    assert len(access_log.read(folder)) == before


def test_a_look_is_logged_even_where_nothing_is_found(force, draw, vault, folder):
    draw("2024-03-31")
    with pytest.raises(lookups.NotFoundError):
        lookups.entry(vault, lookups.VaultSession(folder, WHY, "DS Example"), "2024-03-31.1", 99)
    last = access_log.read(folder)[-1]
    assert (last.action, last.what, last.acting_for) == ("show", "run 2024-03-31.1, entry 99", "DS Example")
