"""Values of an agency's own extract that the area's map leaves open; its first delivery is refused for them."""

from __future__ import annotations

from collections import defaultdict

from orchestration.contracts.model import Column
from orchestration.ingest.legal_gate.shown import shown_value
from orchestration.ingest.load.batch import Batch
from orchestration.ingest.rules import Fault, fault
from orchestration.ingest.values.column_sql import text
from orchestration.ingest.values.labels import listed_sql

# The most values that a refusal names.
NAMED = 60


def of_no_map(batch: Batch) -> dict[int, tuple[Fault, ...]]:
    """Delivery → D25 for each column with values that are on no list; nothing where the area has no map for the feed."""
    contract = batch.contract
    columns = [column for column in contract.columns if _is_listed(column)] if contract.adapted.map else []
    found: defaultdict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
    for column in columns:
        source = text(column.name)
        rows = batch.db.execute(
            f"{batch.rows_sql(range(len(batch.items)))} select d, {source}, count(*) from rows "
            f"where {source} is not null and not ({listed_sql(column, source)}) group by all order by 3 desc, 2",
        ).fetchall()
        for number, value, count in rows:
            found[number, column.name].append((value, count))
    faults: defaultdict[int, list[Fault]] = defaultdict(list)
    for (number, name), values in found.items():
        column = contract.by_name[name]
        written = [f"“{shown_value(value, rows, column, contract)}” ({rows:,})" for value, rows in values[:NAMED]]
        more = f" and {len(values) - NAMED:,} more" if len(values) > NAMED else ""
        total = sum(rows for _, rows in values)
        labels = f"{', '.join(written)}{more}"
        faults[number].append(fault("D25", column.header, total, map=contract.adapted.map, labels=labels))
    return {number: tuple(several) for number, several in faults.items()}


def _is_listed(column: Column) -> bool:
    """Whether each cell is to be one value of a list."""
    return bool(column.allowed) or (bool(column.labels) and not any(one.where or one.separator for one in column.labels))
