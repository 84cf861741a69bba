"""Where a build stops early: a small table that has the rows that it had before changes nothing of what is built from it.

With a new month the lists of places are made again from all deliveries, and are nearly always the same. Comparing every table
costs more than it saves, for most change; so only small ones are compared, and of these only those on which something depends
that nothing else changes. What is skipped has the content that it would be built with, since the stage was complete.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

# Rows above which a table is not compared. The lists of places have some thousands.
LARGEST = 20_000


class Cutoff:
    """Which nodes are as they were, while a stage is built.

    Attributes:
        skipped: models that would have been built, and are as they were.

    Args:
        con: to the warehouse, before the build.
        manifest: dbt's `manifest.json`.
        order: every node, parents first.
        wanted: nodes that are to be built, and data tests to be run whatever is skipped.
        affected: every node downstream of what was delivered or whose code has changed, in whatever stage; None where nothing may
            be skipped.
        required: nodes to be built whatever they read, for their code has changed.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        manifest: Mapping[str, Any],
        order: Iterable[str],
        wanted: Collection[str],
        affected: Collection[str] | None,
        required: Collection[str],
    ) -> None:
        self._nodes, self._parents = manifest["nodes"], manifest["parent_map"]
        self._affected: Collection[str] = affected if affected is not None else ()
        self.skipped: set[str] = set()
        self._wanted = frozenset(wanted)
        self._built: set[str] = set()
        self._same: set[str] = set()
        self._skippable: set[str] = set()
        self._compared: set[str] = set()
        if affected is None:
            return
        models = [key for key in order if key in affected and not key.startswith("test.")]
        rows = _rows(con)
        tables = (key for key in wanted if self._kind(key) in ("table", "seed"))
        small = {key for key in tables if 0 <= rows.get(self._place(key), -1) <= LARGEST}
        may_be_same: set[str] = set()
        for key in models:
            exists = key in wanted and self._place(key) in rows
            if key not in required and (exists or self._kind(key) == "ephemeral") and self._reads_only(key, may_be_same):
                self._skippable.add(key)
                may_be_same.add(key)
            elif key in small:
                may_be_same.add(key)
        # What an ephemeral model is of use for is what is stored downstream of it.
        useful: set[str] = set()
        for key in reversed(models):
            if key in self._skippable and (key in wanted or key in useful):
                useful.update(self._parents.get(key, ()))
        self._compared = small & useful

    def skips(self, key: str) -> bool:
        """Whether a node, the parents of which have been asked for before, is as it was; a test, whether it tests nothing new."""
        if key.startswith("test."):
            return key not in self._wanted and self._built.isdisjoint(self._nodes[key]["depends_on"]["nodes"])
        if key not in self._skippable or not self._reads_only(key, self._same):
            return False
        self._same.add(key)
        if key in self._wanted:
            self.skipped.add(key)
        return True

    def remember(self, con: duckdb.DuckDBPyConnection, key: str, relation: str) -> None:
        """Keep what a table has, if it is to be compared, before it is built."""
        if key in self._compared:
            con.execute(f"create or replace temporary table {self._before(key)} as from {relation}")

    def compare(self, con: duckdb.DuckDBPyConnection, key: str, relation: str) -> None:
        """Find out whether it has the same rows and columns, once it has been built."""
        self._built.add(key)
        if key not in self._compared:
            return
        before = self._before(key)
        old, new = con.table(before), con.table(relation)
        if (old.columns, old.types) == (new.columns, new.types):
            columns = ", ".join(f'"{name}"' for name in new.columns)
            rows = f"select {columns}, 1 as _side from {before} union all select {columns}, -1 from {relation}"
            differing = f"select 1 from ({rows}) as compared group by {columns} having sum(_side) <> 0"
            if con.execute(f"select not exists ({differing})").fetchall() == [(True,)]:
                self._same.add(key)
        con.execute(f"drop table {before}")

    def _reads_only(self, key: str, same: Collection[str]) -> bool:
        """Whether a node reads nothing but what is not affected and these nodes. What it reads of sources may have changed."""
        parents = self._parents.get(key, ())
        return not any(parent.startswith("source.") or (parent in self._affected and parent not in same) for parent in parents)

    def _kind(self, key: str) -> str:
        return str(self._nodes[key]["config"]["materialized"])

    def _place(self, key: str) -> tuple[str, str]:
        return self._nodes[key]["schema"], self._nodes[key]["alias"]

    def _before(self, key: str) -> str:
        return f'"{self._nodes[key]["alias"]}__before"'


def _rows(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Rows of each table, by schema and name; -1 of a view."""
    found = con.execute(
        """select schema_name, table_name, estimated_size from duckdb_tables() where database_name = current_database()
           union all
           select schema_name, view_name, -1 from duckdb_views() where database_name = current_database()"""
    ).fetchall()
    return {(schema, name): rows for schema, name, rows in found}
