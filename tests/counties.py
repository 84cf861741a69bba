"""Counties that tests share, written and refreshed once and kept under a hash of all that makes them.

    python -m tests.counties NAME...     build what is missing, side by side

    demo     the demonstration's deliveries, 61 months, as `synthetic.write_demo` writes them
    sampled  two years of its monthly feeds, of a twelfth of the places (`tests.sample`), as they were delivered
    whole    that county, refreshed from nothing by the command line
    small    the first two months of every feed, a sample of the rows, with a few faults (`tests.fault.zone`), refreshed; `later`
             is what arrives then: a month of each feed, a resubmission, an outcome of an earlier crime
    mini     a warehouse alone: 1,440 crimes made up in SQL, every model built (`tests.integration.expectations.mini`)
    empty    a warehouse alone: nothing delivered, every model built

They are in `SNA_TEST_CACHE` (default `~/.cache/serious-violence-tests`); tests read them and change copies only.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock

from orchestration.home.environment import PROJECT
from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone import demonstration
from orchestration.publication.release import FILE
from orchestration.warehouse.dbt import hash_of_files

if TYPE_CHECKING:
    from synthetic import DemoSummary

BIN = Path(sys.executable).parent
CACHE = Path(os.environ.get("SNA_TEST_CACHE") or "~/.cache/serious-violence-tests").expanduser()
KEPT = 3
CRIMES = "derbyshire_constabulary/crimes"
SOURCES = ("synthetic", "areas", "raw", "dbt_project", "orchestration", "expectations", "vault", "requirements.lock")
# What `write_demo` reads.
DEMO_SOURCES = (
    "synthetic",
    "raw",
    "dbt_project/seeds",
    "areas",
    "orchestration/ingest/landing_zone/demonstration.py",
    "requirements.lock",
)


@dataclass(frozen=True)
class County:
    """A landing zone and a home, and the commands of the project run against them as a person would run them.

    Attributes:
        variables: of the environment of its commands, besides those of this process.
        later: deliveries that arrive after those of the landing zone, in folders of the same form.
    """

    raw: Path
    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    later: Path | None = None

    @property
    def settings(self) -> Settings:
        return Settings(self.raw, self.home)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self.variables,
            "SNA_RAW": str(self.raw),
            "SNA_HOME": str(self.home),
            "DAGSTER_HOME": str(self.settings.dagster_home),
            "COLUMNS": "200",
        }

    def make_home(self) -> County:
        """Make the home of a demonstration, with nothing in it."""
        _demonstration(self.home)
        return self

    def run(self, program: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(BIN / program), *arguments]
        return subprocess.run(command, env=self.environment, cwd=cwd or PROJECT, capture_output=True, text=True, timeout=900)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """The same without waiting for its end; both streams come out as one."""
        command = [str(BIN / program), *arguments]
        pipe, both = subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(command, env=self.environment, cwd=PROJECT, stdout=pipe, stderr=both, text=True)

    def sna(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("sna", *arguments, cwd=cwd)

    def query(self, sql: str) -> list[tuple]:
        con = duckdb.connect(str(self.settings.published / FILE), read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def copy(self, folder: Path) -> County:
        """The same county below another folder: what is only ever added to is linked; what else a command changes, and releases,
        which may be opened to a group, are copied.
        """
        made = replace(self, raw=folder / "raw", home=folder / "home")
        shutil.copytree(self.raw, made.raw, copy_function=os.link)
        ignore = shutil.ignore_patterns("warehouse.duckdb*", "dagster", "refresh.lock", "vault", "published")
        shutil.copytree(self.home, made.home, copy_function=os.link, symlinks=True, ignore=ignore)
        shutil.copy(self.settings.warehouse, made.home)
        for kept in (self.settings.vault, self.settings.published.parent):
            if kept.exists():
                shutil.copytree(kept, made.home / kept.name, symlinks=True)
        return made

    def deliver_later(self) -> None:
        """Put what arrives later into the landing zone."""
        assert self.later is not None
        shutil.copytree(self.later, self.raw, dirs_exist_ok=True, copy_function=os.link)

    def list(self, *files: Path) -> None:
        """Take files as part of the demonstration."""
        demonstration.add(self.raw, files)

    def list_text(self, text: str) -> None:
        """Take a file that is still being written as part of the demonstration."""
        with TemporaryDirectory() as folder:
            (file := Path(folder) / "written.csv").write_text(text, encoding="utf-8", newline="")
            self.list(file)

    def deliver_after_a_gap(self) -> None:
        """Crimes of August after those of May: every row is good, and the feeds gate sees that months are missing."""
        assert self.later is not None
        (june,) = (self.later / CRIMES).glob("2019-06.*")
        august = self.raw / CRIMES / june.name.replace("-06", "-08")
        august.write_text(june.read_text(encoding="utf-8").replace("/06/2019", "/08/2019"), encoding="utf-8")
        self.list(august)

    def release(self) -> str:
        """Id of the current release, from the stable path."""
        ((release_id,),) = self.query("select release_id from meta.release")
        return release_id


def demo(scale: int = 1) -> DemoSummary:
    """The demonstration's deliveries, or those of a larger force, and how many there are."""
    from synthetic import DemoSummary, write_demo

    def build(folder: Path) -> None:
        (folder / "summary.json").write_text(json.dumps(asdict(write_demo(folder / "raw", scale=scale)), default=str))

    folder = _kept("demo" if scale == 1 else f"demo{scale}", DEMO_SOURCES, build)
    return DemoSummary(**json.loads((folder / "summary.json").read_text()) | {"raw": folder / "raw"})


def sampled() -> Path:
    """The landing zone of two years of a sample of the demonstration's places."""
    from tests import sample

    return _kept("sampled", (*DEMO_SOURCES, "tests/sample.py"), lambda folder: sample.cut(demo().raw, folder / "raw")) / "raw"


def _demonstration(home: Path) -> None:
    """Make the home of a demonstration."""
    from orchestration.home.creation import make

    make(home, "derbyshire", "demonstration")


def whole() -> County:
    """The demonstration's county, refreshed. `refresh.txt` beside its home is what the refresh printed."""

    def build(folder: Path) -> None:
        made = County(folder / "raw", folder / "home")
        shutil.copytree(demo().raw, made.raw, copy_function=os.link)
        _demonstration(made.home)
        (folder / "refresh.txt").write_text(_refresh(made))

    folder = _kept("whole", SOURCES, build)
    return County(folder / "raw", folder / "home")


SMALL = {"SNA_PSEUDONYM_KEY": "the key of the small county"}


def small(scale: int = 1) -> County:
    """Two months of a county, or of a larger force, refreshed."""
    from tests.fault import zone as small_zone

    def build(folder: Path) -> None:
        made = County(folder / "raw", folder / "home", SMALL)
        small_zone.cut(demo(scale).raw, made.raw, folder / "later")
        _demonstration(made.home)
        (folder / "refresh.txt").write_text(_refresh(made))

    folder = _kept("small" if scale == 1 else f"small{scale}", (*SOURCES, "tests/fault/zone.py"), build)
    return County(folder / "raw", folder / "home", SMALL, folder / "later")


def mini() -> Settings:
    """The home of the mini county."""
    from tests.integration.expectations.mini import build

    return _home("mini", ("tests/integration/expectations/mini.py", "tests/integration/expectations/damages"), build)


def empty() -> Settings:
    """A home in which nothing was delivered."""

    def build(settings: Settings) -> None:
        from orchestration.contracts.reader import load_contracts
        from orchestration.warehouse import dbt, ledger, warehouse_file

        with warehouse_file.connect(settings) as con:
            for contract in load_contracts().values():
                ledger.register(con, contract, [], [], "2024-04-01")
        dbt.load_manifest(settings)
        dbt.execute(settings, "*")

    return _home("empty", (), build)


def share_parsed_project(settings: Settings) -> None:
    """Spare a home that has nothing the parsing and compiling of the dbt project."""
    shutil.copytree(mini().dbt_target, settings.dbt_target, ignore=shutil.ignore_patterns("compiled"))


def _home(name: str, sources: tuple[str, ...], build: Callable[[Settings], object]) -> Settings:
    def make(folder: Path) -> None:
        _demonstration(folder / "home")
        build(Settings(folder / "raw", folder / "home"))

    folder = _kept(name, (*SOURCES, *sources), make)
    return Settings(folder / "raw", folder / "home")


@contextmanager
def spilling(settings: Settings) -> Iterator[set[str]]:
    """The folders to which DuckDB spills while the block runs, by name; each is there until its connection is closed."""
    seen: set[str] = set()
    ended = Event()

    def look() -> None:
        while not ended.wait(0.02):
            if settings.spill.exists():
                seen.update(path.name for path in settings.spill.iterdir())

    watch = Thread(target=look)
    watch.start()
    try:
        yield seen
    finally:
        ended.set()
        watch.join()


def _refresh(county: County) -> str:
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@cache
def _kept(name: str, sources: tuple[str, ...], build: Callable[[Path], object]) -> Path:
    """The folder of this name and of what makes it; built where it is missing, by one process while others wait."""
    code = sha256(f"{platform.python_version()} {hash_of_files(*(PROJECT / source for source in sources))}".encode()).hexdigest()
    folder = CACHE / f"{name}-{code[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(CACHE / f"{name}.lock"):
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            (folder / "whole").touch()
            _remove_all_but_the_newest(name)
    (folder / "whole").touch()
    return folder


def _remove_all_but_the_newest(name: str) -> None:
    marks = sorted(CACHE.glob(f"{name}-*/whole"), key=lambda mark: mark.stat().st_mtime)
    for mark in marks[:-KEPT]:
        shutil.rmtree(mark.parent)


def main(*names: str) -> None:
    """Build the counties of these names: two at a time, the first ones first."""
    if {"small", "whole"} <= set(names):
        demo()  # or one would wait for the other
    with ThreadPoolExecutor(2) as pool:
        commands = [[sys.executable, "-c", f"from tests import counties; counties.{name}()"] for name in names]
        if any(list(pool.map(subprocess.call, commands))):
            raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
