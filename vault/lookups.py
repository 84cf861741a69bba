"""What a person may look up in the vault: entries of a run, one entry, the comparison with all suspects.

Each access is logged, and none shows what has expired, whether or not it was deleted yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault import access_log, index

if TYPE_CHECKING:
    import duckdb

LISTED = (
    *("entry_number", "cohort", "movement", "why", "age", "sex", "area", "incidents", "reports", "last_incident_on"),
    *("lifestyle_score", "harm_days", "is_victim", "expires_on"),
)


class NotFoundError(LookupError):
    """The vault has no such run or entry."""


@dataclass(frozen=True)
class VaultSession:
    """Access of one person to the vault: who, why, and on which day."""

    folder: Path
    why: str
    acting_for: str = ""
    on: date = field(default_factory=lambda: datetime.now(UTC).date())

    def log(self, con: duckdb.DuckDBPyConnection, action: str, what: str) -> None:
        """Write into the access log, before anything is shown, what is looked up."""
        access_log.write(self.folder, con, action, why=self.why, what=what, acting_for=self.acting_for)


def latest(con: duckdb.DuckDBPyConnection, run_id: str | None = None) -> str:
    """The run named, or the one of the latest reference date.

    Raises:
        NotFoundError: there is none.
    """
    index.prepare(con)
    row = con.execute(
        """select run_id from vault.hkci.run where replaced_by is null and run_id = coalesce(?, run_id)
           order by reference_date desc limit 1""",
        [run_id],
    ).fetchone()
    if row is None:
        raise NotFoundError(f"The vault has no run {run_id}." if run_id else "The vault has no run yet. Next: `sna hkci run`.")
    return str(row[0])


def entries(con: duckdb.DuckDBPyConnection, session: VaultSession, run_id: str, cohort: str | None) -> list[tuple[Any, ...]]:
    """The entries of a run, those with the highest score first: columns `LISTED`."""
    session.log(con, "list", f"run {run_id}, {cohort or 'both'} cohorts")
    return con.execute(
        f"""select {", ".join(LISTED)} from vault.hkci.entry
            where run_id = ? and cohort = coalesce(?, cohort) and expires_on >= ?
            order by lifestyle_score desc nulls last, harm_days desc nulls last, entry_number""",
        [run_id, cohort, session.on],
    ).fetchall()


def leavers(con: duckdb.DuckDBPyConnection, session: VaultSession, run_id: str) -> list[tuple[Any, ...]]:
    """Who left with a run, without the pseudonym: cohort, reason, number. Not logged itself: part of an access that was."""
    return con.execute(
        """select cohort, why, count(*) from vault.hkci.leaver
           where run_id = ? and expires_on >= ? group by all order by all""",
        [run_id, session.on],
    ).fetchall()


def entry(
    con: duckdb.DuckDBPyConnection, session: VaultSession, run_id: str, number: int
) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Everything about one entry by column, and its factors with the points that each adds.

    Raises:
        NotFoundError: the run has no such entry, or it has expired; the attempt is logged all the same.
    """
    session.log(con, "show", f"run {run_id}, entry {number}")
    found = con.execute(
        "select * from vault.hkci.entry where run_id = ? and entry_number = ? and expires_on >= ?", [run_id, number, session.on]
    )
    names = [column[0] for column in found.description or []]
    row = found.fetchone()
    if row is None:
        raise NotFoundError(f"Run {run_id} has no entry {number}.")
    about = dict(zip(names, row, strict=True))
    factors = con.execute(
        """select factor, is_present, case when is_present then points else 0 end from vault.hkci.factor
           where run_id = ? and cohort = ? and person_key = ? order by points desc, factor""",
        [run_id, about["cohort"], about["person_key"]],
    ).fetchall()
    return about, factors


def bias(con: duckdb.DuckDBPyConnection, session: VaultSession, run_id: str) -> list[tuple[Any, ...]]:
    """The cohort against all suspects of the same offences, by age group, sex, ethnicity group and area.

    Columns: cohort, breakdown, category, nominals, suspects, nominals per 1,000 suspects with the limits of the 95% Wilson
    interval (none for the intelligence cohort, whose members need not be suspects), share of the cohort less that of suspects
    in percentage points, whether the category says that nothing is known.
    """
    from scipy.stats import binomtest

    session.log(con, "bias", f"run {run_id}")
    rows = con.execute(
        """select
               cohort, breakdown, category, nominals, suspects, round(100 * (nominals / of_nominals - suspects / of_suspects), 1),
               category in ('Unknown', 'Not recorded', 'Not stated')
           from vault.hkci.tally
           where run_id = ? and breakdown in ('Age group', 'Sex', 'Ethnicity group', 'Area')
               and run_id in (select run_id from vault.hkci.entry where expires_on >= ?)
           order by cohort, breakdown, category""",
        [run_id, session.on],
    ).fetchall()

    def rates(cohort: str, nominals: int, suspects: int | None) -> tuple[float | None, ...]:
        if cohort != "Crime" or not suspects:
            return None, None, None
        limits = binomtest(nominals, suspects).proportion_ci(method="wilson")
        return tuple(round(1000 * value, 1) for value in (nominals / suspects, limits.low, limits.high))

    return [(*row[:5], *rates(row[0], row[3], row[4]), *row[5:]) for row in rows]
