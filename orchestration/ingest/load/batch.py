"""Many deliveries with the same header as one DuckDB table, typed and validated.

Files are read together by one `read_csv`; the same statement types each cell and determines whether the row
breaks any rule. DuckDB keeps the order of files and rows, so `rowid` is the number of each row in its file
(checked: the rows of a file must be contiguous, and be as many as its line ends).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from orchestration.contracts.model import Column, FeedContract, Labels
from orchestration.contracts.periods import bounds, periods_of
from orchestration.ingest.files.readers import ROW, SHEET, Source, tidy
from orchestration.ingest.files.text_bounds import MAX_LINE_BYTES
from orchestration.ingest.landing_zone.delivery import Delivery
from orchestration.ingest.rules import Fault, UnreadableError, fault
from orchestration.ingest.values.adaptation import adapted_sql
from orchestration.ingest.values.column_sql import (
    ODDITIES,
    blank_sql,
    is_faulty_sql,
    landed_sql,
    literal,
    oddities_sql,
    quoted,
    read_sql,
    text,
    typed_sql,
    value,
)
from orchestration.ingest.values.labels import known
from orchestration.text.shapes import plain_sql, shape_sql, shown_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GOOD, BAD, BLANK = 0, 1, 2
HEADER_ROWS = 1
LABELS_SHOWN = 3
FIRST_ROWS = 10
WIDE_SPACES = r"e' \t\r\n' || chr(160)"


@dataclass(frozen=True)
class Item:
    """A delivery that could be opened.

    Attributes:
        doubtful: number of a row → header of the column whose text may name somebody (`legal_gate.gate`): R23.
    """

    delivery: Delivery
    source: Source
    doubtful: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """What the rows of one delivery came to.

    Attributes:
        first, last: `rowid` of its first and last row in `typed`; `last` < `first` where there is none.
        delivered: rows that are not blank.
        bad: rows that break a rule, those among them that could not be split into fields included.
        period_min, period_max: of the period column, over the good rows.
        nulls: landed column → blanks among the good rows.
    """

    first: int = 0
    last: int = -1
    delivered: int = 0
    bad: int = 0
    blank: int = 0
    period_min: Any = None
    period_max: Any = None
    nulls: Mapping[str, int] | None = None

    @property
    def good(self) -> int:
        return self.delivered - self.bad

    @property
    def read(self) -> int:
        """Rows in `typed`, blank ones included."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Unknown:
    """A label without a meaning, as it may be shown, and rows that hold it: how many, and the first as `rowid` of `typed`."""

    header: str
    scheme: str
    label: str
    rows: int
    first: tuple[int, ...]


@dataclass(frozen=True)
class Doubling:
    """Rows of a delivery with and without an identifier, and whether each distinct one occurs an even number of times."""

    identified: int
    unidentified: int
    identified_even: bool
    unidentified_even: bool

    @property
    def whole(self) -> bool:
        """Whether the file holds its rows twice; without identified rows it may be the sender's system that does."""
        return self.identified_even and (self.unidentified_even or not self.unidentified)


class Batch:
    """The tables `typed` (d, landed columns, state: one row per row of a file) and `marked` (row, code, header).

    `marked` has the rows of which each cell is right, but not the row among the others, or not by its label.

    Args:
        items: deliveries with one header; all of one version.
        hmac_pads: parameters of the pseudonym.

    Attributes:
        items: the deliveries that could be read; the position of each is its `d` in the tables.
        unreadable: those that could not, with the faults.
        unknown: delivery → labels without a meaning; of a feed of health or social care their rows are rejected.
    """

    def __init__(
        self, db: DuckDBPyConnection, contract: FeedContract, items: Iterable[Item], hmac_pads: Mapping[str, bytes], now: datetime
    ) -> None:
        self.db, self.contract, self.hmac_pads, self.now = db, contract, hmac_pads, now
        self.items = list(items)
        self.unreadable: list[tuple[Item, tuple[Fault, ...]]] = []
        self._read()
        self.unknown: dict[int, list[Unknown]] = {}
        if self.items:
            self.db.execute("create or replace table marked (row bigint, code varchar, header varchar)")
            self._find_labels()
            self._mark_doubtful()
            self._mark_duplicates()

    def _read(self) -> None:
        import duckdb

        while self.items:
            try:
                self._fill()
                suspects = self._miscounted()
                if not suspects:
                    return
            except duckdb.InvalidInputException:  # its message quotes the line, so it goes no further
                suspects = self._rejected_by_duckdb()
                if not suspects:
                    raise RuntimeError("DuckDB cannot read a file that was written for it") from None
            except duckdb.IOException:
                there = [item for item in self.items if item.source.path.exists()]
                if len(there) == len(self.items):
                    raise
                self.items = there  # the others have gone since they were opened
                continue
            for number in sorted(suspects, reverse=True):
                self._tidy(number)

    def _fill(self) -> None:
        columns = self.contract.columns
        landed = [sql for column in columns for sql in landed_sql(column)]
        # Where a row says itself which row it was; the rows of a plain file are counted.
        place = f'"d:sheet" as {quoted(SHEET)}, "d:row" as {quoted(ROW)}, ' if self.numbered else ""
        delivered = [column for column in columns if column.name not in self.contract.adapted.provided]
        state = f"case when {blank_sql(delivered)} then {BLANK} when {is_faulty_sql(self.contract)} then {BAD} else {GOOD} end"
        self.db.execute(
            f"create or replace table typed as {self.rows_sql(range(len(self.items)), exact=False)} "
            f"select d, {place}{', '.join(landed)}, ({state})::tinyint as state from rows",
            self.parameters(),
        )

    @property
    def numbered(self) -> bool:
        """Whether `typed` has the columns `SHEET` and `ROW`."""
        return self.items[0].source.numbered

    def row_number_sql(self, first: int | str) -> str:
        """SQL for the number that a row of `typed` has in the sender's file, of which the first row has the rowid `first`.

        Args:
            first: number, or SQL for it.
        """
        return quoted(ROW) if self.numbered else f"(typed.rowid - {first} + {HEADER_ROWS + 1})::integer"

    def parameters(self) -> dict[str, Any]:
        """DuckDB refuses parameters that a statement does not use."""
        return dict(self.hmac_pads) if self.contract.pseudonymises else {}

    def rows_sql(
        self, numbers: Sequence[int], only: str = "", sources: Mapping[int, Source] | None = None, *, exact: bool = True
    ) -> str:
        """SQL that begins a statement and ends in a relation `rows`: text, value and delivery of each row.

        There is no join between the file and its rows: a join would let rows change places.

        Args:
            numbers: which deliveries to read.
            only: table with a column `n`: only the rows of which it has the number, counted over all files that are read.
            sources: delivery → what is read in place of its file.
            exact: as of `code_sql`.
        """
        items = [replace(self.items[n], source=(sources or {}).get(n, self.items[n].source)) for n in numbers]
        header = items[0].source.header
        places = {name: place for place, name in enumerate(header) if name}
        cells = {name: _trimmed_sql(f"c{place}", items[0].source) for name, place in places.items()}
        texts = [
            f"{read_sql(column, adapted_sql(self.contract, column, cells))} as {text(column.name)}"
            for column in self.contract.columns
        ]
        if ROW in places:
            texts += [f'c{places[SHEET]} as "d:sheet"', f'c{places[ROW]}::integer as "d:row"']
        values = [f"{typed_sql(column)} as {value(column.name)}" for column in self.contract.columns]
        oddities = oddities_sql(self.contract.columns, exact=exact)
        numbered, chosen, kept = (", row_number() over () as n", f"join {only} using (n)", ", n") if only else ("", "", "")
        return f"""
            with lines as not materialized (
                select *, (file_index + 1)::bigint as place {numbered} from {_csv_sql(items)}
            ),
            texts as not materialized (
                select {self._facts_sql(numbers)}, {", ".join(texts)} {kept} from lines {chosen}
            ),
            rows as not materialized (
                select *, {", ".join(values)}, {oddities} as {ODDITIES} from texts
            )
        """

    def _facts_sql(self, numbers: Sequence[int]) -> str:
        """What rules need to know about the delivery of a row, by its place in the list of files."""
        zone = self.contract.period.time_zone
        cadence = self.contract.cadence
        covered = [self.items[number].delivery.period for number in numbers]
        periods = [f"[{', '.join(map(literal, periods_of(cadence, period)))}]" for period in covered]
        days = [bounds(cadence, period) for period in covered]
        starts, ends = ([f"timestamp '{_moment(day, zone)}'" for day in side] for side in zip(*days, strict=True))
        tomorrow = self.now.astimezone(UTC).date() + timedelta(days=1)
        return f"""
            [{", ".join(map(str, numbers))}][place]::integer as d,
            [{", ".join(periods)}][place] as "d:periods",
            [{", ".join(starts)}][place] as "d:start",
            [{", ".join(ends)}][place] as "d:end",
            timestamp '{tomorrow}' as "d:tomorrow"
        """

    # Files that cannot be read as they are

    def _rejected_by_duckdb(self) -> set[int]:
        """Deliveries with a line that DuckDB cannot read; where it cannot say which, all that were not tidied yet."""
        import duckdb

        untidied = {n for n, item in enumerate(self.items) if not item.source.tidied}
        try:
            counted = ", ".join(f"count(c{i})" for i in range(len(self.items[0].source.header)))
            self.db.execute(f"select {counted} from {_csv_sql(self.items, ', store_rejects=true')}").fetchall()
            paths = self.db.execute(
                "select distinct file_path from reject_errors join reject_scans using (scan_id, file_id)"
            ).fetchall()
            self.db.execute("drop table reject_errors; drop table reject_scans")
        except duckdb.Error:
            return untidied
        named = {path for (path,) in paths}
        return {n for n in untidied if str(self.items[n].source.path) in named} or untidied

    def _miscounted(self) -> set[int]:
        """Deliveries of which DuckDB found another number of rows than there are line ends."""
        counts = dict(self.db.execute("select d, count(*) from typed group by d").fetchall())
        return {
            number
            for number, item in enumerate(self.items)
            if item.source.records is not None and item.source.records != counts.get(number, 0)
        }

    def _tidy(self, number: int) -> None:
        item = self.items[number]
        try:
            self.items[number] = replace(item, source=tidy(item.source))
        except UnreadableError as error:
            self.unreadable.append((item, error.faults))
            del self.items[number]

    # What the rows come to

    def _find_labels(self) -> None:
        """Labels that the scheme of their column does not have (R22 for each row of a feed of health or social care)."""
        for column in self.contract.columns:
            for labels in column.labels:
                self._find_unknown(column, labels)
        if self.contract.sharing == "no_personal_identifiers":
            self.db.execute(f"update typed set state = {BAD} where rowid in (select row from marked)")

    def _find_unknown(self, column: Column, labels: Labels) -> None:
        name = quoted(column.output or column.name)
        which = f"{name} not in ({', '.join(map(literal, labels.besides))})" if labels.besides else "true"
        if labels.where:
            where = self.contract.by_name[labels.where[0]]
            which += f" and {quoted(where.output or where.name)} = {literal(labels.where[1])}"
        cells = f"unnest(string_split({name}, {literal(labels.separator)}))" if labels.separator else name
        meanings = ", ".join(map(literal, sorted(known().get(labels.scheme, ()))))
        created = self.db.execute(f"""
            create or replace temp table unlabelled as
            select d, row, label
            from (select d, rowid as row, {cells} as label from typed where state = {GOOD} and {name} is not null and {which})
            where trim(label) <> '' and {plain_sql("label")} not in ({meanings})
        """).fetchone()
        if created == (0,):
            return
        shown = column.classification in ("public", "internal") and not self.contract.identifies_people
        form = shown_sql("label", known().get(labels.scheme, ())) if shown else shape_sql("trim(label)")
        found = self.db.execute(f"""
            select d, form, count(distinct row), min(row, {FIRST_ROWS})
            from (select *, {form} as form from unlabelled)
            group by all
            order by d, count(*) desc, form
        """).fetchall()
        for number, form, rows, first in found:
            self.unknown.setdefault(number, []).append(Unknown(column.header, labels.scheme, form, rows, tuple(first)))
        if self.contract.sharing == "no_personal_identifiers":
            self.db.execute(f"""
                insert into marked
                select distinct row, 'R22', {literal(column.header)} from unlabelled where row not in (select row from marked)
            """)

    def _mark_doubtful(self) -> None:
        """Rows of which a text may name somebody: R23, where nothing else is wrong with them."""
        number = quoted(ROW) if self.numbered else f"typed.rowid - first + {HEADER_ROWS + 1}"
        for place, item in enumerate(self.items):
            if item.doubtful:
                self.db.execute(
                    f"""
                    insert into marked
                    select typed.rowid, 'R23', doubt.header
                    from typed, (select min(rowid) as first from typed where d = {place}),
                        (select unnest($rows::integer[]) as number, unnest($headers::varchar[]) as header) as doubt
                    where d = {place} and {number} = doubt.number and state = {GOOD}
                    """,
                    {"rows": list(item.doubtful), "headers": list(item.doubtful.values())},
                )
        self.db.execute(f"update typed set state = {BAD} where rowid in (select row from marked)")

    def _mark_duplicates(self) -> None:
        """Rows that share the key with another good row of the same delivery: R06 but for the first of equal rows, else R07.

        Of a feed without a key, rows that are equal and have one identifier: R06 but for the first.
        """
        landed = [quoted(name) for name, _ in self.contract.landed]
        key = ", ".join(quoted(self.contract.by_name[name].output or name) for name in self.contract.key)
        if key:
            self._mark_equal_keys(key, landed)
        elif identifier := self._identifier():
            self._mark_equal_rows(identifier, landed)
        else:
            return
        self.db.execute(f"update typed set state = {BAD} where rowid in (select row from marked)")

    def _mark_equal_keys(self, key: str, landed: Sequence[str]) -> None:
        self.db.execute(f"""
            insert into marked
            with repeated as (
                select d, {key} from typed where state = {GOOD} group by all having count(*) > 1
            ),
            compared as (
                select
                    typed.rowid as row,
                    count(distinct hash({", ".join(landed)})) over same_key as contents,
                    row_number() over (same_key order by typed.rowid) as place
                from typed
                join repeated using (d, {key})
                where state = {GOOD}
                window same_key as (partition by d, {key})
            )
            select row, case when contents > 1 then 'R07' else 'R06' end, null from compared where contents > 1 or place > 1
        """)

    def _mark_equal_rows(self, identifier: str, landed: Sequence[str]) -> None:
        self.db.execute(f"""
            insert into marked
            with repeated as (
                select d, {identifier} from typed
                where state = {GOOD} and {identifier} is not null group by all having count(*) > 1
            )
            select typed.rowid, 'R06', null
            from typed
            join repeated using (d, {identifier})
            where state = {GOOD}
            qualify row_number() over (partition by d, {", ".join(landed)} order by typed.rowid) > 1
        """)

    def _identifier(self) -> str | None:
        """The landed column of the contract's identifier, quoted."""
        name = self.contract.identifier
        return None if name is None else quoted(self.contract.by_name[name].output or name)

    def unknown_labels(self, number: int, summary: Summary) -> Iterator[Fault]:
        """D23 for each column of a delivery that holds labels without a meaning, and is not of health or social care."""
        if self.contract.sharing == "no_personal_identifiers":
            return
        for (header, scheme), found in groupby(self.unknown.get(number, ()), key=lambda one: (one.header, one.scheme)):
            several = list(found)
            shown = ", ".join(f"“{one.label}”" for one in several[:LABELS_SHOWN])
            if len(several) > LABELS_SHOWN:
                shown += f" and {len(several) - LABELS_SHOWN:,} more"
            first = ", ".join(map(str, sorted({row for one in several for row in one.first})[:FIRST_ROWS]))
            numbers = f"select {self.row_number_sql(summary.first)} from typed where rowid in ({first}) order by rowid"
            rows = tuple(number for (number,) in self.db.cursor().execute(numbers).fetchall())
            yield fault("D23", header, sum(one.rows for one in several), rows, labels=shown, scheme=scheme)

    def summaries(self) -> list[Summary]:
        """One per delivery.

        Raises:
            RuntimeError: the rows of a file are not contiguous, so that row numbers would be wrong.
        """
        names = [name for name, _ in self.contract.landed]
        period = self.contract.period.column
        ends = f"min({quoted(period)}) filter (good), max({quoted(period)}) filter (good)" if period else "null, null"
        nulls = ", ".join(f"count(*) filter (good and {quoted(name)} is null)" for name in names)
        rows = self.db.execute(f"""
            select
                d, min(row), max(row), count(*), count(*) filter (state = {BAD}), count(*) filter (state = {BLANK}),
                {ends}, {nulls}
            from (select *, rowid as row, state = {GOOD} as good from typed)
            group by d
        """).fetchall()
        found = [Summary(nulls={})] * len(self.items)
        for number, first, last, count, bad, blank, low, high, *blanks in rows:
            if last - first + 1 != count:
                raise RuntimeError("the rows of a file were not read in order")
            broken = len(self.items[number].source.broken_rows)
            found[number] = Summary(
                first,
                last,
                count - blank + broken,
                bad + broken,
                blank - broken,
                low,
                high,
                dict(zip(names, blanks, strict=True)),
            )
        return found

    def doubled(self) -> dict[int, Doubling]:
        """Deliveries of a feed without a key in which every distinct row, or every one without an identifier, occurs an even
        number of times."""
        if self.contract.key:
            return {}
        landed = ", ".join(quoted(name) for name, _ in self.contract.landed)
        identified = f"{identifier} is not null" if (identifier := self._identifier()) else "true"
        # A row that was rejected for its likeness to another was delivered all the same.
        rows = self.db.execute(f"""
            select
                d,
                coalesce(sum(times) filter (identified), 0)::bigint,
                coalesce(sum(times) filter (not identified), 0)::bigint,
                coalesce(bool_and(times % 2 = 0) filter (identified), false),
                coalesce(bool_and(times % 2 = 0) filter (not identified), false)
            from (
                select d, hash({landed}) as content, {identified} as identified, count(*) as times
                from typed left join marked on marked.row = typed.rowid
                where state = {GOOD} or marked.code = 'R06'
                group by all
            )
            group by d
        """).fetchall()
        return {number: Doubling(*found) for number, *found in rows if any(found[2:])}

    def rows_by_period(self, summary: Summary, periods: Sequence[str]) -> list[tuple[str, int, int, Any, Any]]:
        """(period, good rows, bad rows, least and greatest good value of the period column) of each period with good rows.

        Safe to call from several threads at once, as is `days_with_rows`.
        """
        column = quoted(str(self.contract.period.column))
        within = " union all ".join(
            f"select {literal(period)} as period, * from typed where {self._within(summary, period)}" for period in periods
        )
        return (
            self.db.cursor()
            .execute(f"""
            select
                period, count(*) filter (state = {GOOD}), count(*) filter (state = {BAD}),
                min({column}) filter (state = {GOOD}), max({column}) filter (state = {GOOD})
            from ({within}) where state <> {BLANK} group by all having count(*) filter (state = {GOOD}) > 0 order by period
        """)
            .fetchall()
        )

    def days_with_rows(self, summary: Summary) -> list[date]:
        """The days of the period column of a delivery's good rows, where the feed is kept by day; empty where it is not."""
        period = self.contract.period
        if self.contract.by_name[str(period.column)].type == "string":
            return []
        day = quoted(str(period.column))
        if period.time_zone:
            day = f"timezone('{period.time_zone}', timezone('UTC', {day}))"
        rows = (
            self.db.cursor()
            .execute(f"""
            select distinct {day}::date as day from typed
            where rowid between {summary.first} and {summary.last} and state = {GOOD} order by day
        """)
            .fetchall()
        )
        return [day for (day,) in rows]

    def _within(self, summary: Summary, period: str) -> str:
        """SQL that is true for the rows of a delivery that belong to a period."""
        name = str(self.contract.period.column)
        rows = f"rowid between {summary.first} and {summary.last}"
        if self.contract.by_name[name].type == "string":
            return f"{rows} and replace({quoted(name)}, '/', '-') = {literal(period)}"
        start, end = (_moment(day, self.contract.period.time_zone) for day in bounds(self.contract.cadence, period))
        return f"{rows} and {quoted(name)} >= timestamp '{start}' and {quoted(name)} < timestamp '{end}'"

    def write_accepted(self, summary: Summary, load_id: str, path: Path, period: str = "") -> None:
        """Write the good rows of one delivery in their order; safe to call from several threads at once.

        Args:
            period: only the rows of this period.
        """
        rows = self._within(summary, period) if period else f"rowid between {summary.first} and {summary.last}"
        names = ", ".join(quoted(name) for name, _ in self.contract.landed)
        self.db.cursor().execute(f"""
            copy (
                select {names}, '{load_id}' as _load_id, {self.row_number_sql(summary.first)} as _row
                from typed
                where {rows} and state = {GOOD}
            ) to {literal(str(path))} (format parquet, compression zstd, write_bloom_filter false)
        """)


def _trimmed_sql(cell: str, source: Source) -> str:
    """SQL for the text of a cell without outer spaces, NULL where nothing is left.

    Trimming every cell would take a quarter of the time of reading; a cell is trimmed only if it needs to be.
    """
    if source.wide_spaces:
        return f"nullif(trim({cell}, {WIDE_SPACES}), '')"
    return f"if(prefix({cell}, ' ') or suffix({cell}, ' '), nullif(trim({cell}), ''), {cell})"


def _csv_sql(items: Iterable[Item], options: str = "") -> str:
    items = list(items)
    paths = ", ".join(literal(str(item.source.path)) for item in items)
    fields = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(items[0].source.header)))
    if any(item.source.long_fields for item in items):
        options += f", max_line_size={MAX_LINE_BYTES}, buffer_size={2 * MAX_LINE_BYTES}"
    # A file may be called .gz and be none: what it is was found out from its content.
    options += ", auto_detect=false, compression='none', delim=',', quote='\"', escape='\"', header=true"
    return f"read_csv([{paths}], columns={{{fields}}}{options})"


def _moment(day: Any, zone: str | None) -> datetime:
    """Midnight of a day; with a zone, midnight there in UTC. Without time zone, as DuckDB holds it."""
    midnight = datetime.combine(day, time())
    return midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) if zone else midnight
