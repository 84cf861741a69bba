"""What a stage has to build anew: only what depends on what has changed since it last stood.

A stage stands on the code of the dbt project and on the deliveries in use of each feed (`ops.basis`). Where the code is the
same, the models below the feeds that have changed are built, and of the incremental facts only what has changed (see
`dbt_project/macros/increments.sql`). Where the stage does not stand, as after a run that was killed, it is built whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration import bulk

if TYPE_CHECKING:
    import duckdb

CODE = "code"

SCHEMA = """
create schema if not exists ops;
create table if not exists ops.basis (
    stage varchar,
    subject varchar,    -- 'code', or a feed as it is called in the schema landing
    token varchar,
    primary key (stage, subject)
);
"""


@dataclass(frozen=True)
class Increment:
    """What to ask of dbt.

    Attributes:
        nodes: dbt's ids of the seeds and models to build; None for all of the stage.
        whole: incremental facts too are built from all deliveries.
        reason: in words, for the log.
    """

    nodes: frozenset[str] | None
    whole: bool
    reason: str


def plan(con: duckdb.DuckDBPyConnection, stage: str, *, stands: bool, code: str, manifest: Mapping[str, Any]) -> Increment:
    """Compare what a stage stands on with what there is now.

    Args:
        stands: whether the last build of the stage came to its end.
        code: fingerprint of the dbt project.
        manifest: dbt's `manifest.json`.
    """
    con.execute(SCHEMA)
    before = dict(con.execute("select subject, token from ops.basis where stage = ?", [stage]).fetchall())
    if not stands or not before:
        return Increment(None, True, "built whole: it did not stand")
    now = _basis(con, code)
    if before.get(CODE) != now[CODE]:
        return Increment(None, True, "built whole: the models have changed")
    changed = sorted(subject for subject in before.keys() | now.keys() if before.get(subject) != now.get(subject))
    if not changed:
        return Increment(frozenset(), False, "nothing it depends on has changed")
    nodes = _below(manifest, changed)
    whole = sorted(set(changed) & _feeds_behind_whole_facts(manifest))
    if whole:
        return Increment(nodes, True, f"built, facts whole: {', '.join(whole)} changed")
    return Increment(nodes, False, f"built; {len(changed)} feeds have changed")


def remember(con: duckdb.DuckDBPyConnection, stage: str, code: str) -> None:
    """Write down what a stage stands on, once all of it does."""
    con.execute(SCHEMA)
    con.execute("delete from ops.basis where stage = ?", [stage])
    rows = [[stage, subject, token] for subject, token in _basis(con, code).items()]
    bulk.insert(con, "ops.basis", rows)


def _basis(con: duckdb.DuckDBPyConnection, code: str) -> dict[str, str]:
    feeds = con.execute("select agency || '__' || feed, token from ledger.feed").fetchall()
    return {CODE: code, **dict(feeds)}


def _below(manifest: Mapping[str, Any], feeds: Collection[str]) -> frozenset[str]:
    """Every node that depends on any of the feeds."""
    sources = manifest["sources"].items()
    return _reached([name for name, source in sources if source["name"] in feeds], manifest["child_map"])


def _feeds_behind_whole_facts(manifest: Mapping[str, Any]) -> set[str]:
    """Feeds whose change an incremental fact cannot follow row by row.

    The sources of dbt say in their `meta` which feeds are followed; any other is a look-up, a change of which can move any row.
    """
    models = [
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
    ]
    above = _reached(models, manifest["parent_map"])
    landed = [source for name, source in manifest["sources"].items() if name in above and source["schema"] == "landing"]
    return {source["name"] for source in landed if not source["config"]["meta"].get("followed_by_facts", False)}


def _reached(start: Iterable[str], neighbours: Mapping[str, list[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += neighbours.get(current, [])
    return frozenset(seen)
