"""SIGKILL: where, and what must hold after it."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fault import state
from tests.fault.bench import Bench
from tests.fault.server import Answer, Point

KILLED = -9
# What must never be left half: the landing log, the gates' verdicts, the release and the links to it.
DURABLE = ("rename", "replace", "symlink", "link", "fsync", "open landing", "open published", "open dagster")
DURABLE += ("duckdb insert or replace into", "duckdb delete from ops.verdict", "duckdb insert into ledger", "duckdb attach")


@dataclass(frozen=True)
class Kill:
    """One kill: at a point, or `delay` seconds after it.

    Attributes:
        kind: the row of the table that it counts in.
        steps: kill the installed command, after it has told of so many steps.
        empty: kill the very first refresh of a home.
        then: points of further kills, each of the refresh that was to recover.
    """

    kind: str
    point: Point | None = None
    delay: float | None = None
    steps: int | None = None
    empty: bool = False
    then: tuple[Point, ...] = ()

    def __str__(self) -> str:
        if self.point is None:
            return f"{self.delay or 0:.2f} s after step {self.steps}"
        side = "after" if self.point.after else "before"
        where = f"{side} {self.point.label}" + (f" ({self.point.occurrence})" if self.point.occurrence > 1 else "")
        return where if self.delay is None else f"{self.delay:.2f} s {where}"


@dataclass
class Trial:
    """What became of one fault.

    Attributes:
        what: the fault in words.
        kills: how often a process was killed; 0 where the fault is another, or where it came too late.
        intact: a reader found a whole release at the stable path after the fault.
        recovered: a plain refresh published without anybody's help.
        identical: facts, figures, landing log and ledger are an undisturbed run's.
        problems: whatever did not hold, in words.
        seconds, cpu: of the refresh that recovered.
    """

    kind: str
    what: str
    kills: int = 0
    intact: bool = True
    recovered: bool = True
    identical: bool = True
    problems: list[str] = field(default_factory=list)
    seconds: float = 0
    cpu: float = 0

    @property
    def passed(self) -> bool:
        return not self.problems


def attempt(bench: Bench, kill: Kill) -> Trial:
    """Put the home back, kill a refresh, check, recover, check again."""
    trial = Trial(kill.kind, str(kill))
    bench.put_back(empty=kill.empty)
    for point in (kill.point, *kill.then):
        if kill.steps is not None:
            answer = bench.installed_sna("refresh", steps=kill.steps, delay=kill.delay or 0)
        else:
            answer = bench.sna("refresh", point=point, delay=kill.delay)
        if answer.status == KILLED:
            trial.kills += 1
        elif answer.status != 0:
            trial.problems.append(f"ended with {answer.status} instead of being killed: {bench.said[-500:]}")
        check_intact(bench, trial, empty=kill.empty)
    recover(bench, trial)
    return trial


def check_intact(bench: Bench, trial: Trial, *, empty: bool = False) -> None:
    """What must hold straight after a fault, before anything is mended."""
    found = []
    if not empty or (bench.settings.published / "current").is_symlink():
        try:
            found = state.faults_of_release(bench.settings, bench.allowed)
        except Exception as error:  # A reader would have had it.
            found = [f"a reader meets {type(error).__name__}: {error}"]
    trial.intact = trial.intact and not found
    trial.problems += found + state.faults_of_landing(bench.settings)


def recover(bench: Bench, trial: Trial) -> Answer:
    """A plain refresh must mend everything: content, ledger, litter, run history; the next one finds nothing to do."""
    answer = bench.sna("refresh")
    trial.seconds, trial.cpu = answer.seconds, answer.cpu
    if answer.status != 0:
        trial.recovered = trial.identical = False
        trial.problems.append(f"a plain refresh ends with {answer.status}: {bench.said[-1500:]}")
        return answer
    found = state.State.of(bench.settings).differences(bench.undisturbed)
    found += state.faults_of_release(bench.settings, {bench.undisturbed.content})
    found += state.faults_of_landing(bench.settings) + state.faults_of_ledger(bench.settings)
    trial.identical = not found
    trial.problems += found + state.litter(bench.settings) + state.eternal_runs(bench.settings)
    if bench.sna("refresh").status != 0 or "Nothing new" not in bench.said:
        trial.problems.append(f"a second refresh finds something to do: {bench.said[-500:]}")
    return answer


def boundaries(bench: Bench) -> list[Kill]:
    """Before and after every step of the job."""
    return [Kill("SIGKILL at a stage boundary", p) for _, p in bench.passed if p.label.startswith("step ")]


def transitions(bench: Bench, number: int, seed: int) -> list[Kill]:
    """Before and after steps by which something durable changes: each kind of place first, then at random."""
    durable = [p for _, p in bench.passed if p.label.startswith(DURABLE)]
    chance = random.Random(seed)
    chance.shuffle(durable)
    places = {(p.label.split("/")[0], p.label.rpartition("/")[2].partition(".")[0][:12], p.after): p for p in durable}
    rest = [p for p in durable if p not in places.values()]
    return [Kill("SIGKILL around a durable change", p) for p in [*places.values(), *rest][:number]]


def moments(bench: Bench, number: int, seed: int) -> list[Kill]:
    """At moments spread evenly over an undisturbed refresh: so long after the last point before each."""
    times = [seconds for seconds, _ in bench.passed]
    chance = random.Random(seed)
    found = []
    for _ in range(number):
        moment = chance.uniform(times[0], times[-1])
        last = bisect_right(times, moment) - 1
        found.append(Kill("SIGKILL at a random moment", bench.passed[last][1], delay=moment - times[last]))
    return found


def of_the_first_refresh(bench: Bench, number: int, seed: int) -> list[Kill]:
    """Of a home that does not exist yet: its own files are being made then. The points are those of any refresh."""
    chance = random.Random(seed)
    early = [Point(f"{call} dagster/dagster.yaml") for call in ("open",)]
    later = chance.sample([p for _, p in bench.passed if not p.label.startswith(("unlink", "open dbt"))], number)
    return [Kill("SIGKILL of the first refresh", p, empty=True) for p in [*early, *later][:number]]


def of_the_command(number: int, seed: int) -> list[Kill]:
    """Of the installed `sna refresh`, in a process of its own."""
    chance = random.Random(seed)
    return [Kill("SIGKILL of `sna refresh` itself", steps=i % 17, delay=chance.uniform(0, 1)) for i in range(number)]


def in_a_row(bench: Bench, points: list[Point], length: int, kind: str = "SIGKILL again while recovering") -> Iterator[Kill]:
    """Several kills one after the other, before a refresh may end."""
    for start in range(0, len(points), length):
        first, *then = points[start : start + length]
        yield Kill(kind, first, then=tuple(then))
