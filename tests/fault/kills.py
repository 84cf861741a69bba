"""SIGKILL: where, and what must hold after it."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass, field

from tests.fault import state
from tests.fault.bench import Bench
from tests.fault.server import Answer, Point

KILLED = -9
# What must never be left half: the landing log, the gates' verdicts, the release and the links to it.
DURABLE = ("rename", "replace", "symlink", "link", "fsync", "open landing", "open published", "open dagster")
DURABLE += ("duckdb insert or replace into", "duckdb delete from ops.verdict", "duckdb insert into ledger", "duckdb attach")
# Places that every refresh with something to publish passes, whatever has been landed before.
LATE = ("step gate", "step facts", "step marts", "step published", "rename data_docs", "rename published", "replace published")
LATE += ("symlink published", "open published", "fsync published/analysts/releases/.writing-*/sna", "open data_docs/.feeds/i")
ONLY_LOOKING = ("feed_checks",)


@dataclass(frozen=True)
class Kill:
    """One kill: at a point, or `delay` seconds after it.

    Attributes:
        kind: the row of the table that it counts in.
        steps: kill the installed command, after it has shown so many steps.
        empty: kill the very first refresh of a home.
        then: further kills, each of the refresh that was to recover.
    """

    kind: str
    point: Point | None = None
    delay: float | None = None
    steps: int | None = None
    empty: bool = False
    then: tuple[Kill, ...] = ()

    def __str__(self) -> str:
        if self.point is None:
            return f"{self.delay or 0:.2f} s after step {self.steps}"
        more = f", and {len(self.then)} more" if self.then else ""
        side = "after" if self.point.after else "before"
        where = f"{side} {self.point.label}" + (f" ({self.point.occurrence})" if self.point.occurrence > 1 else "")
        return (where if self.delay is None else f"{self.delay:.2f} s {where}") + more


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
        said: by that refresh.
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
    said: str = ""

    @property
    def passed(self) -> bool:
        return not self.problems


def attempt(bench: Bench, kill: Kill) -> Trial:
    """Put the home back, kill a refresh, check, recover, check again."""
    trial = Trial(kill.kind, str(kill))
    bench.put_back(empty=kill.empty)
    for one in (kill, *kill.then):
        if one.steps is not None:
            answer = bench.installed_sna("refresh", steps=one.steps, delay=one.delay or 0)
        else:
            answer = bench.sna("refresh", point=one.point, delay=one.delay)
        if answer.status == KILLED:
            trial.kills += 1
        elif answer.status != 0:
            trial.problems.append(f"ended with {answer.status} instead of being killed: {bench.said[-500:]}")
        check_intact(bench, trial, empty=kill.empty)
        if answer.status == 0:
            break
    recover(bench, trial)
    return trial


def check_intact(bench: Bench, trial: Trial, *, empty: bool = False, any_content: bool = False) -> None:
    """What must hold straight after a fault, before anything is mended.

    Args:
        empty: nothing had been published before, so there may be nothing to read.
        any_content: the fault may have been published around; the release is to be whole, whatever it holds.
    """
    found = []
    if not empty or (bench.settings.published / "current").is_symlink():
        try:
            found = state.faults_of_release(bench.settings, None if any_content else bench.allowed)
        except Exception as error:  # A reader would have had it.
            found = [f"a reader meets {type(error).__name__}: {error}"]
    trial.intact = trial.intact and not found
    trial.problems += found + state.faults_of_landing(bench.settings)


def recover(bench: Bench, trial: Trial) -> Answer:
    """A plain refresh must mend everything: content, ledger, litter, run history; the next one finds nothing to do."""
    answer = bench.sna("refresh")
    trial.seconds, trial.cpu, trial.said = answer.seconds, answer.cpu, bench.said
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


def boundaries(bench: Bench, in_a_row: int = 12) -> list[Kill]:
    """Before and after every step of the job but the checks of single feeds, which only read and are killed at random moments.

    Feeds are many and alike, so a refresh recovers after so many kills of theirs in a row; of a later stage, after each.
    """
    kind = "SIGKILL at a stage boundary"
    steps = [p for _, p in bench.passed if p.label.startswith("step ") and not p.label.endswith(ONLY_LOOKING)]
    feeds = [p for p in steps if p.label.startswith("step landing")]
    rows = [feeds[at : at + in_a_row] for at in range(0, len(feeds), in_a_row)]
    chained = [Kill(kind, first, then=tuple(Kill("", point) for point in then)) for first, *then in rows]
    return [*chained, *(Kill(kind, point) for point in steps if point not in feeds)]


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


def chains(bench: Bench, number: int, seed: int, landing: int = 5, late: int = 1) -> list[Kill]:
    """Kills in a row, each of the refresh that was to recover from the one before, and only then one that may end.

    First around deliveries that go into the landing log, then in the stages after it, last at any moment. Each is further on
    than the one before, for what a killed refresh has landed the next does not land again.
    """
    chance = random.Random(seed)
    passed = [p for _, p in bench.passed if p.occurrence == 1]
    landed = [p for p in passed if p.label.startswith("rename landing")]
    built = [p for p in passed if p.label.startswith(LATE)]
    found = []
    for end in moments(bench, number, seed):
        first, *then = _in_order(chance.sample(landed, landing), passed) + _in_order(chance.sample(built, late), passed)
        then_kills = [Kill("", point) for point in then]
        found.append(Kill("SIGKILL again and again", first, then=(*then_kills, end)))
    return found


def _in_order(points: list[Point], order: list[Point]) -> list[Point]:
    return sorted(points, key=order.index)


def of_the_first_refresh(bench: Bench, number: int, seed: int) -> list[Kill]:
    """Of a home that was only made: its folders are being made then. The points are those of any refresh."""
    chance = random.Random(seed)
    early = [p for _, p in bench.passed if p.label.startswith("mkdir")][:2]
    later = chance.sample([p for _, p in bench.passed if not p.label.startswith(("unlink", "open dbt"))], number)
    return [Kill("SIGKILL of the first refresh", p, empty=True) for p in [*early, *later][:number]]


def of_the_command(number: int, seed: int) -> list[Kill]:
    """Of the installed `sna refresh`, in a process of its own."""
    chance = random.Random(seed)
    return [Kill("SIGKILL of `sna refresh` itself", steps=i % 17, delay=chance.uniform(0, 1)) for i in range(number)]
