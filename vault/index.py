"""A run of the Habitual Knife Carriers Index: who meets the rules at a date, scores, joiners and leavers, counts to release.

Rules: SNA 2024, section 6.2 (table T31); lifestyle factors: section 6.3 (T32). Facts come from the warehouse's conformed schema
and from the landed deliveries of the feeds in the vault's custody; everything else stays in the vault.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault import access_log
from vault.disclosure import Cell, cell, protect
from vault.policy import Policy

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).with_name("sql")
EXPIRING = ("entry", "leaver", "told")
VICTIM = "victim_of_violence"
DRAWS, REACH, SEED = 200, 0.25, 2024
"""How often, by what part at most, and from which seed the points of the factors are changed: see `_rank`."""
MOST_POINTS = 40
"""Sum of all factors except that of a victim, by the case study of section 6.3."""


class InvalidWeightsError(ValueError):
    """The points of the lifestyle factors break a rule of the index; the message says which."""


@dataclass(frozen=True)
class Sources:
    """What a run reads.

    Attributes:
        warehouse: file, attached read-only for the run.
        intelligence, lifestyle: queries of the landed rows in use.
        fingerprint: SHA-256 (hex) over the deliveries behind it all.
        is_synthetic: whether any of these is demonstration data.
    """

    warehouse: Path
    intelligence: str
    lifestyle: str
    fingerprint: str
    is_synthetic: bool


@dataclass(frozen=True)
class Run:
    """What a run found.

    Attributes:
        run_id: reference date and a running number.
        nominals: by cohort.
        joined, left: by cohort; empty for the first run, and where the entries of the run before have expired.
        disclosed: the counts that may leave the vault.
        expired: number of expired rows that were deleted first; `store.rewrite` afterwards removes every trace of them.
    """

    run_id: str
    reference_date: date
    nominals: Mapping[str, int]
    joined: Mapping[str, int]
    left: Mapping[str, int]
    disclosed: Sequence[Cell]
    expired: int


def check_weights(con: duckdb.DuckDBPyConnection) -> None:
    """Require that being a victim never raises a score, and that all other factors sum to 40. Reads the temporary table `weight`.

    Raises:
        InvalidWeightsError: either is not so.
    """
    points = dict(con.execute("select factor, points from weight").fetchall())
    if points.get(VICTIM) != 0:
        raise InvalidWeightsError(
            f"{VICTIM} has {points.get(VICTIM)} points, but must have 0: being a victim of violence never raises a score."
        )
    if min(points.values()) < 0 or sum(points.values()) != MOST_POINTS:
        raise InvalidWeightsError(
            f"The factors make {sum(points.values())} points; all but {VICTIM} make {MOST_POINTS}, none below 0."
        )


def run(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    sources: Sources,
    policy: Policy,
    reference_date: date,
    *,
    why: str,
    acting_for: str = "",
    today: date | None = None,
) -> Run:
    """Compute the cohorts for a date and store them in the vault, all or nothing, after logging it; replaces an earlier run for
    that date.

    Expired entries are deleted first, so that none is kept longer because nobody ran `expire`.

    Args:
        con: from `store.opened(folder, ...)`.
        today: date of the run: entries that have expired by then are deleted, and new ones expire so many months after it.

    Raises:
        ReasonRequiredError: the reason is missing or too short.
        InvalidWeightsError: the points of the lifestyle factors break the rules of the index.
    """
    today = today or datetime.now(UTC).date()
    prepare(con)
    run_id = _next_id(con, reference_date)
    what = f"run {run_id} at {reference_date}"
    access_log.write(folder, con, "expire", why=why, what=f"as of {today}", acting_for=acting_for)
    expired = expire(con, today)
    line = access_log.write(folder, con, "run", why=why, what=what, acting_for=acting_for)
    _attach(con, sources)
    try:
        check_weights(con)
        before = con.execute(
            """select run_id, reference_date from (
                   select run_id, reference_date from vault.hkci.run
                   where reference_date < ? and replaced_by is null order by reference_date desc limit 1
               )
               -- Where its entries have expired, nobody can be said to have joined or left.
               where run_id in (select run_id from vault.hkci.entry)""",
            [reference_date],
        ).fetchone()
        _set(con, policy, reference_date, today, run_id, before)
        _script(con, "cohorts")
        _weigh(con)
        con.execute("begin")
        con.execute(
            "update vault.hkci.run set replaced_by = ? where reference_date = ? and replaced_by is null", [run_id, reference_date]
        )
        _forget_replaced(con)
        con.execute(
            "insert into vault.hkci.run values (?, ?, ?, ?, ?, ?, ?, ?, ?, null)",
            [run_id, reference_date, datetime.now(UTC).replace(tzinfo=None), line.acting_for or line.who, line.why, line.number]
            + [sources.fingerprint, policy.fingerprint, sources.is_synthetic],
        )
        _script(con, "entries")
        _rank(con, run_id)
        _script(con, "tally")
        disclosed = protect(_cells(con, run_id), policy, reference_date, _differences(con, run_id))
        con.execute(
            """insert into vault.hkci.told
               select run_id, cohort, person_key, getvariable('forgotten_on') from vault.hkci.entry where run_id = ?""",
            [run_id],
        )
        con.execute("commit")
    finally:
        _detach(con)
    return Run(run_id, reference_date, *_numbers(con, run_id), disclosed, expired)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of the vault where they are missing."""
    _script(con, "schema")


def expired(con: duckdb.DuckDBPyConnection, today: date) -> int:
    """How many rows `expire` would delete."""
    prepare(con)
    tables = " union all ".join(f"select expires_on from vault.hkci.{table}" for table in EXPIRING)
    (number,) = con.execute(f"select count(*) from ({tables}) where expires_on < ?", [today]).fetchone() or (0,)
    return int(number)


def expire(con: duckdb.DuckDBPyConnection, today: date) -> int:
    """Delete the rows that have expired by a date; returns their number. `store.rewrite` afterwards removes every trace."""
    prepare(con)
    gone = 0
    con.execute("begin")
    expired = "select run_id, cohort, person_key from vault.hkci.entry where expires_on < ?"
    con.execute(f"delete from vault.hkci.factor where (run_id, cohort, person_key) in ({expired})", [today])
    for table in EXPIRING:
        (number,) = con.execute(f"delete from vault.hkci.{table} where expires_on < ?", [today]).fetchone() or (0,)
        gone += int(number)
    # The counts of a run go with the people whom they are about.
    con.execute("delete from vault.hkci.tally where run_id not in (select run_id from vault.hkci.entry)")
    con.execute("commit")
    return gone


def _script(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def _attach(con: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    con.execute(f"attach '{str(sources.warehouse).replace(chr(39), chr(39) * 2)}' as warehouse (read_only)")
    con.execute(f"create or replace temp table intelligence as {sources.intelligence}")
    con.execute(f"create or replace temp table lifestyle as {sources.lifestyle}")
    con.execute("create or replace temp table weight as select factor, points from warehouse.reference.lifestyle_factor")


def _weigh(con: duckdb.DuckDBPyConnection) -> None:
    """Crime Harm Index of each suspect's incidents, in days: a sum only where the edition in force weighs all of them."""
    weights = con.execute(
        """select 1 from duckdb_tables() where database_name = 'warehouse' and schema_name = 'conformed'
           and table_name = 'dim_offence_harm'"""
    ).fetchone()
    harm = (
        "left join warehouse.conformed.dim_offence_harm as weight on incident.offence_code = weight.offence_code"
        if weights
        else ""
    )
    days = "cast(weight.harm_days as double)" if weights else "cast(null as double)"
    con.execute(
        f"""create or replace temp table harm as
            select incident.person_key, case when count({days}) = count(*) then sum({days}) end as harm_days
            from incident {harm} group by incident.person_key"""
    )


def _rank(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Who is among the highest quarter of the scores of a cohort under changed points: always, under some, or never.

    Each draw multiplies the points of every factor by its own number between 0.75 and 1.25; the seed makes a run repeatable.
    Who is in a cohort depends on no points. Makes the temporary table `steadiness` of those who were assessed.
    """
    found = con.execute(
        "select cohort, person_key, factor, points * is_present::int from vault.hkci.factor where run_id = ? order by all",
        [run_id],
    ).fetchall()
    generator = random.Random(SEED)
    factors = sorted({factor for _, _, factor, _ in found})
    draws = [{factor: 1 + generator.uniform(-REACH, REACH) for factor in factors} for _ in range(DRAWS)]
    con.execute("create or replace temp table steadiness (cohort varchar, person_key varchar, category varchar)")
    for cohort, rows in itertools.groupby(found, key=lambda row: row[0]):
        points: dict[str, dict[str, int]] = {}
        for _, person, factor, value in rows:
            points.setdefault(person, {})[factor] = value
        times = dict.fromkeys(points, 0)
        for draw in draws:
            # To the millionth: the same points in another order are no other score.
            scores = {person: round(sum(draw[f] * value for f, value in own.items()), 6) for person, own in points.items()}
            least = sorted(scores.values(), reverse=True)[math.ceil(len(scores) / 4) - 1]
            for person, score in scores.items():
                times[person] += score >= least
        con.executemany(
            "insert into steadiness values (?, ?, ?)",
            [(cohort, person, {DRAWS: "Always", 0: "Never"}.get(n, "Under some points")) for person, n in times.items()],
        )


def _detach(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("rollback") if _in_transaction(con) else None
    tables = con.execute("select table_name from duckdb_tables() where temporary").fetchall()
    for (table,) in tables:
        con.execute(f"drop table temp.{table}")
    con.execute("detach warehouse")


def _in_transaction(con: duckdb.DuckDBPyConnection) -> bool:
    import duckdb

    try:
        con.execute("begin")
    except duckdb.TransactionException:
        return True
    con.execute("rollback")
    return False


def _set(
    con: duckdb.DuckDBPyConnection,
    policy: Policy,
    reference_date: date,
    today: date,
    run_id: str,
    before: tuple[Any, ...] | None,
) -> None:
    variables = {
        "reference_date": reference_date,
        "ran_on": today,
        "run_id": run_id,
        "run_before": before[0] if before else None,
        "date_before": before[1] if before else None,
        "definition_id": policy.definition_id,
        "incidents": policy.crime_cohort.incidents,
        "crime_months": policy.crime_cohort.months,
        "recent_incidents": policy.crime_cohort.recent_incidents,
        "recent_months": policy.crime_cohort.recent_months,
        "reports": policy.intelligence_cohort.reports,
        "intelligence_months": policy.intelligence_cohort.months,
        "entry_months": policy.retention.entry_months,
        "history_months": policy.retention.history_months,
        "victim_factor": VICTIM,
    }
    for name, value in variables.items():
        kind = (
            "date"
            if name.startswith(("reference_date", "date_", "ran_on"))
            else "varchar"
            if name.startswith(("run_", "victim_", "definition_"))
            else "integer"
        )
        con.execute(f"set variable {name} = cast(? as {kind})", [value])


def _next_id(con: duckdb.DuckDBPyConnection, reference_date: date) -> str:
    row = con.execute("select count(*) from vault.hkci.run where reference_date = ?", [reference_date]).fetchone()
    return f"{reference_date}.{(row[0] if row else 0) + 1}"


def _forget_replaced(con: duckdb.DuckDBPyConnection) -> None:
    """Delete the entries of replaced runs; the people whom their counts were about remain, for comparison with later counts."""
    for table in ("entry", "factor", "leaver", "tally"):
        con.execute(
            f"delete from vault.hkci.{table} where run_id in (select run_id from vault.hkci.run where replaced_by is not null)"
        )


def _cells(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Cell]:
    rows = con.execute(
        """select cohort, breakdown, category, nominals, of_nominals, suspects from vault.hkci.tally
           where run_id = ? order by cohort, sort_order""",
        [run_id],
    ).fetchall()
    return list(itertools.starmap(cell, rows))


def _differences(con: duckdb.DuckDBPyConnection, run_id: str) -> list[tuple[str, int]]:
    """By how many people each cohort of a run differs from every one released before, and from the other one of the run."""
    return con.execute(
        """with now as (select cohort, person_key from vault.hkci.entry where run_id = $run),
               other as (
                   select run_id || cohort as other, person_key from vault.hkci.told
                   union all
                   select cohort, person_key from now
               ),
               pair as (
                   select now.cohort, list.other, now.person_key, true as is_now
                   from now cross join (select distinct other from other) as list
                   union all
                   select list.cohort, other.other, other.person_key, false
                   from other cross join (select distinct cohort from now) as list
               ),
               person as (
                   select cohort, other, person_key, count(distinct is_now) = 2 as in_both from pair group by all
               )
           select cohort, count(*) filter (not in_both) from person group by cohort, other""",
        {"run": run_id},
    ).fetchall()


def _numbers(con: duckdb.DuckDBPyConnection, run_id: str) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    entries = "select cohort, count(*) from vault.hkci.entry where run_id = ?"
    nominals = con.execute(f"{entries} group by cohort", [run_id]).fetchall()
    joined = con.execute(f"{entries} and movement = 'Joined' group by cohort", [run_id]).fetchall()
    left = con.execute("select cohort, count(*) from vault.hkci.leaver where run_id = ? group by cohort", [run_id]).fetchall()
    return dict(nominals), dict(joined), dict(left)
