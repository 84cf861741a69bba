"""A log that was touched is known by it."""

import json

import pytest

from vault import access_log, reading


@pytest.fixture
def lines(vault, folder):
    for number in range(4):
        access_log.write(folder, vault, "show", why="tasking meeting", what=f"run 2024-03-31.1, entry {number}")
    return (folder / access_log.FILE).read_text().splitlines(keepends=True)


def test_an_untouched_log_is_whole(vault, folder, lines):
    assert access_log.faults(folder, access_log.anchors(vault)) == []
    first = access_log.read(folder)[0]
    assert (first.number, first.why, first.previous) == (1, "tasking meeting", access_log.START) and first.who and first.at
    assert (folder / access_log.FILE).stat().st_mode & 0o777 == 0o600


def test_a_changed_line_is_found(folder, lines):
    changed = [line.replace("entry 1", "entry 7") for line in lines]
    (folder / access_log.FILE).write_text("".join(changed))
    assert access_log.faults(folder) == ["Line 2 was changed."]


def test_a_line_taken_out_is_found(folder, lines):
    (folder / access_log.FILE).write_text("".join(lines[:1] + lines[2:]))
    assert any("taken out" in fault for fault in access_log.faults(folder))


def test_a_cut_or_rewritten_end_is_what_only_the_vault_can_tell(vault, folder, lines):
    anchored = access_log.anchors(vault)
    (folder / access_log.FILE).write_text("".join(lines[:3]))
    assert access_log.faults(folder) == []
    assert access_log.faults(folder, anchored) == ["Line 4 is not the one that the vault remembers: it was taken out."]

    forged = access_log.Line(**{**json.loads(lines[3]), "what": "run 2024-03-31.1, entry 9"}).sealed()
    (folder / access_log.FILE).write_text("".join(lines[:3]) + json.dumps(vars(forged)) + "\n")
    assert access_log.faults(folder) == []
    assert access_log.faults(folder, anchored) == ["Line 4 is not the one that the vault remembers: it was changed."]


def test_nobody_looks_without_a_reason(force, draw, vault, folder):
    draw("2024-03-31")
    before = len(access_log.read(folder))
    with pytest.raises(access_log.NoReason):
        reading.entries(vault, reading.Look(folder, "  because "), "2024-03-31.1", None)
    assert len(access_log.read(folder)) == before


def test_a_look_is_logged_even_where_nothing_is_found(force, draw, vault, folder):
    draw("2024-03-31")
    with pytest.raises(reading.NotThere):
        reading.entry(vault, reading.Look(folder, "tasking meeting", "DS Example"), "2024-03-31.1", 99)
    last = access_log.read(folder)[-1]
    assert (last.action, last.what, last.acting_for) == ("show", "run 2024-03-31.1, entry 99", "DS Example")
