"""A run of the linkage in the vault: which references are one person, the number of people, and the quality of the linkage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vault import access_log
from vault.linkage import THRESHOLD, link

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).with_name("sql")
COUNTED = (
    *("role", "period", "occurrences", "nominals", "people", "repeat_nominals", "repeat_people"),
    *("repeat_nominal_occurrences", "repeat_people_occurrences"),
)
COMPARED = (
    ("nominals", "people"),
    ("repeat_nominals", "repeat_people"),
    ("repeat_nominal_occurrences", "repeat_people_occurrences"),
)
AUDITED = ("pair_number", "is_linked", "match_weight", "match_probability", "surname", "forename", "born", "sex")
THRESHOLDS = (0.5, 0.8, THRESHOLD, 0.95, 0.99)


@dataclass(frozen=True)
class Register:
    """What a run reads.

    Attributes:
        warehouse: file, attached read-only for the run.
        nominals: query of the landed rows in use of the register, with their `position` in it.
        fingerprint: SHA-256 (hex) over the deliveries behind it all.
        is_synthetic: whether any of these is demonstration data.
    """

    warehouse: Path
    nominals: str
    fingerprint: str
    is_synthetic: bool


@dataclass(frozen=True)
class Linked:
    """What a run found.

    Attributes:
        references, people: of the register.
        pairs: of references that are one person.
        counts: rows of `COUNTED`, one per role and period, before disclosure control.
    """

    run_id: str
    references: int
    people: int
    pairs: int
    counts: Sequence[tuple[object, ...]]


def run(con: duckdb.DuckDBPyConnection, folder: Path, register: Register, *, why: str, acting_for: str = "") -> Linked:
    """Link the register and store the result in the vault, after logging it; replaces the previous run.

    Args:
        con: from `store.opened(folder, ...)`.

    Raises:
        ReasonRequiredError: the reason is missing or too short.
    """
    _script(con, "linkage")
    (number,) = con.execute("select count(*) + 1 from vault.linkage.run").fetchone() or (1,)
    now = datetime.now(UTC)
    run_id = f"{now:%Y-%m-%d}.{number}"
    line = access_log.write(folder, con, "link", why=why, what=f"run {run_id}", acting_for=acting_for)
    con.execute(f"attach '{str(register.warehouse).replace(chr(39), chr(39) * 2)}' as warehouse (read_only)")
    try:
        # Sorted, so that the same register has the same model.
        con.execute(f"create or replace temp table nominal as from ({register.nominals}) order by position")
        link(con, "nominal")
        con.execute("begin")
        con.execute("delete from vault.linkage.pair; delete from vault.linkage.person")
        con.execute(
            """insert into vault.linkage.pair
               select row_number() over (order by match_weight desc, person_key, other_key), * from linked_pair"""
        )
        con.execute("insert into vault.linkage.person from linked_person")
        con.execute(
            "insert into vault.linkage.run values (?, ?, ?, ?, ?, ?, ?, ?)",
            [run_id, now.replace(tzinfo=None), line.acting_for or line.who, line.why, line.number]
            + [register.fingerprint, THRESHOLD, register.is_synthetic],
        )
        con.execute("commit")
        counts = con.execute((SQL / "linked_counts.sql").read_text(encoding="utf-8")).fetchall()
        query = "select count(*), count(distinct linked_key) from vault.linkage.person"
        references, people = con.execute(query).fetchone() or (0, 0)
    finally:
        for table in ("nominal", "linked_pair", "linked_person"):
            con.execute(f"drop table if exists temp.{table}")
        con.execute("detach warehouse")
    return Linked(run_id, references, people, len(_pairs(con, THRESHOLD)), counts)


def protected(counts: Sequence[tuple[object, ...]], minimum: int) -> list[dict[str, object]]:
    """The counts as they may be released: people are withheld where they differ from references by a few only.

    A difference from 1 to one below the minimum would be about these few, whose references were found to be one person's.
    """
    released = []
    for row in counts:
        cells = dict(zip(COUNTED, row, strict=True))
        if any(0 < abs(int(str(cells[by])) - int(str(cells[of]))) < minimum for by, of in COMPARED):
            cells |= dict.fromkeys((of for _, of in COMPARED), None)
        released.append(cells)
    return released


def audit(con: duckdb.DuckDBPyConnection, folder: Path, size: int, *, why: str, acting_for: str = "") -> list[tuple[object, ...]]:
    """Pairs for a person to judge, columns `AUDITED`: half of them linked, half not, those nearest to the threshold.

    Raises:
        ReasonRequiredError: the reason is missing or too short.
    """
    _script(con, "linkage")
    access_log.write(folder, con, "audit links", why=why, what=f"{size} pairs", acting_for=acting_for)
    return con.execute(
        f"""with judged as (
                select *, match_probability >= {THRESHOLD} as is_linked,
                    row_number() over (partition by match_probability >= {THRESHOLD}
                        order by abs(match_probability - {THRESHOLD}), pair_number) as place
                from vault.linkage.pair)
            select {", ".join(AUDITED)} from (
                select * replace (round(match_weight, 2) as match_weight, round(match_probability, 3) as match_probability)
                from judged)
            where place <= {size} / 2 order by match_weight desc, pair_number"""
    ).fetchall()


def evaluate(
    con: duckdb.DuckDBPyConnection, folder: Path, truth: set[frozenset[str]], *, why: str, acting_for: str = ""
) -> list[tuple[float, int, float, float]]:
    """How well the last run did on a register whose truth is known: threshold, pairs, precision and recall (0 to 1).

    Args:
        truth: the pairs of person keys that are one person.

    Raises:
        ReasonRequiredError: the reason is missing or too short.
    """
    _script(con, "linkage")
    access_log.write(folder, con, "evaluate links", why=why, what=f"{len(truth)} known pairs", acting_for=acting_for)
    results = []
    for threshold in THRESHOLDS:
        found = _pairs(con, threshold)
        right = len(found & truth)
        results.append((threshold, len(found), right / max(len(found), 1), right / max(len(truth), 1)))
    return results


def _pairs(con: duckdb.DuckDBPyConnection, threshold: float) -> set[frozenset[str]]:
    query = "select person_key, other_key from vault.linkage.pair where match_probability >= ?"
    return {frozenset(pair) for pair in con.execute(query, [threshold]).fetchall()}


def _script(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
