"""What is in a landing zone or is handed in and is no file, or does not stay as it is: named, not opened, and stops no other."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration.cli import output
from orchestration.cli.app import app
from orchestration.home import creation
from orchestration.home.disk_errors import advice
from orchestration.ingest.files import regular_files
from orchestration.ingest.landing_zone import acceptance, demonstration
from orchestration.ingest.landing_zone.delivery import discover, unread, unrecognised_files
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.rules import UnreadableError
from tests.unit.orchestration.ingest.conftest import CONTRACTS, KEY, NOW, row, rows, text

CRIMES = "derbyshire_constabulary/crimes"
CONTRACT = CONTRACTS["crimes"]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def socket_of(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        at = Path.cwd()
        os.chdir(path.parent)  # names of sockets are short
        try:
            server.bind(path.name)
        finally:
            os.chdir(at)


def folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.csv").write_text(text(rows("crimes", 1)))


def link_to(target: str):
    return lambda path: path.symlink_to(target)


def link_out(path: Path) -> None:
    outside = path.parents[3] / "outside.csv"
    outside.write_text(text(rows("crimes", 1)))
    path.symlink_to(outside)


def link_through_a_folder(path: Path) -> None:
    outside = path.parents[3] / "elsewhere"
    outside.mkdir()
    (outside / "2023-09.csv").write_text(text(rows("crimes", 1)))
    (path.parent / "way").symlink_to(outside)
    path.symlink_to("way/2023-09.csv")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 10**9)


SPECIAL = {
    "pipe": (pipe, "D33", "a named pipe"),
    "socket": (socket_of, "D33", "a socket"),
    "folder": (folder, "D33", "a folder"),
    "link to a device without end": (link_to("/dev/zero"), "D33", "leads elsewhere"),
    "link to a terminal": (link_to("/dev/tty"), "D33", "leads"),
    "link that leads nowhere": (link_to("nothing.csv"), "D33", "leads nowhere"),
    "link to itself": (lambda path: path.symlink_to(path.name), "D33", "leads to itself"),
    "link out of the landing zone": (link_out, "D33", "leads elsewhere"),
    "link through a folder": (link_through_a_folder, "D33", "leads elsewhere"),
    "link up and out": (link_to("../../../../../../../../etc/passwd"), "D33", "leads elsewhere"),
    "link to a process's memory": (link_to("/proc/self/mem"), "D33", "leads elsewhere"),
    "sparse file of 100 GB": (huge, "D16", "100,000 MB"),
}


@pytest.fixture
def said():
    console = Console(file=io.StringIO(), width=200, soft_wrap=True)
    return SimpleNamespace(console=console, text=lambda: console.file.getvalue())


@pytest.fixture
def zone(desk) -> Path:
    """The folder of a feed with one good file."""
    desk.put("crimes", text(rows("crimes", 2)))
    return desk.raw / CRIMES


@pytest.mark.parametrize(("make", "code", "what"), SPECIAL.values(), ids=list(SPECIAL))
class TestNoFile:
    def test_it_is_named_and_others_are_read(self, desk, zone, said, make, code, what):
        make(zone / "2023-08.csv")
        assert [delivery.file_name for delivery in discover(desk.raw, CONTRACT)] == ["2023-07.csv"]
        found = {file.path.name: file for file in unrecognised_files(desk.raw, CONTRACT)}["2023-08.csv"]
        assert found.code == code and what in found.reason
        (record,) = desk.load("crimes")
        assert record.rows_accepted == 2
        output.unread(said.console, SimpleNamespace(raw=desk.raw), CRIMES)
        assert f"2023-08.csv: {code} " in said.text()

    def test_it_takes_the_place_of_no_file(self, desk, zone, make, code, what):
        """Of two files with one period the first in order is the delivery: what is no file is none of them."""
        make(zone / "2023-08.csv")
        (zone / "2023-08.tsv").write_text(text([row("crimes", 1)]))
        assert [delivery.file_name for delivery in discover(desk.raw, CONTRACT)] == ["2023-07.csv", "2023-08.tsv"]

    def test_what_a_file_becomes_after_it_was_listed_is_not_read(self, desk, zone, make, code, what):
        found = plan(desk.raw, desk.landing, CONTRACT, KEY)
        (zone / "2023-07.csv").unlink()
        make(zone / "2023-07.csv")
        assert load(found, CONTRACT, desk.landing, KEY, now=NOW) == []
        assert desk.all() == []


class TestLinks:
    def test_a_link_inside_the_landing_zone_is_its_file(self, desk, zone):
        (zone / "2023-07.csv").rename(zone / ".kept.csv")
        (zone / "2023-07.csv").symlink_to(".kept.csv")
        (record,) = desk.load("crimes")
        assert record.rows_accepted == 2

    def test_a_hard_link_is_a_file(self, desk, zone, tmp_path):
        (tmp_path / "elsewhere.csv").hardlink_to(zone / "2023-07.csv")
        assert len(discover(desk.raw, CONTRACT)) == 1

    def test_the_landing_zone_itself_may_be_a_link(self, desk, zone, tmp_path):
        desk.raw.rename(tmp_path / "share")
        desk.raw.symlink_to(tmp_path / "share")
        (record,) = desk.load("crimes")
        assert record.rows_accepted == 2

    @pytest.mark.parametrize("level", [CRIMES, "derbyshire_constabulary"])
    def test_a_feeds_folder_may_not_lead_out(self, desk, zone, tmp_path, level):
        (desk.raw / level).rename(tmp_path / "outside")
        (desk.raw / level).symlink_to(tmp_path / "outside")
        assert discover(desk.raw, CONTRACT) == []
        (found,) = unrecognised_files(desk.raw, CONTRACT)
        assert (found.path, found.code) == (desk.raw / CRIMES, "D33")

    def test_a_folder_that_is_exchanged_for_a_link_is_not_followed(self, desk, zone, tmp_path, monkeypatch):
        """Between the look at a name and its opening."""
        look = regular_files._look

        def exchanged(path, within):
            seen = look(path, within)
            zone.rename(tmp_path / "moved")
            zone.symlink_to(tmp_path / "moved")
            return seen

        monkeypatch.setattr(regular_files, "_look", exchanged)
        with pytest.raises(UnreadableError, match="D34"), regular_files.opened(zone / "2023-07.csv", desk.raw):
            pass


class TestClosed:
    """As root nothing is closed, so what the kernel says is put in its place."""

    def test_d34_a_file_without_the_right_to_read_it(self, desk, zone, monkeypatch):
        (zone / "2023-08.csv").write_text(text(rows("crimes", 1)))
        allowed = os.access
        monkeypatch.setattr(os, "access", lambda path, *a, **k: not str(path).endswith("08.csv") and allowed(path, *a))
        assert [(file.path.name, file.code) for file in unrecognised_files(desk.raw, CONTRACT)] == [("2023-08.csv", "D34")]
        (record,) = desk.load("crimes")
        assert record.rows_accepted == 2

    def test_d34_a_closed_folder(self, desk, zone, monkeypatch):
        listed = Path.iterdir

        def closed(path):
            if path == zone:
                raise PermissionError(13, "Permission denied", str(path))
            return listed(path)

        monkeypatch.setattr(Path, "iterdir", closed)
        assert [(found.path, found.code) for found in unrecognised_files(desk.raw, CONTRACT)] == [(zone, "D34")]

    def test_a_disk_that_fails_on_one_file_keeps_no_other_from_landing(self, desk, zone, monkeypatch):
        (zone / "2023-08.csv").write_text(text(rows("crimes", 1)))
        size, read = (zone / "2023-08.csv").stat().st_size, regular_files._read

        def failing(source):
            if os.fstat(source.fileno()).st_size == size:
                raise UnreadableError(regular_files.fault("D34", reason="Input/output error"))
            return read(source)

        monkeypatch.setattr(regular_files, "_read", failing)
        assert [record.file_name for record in desk.load("crimes")] == ["2023-07.csv"]

    def test_the_advice_names_the_file_that_cannot_be_read_and_not_the_home(self, tmp_path):
        file = tmp_path / "raw" / CRIMES / "2023-07.csv"
        for error in (
            PermissionError(13, "Permission denied", str(file)),
            f"[Errno 13] Permission denied: '{file}'",
            f'IO Error: Cannot open file "{file}": Permission denied',
        ):
            printed = advice(error, tmp_path / "home")
            assert printed is not None and str(file) in printed and "home" not in printed
            assert str(file) in str(advice(error, tmp_path)), "the landing zone in the home"
        written = advice(PermissionError(13, "Permission denied", str(tmp_path / "home" / "landing" / "x")), tmp_path / "home")
        assert written is not None and written.startswith(f"{tmp_path / 'home'} cannot be written to")


class TestChanges:
    @pytest.mark.parametrize("change", ["grows", "shrinks", "is written again", "goes", "is another file"])
    def test_d35_a_file_that_changes_while_it_is_copied_is_left(self, desk, zone, monkeypatch, change):
        file = zone / "2023-07.csv"
        before, read, done = file.stat(), regular_files._read, []

        def changing(source):
            piece = read(source)
            if not done:
                done.append(1)
                if change == "grows":
                    file.write_bytes(file.read_bytes() * 2)
                elif change == "shrinks":
                    os.truncate(file, 10)
                elif change == "is written again":
                    file.write_bytes(file.read_bytes())
                    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
                else:
                    file.unlink()
                if change == "is another file":
                    file.write_text("x")
            return piece

        monkeypatch.setattr(regular_files, "_read", changing)
        assert desk.load("crimes") == [] and desk.all() == []

    def test_a_file_that_is_being_written_is_waited_for(self, tmp_path):
        (tmp_path / "whole.csv").write_text("x")
        (tmp_path / "growing.csv").write_text("x")
        stop = threading.Event()

        def write():
            while not stop.wait(0.05):
                with (tmp_path / "growing.csv").open("a") as file:
                    file.write("x")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            paths = [tmp_path / "whole.csv", tmp_path / "growing.csv", tmp_path / "gone.csv"]
            start = time.monotonic()
            assert regular_files.at_rest(paths[:2], lambda path: path, 0.3) == paths[:1]
            assert time.monotonic() - start < 2
        finally:
            stop.set()
            writer.join()

    def test_old_files_are_not_waited_for(self, tmp_path):
        (tmp_path / "old.csv").write_text("x")
        os.utime(tmp_path / "old.csv", (0, 0))
        start = time.monotonic()
        assert regular_files.at_rest([tmp_path / "old.csv"], lambda path: path, 5) == [tmp_path / "old.csv"]
        assert time.monotonic() - start < 1

    def test_what_was_not_read_yet_is_named(self, desk, zone, said):
        desk.load("crimes")
        (zone / "2023-08.csv").write_text("x")
        output.waiting(said.console, SimpleNamespace(raw=desk.raw, landing=desk.landing))
        assert "2023-08.csv: it arrived after the last refresh" in said.text() and "2023-07" not in said.text()


@pytest.mark.parametrize("make", [pipe, link_to("/dev/zero"), folder, link_to("nothing")])
def test_files_of_this_program_in_the_landing_zone_are_read_as_carefully(desk, zone, make):
    make(acceptance.record_beside(zone / "2023-07.csv"))
    make(desk.raw / demonstration.FILE)
    assert acceptance.accepted_short(zone / "2023-07.csv", "") is None
    assert demonstration.listed_in(desk.raw) == frozenset()
    (record,) = desk.load("crimes")
    assert record.rows_accepted == 2


NAMES = [
    b"2023-08\n.csv",
    b"2023-08.csv\n",
    b"\x1b[31mx.csv",
    b"\xff\xfe.csv",
    b"-rf.csv",
    b"; rm x.csv",
    b"[red]x.csv",
    b"x" * 250,
]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_it_is_named_on_one_line_without_control_characters(desk, zone, said, name):
    handle = os.open(os.path.join(os.fsencode(zone), name), os.O_CREAT | os.O_WRONLY)  # noqa: PTH118 - a name that is no text
    os.close(handle)
    assert len(unread(desk.raw, CONTRACTS.values())) == 1
    output.unread(said.console, SimpleNamespace(raw=desk.raw))
    printed = said.text()
    assert "\x1b" not in printed and printed.count("\n") == 1
    printed.encode()
    assert [record.rows_accepted for record in desk.load("crimes")] == [2]


class TestHandedIn:
    @pytest.fixture
    def deliver(self, tmp_path):
        creation.make(tmp_path / "home", "derbyshire", "live")
        (tmp_path / "a" / "b" / "sent").mkdir(parents=True)

        def run(*names: str):
            environment = {"SNA_HOME": str(tmp_path / "home"), "SNA_RAW": str(tmp_path / "raw"), "COLUMNS": "300"}
            sent = [str(tmp_path / "a" / "b" / "sent" / name) for name in names]
            ran = CliRunner().invoke(app, ["deliver", *sent], env=environment)
            assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
            landed = sorted(p.relative_to(tmp_path / "raw").as_posix() for p in (tmp_path / "raw").rglob("*") if p.is_file())
            return ran.exit_code, " ".join(ran.output.split()), landed

        return run

    @pytest.mark.parametrize("within", [True, False], ids=["in a folder", "by name"])
    @pytest.mark.parametrize("name", [name for name in SPECIAL if name not in ("folder", "link through a folder")])
    def test_it_is_refused_by_name_and_the_others_are_taken(self, deliver, tmp_path, name, within):
        make, _, what = SPECIAL[name]
        sent = tmp_path / "a" / "b" / "sent"
        (sent / "victims.csv").write_text(text([row("victims", 1)]))
        make(sent / "crimes 2023-07.csv")
        status, printed, landed = deliver("") if within else deliver("victims.csv", "crimes 2023-07.csv")
        assert (status, landed) == (1, ["derbyshire_constabulary/victims/2023-07.csv"])
        assert "Refused crimes 2023-07.csv" in printed and what in printed

    def test_a_link_to_a_folder_is_not_followed(self, deliver, tmp_path):
        sent = tmp_path / "a" / "b" / "sent"
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "crimes.csv").write_text(text(rows("crimes", 1)))
        (sent / "more").symlink_to(tmp_path / "more")
        (sent / "round").symlink_to(sent)
        status, printed, landed = deliver("")
        assert (status, landed) == (1, []) and "Refused more" in printed and "Refused round" in printed

    def test_a_file_that_is_being_written_is_refused(self, deliver, tmp_path, monkeypatch):
        (tmp_path / "a" / "b" / "sent" / "crimes.csv").write_text(text(rows("crimes", 1)))
        monkeypatch.setattr(regular_files, "at_rest", lambda files, path: [])
        status, printed, landed = deliver("")
        assert (status, landed) == (1, []) and "changed while it was being read" in printed

    def test_a_file_that_is_not_there_is_wrong_usage(self, deliver):
        status, printed, _ = deliver("nothing.csv")
        assert status == 2 and "does not exist" in printed
