"""The faults of rejected rows, and what the quarantine keeps of them.

Rejected rows are read again, alone where they can be taken out of the file, and only they are examined. In a row that broke a
rule any column can have anything, so the quarantine keeps its place (file, sheet, row, for the sender to find it), the fault,
and the shape of each cell (`99/99/9999`). Only the agreed values of columns that say nothing about a person are kept in clear,
misspelt ones included. Columns of direct identifiers are dropped or pseudonymised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts.model import Column, FeedContract
from orchestration.database import connection
from orchestration.ingest.files.excerpts import excerpt
from orchestration.ingest.files.headers import printable
from orchestration.ingest.files.readers import SHEET, Source
from orchestration.ingest.landing_log import landed_files
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.batch import BAD, Batch, Summary
from orchestration.ingest.rules import Fault, fault
from orchestration.ingest.values.column_sql import MAX_TEXT, code_sql, literal, quoted, text
from orchestration.ingest.values.labels import known, listed_sql
from orchestration.ingest.values.pseudonyms import pseudonym_sql
from orchestration.text.shapes import near_sql, shape_sql

FIRST_ROWS = 10
FIRST_VALUES = 5
# Of a delivery of which one row in so many was rejected, or more, the whole file is read again.
FEW = 10


@dataclass(frozen=True)
class Finding:
    """The faults of one delivery's rows, and how many of them are the header over again."""

    faults: tuple[Fault, ...] = ()
    repeated_headers: int = 0


def examine(batch: Batch, summaries: list[Summary]) -> dict[int, Finding]:
    """Fill the table `examined` (d, _row, codes, columns, text of the row) and sum it up per delivery."""
    failed = [number for number, summary in enumerate(summaries) if summary.bad]
    if not failed:
        return {}
    _examine_rows(batch, summaries, failed)
    rows = batch.db.execute(f"""
        select d, code, header, _sheet, count(*), min(_row, {FIRST_ROWS})
        from (select d, _row, _sheet, unnest(codes) as code, unnest(columns) as header from examined)
        group by all
        order by all
    """).fetchall()
    headers = dict(batch.db.execute("select d, count(*) from examined where is_header group by d").fetchall())
    by_header = {column.header: column for column in batch.contract.columns}
    faults: dict[int, list[Fault]] = {number: [] for number in failed}
    for number, code, header, sheet, count, first_rows in rows:
        words = details(by_header[header]) if header else {}
        faults[number].append(fault(code, header, count, tuple(first_rows), sheet or "", **words))
    return {number: Finding(tuple(found), headers.get(number, 0)) for number, found in faults.items()}


def _examine_rows(batch: Batch, summaries: list[Summary], failed: list[int]) -> None:
    columns = batch.contract.columns
    excerpts = _excerpts(batch, summaries, failed)
    # Row numbers over the files that are read again, in the order in which they are read.
    before = 0
    files: list[str] = []
    for number in failed:
        summary, taken_out = summaries[number], excerpts.get(number)
        files.append(f"({number}, {summary.first}, {before}, {str(taken_out is not None).lower()})")
        before += summary.read if taken_out is None else taken_out.records or 0
    sheet = quoted(SHEET) if batch.numbered else "null"
    batch.db.execute(f"""
        create or replace table suspect as
        select
            before + if(is_excerpt, nth, row - first + 1) as n,
            _row, _sheet, marked.code as marked, marked.header as marked_header
        from (
            select
                typed.rowid as row, first, before, is_excerpt,
                {batch.row_number_sql("first")} as _row, {sheet}::varchar as _sheet,
                row_number() over (partition by d order by typed.rowid) as nth
            from typed join (values {", ".join(files)}) as file (d, first, before, is_excerpt) using (d)
            where state = {BAD}
        )
        left join marked using (row)
    """)
    found = [f"{{'code': {code_sql(batch.contract, column)}, 'header': {literal(column.header)}}}" for column in columns]
    # A column that the delivery may lack is then blank in its header too.
    is_header = " and ".join(
        f"lower({f'coalesce({text(column.name)}, {literal(column.header)})' if column.optional else text(column.name)})"
        f" is not distinct from {literal(column.header.lower())}"
        for column in columns
    )
    kept, shaped = _kept_sql(batch.contract)
    batch.db.execute(
        f"""
        create or replace table examined as
        {batch.rows_sql(failed, only="suspect", sources=excerpts)},
        judged as (
            select *, list_filter([{", ".join(found)}], lambda f: f.code is not null) as faults, {is_header} as is_header
            from rows
        ),
        named as (
            select
                *,
                if(marked is null, faults, [{{'code': marked, 'header': marked_header}}]) as all_faults,
                {shaped} as shapes
            from judged join suspect using (n)
        )
        select
            d, _row, _sheet, is_header,
            list_transform(all_faults, lambda f: f.code) as codes,
            list_transform(all_faults, lambda f: f.header) as columns
            {"".join(f", {sql}" for sql in kept)}
        from named
        """,
        batch.parameters(),
    )
    for number in failed:
        if broken := batch.items[number].source.broken_rows:
            batch.db.execute(
                "insert into examined (d, _row, is_header, codes, columns) "
                f"select {number}, unnest($rows::integer[]), false, ['R09'], [null]",
                {"rows": list(broken)},
            )


def _excerpts(batch: Batch, summaries: list[Summary], failed: list[int]) -> dict[int, Source]:
    """The rejected rows alone of each delivery with few of them, as far as they can be taken out of its file."""
    few = {number for number in failed if summaries[number].bad * FEW < summaries[number].read}
    if not few:
        return {}
    rows: dict[int, list[int]] = {number: [] for number in few}
    listed = ", ".join(map(str, sorted(few)))
    for number, row in batch.db.execute(
        f"select d, rowid from typed where state = {BAD} and d in ({listed}) order by rowid"
    ).fetchall():
        rows[number].append(row - summaries[number].first)
    made = {number: excerpt(batch.items[number].source, rows[number], summaries[number].read) for number in few}
    return {number: source for number, source in made.items() if source is not None}


def _kept_sql(contract: FeedContract) -> tuple[list[str], str]:
    """SQL for what quarantine keeps of the cells of a row, column by column, and for the list `shapes` that it reads.

    The shapes are made in one list, because DuckDB compiles a pattern for each place in a statement, which takes longer than
    all the rows that are usually wrong.
    """
    kept: list[str] = []
    shaped: list[str] = []
    for column in contract.columns:
        source = text(column.name)
        if column.treatment == "pseudonymise":
            kept.append(f"{pseudonym_sql(source)} as {quoted(str(column.output))}")
        elif column.classification != "direct_identifier" and column.treatment != "drop":
            shaped.append(f"trim({source})")
            shape = f"shapes[{len(shaped)}]"
            kept.append(f"if({_shown_sql(contract, column, source)}, {source}, {shape}) as {quoted(column.name)}")
    return kept, f"list_transform([{', '.join(shaped)}], lambda t: {shape_sql('t')})" if shaped else "[]::varchar[]"


def _shown_sql(contract: FeedContract, column: Column, source: str) -> str:
    """SQL that is true where a cell is kept in clear."""
    if contract.sharing == "no_personal_identifiers" and column.type == "string":
        # A row keeps the code of one fault; another column of it can be off its list as well.
        return listed_sql(column, source)
    agreed = [
        *column.allowed,
        *(label for labels in column.labels for label in (*known().get(labels.scheme, ()), *labels.besides)),
    ]
    return near_sql(source, agreed if column.classification in ("public", "internal") else ())


def details(column: Column) -> Mapping[str, object]:
    """What the messages about a column may name."""
    kinds = {"integer": "whole number", "number": "number", "date": "date", "timestamp": "date with time"}
    form = column.formats[0] if column.formats else ""
    for code, letters in (("%d", "DD"), ("%m", "MM"), ("%Y", "YYYY"), ("%H", "HH"), ("%M", "MM"), ("%S", "SS")):
        form = form.replace(code, letters)
    return {
        "kind": kinds.get(column.type, "value"),
        "format": form or "YYYY-MM-DD",
        "minimum": column.minimum,
        "maximum": column.maximum,
        "pattern": column.pattern,
        "schemes": " or ".join(labels.scheme for labels in column.labels),
        "allowed": _listed(column.allowed),
        "most": f"{MAX_TEXT:,}",
    }


def _listed(allowed: Sequence[str], most: int = 30) -> str:
    """The allowed values in words; of a very long list the first."""
    more = f" and {len(allowed) - most} more" if len(allowed) > most else ""
    return ", ".join(allowed[:most]) + more


def found_instead(load: LoadRecord, contract: FeedContract | None, broken: Fault) -> list[str]:
    """What rows have instead of the values of a closed list (R05), the most frequent first, as quarantine keeps them."""
    column = next((c for c in contract.columns if c.header == broken.column_name), None) if contract else None
    if broken.code != "R05" or column is None or column.treatment != "keep" or load.rejected is None:
        return []
    if not landed_files.is_whole(load, load.rejected):
        return [f"cannot be shown: {load.rejected} is not what was landed"]
    with connection.connect() as db:
        rows = db.execute(
            f"""
            select {quoted(column.name)}, count(*) from read_parquet({literal(str(load.rejected))})
            where codes = ['R05'] and columns = [$header] group by all order by 2 desc, 1 limit {FIRST_VALUES}
            """,
            {"header": column.header},
        ).fetchall()
    return [f"“{printable(value, 40)}” in {count:,} row(s)" for value, count in rows if value is not None]


def write_rejected(batch: Batch, number: int, load_id: str, path: Path) -> None:
    """Write the rows of one delivery that are in `examined`, in their order."""
    without = "" if batch.numbered else ", _sheet"
    batch.db.cursor().execute(f"""
        copy (
            select '{load_id}' as _load_id, * exclude (d, is_header{without})
            from examined where d = {number} order by _sheet, _row
        ) to {literal(str(path))} (format parquet, compression zstd)
    """)
