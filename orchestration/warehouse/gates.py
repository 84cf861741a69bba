"""The chain of stages and the verdicts between them: feeds → facts → counts → marts → publication.

    feeds     what agencies have delivered
    facts     what dbt builds from it, which the vault reads
    counts    what the vault returns: the feeds whose deliveries are the counts of its runs
    marts     what dbt builds from facts and counts

Two stages are landed: their token names the deliveries in use, and that of the counts also the facts before them. Two are built:
every materialisation gets a new token and records the token of the stage before. A gate's verdict belongs to one token: of a
built stage, or of a landed feed, so that after one new delivery only its own feed is validated again. A stage may start only from
a stage that is complete, up to date and passed: so a check that failed in an earlier run still blocks, and so does one that was
never run on exactly this data.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from expectations.verdicts import STAGES, Stage, Verdict
from orchestration.database import bulk_insert

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract

LANDED: tuple[Stage, ...] = ("feeds", "counts")

SCHEMA = """
create schema if not exists ops;
create table if not exists ops.stage (
    stage varchar primary key,
    token varchar,       -- null while it is being built, and after a build that failed
    upstream varchar,    -- token of the stage before
    completed_at timestamp
);
create table if not exists ops.verdict (
    stage varchar,
    token varchar,
    subject varchar,        -- feed or table
    expectation varchar,
    column_name varchar,
    success boolean,
    crashed boolean,        -- the expectation could not be evaluated: not the same as failed, and blocks as well
    observed varchar,
    failing_rows bigint,
    sample varchar,         -- JSON, never a column of a personal class
    remedy varchar,
    judged_at timestamp default current_timestamp::timestamp
);
-- The verdicts on the current data.
create or replace view ops.standing_verdict as
select verdict.*
from ops.verdict as verdict
left join ledger.feed as feed
    on verdict.stage = feed.stage and verdict.subject = feed.agency || '/' || feed.feed
left join ops.stage as stage
    on verdict.stage = stage.stage
left join ledger.build as build
    on verdict.stage in ('feeds', 'counts') and feed.feed is null
where verdict.token = coalesce(feed.gate_token, stage.token, build.build_id);
"""


class GateNotPassedError(RuntimeError):
    """A stage may not start; the message says which gate did not pass, why, and what to do."""


@dataclass(frozen=True)
class StageBuild:
    """A stage that is being built: its token once complete, and the token of the stage that it is built from."""

    token: str
    upstream: str


def stage_of(contract: FeedContract) -> Stage:
    """The landed stage to which a feed belongs."""
    return "counts" if contract.origin == "vault" else "feeds"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of this module where they are missing."""
    con.execute(SCHEMA)


def start_stage(con: duckdb.DuckDBPyConnection, name: str, *, whole: bool = True) -> StageBuild:
    """Start to build a stage: it has no token until `complete` is called with the one returned here.

    Args:
        whole: false when only some tables of the stage are built; then the others must come from the same upstream.

    Raises:
        GateNotPassedError: the stage before has not passed, or only a part is to be built although all of it is out of date.
    """
    prepare(con)
    upstream = require_passed(con, STAGES[STAGES.index(name) - 1])
    if not whole:
        row = con.execute("select upstream from ops.stage where stage = ? and token is not null", [name]).fetchone()
        if row is None or row[0] != upstream:
            raise GateNotPassedError(
                f"Only a part of stage '{name}' was selected, but all of it is out of date. Run the whole refresh."
            )
    con.execute("insert or replace into ops.stage values (?, null, ?, null)", [name, upstream])
    return StageBuild(uuid.uuid4().hex, upstream)


def complete(con: duckdb.DuckDBPyConnection, name: str, token: str, upstream: str | None = None) -> None:
    """Record that a stage is complete under this token."""
    prepare(con)
    con.execute(
        "insert or replace into ops.stage values (?, ?, ?, current_timestamp::timestamp)",
        [name, token, upstream],
    )


def is_complete(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the last build of a stage finished, whatever it was built from."""
    prepare(con)
    row = con.execute("select token is not null from ops.stage where stage = ?", [name]).fetchone()
    return bool(row and row[0])


def token_of(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """Token of a stage that is complete and built from the current stage before it.

    Raises:
        GateNotPassedError: it was never built, its last build failed, or what it was built from has changed.
    """
    prepare(con)
    if name in LANDED:
        return _landed_token(con, name)
    row = con.execute("select token, upstream from ops.stage where stage = ?", [name]).fetchone()
    if row is None or row[0] is None:
        raise GateNotPassedError(f"Stage '{name}' is incomplete. Materialise it, or run `sna refresh`.")
    before = STAGES[STAGES.index(name) - 1]
    if row[1] != token_of(con, before):
        raise GateNotPassedError(f"Stage '{name}' is older than '{before}'. Materialise it again, or run `sna refresh`.")
    return str(row[0])


def _landed_token(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """Names the deliveries in use of a landed stage, the current code, and the stage before, whose gate must have passed.

    Raises:
        GateNotPassedError: no feed has been loaded, or the stage before has not passed.
    """
    before = STAGES[: STAGES.index(name)][-1:]
    row = con.execute(
        """select md5(string_agg(concat_ws(' ', agency, feed, token), chr(10) order by agency, feed) || any_value(code))
           from ledger.feed cross join ledger.build where stage = ?""",
        [name],
    ).fetchone()
    if row is None or row[0] is None:
        raise GateNotPassedError("No feed has been loaded yet. Run `sna refresh`.")
    return "-".join([*(require_passed(con, stage) for stage in before), str(row[0])])


def to_judge(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Feeds (`agency/feed`) of a landed stage whose deliveries, contract or rules have changed since they passed the gate."""
    prepare(con)
    rows = con.execute(
        """with judged as (
               select subject, bool_and(success) as passed from ops.standing_verdict where stage = $stage group by all
           )
           select agency || '/' || feed as subject from ledger.feed
           where stage = $stage and agency || '/' || feed not in (select subject from judged where passed)
           order by subject""",
        {"stage": name},
    ).fetchall()
    return [str(subject) for (subject,) in rows]


def record(con: duckdb.DuckDBPyConnection, name: str, token: str, verdicts: list[Verdict]) -> None:
    """Store the verdicts of one or more subjects of a stage, replacing what these subjects had for any token.

    A verdict on a feed is stored under the feed's own token, one on a landed stage under the build id; verdicts on the whole
    stage are replaced in any case.
    """
    prepare(con)
    subjects = sorted({v.subject for v in verdicts} | {name})
    con.execute("delete from ops.verdict where stage = ? and list_contains(?, subject)", [name, subjects])
    own: dict[str, str] = {}
    if name in LANDED:
        feeds = con.execute("select agency || '/' || feed, gate_token from ledger.feed where stage = ?", [name]).fetchall()
        own, ((token,),) = dict(feeds), con.execute("select build_id from ledger.build").fetchall()
    rows = [
        [name, own.get(v.subject, token), v.subject, v.expectation, v.column, v.success, v.crashed]
        + [v.observed, v.failing_rows, v.sample, v.remedy]
        for v in verdicts
    ]
    bulk_insert.insert(con, "ops.verdict", rows)


def current_verdicts(con: duckdb.DuckDBPyConnection, name: str) -> list[Verdict]:
    """The verdicts on the current data of a stage, in order of subject."""
    prepare(con)
    rows = con.execute(
        """select subject, expectation, success, column_name, crashed, observed, failing_rows, sample, remedy
           from ops.standing_verdict where stage = ? order by subject""",
        [name],
    ).fetchall()
    return [Verdict(*row) for row in rows]


def require_date(con: duckdb.DuckDBPyConnection, as_at: str, *, before: Stage | None = None) -> None:
    """Require that every feed was loaded as at this date, or with all that was received where the date is empty.

    Args:
        before: only feeds of the stages before this one, which are all that it is built from.

    Raises:
        GateNotPassedError: a refresh for another date was the last to load a feed.
    """
    stages = STAGES[: STAGES.index(before)] if before else STAGES
    row = con.execute(
        "select agency || '/' || feed, as_at from ledger.feed where as_at <> ? and list_contains(?, stage) order by all limit 1",
        [as_at, list(stages)],
    ).fetchone()
    if row:
        loaded, wanted = (f"as at {date}" if date else "with all deliveries" for date in (row[1], as_at))
        raise GateNotPassedError(
            f"{row[0]} was last loaded {loaded}, but is needed {wanted}. Run `sna refresh`, which loads every feed."
        )


def require_passed(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """Token of a stage whose gate has passed for exactly its current data.

    Raises:
        GateNotPassedError: no verdict for this token, or one that failed or crashed.
    """
    token = token_of(con, name)
    row = con.execute(
        """select count(*), string_agg(distinct subject || ': ' || expectation, '; ') filter (not success)
           from ops.standing_verdict where stage = ?""",
        [name],
    ).fetchone()
    assert row is not None
    judged, failed = row
    if failed:
        raise GateNotPassedError(f"Validation of the {name} failed: {failed}. `sna status --build` shows what to do.")
    if judged == 0 or (name in LANDED and to_judge(con, name)):
        raise GateNotPassedError(f"The current {name} have not been validated. Run `sna refresh`.")
    return token
