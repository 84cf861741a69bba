"""What a contract says of a feed: its columns, its periods and parts, and how its deliveries are read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Literal

from orchestration.contracts.layouts import IN_A_CONTRACT, Table, check_pattern
from orchestration.contracts.periods import Cadence, bounds, keys

LogicalType = Literal["string", "date", "timestamp", "integer", "number", "boolean"]
Treatment = Literal["keep", "pseudonymise", "derive_age", "tokenise", "drop"]
LoadMode = Literal["replace_period", "upsert"]
FileFormat = Literal["csv", "tsv", "xlsx", "ods", "geojson", "json", "yaml", "parquet"]
Classification = Literal["public", "internal", "personal", "special_category", "direct_identifier"]

Sharing = Literal["as_contracted", "no_personal_identifiers"]
Custody = Literal["warehouse", "vault"]
Evidence = Literal["record", "return", "national_statistic"]
Origin = Literal["agency", "vault"]
Percent = Literal["no", "hundred", "share"]

FeedKey = tuple[str, str]

# Endings of the tokens of a column (`ingest.values.tokens`), by its type.
SUFFIXES = {"string": ("", "_sound"), "date": ("", "_year_month", "_year_day", "_month_day")}

# How a part is written in the landing zone's file names.
PART = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

# Shorthand of the Government Statistical Service, with those that the Department for Education used before it.
STANDARD_SYMBOLS = ("b", "c", "e", "f", "k", "low", "p", "r", "s", "u", "w", "x", "z", "-", "~", "*", ".", "..", ":")


class ContractError(ValueError):
    """A contract cannot be used; the message says which file, where in it, and what is expected."""


@dataclass(frozen=True)
class Labels:
    """Labels that a column holds, each of which must have a meaning in the seed source_label.

    Attributes:
        scheme: of the seed.
        where: column and value of the rows whose cells are labels of this scheme; None for all rows.
        besides: values that are no labels, such as Total.
        separator: between the labels of one cell; None where a cell is one label.
    """

    __pydantic_config__ = IN_A_CONTRACT

    scheme: str
    where: tuple[str, str] | None = None
    besides: tuple[str, ...] = ()
    separator: str | None = None


@dataclass(frozen=True)
class Column:
    """One column of a delivery and what becomes of it.

    Attributes:
        name: column in the warehouse.
        header: column in the delivered file.
        type: logical type of the values.
        sql_type: DuckDB type of the landed column.
        required: no row may leave it blank.
        optional: a delivery may lack the column altogether; it is then blank.
        classification: class of personal data.
        treatment: `keep`; `pseudonymise` (lands as `output`); `derive_age` (lands as `output`, age in completed years on the
            date in column `age_on`); `tokenise` (a name or date lands as keyed tokens, `tokens.SUFFIXES`, that begin with
            `output`); `drop`.
        formats: date formats (strptime) besides ISO 8601.
        time_zone: zone that a stated UTC offset is converted to; times without one are taken as they are.
        allowed: the only values, where there is a closed list.
        pattern: regular expression that the whole value must match.
        minimum, maximum: bounds, both included.
        not_before: columns of the same row that this date may not precede.
        planned: the date may be in the future.
        reference: what a system calls a record or person. Capitals and small letters are the same, so it is read in capitals;
            a character that only looks like a plain one makes it none.
        free_text: text written by people, in which personal identifiers are looked for.
        percent: `hundred`: "85%" is read as 85; `share`: as 0.85, which is what a workbook holds for a cell that shows 85%.
        symbols: texts, in lower case, that may replace a number (`c`, `z`, `-`) or follow it in brackets (`[r]`); kept in the
            column `<name>_symbol`.
        aliases: other headers under which the column comes.
        labels: which of its cells are labels, and of which scheme.
    """

    name: str
    header: str
    type: LogicalType
    sql_type: str
    required: bool
    optional: bool
    classification: Classification
    treatment: Treatment
    output: str | None
    age_on: str | None
    formats: tuple[str, ...]
    time_zone: str | None
    allowed: tuple[str, ...]
    pattern: str | None
    minimum: float | None
    maximum: float | None
    not_before: tuple[str, ...]
    planned: bool
    reference: bool
    free_text: bool
    percent: Percent
    symbols: tuple[str, ...]
    aliases: tuple[str, ...]
    labels: tuple[Labels, ...]
    description: str

    @property
    def own_code(self) -> str | None:
        """The one value that all rows of the feed have, such as the code of the hospital; None where they may differ."""
        if self.pattern is not None and self.pattern.isalnum():
            return self.pattern
        return self.allowed[0] if len(self.allowed) == 1 else None

    @property
    def symbol_output(self) -> str:
        """The landed column of its symbols."""
        return f"{self.output or self.name}_symbol"

    @property
    def outputs(self) -> tuple[tuple[str, str], ...]:
        """(column, DuckDB type) of everything that it leaves in the landing log."""
        name = self.output or self.name
        if self.treatment == "drop":
            return ()
        if self.treatment == "tokenise":
            return tuple((f"{name}{suffix}", self.sql_type) for suffix in SUFFIXES[self.type])
        return (name, self.sql_type), *([(self.symbol_output, "VARCHAR")] if self.symbols else [])


@dataclass(frozen=True)
class PeriodRule:
    """How rows and files belong to a period.

    Attributes:
        column: column that must be in the delivery's period; None where the period is fixed or the file's name alone says it, as
            with a return that covers several years.
        time_zone: zone in which the period is meant, for columns held in UTC.
        fixed: the only period that the feed has; goes with cadence `once`.
    """

    __pydantic_config__ = IN_A_CONTRACT

    column: str | None = None
    time_zone: str | None = None
    fixed: str | None = None


@dataclass(frozen=True)
class PartRule:
    """What splits the deliveries of one period, such as the force of an archive or the district of a boundary file.

    Attributes:
        name: what a part is, for messages: `force`.
        values: the only parts, where there is a closed list; written as in the landing zone's file names.
        pattern: regular expression of a part, where there is none.
        column: column whose rows name the part; None where no row does.
        whole: parts that are of a nation, whose rows may be of any part: `EW`, as the ONS writes in the names of its files.
        labels: part → how its rows name it, where that does not begin with the words of the part (`kent`: Kent Police); an
            empty list: by any label that is of no other part.
    """

    __pydantic_config__ = IN_A_CONTRACT

    name: str
    values: tuple[str, ...] = ()
    pattern: str | None = None
    column: str | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_pattern(self.pattern)
        if not self.name:
            raise ValueError("name (what a part is) is missing")
        if bool(self.values) == bool(self.pattern):
            raise ValueError("either values, a list of all parts, or a pattern of one")
        if strange := [value for value in self.values if not PART.fullmatch(value)]:
            raise ValueError(f"{strange[0]!r} cannot be in a file name; write letters, digits and hyphens, a letter first")
        if unknown := sorted(set(self.labels) - set(self.values)):
            raise ValueError(f"labels has {unknown[0]!r}, which is not one of the values")
        if self.labels and not self.column:
            raise ValueError("labels are those of a column; name it")

    def find(self, written: str) -> str | None:
        """The part that a word or words of a file's name are, without regard to case and separators; None where they are none."""
        if self.pattern is None:
            return self._by_words.get(_words(written))
        if written.upper() in self.whole:
            return written.upper()
        return next((form for form in (written, written.upper(), written.lower()) if re.fullmatch(self.pattern, form)), None)

    def owns(self, part: str, label: str) -> bool:
        """Whether a row with this label can be of this part."""
        named = self.labelled(label)
        return part in self.whole or named == part or (named is None and self.labels.get(part) == ())

    def labelled(self, label: str) -> str | None:
        """The part that a row names by this label; None for a label of no part."""
        words = _words(label)
        if words in self._by_label:
            return self._by_label[words]
        if self.pattern is not None:
            return self.find(label)
        own = (self._by_words.get(words[:length]) for length in range(len(words), 0, -1))
        return next((part for part in own if part and part not in self.labels), None)

    @cached_property
    def _by_words(self) -> Mapping[tuple[str, ...], str]:
        return {_words(part): part for part in self.values}

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, ...], str]:
        return {_words(label): part for part, labels in self.labels.items() for label in labels}


@dataclass(frozen=True)
class Provided:
    """Where a column comes from that an agency's own extract does not have: a constant, or other columns of the file.

    Attributes:
        value: of all rows.
        header, headers: of the file, whose filled cells are joined.
        separator: between joined cells.
        matches: regular expression that is sought in the text, without regard to letter case.
        then, otherwise: values of the rows in which it is found, and of the others; blank where None.
        replace: text that takes the place of what is found; `\\1` is its first group.
    """

    __pydantic_config__ = IN_A_CONTRACT

    value: str | None = None
    header: str | None = None
    headers: tuple[str, ...] = ()
    separator: str = " "
    matches: str | None = None
    then: str | None = None
    otherwise: str | None = None
    replace: str | None = None

    def __post_init__(self) -> None:
        check_pattern(self.matches)
        if [self.value is None, self.header is None, not self.headers].count(False) != 1:
            raise ValueError("either value, the same in all rows, or header or headers of the file")
        if self.matches is None and (self.then, self.otherwise, self.replace) != (None, None, None):
            raise ValueError("then, otherwise and replace go with matches, a regular expression")
        if self.matches is not None and (self.then is None) == (self.replace is None):
            raise ValueError("matches goes with either then or replace")

    @property
    def sources(self) -> tuple[str, ...]:
        """The headers that it reads."""
        return self.headers if self.header is None else (self.header,)


@dataclass(frozen=True)
class Adapted:
    """What an area's map adds to a contract, besides headers (aliases of columns) and date formats.

    Attributes:
        map: the map's file; empty where the area has none for this feed.
        delimiter: between the fields of its text files; empty for a comma.
        not_used: headers whose columns are passed over.
        values: column → what the agency writes, in plain form → value of the contract; None for one that is accepted as unknown.
        provided: column → where it comes from, if no header of the file is its own.
    """

    map: str = ""
    delimiter: str = ""
    not_used: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    provided: Mapping[str, Provided] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """Headers of the file from which columns are made."""
        return tuple(dict.fromkeys(header for rule in self.provided.values() for header in rule.sources))


def _words(text: str) -> tuple[str, ...]:
    """A text as words without case: `Devon & Cornwall` and `devon-and-cornwall` are the same."""
    return tuple(re.findall(r"\w+", text.casefold().replace("&", " and ").replace("_", " ")))


@dataclass(frozen=True)
class FeedContract:
    """One feed: who delivers what, how often, in which form, on what basis, and what it feeds.

    Attributes:
        columns: in the order of the published format.
        key: columns that identify a row; empty where the feed has no key.
        layout: arrangement of tables on sheets; empty where the first row that is not blank is the header and all below it data.
        sharing: `no_personal_identifiers` for health and social care, whose deliveries are refused whole where they identify
            anybody.
        evidence: what a figure made of it rests on: `record` of single events, `return` with an agency's own counts, or
            `national_statistic`.
        custody: `vault` where no table or view of the warehouse may show a row of it; only the vault reads its landed files.
        origin: `vault` where nobody sends the feed: its deliveries are the counts that leave the vault.
        load_mode: a delivery replaces its period, or its rows replace older rows with the same key.
        part: what splits a period into several files; None where a period has one.
        bad_row_limit: share of rejected rows (0 to 1) above which a delivery is refused.
        volume_tolerance: share by which the row count may differ from the feed's usual one before a gate asks.
        ignore_unknown_columns: whether columns that the contract does not name are passed over.
        identifier: of a feed without a key, the column that identifies what a row is about; rows that share it may differ, but
            not be equal. Rows that leave it blank are separate incidents, equal or not; if each of them occurs an even number
            of times, the sender has probably loaded them twice.
        retention_years: how long deliveries are kept.
        latency_days: days after the end of a period on which its delivery is due; None for a feed that is delivered once.
        grace_days: further days after which it is overdue; None likewise.
        tables: ids of the SNA's tables that wait for this feed.
        countries: names of the countries that a national feed is of; empty where it is of any.
        adapted: to an agency's own extract, by the map of an area.
        subject: of the models that read it: the folder of its contract.
        file_names: words in the names of its files, besides those of agency and feed.
    """

    agency: str
    feed: str
    title: str
    purpose: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    evidence: Evidence
    custody: Custody
    origin: Origin
    load_mode: LoadMode
    cadence: Cadence
    period: PeriodRule
    formats: tuple[FileFormat, ...]
    sheet: str | None
    layout: tuple[Table, ...]
    sharing: Sharing
    part: PartRule | None
    bad_row_limit: float
    volume_tolerance: float
    ignore_unknown_columns: bool
    identifier: str | None
    owner: str
    legal_basis: str
    publisher_url: str
    retention_years: int
    latency_days: int | None
    grace_days: int | None
    tables: tuple[str, ...]
    countries: tuple[str, ...] = ()
    adapted: Adapted = Adapted()
    subject: str = ""
    file_names: tuple[str, ...] = ()

    @property
    def id(self) -> FeedKey:
        return self.agency, self.feed

    @property
    def type(self) -> str:
        """The feed type, `<subject>/<feed>`: what is sent, whoever sends it."""
        return f"{self.subject}/{self.feed}"

    @property
    def relation(self) -> str:
        """The landing view of its feed type, and the dbt source: `<subject>__<feed>`."""
        return f"{self.subject}__{self.feed}"

    def periods_between(self, first: str, last: str) -> list[str]:
        """Every period of its cadence from one to another, both included."""
        return keys(self.cadence, bounds(self.cadence, first)[0], bounds(self.cadence, last)[0])

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def own_codes(self) -> Mapping[str, str]:
        """Column → the one value that all rows of the feed have there, which differs between agencies with one layout."""
        return {column.name: code for column in self.columns if (code := column.own_code)}

    @cached_property
    def landed(self) -> tuple[tuple[str, str], ...]:
        """(column, DuckDB type) of `accepted.parquet`, without the lineage columns `_load_id` and `_row`."""
        return tuple(landed for column in self.columns for landed in column.outputs)

    @property
    def pseudonymises(self) -> bool:
        return any(column.treatment in ("pseudonymise", "tokenise") for column in self.columns)

    @property
    def identifies_people(self) -> bool:
        """Whether deliveries hold direct identifiers, or may not and are searched for them."""
        return self.sharing == "no_personal_identifiers" or any(
            column.classification == "direct_identifier" for column in self.columns
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that decides how a delivery is read; wording and contacts do not count."""
        wording = {
            "title",
            "purpose",
            "owner",
            "legal_basis",
            "publisher_url",
            "tables",
            "latency_days",
            "grace_days",
            "volume_tolerance",
            "custody",
            "evidence",
            "origin",
            "countries",
            "subject",
            "file_names",
        }
        rules = {name: value for name, value in asdict(self).items() if name not in wording}
        for column in rules["columns"]:
            del column["description"]
        if self.adapted == Adapted():
            del rules["adapted"]
        if rules["part"] and not rules["part"]["whole"]:
            del rules["part"]["whole"]
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]
