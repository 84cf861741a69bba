"""An area's maps: how agencies' own extracts become a feed's columns, `areas/<area>/maps/*.yaml`, read strictly.

A map is written by `sna area map` from a sample, and completed by a person. Contracts that are adapted to it are used wherever
files are recognised and landed. The map is part of their fingerprint, so a change of it has these deliveries read again, and
nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from orchestration.contracts.consistency import contradictions
from orchestration.contracts.layouts import Layout, Table
from orchestration.contracts.model import Adapted, Column, ContractError, FeedContract, FeedKey, FileFormat, Provided
from orchestration.home import areas, settings_files
from orchestration.text.shapes import shape

FOLDER = "maps"
HOW_TO_FILL = """\
# How an agency's own extract becomes the columns of the feed type. Written by `sna area map`, which keeps what is here.
# Check `headers`: a likeness below 1 is a guess. Close the gaps, which may then be left there:
#   a header:  write it under `headers` with its column, or list it under `not_used`.
#   a column:  headers: {HEADER: COLUMN}, or provided: {COLUMN: {value: N}},
#              or provided: {COLUMN: {header: HEADER, matches: 'knife|blade', then: Y, otherwise: N}}.
#   a layout:  where the table is, its rows of header, totals among its rows and notes below it (areas/README.md).
#   a value:   values: {COLUMN: {VALUE: LABEL}}, or unknown: {COLUMN: [VALUE]} where it means nothing that is known here.
# A gap with 9 for digits and A, a for letters is a shape: look the value up in the extract.
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Match(_Strict):
    """The column of a header, and how alike they are (0 to 1) where `sna area map` found it; a person writes the column alone."""

    column: str
    likeness: float | None = None


class Gaps(_Strict):
    """What had no place when the sample was read; what the map says by now of a gap closes it.

    Attributes:
        headers: that are no column's.
        columns: that no delivery may lack and no header is of.
        values: column → value, or shape of one, that is not on its list → rows.
    """

    headers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)


class AreaMap(_Strict):
    """One map.

    Attributes:
        feed_type: of the extract; `<subject>/<feed type>` where several subjects have one of that name.
        agency: whose extract it is; None for every agency of the area that sends the feed type.
        sheet: of the extract, if it is a workbook.
        layout: where its table is, in place of the layout of the contract; empty where that, or the first row, is right.
        delimiter: between the fields of the extract, if it is text and that is no comma. Its encoding is seen in the file.
        headers: header → column.
        not_used: headers of columns that nobody needs.
        absent: columns that the extract lacks and that may be blank.
        formats: column of dates → further forms, as Python's strptime writes them.
        values: column → value of the agency → value or label of the feed type.
        unknown: column → values that are accepted and mean nothing that is known here: such a cell lands blank.
        provided: column → constant or expression.
        gaps: as they were when the sample was read.
    """

    feed_type: str
    agency: str | None = None
    sheet: str | None = None
    layout: Layout = ()
    delimiter: Literal[";", "\t", "|"] | None = None
    headers: Mapping[str, Annotated[Match, BeforeValidator(lambda given: {"column": given} if isinstance(given, str) else given)]]
    not_used: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    formats: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    unknown: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    provided: Mapping[str, Provided] = Field(default_factory=dict)
    gaps: Gaps = Gaps()

    @property
    def sources(self) -> set[str]:
        """Headers, in plain form, that have a place."""
        made = (header for rule in self.provided.values() for header in rule.sources)
        return {_plain(header) for header in (*self.headers, *self.not_used, *made)}

    def is_of(self, contract: FeedContract) -> bool:
        """Whether it maps the extracts of a feed: of its feed type, and of its agency where it names one."""
        return self.feed_type in (contract.feed, contract.type) and self.agency in (None, contract.agency)

    def open_gaps(self) -> list[str]:
        """The gaps of the sample that nothing in the map closes, one line for each kind and column."""
        mapped = {match.column for match in self.headers.values()} | set(self.provided)
        mapped |= {name for table in self.layout for name in table.made}
        headers = [header for header in self.gaps.headers if not _is_among(header, self.sources)]
        lines = [f"headers without a column: {', '.join(headers)}"] if headers else []
        if columns := [column for column in self.gaps.columns if column not in mapped]:
            lines.append(f"required columns without a header: {', '.join(columns)}")
        for column, found in self.gaps.values.items():
            known = {_plain(value) for value in (*self.values.get(column, ()), *self.unknown.get(column, ()))}
            if left := [rows for value, rows in found.items() if not _is_among(value, known)]:
                lines.append(f"values of {column} without a label: {len(left)}, in {sum(left):,} row(s)")
        return lines


def _is_among(gap: str, known: Collection[str]) -> bool:
    """Whether one of these, in plain form, is what a gap says, or has the shape that it says."""
    return _plain(gap) in known or _plain(gap) in {_plain(shape(text)) for text in known}


def folder(area: str) -> Path:
    """The folder with the maps of an area."""
    return areas.folder() / area / FOLDER


def path_of(area: str, feed_type: str, agency: str | None) -> Path:
    """Where the map of an extract is written."""
    return folder(area) / f"{f'{agency}.' if agency else ''}{feed_type.replace('/', '.')}.yaml"


def read(path: Path) -> AreaMap:
    """One map.

    Raises:
        ContractError: it is not valid; the message has file and field.
    """
    return _read(path, settings_files.read(path, ContractError))


@lru_cache(maxsize=256)
def _read(path: Path, text: str) -> AreaMap:
    return settings_files.validate(path, settings_files.parse(path, text, ContractError), AreaMap, ContractError)


def paths(area: str) -> list[Path]:
    """The maps of an area; those of one agency come after those of all."""
    return sorted(folder(area).glob("*.yaml"), key=lambda path: (path.stem.count("."), path))


def adapted(contracts: Mapping[FeedKey, FeedContract], area: str | None) -> dict[FeedKey, FeedContract]:
    """Contracts as an area's maps adapt them.

    Raises:
        ContractError: a map is not valid, is of no feed, or contradicts the contract.
    """
    found = dict(contracts)
    for path in paths(area) if area else ():
        one = read(path)
        own = [key for key, contract in contracts.items() if one.is_of(contract)]
        if not own:
            what = f"{one.agency}/{one.feed_type}" if one.agency else one.feed_type
            raise ContractError(f"{path}: feed_type: there is no feed {what}.")
        found |= {key: adapt(contracts[key], one, path) for key in own}
    return found


def adapt(contract: FeedContract, found: AreaMap, path: Path) -> FeedContract:
    """A contract that takes the extract of a map as well as the form that it describes itself.

    Raises:
        ContractError: the map contradicts the contract.
    """
    if wrong := list(_wrong(contract, found)):
        raise ContractError(f"{path}: {'; '.join(wrong)}.")
    made = replace(
        contract,
        columns=tuple(_column(column, found) for column in contract.columns),
        sheet=found.sheet or contract.sheet,
        layout=found.layout or contract.layout,
        formats=_formats(contract, found),
        adapted=Adapted(
            f"{FOLDER}/{path.name}",
            found.delimiter or "",
            found.not_used,
            {
                column: {_plain(value): label for value, label in found.values.get(column, {}).items()}
                | dict.fromkeys(map(_plain, found.unknown.get(column, ())))
                for column in sorted({*found.values, *found.unknown})
            },
            found.provided,
        ),
    )
    if wrong := list(contradictions(made)):
        raise ContractError(f"{path}: {'; '.join(wrong)}.")
    return made


def _formats(contract: FeedContract, found: AreaMap) -> tuple[FileFormat, ...]:
    """Those of the contract, and that of the extract: a workbook if it has a sheet, else text. With a layout its own alone."""
    in_a_workbook = found.sheet or any(table.sheets for table in found.layout)
    if found.layout:
        return ("xlsx", "ods") if in_a_workbook else ("csv",)
    own: tuple[FileFormat, ...] = ("xlsx", "ods") if in_a_workbook else ("csv",) if {"xlsx", "ods"} & {*contract.formats} else ()
    return tuple(dict.fromkeys((*contract.formats, *own)))


def _column(column: Column, found: AreaMap) -> Column:
    """A column with its headers in the extract; a header of the contract that the extract uses otherwise is no longer its own."""
    own = [header for header, match in found.headers.items() if match.column == column.name]
    taken = {_plain(header) for header in (*found.headers, *found.not_used)}
    left = [header for header in (column.header, *column.aliases) if _plain(header) not in taken]
    header, *aliases = (*own, *left) or (f"({column.name})",)
    return replace(
        column,
        header=header,
        aliases=tuple(aliases),
        optional=column.optional or column.name in found.absent,
        formats=(*found.formats.get(column.name, ()), *column.formats),
    )


def _wrong(contract: FeedContract, found: AreaMap) -> Iterator[str]:
    """What of a map contradicts the contract, each with the field that says it."""
    named = [(f"headers.{header}", match.column) for header, match in found.headers.items()]
    for field in ("absent", "formats", "values", "unknown", "provided"):
        named += [(f"{field}.{column}", column) for column in getattr(found, field)]
    if strange := [(place, column) for place, column in named if column not in contract.by_name]:
        for place, column in strange:
            yield f"{place}: {column!r} is no column of {contract.feed}; its columns are {', '.join(contract.by_name)}"
        return
    for header in sorted({_plain(header) for header in found.headers} & {_plain(header) for header in found.not_used}):
        yield f"not_used: {header!r} is also under headers"
    for column in sorted({match.column for match in found.headers.values()} & set(found.provided)):
        yield f"provided.{column}: a header is this column too"
    for field, instead in (("absent", "provided"), ("unknown", "values")):
        for name in getattr(found, field):
            if contract.by_name[name].required:
                yield f"{field}.{name}: no row may leave it blank; write it under {instead}"
    yield from _wrong_layout(contract, found)
    yield from _wrong_forms(contract, found)
    yield from _wrong_values(contract, found)


def _wrong_layout(contract: FeedContract, found: AreaMap) -> Iterator[str]:
    for place, table in enumerate(found.layout):
        for name in sorted(table.named - contract.by_name.keys()):
            yield f"layout.{place}: {name!r} is no column of {contract.feed}; its columns are {', '.join(contract.by_name)}"
    if found.layout and not contract.layout and contract.sharing == "no_personal_identifiers":
        # What is in the first row, and what in the others, is how records of patients are searched for names.
        yield "layout: records of health and social care have their header in the first row; ask for such an extract"


def _wrong_forms(contract: FeedContract, found: AreaMap) -> Iterator[str]:
    for column, forms in found.formats.items():
        if contract.by_name[column].type not in ("date", "timestamp"):
            yield f"formats.{column}: it is no date"
        for form in forms:
            if not _is_form(form):
                yield f"formats.{column}: {form!r} is no form of a date, such as %d/%m/%Y %H:%M"


def _wrong_values(contract: FeedContract, found: AreaMap) -> Iterator[str]:
    for column, words in found.values.items():
        for value, label in words.items():
            yield from _unlisted(f"values.{column}.{value}", label, contract.by_name[column])
    for column, rule in found.provided.items():
        for made in (rule.value, rule.then, rule.otherwise):
            if made is not None and column not in found.values:
                yield from _unlisted(f"provided.{column}", made, contract.by_name[column])


def _unlisted(place: str, label: str, column: Column) -> Iterator[str]:
    """What is wrong with a value that the map makes of another. Labels of a scheme are checked when they are landed."""
    if column.allowed and label not in column.allowed:
        yield f"{place}: {label!r} is none of {', '.join(column.allowed)}"


def _is_form(form: str) -> bool:
    example = datetime(2024, 2, 29, 13, 45)
    try:
        return datetime.strptime(example.strftime(form), form).date() == example.date()
    except ValueError:
        return False


def _plain(text: str) -> str:
    """Headers and labels are compared without regard to letter case and runs of blanks."""
    return " ".join(text.split()).lower()


def updated(before: AreaMap | None, found: AreaMap) -> AreaMap:
    """A map with what another sample showed: what it said already stays, and the gaps are those of the new sample."""
    if before is None:
        return found
    headers = dict(before.headers)
    known = {_plain(header) for header in before.headers}
    headers |= {header: match for header, match in found.headers.items() if _plain(header) not in known}
    mapped = {match.column for match in headers.values()}
    return before.model_copy(
        update={
            "sheet": found.sheet or before.sheet,
            "layout": found.layout if _without_totals(found) == before.layout else before.layout or found.layout,
            "delimiter": found.delimiter or before.delimiter,
            "headers": headers,
            "absent": tuple(dict.fromkeys((*before.absent, *found.absent))),
            "formats": {**found.formats, **before.formats},
            "provided": {**{name: rule for name, rule in found.provided.items() if name not in mapped}, **before.provided},
            "gaps": found.gaps,
        }
    )


def _without_totals(found: AreaMap) -> tuple[Table, ...]:
    return tuple(replace(table, totals={}) for table in found.layout)


def as_written(found: AreaMap) -> dict[str, Any]:
    """A map as the content of its file."""
    content: dict[str, Any] = found.model_dump(mode="json", exclude_defaults=True)
    if found.layout:
        content["layout"] = [table.as_written() for table in found.layout]
    if provided := content.get("provided"):
        content["provided"] = {
            column: {
                field: value
                for field, value in rule.items()
                if value not in (None, [], ()) and (field, value) != ("separator", " ")
            }
            for column, rule in provided.items()
        }
    return content
