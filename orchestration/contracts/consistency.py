"""What the parts of a contract say of each other: each may be right alone, and wrong beside another."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.contracts.model import SUFFIXES, Column, FeedContract
from orchestration.contracts.periods import form, is_period


def contradictions(contract: FeedContract) -> Iterator[str]:
    """What is wrong with a contract as a whole, in words that follow the name of its file."""
    yield from _of_names(contract)
    for column in contract.columns:
        for wrong in _of_a_column(column):
            yield f"column {column.name}: {wrong}"
    yield from _of_periods(contract)
    yield from _of_files(contract)


def _of_names(contract: FeedContract) -> Iterator[str]:
    """Names are unique, and those that other parts of the contract refer to are described."""
    columns = contract.columns
    names = [column.name for column in columns] + [column.symbol_output for column in columns if column.symbols]
    headers = [header.casefold() for column in columns for header in (column.header, *column.aliases)]
    for what, values in (("name", names), ("header", headers)):
        if twice := next((value for value in values if values.count(value) > 1), None):
            yield f"a column {what} occurs twice: {twice!r}"
    for place, name in dict.fromkeys(_references(contract)):
        if name is not None and name not in contract.by_name:
            yield f"{place} refers to column {name!r}, which is not described"


def _references(contract: FeedContract) -> Iterator[tuple[str, str | None]]:
    """Where another column is named, and its name; None where it could be and is not."""
    yield "period", contract.period.column
    yield "identifier", contract.identifier
    yield "part", contract.part.column if contract.part else None
    for column in contract.columns:
        yield f"ageOn of {column.name}", column.age_on
        yield from ((f"notBefore of {column.name}", name) for name in column.not_before)
        yield from ((f"labels of {column.name}", labels.where[0]) for labels in column.labels if labels.where)
    for table in contract.layout:
        yield from (("layout", name) for name in sorted(table.named))


def _of_a_column(column: Column) -> Iterator[str]:
    renamed = column.treatment in ("pseudonymise", "derive_age", "tokenise")
    if renamed != bool(column.output):
        yield "encryptedName names the landed column of a pseudonym, derived age or token, and of nothing else"
    if column.treatment == "tokenise" and column.type not in SUFFIXES:
        yield "treatment tokenise is for names (string) and dates"
    if (column.treatment == "derive_age") != bool(column.age_on):
        yield "ageOn and treatment derive_age go together"
    if column.classification == "direct_identifier" and column.treatment == "keep":
        yield "a direct identifier may not be kept; add a treatment"
    if column.labels and (column.type != "string" or column.output):
        yield "labels are for columns of type string without an encryptedName"
    if column.reference and (column.type != "string" or column.allowed or column.labels):
        yield "reference is for columns of type string without a list of values or labels"
    if column.symbols and column.type not in ("integer", "number"):
        yield "symbols are for columns of type integer or number"


def _of_periods(contract: FeedContract) -> Iterator[str]:
    once, fixed = contract.cadence == "once", contract.period.fixed
    if once != (fixed is not None):
        yield "a fixed period goes with slaProperties frequency once, and with no other"
    elif fixed is not None and not is_period(contract.cadence, fixed):
        yield f"period {fixed!r} is not written as {form(contract.cadence)}"
    if {contract.latency_days is None, contract.grace_days is None} != {once}:
        yield "slaProperties latency and gracePeriod go with every feed but one that is delivered once"
    if contract.load_mode == "upsert" and not contract.key:
        yield "loadMode upsert needs a primary key"
    if contract.identifier and contract.key:
        yield "identifier is for a feed without a primary key"


def _of_files(contract: FeedContract) -> Iterator[str]:
    """What a contract says of files and of their content."""
    part, layout, formats = contract.part, contract.layout, set(contract.formats)
    if contract.sharing == "no_personal_identifiers" and any(c.classification == "direct_identifier" for c in contract.columns):
        yield "a feed that may not identify people has no column of direct identifiers"
    if contract.sheet is None and formats & {"xlsx", "ods"} and not (layout and all(table.sheets for table in layout)):
        yield "a workbook format needs the custom property sheet, or sheets in its layout"
    if layout and not formats <= {"xlsx", "ods", "csv"}:
        yield "a layout goes with the formats xlsx, ods and csv"
    column = contract.by_name.get(part.column or "") if part else None
    if column and column.treatment != "keep":
        yield "the column of the part needs the treatment keep"
