"""What the rows of a file say about which delivery it is: the periods that they are in, and the part that they name.

The file is read as ingestion reads it (encoding, broken rows, types), so that both see the same rows.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestration.contracts.model import Column, FeedContract
from orchestration.contracts.periods import is_period, key
from orchestration.database import connection
from orchestration.ingest.files.headers import printable
from orchestration.ingest.files.readers import ROW, open_source
from orchestration.ingest.landing_zone.delivery import Delivery
from orchestration.ingest.load.batch import HEADER_ROWS, Batch, Item
from orchestration.ingest.load.quarantine import details
from orchestration.ingest.load.unmapped import of_no_map
from orchestration.ingest.rules import Fault, UnreadableError, fault
from orchestration.ingest.values.column_sql import OLDEST, code_sql, quoted
from orchestration.ingest.values.pseudonyms import MACROS, hmac_pads
from orchestration.ingest.values.tokens import MACROS as TOKEN_MACROS
from orchestration.text.shapes import shape

# Pseudonyms are made while a file is read; these are thrown away.
_NO_KEY = b"of no delivery, and kept nowhere"


@dataclass(frozen=True)
class Contents:
    """Periods, parts and codes of the rows.

    Attributes:
        rows: that are not blank.
        periods: period → rows whose period column is in it; empty where the feed has no such column.
        undated: rows whose period column is blank or cannot be read.
        labels: label of a part → rows that have it, and the number of the first of them; empty where no column names parts.
        codes: column that was asked for → code → rows.
        date_fault: the rule that most of those break; None where they break none.
    """

    rows: int = 0
    periods: Mapping[str, int] = field(default_factory=dict)
    undated: int = 0
    labels: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    date_fault: Fault | None = None

    @property
    def dated(self) -> int:
        """Rows of which the period is known."""
        return sum(self.periods.values())

    def most(self, share: float) -> str:
        """The period that has more than this share of these rows; empty where there is none."""
        found = max(self.periods, key=lambda period: self.periods[period], default="")
        return found if self.periods.get(found, 0) > self.dated * share else ""

    def is_coded_for(self, contract: FeedContract, share: float) -> bool:
        """Whether more than this share of the rows have the codes that all rows of a feed have."""
        own = contract.own_codes
        return bool(self.codes) and all(
            column in own and seen.get(own[column], 0) > self.rows * share for column, seen in self.codes.items()
        )


def read_contents(path: Path, contract: FeedContract, codes: Collection[str] = ()) -> Contents:
    """Read the rows of a file; for a feed whose rows name neither period nor part nothing is read.

    Args:
        codes: columns of which the values are counted too.

    Raises:
        UnreadableError: the file is one that ingestion refuses unread.
    """
    column = contract.by_name[contract.period.column] if contract.period.column else None
    named = contract.part.column if contract.part else None
    if column is None and named is None and not codes:
        return Contents()
    with _batch(path, contract) as batch:
        dated = _periods(batch, column) if column else Counter()
        rows = batch.summaries()[0].delivered
        labels = part_labels(batch)[0] if named else {}
        return Contents(
            rows,
            {period: count for period, count in dated.items() if period},
            dated[""],
            labels,
            {name: _codes(batch, name) for name in codes},
            _date_fault(batch, column) if column and dated[""] else None,
        )


def not_mapped(path: Path, contract: FeedContract) -> tuple[Fault, ...]:
    """The values of a file that the area's map leaves open; none where the area has no map for the feed.

    Raises:
        UnreadableError: the file is one that ingestion refuses unread.
    """
    if not contract.adapted.map:
        return ()
    with _batch(path, contract) as batch:
        return of_no_map(batch).get(0, ())


@contextmanager
def _batch(path: Path, contract: FeedContract) -> Iterator[Batch]:
    """A file as ingestion reads it, as if it was of the present period."""
    with tempfile.TemporaryDirectory(prefix="sna-") as folder, connection.connect() as db:
        db.execute("set preserve_insertion_order = true; set TimeZone = 'UTC'")
        db.execute(MACROS + TOKEN_MACROS)
        source = open_source(path, contract, Path(folder) / "copy")
        now = datetime.now(UTC)
        delivery = _delivery(path, contract, key(contract.cadence, now.date()))
        batch = Batch(db, contract, [Item(delivery, source)], hmac_pads(_NO_KEY), now)
        if not batch.items:
            raise UnreadableError(*batch.unreadable[0][1])
        yield batch


def _delivery(path: Path, contract: FeedContract, period: str) -> Delivery:
    stat = path.stat()
    return Delivery(path, contract.agency, contract.feed, period, "", 1, stat.st_size, stat.st_mtime_ns)


def _periods(batch: Batch, column: Column) -> Counter[str]:
    """Rows by period; those without one under an empty string."""
    contract = batch.contract
    found: Counter[str] = Counter()
    for value, rows in batch.db.execute(f"select {_dated_sql(contract, column)}, count(*) from typed group by all").fetchall():
        if value is None:
            found[""] += rows
        elif column.type == "string":
            found[value if is_period(contract.cadence, value) else ""] += rows
        else:
            found[key(contract.cadence, value)] += rows
    found[""] -= sum(summary.blank for summary in batch.summaries())
    return found


def _dated_sql(contract: FeedContract, column: Column) -> str:
    """SQL for the text or day of the period column; NULL where there is none or it cannot be right."""
    name = quoted(column.output or column.name)
    if column.type == "string":
        return name if contract.cadence == "monthly" else f"replace({name}, '/', '-')"
    zone = contract.period.time_zone
    moment = f"({name} at time zone 'UTC' at time zone '{zone}')" if zone else name
    return f"case when {name} >= date '{OLDEST}' then {moment}::date end"


def _date_fault(batch: Batch, column: Column) -> Fault | None:
    """The rule that most of the rows break whose period column says no period."""
    codes = f"{batch.rows_sql([0])} select nullif({code_sql(batch.contract, column)}, 'R08') as code, count(*) as n from rows"
    found = batch.db.execute(f"{codes} where code is not null group by all order by n desc, code").fetchone()
    if found is None:
        return None
    first = batch.db.execute(
        f"select {batch.row_number_sql(0)} from typed where {_dated_sql(batch.contract, column)} is null order by rowid limit 1"
    ).fetchone()
    return fault(found[0], column.header, found[1], first or (), "", **details(column))


def _codes(batch: Batch, column: str) -> dict[str, int]:
    name = quoted(column)
    return dict(batch.db.execute(f"select {name}, count(*) from typed where {name} is not null group by all").fetchall())


def part_labels(batch: Batch) -> dict[int, dict[str, tuple[int, int]]]:
    """Delivery → label in the column that names parts → (rows, number of the first row)."""
    contract = batch.contract
    assert contract.part is not None and contract.part.column is not None
    name, found = quoted(contract.part.column), defaultdict[int, dict[str, tuple[int, int]]](dict)
    firsts = {number: summary.first for number, summary in enumerate(batch.summaries())}
    number_sql = quoted(ROW) if batch.numbered else "rowid"
    sql = f"select d, {name}, count(*), min({number_sql}) from typed where {name} is not null group by all order by all"
    for number, label, rows, first in batch.db.execute(sql).fetchall():
        found[number][label] = rows, first if batch.numbered else first - firsts[number] + HEADER_ROWS + 1
    return found


def of_other_parts(batch: Batch) -> dict[int, tuple[Fault, ...]]:
    """Deliveries with rows of another part than their name says → the fault for which they are refused."""
    rule = batch.contract.part
    if rule is None or rule.column is None or not batch.items:
        return {}
    found: dict[int, tuple[Fault, ...]] = {}
    for number, labels in part_labels(batch).items():
        part = batch.items[number].delivery.part
        if strange := {label: seen for label, seen in labels.items() if part and not rule.owns(part, label)}:
            found[number] = (other_part(batch.contract, part, strange),)
    return found


def other_part(contract: FeedContract, part: str, labels: Mapping[str, tuple[int, int]]) -> Fault:
    """The fault of a file whose name says one part and whose rows say another.

    Args:
        labels: labels that are not of the part → (rows, number of the first row).
    """
    rule = contract.part
    assert rule is not None and rule.column is not None
    column = contract.by_name[rule.column]
    most = max(labels, key=lambda label: labels[label][0])
    shown = printable(most if rule.labelled(most) is not None else shape(most))
    rows = sum(count for count, _ in labels.values())
    firsts = tuple(sorted(first for _, first in labels.values()))[:10]
    other = f"“{shown}”" if column.classification in ("public", "internal") else f"another {rule.name}"
    return fault("D31", column.header, rows, firsts, what=rule.name, part=part, other=other)
