"""Incremental builds: a stage builds only what depends on changes since its last complete build.

A stage is built from the code of its nodes (`orchestration.warehouse.fingerprints`) and from the deliveries in use of each feed;
both are recorded in `ops.basis` when it is complete. Then the nodes whose fingerprint differs are built, and those downstream
of the feeds that have changed; of the incremental facts only what has changed (see `dbt_project/macros/increments.sql`), unless
their own code has. Where the last build of a stage did not finish, as after a run that was killed, all of it is built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.database import bulk_insert
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    import duckdb

SCHEMA = """
create schema if not exists ops;
create table if not exists ops.basis (
    stage varchar,
    subject varchar,    -- a node by dbt's unique id, or a feed type as it is called in the schema landing
    token varchar,      -- the node's code fingerprint, or the feed's deliveries in use
    primary key (stage, subject)
);
"""

# The stage that builds a seed or model, by the first of these tags that it has.
_STAGES = {"counts": "marts", "facts": "facts", "marts": "marts"}


@dataclass(frozen=True)
class BuildPlan:
    """What dbt has to build.

    Attributes:
        nodes: dbt's ids of the seeds and models to build, and of data tests to run whether or not their model is built; None for
            all of the stage.
        whole: incremental facts too are built from all deliveries.
        reason: for the log.
        required: of the nodes, those whose code has changed; the others need not be built where what they read is as it was.
    """

    nodes: frozenset[str] | None
    whole: bool
    reason: str
    required: frozenset[str] = frozenset()


def plan(
    con: duckdb.DuckDBPyConnection, stage: str, *, complete: bool, code: Mapping[str, str], manifest: Mapping[str, Any]
) -> BuildPlan:
    """Compare what a stage was built from with what there is now.

    Args:
        complete: whether the last build of the stage finished.
        code: fingerprint of each node of the stage.
        manifest: dbt's `manifest.json`.
    """
    con.execute(SCHEMA)
    before = dict(con.execute("select subject, token from ops.basis where stage = ?", [stage]).fetchall())
    if not before:
        return BuildPlan(None, True, "first build")
    if not complete:
        return BuildPlan(None, True, "the last build did not finish")
    recoded = frozenset(node for node, fingerprint in code.items() if before.get(node) != fingerprint)
    feeds = _feeds(con, stage, manifest)
    known = {subject: token for subject, token in before.items() if "." not in subject}
    delivered = sorted(feed for feed in feeds.keys() | known.keys() if feeds.get(feed) != known.get(feed))
    if not recoded and not delivered:
        return BuildPlan(frozenset(), False, "nothing has changed")
    whole = sorted(set(delivered) & _feeds_behind_whole_facts(manifest)) + sorted(recoded & _incremental(manifest))
    causes = [f"new deliveries of {counted(len(delivered), 'feed')}"] if delivered else []
    causes += [f"changed code of {counted(len(recoded), 'node')}"] if recoded else []
    return BuildPlan(recoded | _downstream_of(manifest, delivered), bool(whole), ", ".join(causes), recoded)


def record_inputs(con: duckdb.DuckDBPyConnection, stage: str, code: Mapping[str, str], manifest: Mapping[str, Any]) -> None:
    """Record what a stage has been built from, once it is complete."""
    con.execute(SCHEMA)
    con.execute("delete from ops.basis where stage = ?", [stage])
    rows = [[stage, subject, token] for subject, token in {**code, **_feeds(con, stage, manifest)}.items()]
    bulk_insert.insert(con, "ops.basis", rows)


def nodes_of(stage: str, manifest: Mapping[str, Any]) -> list[str]:
    """Unique ids of the seeds, models and data tests of a stage; a test that reads a mart is one of the marts'."""
    nodes = manifest["nodes"]

    def last_of(node: Mapping[str, Any]) -> str | None:
        if node["resource_type"] != "test":
            return _stage_of(node)
        stages = {last_of(nodes[parent]) for parent in node["depends_on"]["nodes"] if parent in nodes}
        return "marts" if "marts" in stages else "facts"

    return [key for key, node in nodes.items() if last_of(node) == stage]


def _stage_of(node: Mapping[str, Any]) -> str | None:
    """The stage that builds a seed or model; what is made of the counts of the vault has the tag `counts` besides `facts`."""
    return next((stage for tag, stage in _STAGES.items() if tag in node["tags"]), None)


def drop_removed(con: duckdb.DuckDBPyConnection, stage: str, manifest: Mapping[str, Any]) -> list[str]:
    """Drop the tables and views of nodes that the project no longer has, which would otherwise be published for ever.

    Returns:
        Their names, `schema.table`.
    """
    stored = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] != "test" and node["config"]["materialized"] != "ephemeral"
    ]
    own = {node["schema"] for node in stored if _stage_of(node) == stage}
    found = con.execute(
        """select schema_name, table_name, 'table' from duckdb_tables()
           where database_name = current_database() and not internal and list_contains(?, schema_name)
           union all
           select schema_name, view_name, 'view' from duckdb_views()
           where database_name = current_database() and not internal and list_contains(?, schema_name)
           order by all""",
        [sorted(own)] * 2,
    ).fetchall()
    kept = {(node["schema"], node["alias"]) for node in stored}
    removed = [(schema, name, kind) for schema, name, kind in found if (schema, name) not in kept]
    for schema, name, kind in removed:
        con.execute(f'drop {kind} "{schema}"."{name}"')
    return [f"{schema}.{name}" for schema, name, _ in removed]


def _feeds(con: duckdb.DuckDBPyConnection, stage: str, manifest: Mapping[str, Any]) -> dict[str, str]:
    """The deliveries in use of each feed from which anything of the stage is made."""
    above = _reached(nodes_of(stage, manifest), manifest["parent_map"])
    read = {source["name"] for name, source in manifest["sources"].items() if name in above}
    tokens = con.execute(
        "select replace(feed_type, '/', '__'), string_agg(token, ' ' order by agency) from ledger.feed group by feed_type"
    ).fetchall()
    return {feed: token for feed, token in tokens if feed in read}


def _downstream_of(manifest: Mapping[str, Any], feeds: Collection[str]) -> frozenset[str]:
    """Every node that depends on any of the feeds."""
    sources = manifest["sources"].items()
    return _reached([name for name, source in sources if source["name"] in feeds], manifest["child_map"])


def _feeds_behind_whole_facts(manifest: Mapping[str, Any]) -> set[str]:
    """Feeds whose change an incremental fact cannot follow row by row.

    The sources of dbt say in their `meta` which feeds are followed; any other is a look-up, a change of which can move any row.
    """
    above = _reached(_incremental(manifest), manifest["parent_map"])
    landed = [source for name, source in manifest["sources"].items() if name in above and source["schema"] == "landing"]
    return {source["name"] for source in landed if not source["config"]["meta"].get("followed_by_facts", False)}


def _incremental(manifest: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
    )


def _reached(start: Iterable[str], neighbours: Mapping[str, list[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += neighbours.get(current, [])
    return frozenset(seen)
