"""The ways of doing the work that are measured, and what has to be prepared for each.

All see the same deliveries and the same environment.

<work>/raw            landing zone
<work>/home           the home of `a`, in which `c` finds nothing new, and which `d` and `e` read
<work>/floor, dbt     what `d` and `e` write
<work>/month, later   the deliveries of the one new month, while they have not come; those of later months, which never come
<work>/monthly        the home of `b`, always at this path, for the landing views name it
<work>/monthly-saved  that home before the month
<work>/monthly-after  that home after it, to which a correction of an earlier month comes
<work>/crimes         deliveries of crimes with bad rows, and what `l` and `p` make of them
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.home import creation
from orchestration.home.environment import DBT_PROJECT, NO_TELEMETRY, PROJECT
from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone import demonstration
from orchestration.operations import idle_refresh
from tests.bench import crimes
from tests.bench.results import NOISE, Results, Row

PYTHON = sys.executable
SNA = str(Path(PYTHON).with_name("sna"))
DBT, DAGSTER = (str(Path(PYTHON).with_name(name)) for name in ("dbt", "dagster"))
METER = Path(__file__).with_name("meter.py")
# What a refresh with nothing new has to import before it can answer.
LIBRARIES = "import open_data_contract_standard.model, rich.console, rich.table, typer, yaml"
# Schemas that dbt builds.
BUILT = ("reference", "staging", "conformed", "marts", "sna")
# Last month of the years that the SNA reports on; and what some feeds deliver after it, which without it would leave a gap that
# a gate stops.
MONTH, LATER = "2024-03", "2024-04"
# Three years before.
LATE = "2021-03"
# Some tenths of a second of nothing but CPU.
COMPUTATION = "sum(number * number for number in range(10_000_000))"
# What landing and classification must say to have done something.
COUNTED = (r'"accepted": (?P<accepted>\d+), "rejected": (?P<rejected>\d+), "counted": .*"sna-2024": (?P<counted>\d+)',)
ERROR_LINES = 30

# What a refresh must say to have done something.
REFRESHED = (
    r"(?P<deliveries>\d+)[\d,]* new deliver(?:y|ies) in ",
    r"facts +Built (?:all )?(?P<facts>\d+)(?: of \d+)? models",
    r"marts +Built (?:all )?(?P<marts>\d+)(?: of \d+)? models",
    r"(?m)^release +\S+",
)


class WayFailed(RuntimeError):
    """A command ended with an error, or did not do what is measured; the message holds its last lines."""


@dataclass(frozen=True)
class Way:
    """One way of doing the work.

    Attributes:
        proof: patterns that its output must hold; each of their groups is a number above 0.
        prepare: what is done before each repetition, outside the timing.
        needs: key of the way without which this one cannot run.
        times: how often it is run, whatever is asked for.
        then: gets the output of the last repetition.
    """

    key: str
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    proof: Sequence[str] = ()
    prepare: Callable[[], object] = lambda: None
    needs: str | None = None
    times: int | None = None
    then: Callable[[str], object] = lambda output: None


def measure(way: Way, row: Row, times: int, results: Results) -> None:
    """Run a way so many times; its row is saved after each, and says why where it fails."""
    results.rows.append(row)
    failed = {other.key for other in results.rows if other.scale == row.scale and other.error is not None}
    try:
        if way.needs in failed:
            raise WayFailed(f"not run, because {way.needs} failed")
        output = ""
        for _ in range(way.times or times):
            way.prepare()
            output = _measured(way, row, results.folder)
            row.load_after = os.getloadavg()[0]
            results.save()
        way.then(output)
    except Exception as error:
        row.error = f"{type(error).__name__}: {error}"
    results.save()


def _measured(way: Way, row: Row, folder: Path) -> str:
    """Run a way once and add its cost to the row; returns what it said.

    Raises:
        WayFailed: it ended with an error, or does not say that it has done what is measured.
    """
    # What was prepared is not to be written to the disk at the expense of what is measured.
    os.sync()
    if not row.costs:
        row.load_before = os.getloadavg()[0]
    log, usage = folder / f"{row.scale}-{row.key}.log", folder / "usage.json"
    run([PYTHON, "-I", "-S", str(METER), str(usage), *way.command], way.environment, log)
    output, used = log.read_text(errors="replace"), json.loads(usage.read_text())
    usage.unlink()
    if used["status"]:
        raise WayFailed(f"exit status {used['status']}:\n{_last_lines(output)}")
    row.did = did(way.proof, output)
    row.costs.append(used["cost"])
    return output


def did(proof: Sequence[str], output: str) -> dict[str, int]:
    """What a command says that it did.

    Raises:
        WayFailed: something is not said, or is 0.
    """
    found: dict[str, int] = {}
    for pattern in proof:
        match = re.search(pattern, output)
        if match is None:
            raise WayFailed(f"the output does not hold {pattern!r}:\n{_last_lines(output)}")
        found |= {name: int(number) for name, number in match.groupdict().items()}
    if idle := [name for name, number in found.items() if number == 0]:
        raise WayFailed(f"no {', '.join(idle)}: nothing was measured:\n{_last_lines(output)}")
    return found


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """Run a command to its end, its output in a file.

    Raises:
        WayFailed: it ended with an error.
    """
    with log.open("w") as output:
        done = subprocess.run(command, env=environment, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise WayFailed(
            f"{' '.join(command[:3])}: exit status {done.returncode}:\n{_last_lines(log.read_text(errors='replace'))}"
        )


def _last_lines(output: str) -> str:
    return "\n".join(output.rstrip().splitlines()[-ERROR_LINES:])


class County:
    """The places of one scale, and what is prepared in them."""

    def __init__(self, scale: int, work: Path) -> None:
        self.scale, self.work = scale, work
        self.raw, self.home, self.monthly = work / "raw", work / "home", work / "monthly"
        self.floor, self.dbt, self.crimes, self.after = work / "floor", work / "dbt", work / "crimes", work / "monthly-after"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SNA_", "DBT_", "DAGSTER_"))},
            **NO_TELEMETRY,
            # The installed commands may belong to another checkout.
            "PYTHONPATH": str(PROJECT),
            "SNA_RAW": str(self.raw),
            "SNA_HOME": str(self.home),
            "SNA_PSEUDONYM_KEY": "a key for benchmarks only",
            "SNA_REPORT": "no",
            "DBT_PROFILES_DIR": str(DBT_PROJECT),
            "COLUMNS": "200",
        }

    def ways(self, results: Results) -> list[Way]:
        """In the order in which they are measured."""
        here, python = self.environment, [PYTHON, "-m"]
        dbt = [DBT, "build", "--project-dir", str(DBT_PROJECT), "--exclude-resource-type", "unit_test"]
        dbt += ["--target-path", str(self.dbt), "--log-path", str(self.dbt)]
        # One county has the figures of the SNA.
        right = (*REFRESHED, ", 0 differ, 0 missing") if self.scale == 1 else REFRESHED

        def keep_floor(output: str) -> None:
            shutil.copy2(self.floor / "floor.json", results.folder / f"{self.scale}-floor.json")

        def keep(output: str) -> None:
            found = [{"scale": self.scale, **difference} for difference in json.loads(output.splitlines()[-1])]
            results.differences = [*(results.differences or []), *found]

        def equal(output: str) -> None:
            """Raises WayFailed where pandas came to other rows, faults, records or classes."""
            ours, theirs = ((results.folder / f"{self.scale}-{key}.log").read_text().splitlines()[-1] for key in ("l", "p"))
            if ours != theirs:
                raise WayFailed(f"pandas came to other numbers:\n{ours}\n{theirs}")
            if any((found := crimes.differences(self.crimes)).values()):
                raise WayFailed(f"pandas came to other rows: {found}")

        found = [
            Way(NOISE, "a fixed computation", [PYTHON, "-I", "-S", "-c", COMPUTATION], here, times=5),
            Way("f", "writing the deliveries", [SNA, "demo", "--scale", str(self.scale)], here, times=1),
            Way(
                "a",
                "refresh from nothing",
                [SNA, "refresh"],
                here,
                proof=right,
                prepare=lambda: _begin(self.home),
                needs="f",
            ),
            # What has just changed may change again: an answer is kept once everything is at rest.
            Way(
                "c1",
                "refresh, nothing new, for the first time",
                [SNA, "refresh"],
                here,
                proof=["Nothing new in "],
                prepare=lambda: time.sleep(2 * idle_refresh.SETTLED_SECONDS),
                needs="a",
                times=1,
            ),
            Way("c", "refresh, nothing new again", [SNA, "refresh"], here, proof=["Nothing new in "], needs="c1"),
            Way("imports", "importing the libraries of c", [PYTHON, "-c", LIBRARIES], here),
            Way(
                "u",
                "nothing new, as the web UI runs it",
                [DAGSTER, "job", "execute", "-m", "orchestration.definitions", "-j", "refresh"],
                here | {"DAGSTER_HOME": str(Settings(self.raw, self.home).dagster_home)},
                needs="a",
            ),
            Way("r", "report of the release", [SNA, "report"], here, needs="a"),
            Way(
                "d",
                "floor: plain DuckDB",
                [*python, "tests.bench.floor", str(self.raw), str(self.home), str(self.floor)],
                here,
                proof=[r"(?P<deliveries>\d+) deliveries, (?P<built>\d+) built, (?P<published>\d+) published"],
                prepare=lambda: _remove(self.floor),
                needs="a",
                then=keep_floor,
            ),
            Way(
                "differences",
                "comparing the floor with the release",
                [*python, "tests.bench.differences", str(self.home), str(self.floor)],
                here,
                needs="d",
                times=1,
                then=keep,
            ),
            Way(
                "e",
                "plain dbt build",
                dbt,
                here | {"SNA_WAREHOUSE": str(self.dbt / "warehouse.duckdb")},
                proof=[r"PASS=(?P<nodes>\d+) WARN=\d+ ERROR=0"],
                prepare=self.empty_warehouse,
                needs="a",
            ),
            Way(
                "l",
                "landing and classification of crimes",
                [*python, "tests.bench.crimes_by_project", str(self.crimes), str(self.home)],
                here,
                proof=COUNTED,
                prepare=self.spoil_crimes,
                needs="a",
            ),
            Way(
                "p",
                "the same in pandas",
                [*python, "tests.bench.crimes_in_pandas", str(self.crimes)],
                here,
                proof=COUNTED,
                needs="l",
                then=equal,
            ),
            Way(
                "b",
                "refresh, one new month",
                [SNA, "refresh"],
                here | {"SNA_HOME": str(self.monthly)},
                proof=REFRESHED,
                prepare=lambda: self.new_month(results.folder),
                needs="f",
            ),
            Way(
                "late",
                f"refresh, crimes of {LATE} corrected",
                [SNA, "refresh"],
                here | {"SNA_HOME": str(self.monthly)},
                proof=REFRESHED,
                prepare=self.correction,
                needs="b",
            ),
        ]
        # These say nothing more of a larger force, and take long.
        return [way for way in found if self.scale == 1 or way.key not in ("e", "u", "r")]

    def spoil_crimes(self) -> None:
        """Copies of the crimes with a bad row here and there, once."""
        if not self.crimes.exists():
            crimes.spoil(self.raw, self.crimes)

    def empty_warehouse(self) -> None:
        """The warehouse of `a` with landing views and ledger, and nothing that dbt builds."""
        _remove(self.dbt)
        self.dbt.mkdir()
        shutil.copy2(self.home / "warehouse.duckdb", self.dbt)
        with duckdb.connect(str(self.dbt / "warehouse.duckdb")) as con:
            for schema in BUILT:
                con.execute(f"drop schema if exists {schema} cascade")

    def new_month(self, folder: Path) -> None:
        """A home of the county up to the month before, and then the month's deliveries; the home is made once."""
        month, saved = self.work / "month", self.work / "monthly-saved"
        if not saved.exists():
            move(self.raw, month, MONTH)
            move(self.raw, self.work / "later", LATER)
            _begin(self.monthly)
            run([SNA, "refresh"], self.environment | {"SNA_HOME": str(self.monthly)}, folder / f"{self.scale}-before-b.log")
            copy_home(self.monthly, saved)
        _remove(self.monthly)
        copy_home(saved, self.monthly)
        move(month, self.raw, MONTH)

    def correction(self) -> None:
        """The home of `b` after it, and a second version of the crimes of a month three years before."""
        corrected = (self.raw / "/".join(crimes.contract().id)).joinpath(f"{LATE}.v2.csv")
        corrected.unlink(missing_ok=True)
        if self.after.exists():
            _remove(self.monthly)
            copy_home(self.after, self.monthly)
        else:
            copy_home(self.monthly, self.after)
        correct(corrected.with_name(f"{LATE}.csv"), corrected)
        demonstration.add(self.raw, [corrected])


def correct(source: Path, target: Path) -> None:
    """Write a delivery of crimes again with the knife flag of one crime in a hundred turned round."""
    frame = pd.read_csv(source, dtype=str, keep_default_na=False)
    rows = frame.index % 100 == 99
    frame.loc[rows, "Knife Crime Flag"] = frame.loc[rows, "Knife Crime Flag"].map({"Y": "N", "N": "Y"})
    frame.to_csv(target, index=False, lineterminator="\n")


def move(source: Path, target: Path, period: str) -> None:
    """Move the deliveries of a period from one landing zone to another; they stay as they are."""
    for path in [*source.glob(f"*/*/{period}[.-]*")]:
        to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        path.rename(to)


def copy_home(home: Path, target: Path) -> None:
    """Copy a home; what a refresh only adds to its landing log is linked."""
    landing = Settings(home, home).landing

    def copy(source: str, made: str) -> None:
        (os.link if landing in Path(source).parents else shutil.copy2)(source, made)

    shutil.copytree(home, target, symlinks=True, copy_function=copy)


def _begin(folder: Path) -> None:
    """A home of the demonstration with nothing in it."""
    _remove(folder)
    creation.make(folder, "derbyshire", "demonstration")


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
