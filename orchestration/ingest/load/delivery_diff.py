"""Differences between a delivery and the one that it replaces: rows the same, added, removed, and which columns changed.

Only counts and names of columns: no value is shown, because columns may be personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts.model import FeedContract
from orchestration.database import connection


@dataclass(frozen=True)
class Comparison:
    """Two deliveries of one period, row by row.

    Attributes:
        same: rows that both hold with every value equal; equal rows are counted as often as they occur.
        changed: rows with the same identity and some other value; none where the feed has no identity of rows.
        added, removed: rows of one of the two only.
        columns: column → changed rows in which it differs.
    """

    same: int
    changed: int
    added: int
    removed: int
    columns: dict[str, int]

    def __str__(self) -> str:
        columns = ", ".join(f"{name} in {rows:,}" for name, rows in self.columns.items())
        changed = f"{self.changed:,} changed" + (f" ({columns})" if columns else "")
        return f"{self.same:,} rows the same, {changed}, {self.added:,} added, {self.removed:,} removed"


def compare(before: Path, after: Path, contract: FeedContract) -> Comparison:
    """Compare the accepted rows (Parquet) of two deliveries of one feed.

    Rows that are equal in both are set aside first. The rest are matched by the contract's key or, where it has none, by the
    column whose blank rows have no identity (police.uk's crime id), those of one identity in the order of their values.
    """
    con = connection.connect()
    try:
        common = [
            name
            for (name,) in con.execute(
                """select name from parquet_schema(?) where type is not null and name not in ('_load_id', '_row')
                   and name in (select name from parquet_schema(?))""",
                [str(after), str(before)],
            ).fetchall()
        ]
        named = contract.key or ((contract.identifier,) if contract.identifier else ())
        identity = tuple(contract.by_name[name].output or name for name in named)
        identity = identity if set(identity) <= set(common) else ()
        chosen = ", ".join(f'"{name}"' for name in common)
        for name, path in (("b", before), ("a", after)):
            con.execute(
                f"""create table {name} as select {chosen}, _row, row_number() over (partition by {chosen} order by _row) as copy
                    from read_parquet($path)""",
                {"path": str(path)},
            )
        equal = " and ".join(f'b."{name}" is not distinct from a."{name}"' for name in (*common, "copy"))
        con.execute(f"create table gone as from b where not exists (from a where {equal})")
        con.execute(f"create table come as from a where not exists (from b where {equal})")
        columns, changed = {}, 0
        if identity:
            ids = ", ".join(f'"{name}"' for name in identity)
            on = " and ".join(f'b."{name}" = a."{name}"' for name in (*identity, "nth"))
            counts = ", ".join(f'count(*) filter (b."{name}" is distinct from a."{name}")' for name in common)
            nth = f"(select *, row_number() over (partition by {ids} order by {chosen}) as nth from {{}})"
            changed, *differing = con.execute(
                f"select count(*), {counts} from {nth.format('gone')} as b join {nth.format('come')} as a on {on}"
            ).fetchall()[0]
            columns = {name: rows for name, rows in zip(common, differing, strict=True) if rows}
        ((rows, gone, come),) = con.execute(
            "select (select count(*) from b), (select count(*) from gone), (select count(*) from come)"
        ).fetchall()
        return Comparison(rows - gone, changed, come - changed, gone - changed, columns)
    finally:
        con.close()
