"""Files of the home that are damaged, deleted or another's between two refreshes, and the remedy that the documentation names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from orchestration.home.instance import HISTORY
from orchestration.ingest.landing_log import log
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.pseudonym_key import VARIABLE
from tests.fault.bench import Bench
from tests.fault.faults import CRIMES, Strike, expect_message, trial
from tests.fault.kills import Trial, check_intact

Harm = Callable[[Path], object]
REPAIR = ("verify", "--landing", "--repair")
KIND = "damaged file"


def overwritten(file: Path) -> None:
    """Bytes in its midst, with the time of the file as it was."""
    before = file.stat()
    file.chmod(0o600)
    with file.open("r+b") as opened:
        opened.seek(before.st_size // 2)
        opened.write(b"\xa5" * min(4096, before.st_size // 2))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(file: Path) -> None:
    file.chmod(0o600)
    os.truncate(file, file.stat().st_size // 2)


def deleted(file: Path) -> None:
    file.unlink()


def _used(bench: Bench) -> LoadRecord:
    """The first delivery of crimes that is in use."""
    loads = log.loads_in_use(log.read(bench.settings.landing))
    return min((load for load in loads if f"{load.agency}/{load.feed}" == CRIMES), key=lambda load: load.period)


def record(harm: Harm) -> Strike:
    """The record of a delivery in use."""

    def strike(bench: Bench, made: Trial) -> None:
        harm(_used(bench).folder / log.RECORD)
        expect_message(bench, made, bench.sna("refresh").status, log.RECORD)
        check_release(bench, made)

    return strike


def record_of_a_later_version(bench: Bench, made: Trial) -> None:
    """The record has a field that this version does not know; whoever goes back to the later version has lost nothing."""
    file = _used(bench).folder / log.RECORD
    before = file.read_bytes()
    file.write_text(json.dumps({**json.loads(before), "unheard_of": 1}))
    expect_message(bench, made, bench.sna("refresh").status, "a later version wrote it")
    check_release(bench, made)
    file.write_bytes(before)


def rows(harm: Harm) -> Strike:
    """The landed rows of a delivery in use."""

    def strike(bench: Bench, made: Trial) -> None:
        load = _used(bench)
        assert load.accepted is not None
        harm(load.accepted)
        expect_message(bench, made, bench.sna("refresh").status, load.accepted.name)
        check_release(bench, made)

    return strike


def rows_of_a_rebuild(bench: Bench, made: Trial) -> None:
    """Landed rows are overwritten so that neither size nor time shows it; a build from nothing compares their content."""
    load = _used(bench)
    assert load.accepted is not None
    overwritten(load.accepted)
    expect_message(bench, made, bench.sna("rebuild").status, load.accepted.name)
    check_release(bench, made)


def release(harm: Harm, name: str) -> Strike:
    """A file of the current release: the next refresh says so and publishes another, whose content is checked afterwards."""

    def strike(bench: Bench, made: Trial) -> None:
        harm(bench.settings.published / "current" / name)
        if bench.sna("verify").status != 1:
            made.problems.append(f"the damage is not found: {bench.said[-800:]}")

    return strike


def earlier_release(bench: Bench, made: Trial) -> None:
    """A file of a release that is not current any more: no reader meets it, and nobody can go back to it."""
    earlier = bench.settings.published / "releases" / bench.first.release
    if bench.sna("refresh").status != 0:
        made.problems.append(f"the refresh before the fault failed: {bench.said[-800:]}")
    overwritten(earlier / "sna_marts.duckdb")
    expect_message(bench, made, bench.sna("rollback", bench.first.release).status, "sna_marts.duckdb")
    check_intact(bench, made)


def no_current_link(bench: Bench, made: Trial) -> None:
    """The link to the current release is gone; its name and the remedy are said."""
    (bench.settings.published / "current").unlink()
    if bench.sna("status").status == 0 and "current" not in bench.said:
        made.problems.append(f"`sna status` says nothing of it: {bench.said[-800:]}")


def rollback(bench: Bench, made: Trial) -> None:
    """The note of a rollback cannot be read; it is deleted, as the sentence says."""
    note = bench.settings.published / "rollback.json"
    note.write_text('{"from": ')
    expect_message(bench, made, bench.sna("refresh").status, "rollback.json")
    check_intact(bench, made)
    note.unlink()


def history(file: str, harm: Harm) -> Strike:
    """A database of Dagster's history; the next refresh sets it aside and begins another."""

    def strike(bench: Bench, made: Trial) -> None:
        harm(bench.settings.dagster_home / file)
        if (status := bench.sna("refresh").status) != 0:
            made.problems.append(f"a refresh with a damaged history ends with {status}: {bench.said[-800:]}")
        elif "It was moved to" not in " ".join(bench.said.split()):
            made.problems.append("no message said that the history was set aside")
        check_intact(bench, made)

    return strike


def key(variable: str, written: bytes | None, word: str) -> Strike:
    """The pseudonym key is another one, or that of the home is gone or damaged; it is restored afterwards.

    Args:
        variable: in the environment of the refresh, where every other one of these trials has the right key.
        written: in the home; None for no file.
    """

    def strike(bench: Bench, made: Trial) -> None:
        file = bench.settings.home / "secrets" / "pseudonym.key"
        if written is not None:
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.write_bytes(written)
        expect_message(bench, made, bench.sna("refresh", variables={VARIABLE: variable}).status, word, expected=2)
        check_intact(bench, made)
        file.unlink(missing_ok=True)

    return strike


def check_release(bench: Bench, made: Trial) -> None:
    """That readers were spared. What was landed is damaged, and is not looked at before it was mended."""
    from tests.fault import state

    found = state.faults_of_release(bench.settings, bench.allowed)
    made.intact = made.intact and not found
    made.problems += found


def trials() -> list[Callable[[Bench], Trial]]:
    """Each kind of file, damaged in each way that it can be."""
    harms: dict[str, Harm] = {"overwritten": overwritten, "cut": cut, "deleted": deleted}
    made = [trial(KIND, f"record of a delivery, {how}", record(harms[how]), REPAIR) for how in ("overwritten", "cut")]
    made += [trial(KIND, "record of a delivery, of a later version", record_of_a_later_version)]
    made += [trial(KIND, f"landed rows, {how}", rows(harms[how]), REPAIR) for how in ("cut", "deleted")]
    made += [trial(KIND, "landed rows, overwritten, before a rebuild", rows_of_a_rebuild, REPAIR)]
    for name in ("sna_marts.duckdb", "manifest.json"):
        made += [trial(KIND, f"{name} of the current release, {how}", release(harm, name)) for how, harm in harms.items()]
    made += [trial(KIND, "earlier release, overwritten", earlier_release)]
    made += [trial(KIND, "link to the current release, deleted", no_current_link)]
    made += [trial(KIND, "note of a rollback, cut", rollback)]
    for file in HISTORY[:2]:
        made += [trial(KIND, f"Dagster's {file}, {how}", history(file, harms[how])) for how in ("overwritten", "cut")]
    made += [
        trial(KIND, "pseudonym key, gone", key("", None, "is gone")),
        trial(KIND, "pseudonym key, cut", key("", b"short", "is damaged")),
        trial(KIND, "pseudonym key, another one", key("a key of somebody else", None, "sna rekey")),
    ]
    return made
