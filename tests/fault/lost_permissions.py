"""Files and folders that the account of the refresh may not read or write any more, and may again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.fault import permissions
from tests.fault.bench import Bench
from tests.fault.faults import CRIMES, NotPermitted, Strike, trial
from tests.fault.kills import Trial, check_intact

CLOSED, FOR_READING = 0o000, 0o500
# What is closed, below the landing zone or the home, and the mode that is left of it.
DELIVERIES = {
    "the landing zone": ".",
    "an agency's folder": "derbyshire_constabulary",
    "a feed's folder": CRIMES,
    "a new delivery": f"{CRIMES}/*",
}
HOME = {
    "the home, for writing": (".", FOR_READING),
    "the landing log": ("landing", CLOSED),
    "the landing log, for writing": ("landing", FOR_READING),
    "a feed of the landing log": (f"landing/{CRIMES}", CLOSED),
    "a record": (f"landing/{CRIMES}/*/*/load.json", CLOSED),
    "landed rows": (f"landing/{CRIMES}/*/*/accepted.parquet", CLOSED),
    "the warehouse": ("warehouse.duckdb", CLOSED),
    "the warehouse, for writing": ("warehouse.duckdb", FOR_READING),
    "the releases": ("published/analysts/releases", CLOSED),
    "the releases, for writing": ("published/analysts/releases", FOR_READING),
    "a file of the current release": ("published/analysts/current/manifest.json", CLOSED),
    "Data Docs": ("data_docs", CLOSED),
    "dbt's folder": ("dbt", CLOSED),
    "Dagster's history": ("dagster/history/runs.db", CLOSED),
    "Dagster's history, for writing": ("dagster/history/runs.db", FOR_READING),
    "Dagster's home": ("dagster", CLOSED),
}


def delivery(place: str) -> Strike:
    """Something of the landing zone: it is named, and the release stays or is made of what can be read."""

    def strike(bench: Bench, made: Trial) -> None:
        _refuse(bench, made, _places(bench.settings.raw, place), CLOSED)
        check_intact(bench, made, any_content=True)

    return strike


def of_home(place: str, mode: int) -> Strike:
    """Something of the home: what the account owns it opens again, and of the rest it says what it may not do."""

    def strike(bench: Bench, made: Trial) -> None:
        _refuse(bench, made, _places(bench.settings.home, place), mode)
        check_intact(bench, made, any_content=True)

    return strike


def _places(root: Path, pattern: str) -> list[Path]:
    found = [root] if pattern == "." else sorted(root.glob(pattern))
    assert found, f"{root} has no {pattern}"
    return found[-1:]


def _refuse(bench: Bench, made: Trial, places: list[Path], mode: int) -> None:
    """Refresh while the places have another mode; where it fails, a sentence names one, and no traceback is seen."""
    if not permissions.can_bind():
        raise NotPermitted("to drop the right to pass over permissions")
    before = {path: path.stat().st_mode for path in places}
    for path in places:
        path.chmod(mode)
    try:
        answer = bench.sna("refresh", bound_by_permissions=True)
        said = "".join(bench.said.split())
    finally:
        for path, old in before.items():
            path.chmod(old)
    if answer.status not in (0, 1, 2):
        made.problems.append(f"ended with {answer.status}: {bench.said[-800:]}")
    if "Traceback" in said:
        made.problems.append(f"a person meets a traceback: {bench.said[-1500:]}")
    elif answer.status and not any(path.name in said for path in places):
        made.problems.append(f"nothing names {places[0]}: {bench.said[-800:]}")


def trials() -> list[Callable[[Bench], Trial]]:
    """Each place, closed for one refresh."""
    made = [trial("lost permissions", f"for {what}", delivery(place)) for what, place in DELIVERIES.items()]
    return made + [trial("lost permissions", f"for {what}", of_home(*closed)) for what, closed in HOME.items()]
