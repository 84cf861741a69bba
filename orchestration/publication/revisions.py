"""What changed between two releases: each figure with its value before and after, and the deliveries that may have changed it.

    sna.revisions    in every release, against the release that was current before it; what `sna diff` shows for any two

A delivery is named where it is in use in one of the two releases only, and its feed is upstream of the table by dbt's graph.
Revisions are history, not content: two refreshes of the same deliveries hold the same figures, whatever was published before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

TABLE = "sna.revisions"
# Cells of one table that are listed; where more have changed, they are counted. Of the report's figures each one is listed.
MOST_CELLS = 500
# Deliveries that are named in one row.
MOST_DELIVERIES = 20
# The columns that are compared, of tables in which several columns have the same content.
COMPARED_COLUMNS = {"sna.figures": ["value_text"], "sna.reconciliation": ["status"], "sna.statements": ["computed"]}

COLUMNS = {
    "release_before": ("varchar", "Release that the values before are from."),
    "table_name": ("varchar", "Published table, with its schema."),
    "change_kind": (
        "varchar",
        "changed, added or removed (a cell, or a number of them); rows added or rows removed; table added or table removed;"
        " columns (value_before lists removed columns, value_after added ones); unreadable (the release before).",
    ),
    "row_key": ("varchar", "What the row is about, as JSON: the columns that identify it. Empty where cells are only counted."),
    "column_name": ("varchar", "Column that changed; empty where a table has none but those that identify its rows."),
    "value_before": ("varchar", "Value in the release before."),
    "value_after": ("varchar", "Value in this release."),
    "changed_cells": (
        "bigint",
        f"Number of changed cells that the row represents: 1, or all of a mart's where more than {MOST_CELLS} changed.",
    ),
    "deliveries": ("varchar[]", "Deliveries upstream that only one of the two releases uses: feed, file name and load id."),
    "code_changed": ("boolean", "Whether the code of the table or upstream of it changed as well, so that it may be the cause."),
}


@dataclass(frozen=True)
class Change:
    """A delivery that only one of two releases uses.

    Attributes:
        before, after: what the manifests say of it; None where the release does not use one for this period and part.
    """

    feed: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def __str__(self) -> str:
        delivery = self.after or self.before
        assert delivery is not None
        name = f"{self.feed}/{delivery['file_name']} ({delivery['load_id']})"
        return name if self.after else f"{name} no longer in use"


def changed_deliveries(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The deliveries that differ between two manifests, by feed, period and part."""

    def by_slot(manifest: Mapping[str, Any]) -> dict[tuple[str, ...], Mapping[str, Any]]:
        return {(d["feed"], d["period"], d["part"]): d for d in manifest["deliveries"]}

    old, new = by_slot(before), by_slot(after)
    return [
        Change(slot[0], old.get(slot), new.get(slot))
        for slot in sorted(set(old) | set(new))
        if (old.get(slot) or {}).get("load_id") != (new.get(slot) or {}).get("load_id")
    ]


def code_changed(before: Mapping[str, Any], after: Mapping[str, Any], table: str) -> bool:
    """Whether the code of a table or of anything upstream of it differs between two manifests; unknown counts as yes."""
    old, new = (manifest.get("lineage", {}).get(table, {}).get("code") for manifest in (before, after))
    return old is None or old != new


def create(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """An empty table of revisions, described."""
    con.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, (kind, _) in COLUMNS.items())})")
    con.execute(f"comment on table {name} is 'What differs from the release before: one row per cell, or number of cells.'")
    for column, (_, description) in COLUMNS.items():
        text = description.replace("'", "''")
        con.execute(f"comment on column {name}.{column} is '{text}'")


def fill(
    con: duckdb.DuckDBPyConnection,
    name: str,
    catalogues: tuple[str, str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Add every change between two releases to a table made by `create`.

    Args:
        name: of that table.
        catalogues: names under which the releases' DuckDB files are attached, the earlier one first.
        before, after: their manifests; of `after` everything but the hashes of files.
    """
    changes = changed_deliveries(before, after)
    lineage = after.get("lineage", {})
    con.execute(
        """create or replace temp table revision (
               change varchar, row_key varchar, column_name varchar, b varchar, a varchar, cells bigint
           )"""
    )
    for table in sorted(set(before["tables"]) | set(after["tables"])):
        if table.startswith("meta.") or table == TABLE:
            continue
        was, now = before["tables"].get(table), after["tables"].get(table)
        if was and now and was["content"] == now["content"]:
            continue
        con.execute("truncate revision")
        if was is None or now is None:
            change, rows = ("table added", now) if was is None else ("table removed", was)
            con.execute("insert into revision values (?, null, null, null, null, ?)", [change, rows["rows"] if rows else 0])
        else:
            _compare(con, catalogues, table, lineage.get(table, {}).get("grain"))
        upstream = lineage.get(table, {})
        con.execute(
            f"""insert into {name}
                select ?, ?, change, row_key, column_name, b, a, cells, ?::varchar[], ? from revision""",
            [before["release_id"], table, _named(changes, upstream.get("feeds")), code_changed(before, after, table)],
        )
        if figures := upstream.get("figures"):
            con.execute(
                f"""update {name} set deliveries = figures.deliveries
                    from (select unnest(?::varchar[]) as table_id, unnest(?::varchar[][]) as deliveries) as figures
                    where table_name = ? and (row_key ->> '$.table_id') = figures.table_id""",
                [list(figures), [_named(changes, feeds) for feeds in figures.values()], table],
            )


def _named(changes: Iterable[Change], feeds: Iterable[str] | None) -> list[str]:
    """The changed deliveries of some feeds as text; of all feeds where it is not known which are upstream."""
    names = [str(change) for change in changes if feeds is None or change.feed in feeds]
    return names if len(names) <= MOST_DELIVERIES else [*names[:MOST_DELIVERIES], f"and {len(names) - MOST_DELIVERIES} more"]


def _compare(con: duckdb.DuckDBPyConnection, catalogues: tuple[str, str], table: str, grain: list[str] | None) -> None:
    """Fill `revision` with the changes of one table that both releases have."""
    schema, _, bare = table.partition(".")
    old, new = (f'"{catalogue}"."{schema}"."{bare}"' for catalogue in catalogues)
    # The catalogue would be read whole for each table.
    described = (con.execute(f"describe {relation}").fetchall() for relation in (old, new))
    kinds = [{column: kind for column, kind, *_ in columns} for columns in described]
    gone, come = ([c for c in kinds[i] if c not in kinds[1 - i]] for i in (0, 1))
    if gone or come:
        con.execute("insert into revision values ('columns', null, null, ?, ?, 1)", [", ".join(gone), ", ".join(come)])
    common = [column for column in kinds[1] if column in kinds[0]]
    if grain is None or not set(grain) <= set(common):
        grain = [column for column in common if not _is_measure(kinds[1][column])]
    compared = [c for c in COMPARED_COLUMNS.get(table, [c for c in common if c not in grain]) if c in common]
    if grain and all(_is_unique(con, relation, grain) for relation in (old, new)):
        _compare_cells(con, old, new, grain, compared, most=None if table in COMPARED_COLUMNS else MOST_CELLS)
    else:
        _compare_rows(con, old, new, common)


def _is_measure(kind: str) -> bool:
    """Whether a column of this type counts or measures; smaller integers are hours, days, ages and places in an order."""
    return kind in ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE", "FLOAT") or kind.startswith("DECIMAL")


def _is_unique(con: duckdb.DuckDBPyConnection, relation: str, columns: list[str]) -> bool:
    # Two rows with one hash would be compared as rows of a bag, which says less and nothing wrong.
    row = con.execute(f"select count(*) = count(distinct hash({_list(columns)})) from {relation}").fetchone()
    return bool(row and row[0])


def _compare_cells(
    con: duckdb.DuckDBPyConnection, old: str, new: str, grain: list[str], compared: list[str], *, most: int | None
) -> None:
    """Fill `revision` with each cell that differs, or, where these are more than `most`, with their number by column."""
    on = " and ".join(f'earlier."{c}" is not distinct from later."{c}"' for c in grain)
    key = ", ".join(f""" '{c}': if(a.here, a."{c}", b."{c}") """ for c in grain)
    cells = [(f"'{c}'", f'"{c}"') for c in compared] or [("null", "nothing")]
    differs = " or ".join(f"earlier.{value} is distinct from later.{value}" for _, value in cells)
    read = f"select {_list([*grain, *compared])}, true as here, ''::varchar as nothing"
    con.execute(
        f"""create or replace temp table pair as
            select earlier as b, later as a,
                case when earlier.here is null then 'added' when later.here is null then 'removed' else 'changed' end as change
            from ({read} from {old}) as earlier full join ({read} from {new}) as later on {on}
            where later.here is null or earlier.here is null or {differs}"""
    )
    if most is not None and _number_of_cells(con, cells) > most:
        con.execute("insert into revision select change, null, column_name, null, null, cells from cell_count where cells > 0")
        return
    # Every column in one pass over the pairs: a query for each took longer to plan than to run.
    listed = ", ".join(
        f"{{name: {name}, b: b.{value}::varchar, a: a.{value}::varchar, differs: b.{value} is distinct from a.{value}}}"
        for name, value in cells
    )
    con.execute(
        f"""insert into revision
            select change, row_key, cell.name::varchar, cell.b, cell.a, 1 from (
                select change, to_json({{{key}}})::varchar as row_key, unnest([{listed}]) as cell from pair
            ) where change <> 'changed' or cell.differs"""
    )


def _number_of_cells(con: duckdb.DuckDBPyConnection, cells: list[tuple[str, str]]) -> int:
    """Count the cells of `pair` by change and column in `cell_count`, without writing them as text; returns their number."""
    counts = ", ".join(
        f"{{name: {name}, cells: count(*) filter (change <> 'changed' or b.{value} is distinct from a.{value})}}"
        for name, value in cells
    )
    con.execute(
        f"""create or replace temp table cell_count as
            select change, counted.name::varchar as column_name, counted.cells as cells
            from (select change, unnest([{counts}]) as counted from pair group by change)"""
    )
    ((number,),) = con.execute("select coalesce(sum(cells), 0) from cell_count").fetchall()
    return int(number)


def _compare_rows(con: duckdb.DuckDBPyConnection, old: str, new: str, columns: list[str]) -> None:
    """Tables without columns that identify a row are compared as bags."""
    chosen = _list(columns)
    for change, ours, theirs in (("rows removed", old, new), ("rows added", new, old)):
        con.execute(
            f"""insert into revision select '{change}', null, null, null, null, count(*)
                from (select {chosen} from {ours} except all select {chosen} from {theirs}) having count(*) > 0"""
        )


def _list(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
