"""SQL for a contract's column: its typed value, the code of the rule that it breaks, and the landed column.

Three layers of column names separate the stages within one statement:
`t:<name>` the trimmed text, NULL where blank; `v:<name>` its typed value, NULL where it cannot be read; and, plain, the
landed column. `d:<name>` are facts about the delivery (`d:periods`, `d:start`, `d:end`, `d:tomorrow`), joined on to every
row, and `r:oddities` is one about the row (`oddities_sql`).

The first expression of each `coalesce` is the form that nearly all values have: DuckDB evaluates the others only for
rows where it returned NULL, so tolerance costs nothing where it is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from orchestration.contracts.model import Column, FeedContract
from orchestration.ingest.files.geojson import GEOMETRY
from orchestration.ingest.files.workbook import ERROR_VALUE
from orchestration.ingest.values.pseudonyms import pseudonym_sql
from orchestration.ingest.values.tokens import token_sqls
from orchestration.text.spreadsheets import runs_sql

# As many as a cell of a spreadsheet can have; a boundary is the only text of a table that is longer.
MAX_TEXT = 32_767
OLDEST = "1900-01-01"
ODDITIES = '"r:oddities"'
OLDEST_PERSON_YEARS = 120

# Also what a column shows that is too narrow for its number: ####.
_FAILED = rf"{ERROR_VALUE}|#{{3,}}"
# Those that separate words, lines and pages are none of these.
_CONTROL = r"[\x00-\x08\x0e-\x1f\x7f]"
# As spreadsheets write a long number: most of its digits are gone.
_SCIENTIFIC = r"[+-]?\d(\.\d+)?[eE]\+\d{2,}"
# What a formula, a control character, an error value and a number in scientific notation have in common with few other texts,
# each of which follows a line end.
_MAY_BE_ODD = r"[\x00-\x08\x0e-\x1f\x7f]|\n[^0-9A-Za-z]|\n[Ee][Rr][Rr]:|\n\d[0-9.]*[eE]\+"
# Patterns of letters and digits in fixed places. What fits one is neither odd, disguised nor long, and holds no line end.
_STRICT = re.compile(
    r"(?:[A-Za-z0-9 ]|\\d|\\\.|/|\[(?:[A-Za-z0-9]|[0-9]-[0-9]|[A-Z]-[A-Z]|[a-z]-[a-z])+\]|\{\d{1,2}(?:,\d{1,2})?\}|[()?|])+"
)
_THOUSANDS = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
# Days since 30 December 1899, as spreadsheets hold dates; five digits reach from 1927 to 2173.
_SERIAL = r"\d{5}(\.\d+)?"
_SHORT_YEAR = r"\d{1,2}[-/. ](\d{1,2}|[[:alpha:]]{3,9})[-/. ]\d{2}([^0-9].*)?"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def text(name: str) -> str:
    """The SQL identifier of a column's text as it was delivered."""
    return quoted(f"t:{name}")


def value(name: str) -> str:
    """The SQL identifier of a column's typed value."""
    return quoted(f"v:{name}")


def read_sql(column: Column, cell: str) -> str:
    """SQL for `t:<name>`, of an expression for its cell, trimmed: a reference in capitals.

    Only plain letters are changed, since there are others whose capital is a plain one (`ı`).
    """
    return f"if(strlen({cell}) = length({cell}), upper({cell}), {cell})" if column.reference else cell


def typed_sql(column: Column) -> str:
    """SQL for the typed value of `t:<name>`; NULL where the text is blank or cannot be read as the column's type."""
    source = text(column.name)
    if column.type == "string":
        return source
    if column.type == "boolean":
        return (
            f"case when lower({source}) in ('true', 't', 'yes', 'y', '1') then true "
            f"when lower({source}) in ('false', 'f', 'no', 'n', '0') then false end"
        )
    if column.type in ("integer", "number"):
        return _number_sql(column, source)
    return _time_sql(column, source)


def _number_sql(column: Column, source: str) -> str:
    if column.symbols:
        source = f"regexp_replace({source}, {literal(_marker(column))}, '', 'i')"
    # As programs group digits, and nobody who fills in a return: what DuckDB reads as 20 was meant as something else.
    grouped_by_program = f"contains({source}, '_')"
    if column.percent == "share":
        share = f"try_cast(rtrim({source}, '% ') as double) / 100"
        source = f"if(suffix({source}, '%'), ({share})::varchar, {source})"
    elif column.percent == "hundred":
        source = f"rtrim({source}, '% ')"
    # DuckDB would read 4.35E+05 as 435000, of which nobody knows the last digits; databases write small shares as 9.1E-2.
    written = f"lower({source})" if column.type == "integer" else f"replace(lower({source}), 'e-', '')"
    plain = f"case when not contains({written}, 'e') then try_cast({source} as double) end"
    grouped = f"case when regexp_full_match({source}, '{_THOUSANDS}') then replace({source}, ',', '')::double end"
    number = f"case when not {grouped_by_program} then coalesce(case when isfinite({plain}) then {plain} end, {grouped}) end"
    if column.type == "number":
        return number
    # A cast would round 1.5 to 2.
    return f"case when {number} = floor({number}) then try_cast({number} as {column.sql_type}) end"


def _marker(column: Column) -> str:
    """Pattern of a symbol in brackets behind a number: `1,234 [r]`."""
    return rf"(?:^|\s*)\[({'|'.join(map(re.escape, column.symbols))})\]$"


def symbol_sql(column: Column) -> str:
    """SQL for the symbol that replaces a number or, in brackets, follows one; NULL where there is none."""
    source = text(column.name)
    alone = f"case when lower({source}) in ({', '.join(map(literal, column.symbols))}) then lower({source}) end"
    return f"coalesce({alone}, nullif(lower(regexp_extract({source}, {literal(_marker(column))}, 1, 'i')), ''))"


def _time_sql(column: Column, source: str) -> str:
    date_only = column.type == "date"
    with_clock = [form for form in column.formats if date_only and has_clock(form)]
    formats = [form for form in column.formats if form not in with_clock]
    if date_only:
        formats += [f"{form} %H:%M{seconds}" for form in formats for seconds in ("", ":%S")]
    readings = [_parsed(source, formats)] if formats else []
    if with_clock:
        # A form that says the time of day says that it is there, and not wanted.
        readings.append(f"date_trunc('day', {_parsed(source, with_clock)})")
    clock = f"({_CLOCK})?" if date_only else _CLOCK
    readings.append(f"case when regexp_full_match({source}, '{_ISO_DATE}{clock}') then try_cast({source} as timestamp) end")
    if column.time_zone:
        zoned = f"try_cast({source} as timestamptz) at time zone '{column.time_zone}'"
        readings.append(f"case when regexp_full_match({source}, '{_ISO_DATE}{_CLOCK}{_OFFSET}') then {zoned} end")
    seconds = f"round({source}::double * 86400)::bigint"
    readings.append(f"case when regexp_full_match({source}, '{_SERIAL}') then timestamp '1899-12-30' + to_seconds({seconds}) end")
    moment = f"coalesce({', '.join(readings)})"
    # A date with a time of day that no form has is taken only at midnight, which is how spreadsheets write dates.
    return f"case when {moment} = date_trunc('day', {moment}) then {moment}::date end" if date_only else moment


def has_clock(form: str) -> bool:
    """Whether a form of dates has a time of day."""
    return "%H" in form or "%I" in form


def _parsed(source: str, formats: Sequence[str]) -> str:
    return f"try_strptime({source}, [{', '.join(map(literal, formats))}])"


def oddities_sql(columns: Sequence[Column], *, exact: bool) -> str:
    """SQL for `r:oddities`: for the text of each column R11, R25, R20 or R21, whichever it is first, or NULL.

    The list is NULL for nearly all rows: one pattern is tried on all texts of a row together, which takes a tenth of the time of
    trying four on each, and shows which rows may have one. They are in one list because DuckDB compiles a pattern for each place
    in a statement.

    Args:
        exact: as of `code_sql`.
    """
    sought = [text(column.name) for column in columns if exact or _is_sought(column)]
    if not sought:
        return "null::varchar[]"
    may_be = f"regexp_matches(concat_ws(chr(10), '', {', '.join(sought)}), '{_MAY_BE_ODD}')"
    odd = (
        f"case when {runs_sql('t')} then 'R11' when regexp_matches(t, '{_CONTROL}') then 'R25' "
        f"when regexp_full_match(t, {literal(_FAILED)}, 'i') then 'R20' when regexp_full_match(t, '{_SCIENTIFIC}') then 'R21' end"
    )
    return f"case when {may_be} then list_transform([{', '.join(text(c.name) for c in columns)}], lambda t: {odd}) end"


def _is_sought(column: Column) -> bool:
    """Whether an oddity is a fault of its own; where a text has to be on a list or of a type, it only explains why it is not."""
    return column.type == "string" and not column.allowed and not _is_strict(column)


def _is_strict(column: Column) -> bool:
    """Whether a text that fits the column's pattern cannot break another rule of texts."""
    is_open = column.type != "string" or column.allowed or column.free_text or not column.pattern
    return not is_open and _STRICT.fullmatch(str(column.pattern)) is not None


def is_faulty_sql(contract: FeedContract) -> str:
    """SQL that is true for a row with a cell that breaks a rule; it needs `oddities_sql(..., exact=False)`.

    The strict patterns are tried together, on all their texts behind each other: a pattern costs by the call. No text that fits
    one holds a line end, by which the texts are separated, so all fit together where each fits alone.
    """
    codes = [code_sql(contract, column, exact=False) for column in contract.columns]
    if strict := [column for column in contract.columns if _is_strict(column)]:
        # Blank texts fit.
        texts = ", ".join(f"coalesce({text(column.name)}, '')" for column in strict)
        patterns = r"\n".join(f"(?:{column.pattern})?" for column in strict)
        codes.append(f"if(regexp_full_match(concat_ws(chr(10), {texts}), {literal(patterns)}), null, 'R13')")
    return f"coalesce({', '.join(codes)}) is not null"


def code_sql(contract: FeedContract, column: Column, *, exact: bool = True) -> str:
    """SQL for the code of the first rule that a cell breaks, NULL where it breaks none.

    Args:
        exact: False as a part of `is_faulty_sql`, where only whether it breaks one is asked for: then a text that cannot be read
            or is not on its list has the same code whatever it is, so that DuckDB has fewer patterns to compile, and strict
            patterns are left out.
    """
    source, typed = text(column.name), value(column.name)
    odd = f"{ODDITIES}[{contract.columns.index(column) + 1}]"
    blank = "'R01'" if column.required else "null"
    branches = [f"when {source} is null then {blank}"]
    if column.type == "string":
        branches += _text_branches(column, source, odd, exact)
    else:
        code = {"integer": "R02", "number": "R02", "boolean": "R14"}.get(column.type, "R03")
        if column.symbols:
            branches.append(f"when {typed} is null and {symbol_sql(column)} is not null then null")
        if exact and column.type in ("date", "timestamp"):
            unread = f"({typed} is null or {typed} < date '{OLDEST}')"
            branches.append(f"when {unread} and regexp_full_match({source}, '{_SHORT_YEAR}') then 'R15'")
        branches.append(f"when {typed} is null then {_cause(odd, code, exact)}")
    if column.type in ("integer", "number") and (column.minimum is not None or column.maximum is not None):
        low, high = _bound(column.minimum, "-"), _bound(column.maximum, "")
        branches.append(f"when {typed} not between {low} and {high} then 'R10'")
    if column.type in ("date", "timestamp"):
        branches.append(f"when {_impossible_sql(column, typed)} then 'R04'")
        if contract.sharing == "no_personal_identifiers" and column.name != contract.period.column and not column.planned:
            year = "interval 1 year"
            far = f'{typed} < "d:start" - {year} or {typed} >= "d:end" + {year}'
            branches.append(f"when {far} then 'R24'")
    if column.name == contract.period.column:
        branches.append(f"when {_outside_period_sql(contract, column, typed)} then 'R08'")
    return f"case {' '.join(branches)} end"


def _text_branches(column: Column, source: str, odd: str, exact: bool) -> list[str]:
    if column.allowed:
        values = ", ".join(map(literal, column.allowed))
        return [f"when {source} not in ({values}) then {_cause(odd, 'R05', exact)}"]
    if not exact and _is_strict(column):
        return []
    too_long = f"when strlen({source}) > {MAX_TEXT} and length({source}) > {MAX_TEXT} then 'R26'"
    # Free text may well be a number as programs write it.
    is_odd = f"{odd} <> 'R21'" if column.free_text else f"{odd} is not null"
    branches = [*([] if column.name == GEOMETRY else [too_long]), f"when {is_odd} then {odd}"]
    if column.reference:
        # With letters, dashes or blanks that only look like those of a reference, or behind a quotation mark, it would be another
        # crime's or person's.
        marks = ", ".join(map(literal, ("'", '"')))
        branches.append(f"when strlen({source}) > length({source}) or {source}[1] in ({marks}) then 'R13'")
    if column.pattern:  # which may be as wide as "holds a digit"
        branches.append(f"when not regexp_full_match({source}, {literal(column.pattern)}) then 'R13'")
    if column.free_text:
        # Every identifier holds a digit or an @; most titles hold neither.
        branches.append(f"when regexp_matches({source}, '[0-9@]') and personal_identifier({source}) then 'R12'")
    return branches


def _cause(odd: str, code: str, exact: bool) -> str:
    """SQL for the code of a text that cannot be its column's value: what it is besides, else `code`."""
    return f"if({odd} in ('R11', 'R20'), {odd}, '{code}')" if exact else f"'{code}'"


def _bound(number: float | None, sign: str) -> str:
    return f"'{sign}infinity'::double" if number is None else repr(number)


def _impossible_sql(column: Column, typed: str) -> str:
    reasons = [f"{typed} < date '{OLDEST}'"]
    if not column.planned:
        reasons.append(f'{typed} >= "d:tomorrow"')
    reasons += [f"{typed} < {value(other)}" for other in column.not_before]
    if column.age_on:
        on = value(column.age_on)
        reasons += [f"{typed} > {on}", f"{typed} < {on} - interval {OLDEST_PERSON_YEARS} year"]
    # An unreadable date elsewhere in the row makes a comparison NULL, which accuses nobody.
    return " or ".join(f"coalesce({reason}, false)" for reason in reasons)


def _outside_period_sql(contract: FeedContract, column: Column, typed: str) -> str:
    if column.type == "string":
        # A year that spans two is written 2023/24 by nearly everybody; a file's name cannot hold the stroke.
        written = typed if contract.cadence == "monthly" else f"replace({typed}, '/', '-')"
        return f'not list_contains("d:periods", {written})'
    return f'{typed} < "d:start" or {typed} >= "d:end"'


def landed_sql(column: Column) -> list[str]:
    """SQL for what a column leaves in the landing log, with the name of each: `Column.outputs`."""
    typed = value(column.name)
    if column.treatment == "drop":
        return []
    if column.treatment == "tokenise":
        tokens = token_sqls(column.type, text(column.name), typed)
        named = zip(tokens, column.outputs, strict=True)
        return [f"({token})::{sql_type} as {quoted(name)}" for token, (name, sql_type) in named]
    if column.treatment == "pseudonymise":
        result = pseudonym_sql(text(column.name))
    elif column.treatment == "derive_age":
        result = age_sql(typed, value(str(column.age_on)))
    else:
        result = typed
    landed = [f"({result})::{column.sql_type} as {quoted(column.output or column.name)}"]
    if column.symbols:
        landed.append(f"({symbol_sql(column)})::varchar as {quoted(column.symbol_output)}")
    return landed


def age_sql(born: str, on: str) -> str:
    """SQL for the age in completed years on a date.

    Who is born on 29 February is a year older on 1 March of a common year, so months and days are compared, not intervals.
    """
    birthday_to_come = f"month({on}) * 100 + day({on}) < month({born}) * 100 + day({born})"
    return f"year({on}) - year({born}) - ({birthday_to_come})::integer"


def blank_sql(columns: Sequence[Column]) -> str:
    """SQL that is true for a row without any value."""
    return f"coalesce({', '.join(text(column.name) for column in columns)}) is null"
