"""What each feed must hold: `raw/<agency>/<feed>/contract.yaml`, read once and strictly.

Contracts follow the Open Data Contract Standard v3 (https://bitol-io.github.io/open-data-contract-standard/). The standard's own
fields are used where it has them; the rest stands in `customProperties`, of which every name is known here. Anything missing or
unknown is an error that names the file and the place: a contract that is half understood would let bad data through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from orchestration.contracts.layouts import tables
from orchestration.contracts.model import (
    PART,
    STANDARD_SYMBOLS,
    SUFFIXES,
    Classification,
    Column,
    ContractError,
    Custody,
    Evidence,
    FeedContract,
    FeedKey,
    FileFormat,
    Labels,
    LoadMode,
    LogicalType,
    Origin,
    PartRule,
    Percent,
    PeriodRule,
    Sharing,
    Treatment,
)
from orchestration.contracts.periods import Cadence, form, is_period
from orchestration.home.environment import CONTRACTS


def load_contracts(root: Path = CONTRACTS) -> dict[FeedKey, FeedContract]:
    """Read every `<agency>/<feed>/contract.yaml` below `root`, in order of name.

    Raises:
        ContractError: a contract cannot be used.
    """
    contracts = [load_contract(path) for path in sorted(root.glob("*/*/contract.yaml"))]
    return {contract.id: contract for contract in contracts}


def load_contract(path: Path) -> FeedContract:
    """Read one contract; its agency and feed must be the names of the folders that it stands in.

    Raises:
        ContractError: the file is not a valid contract or says something that is not understood.
    """
    return _contract(path, path.read_text("utf-8"))


# A command and the steps of a refresh ask for all contracts again and again.
@lru_cache(maxsize=1024)
def _contract(path: Path, text: str) -> FeedContract:
    import yaml
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        contract = _feed(_Reader(str(path)), OpenDataContractStandard(**document))
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise ContractError(f"{path}: not a valid data contract: {error}") from error
    if contract.id != (path.parent.parent.name, path.parent.name):
        raise ContractError(f"{path}: says it is {'/'.join(contract.id)}, but stands in another folder.")
    return contract


class _Reader:
    """Takes values out of a contract and says where one is missing or wrong."""

    def __init__(self, where: str) -> None:
        self.where = where

    def within(self, place: str) -> _Reader:
        return _Reader(f"{self.where}, {place}")

    def fail(self, message: str) -> ContractError:
        return ContractError(f"{self.where}: {message}")

    def need(self, value: Any, what: str) -> Any:
        if value is None or value == "" or value == []:
            raise self.fail(f"{what} is missing.")
        return value

    def one_of(self, value: Any, literal: Any, what: str) -> Any:
        if value not in get_args(literal):
            raise self.fail(f"{what} is {value!r}; expected one of {', '.join(get_args(literal))}.")
        return value

    def properties(self, given: Iterable[Any] | None, known: Mapping[str, Any]) -> dict[str, Any]:
        """Custom properties by name, on top of the defaults in `known`; `...` marks one that must be given."""
        values = dict(known)
        for item in given or ():
            if item.property not in known:
                raise self.fail(f"unknown custom property {item.property!r}; known are {', '.join(known)}.")
            values[item.property] = item.value
        if missing := [name for name, value in values.items() if value is ...]:
            raise self.fail(f"custom property {missing[0]!r} is missing.")
        return values


_FEED_PROPERTIES: dict[str, Any] = {
    "evidence": ...,
    "loadMode": ...,
    "period": ...,
    "formats": ...,
    "tables": (),
    "badRowLimit": ...,
    "volumeTolerance": ...,
    "part": None,
    "sheet": None,
    "layout": None,
    "sharing": "as_contracted",
    "custody": "warehouse",
    "origin": "agency",
    "unknownColumns": "refuse",
    "identifier": None,
}
_COLUMN_PROPERTIES: dict[str, Any] = {
    "treatment": "keep",
    "ageOn": None,
    "notBefore": (),
    "planned": False,
    "freeText": False,
    "percent": False,
    "symbols": (),
    "aliases": (),
    "labels": (),
    "optional": False,
}
_TYPE_OPTIONS = {"pattern", "minimum", "maximum", "format", "timezone", "defaultTimezone"}


def _feed(reader: _Reader, odcs: Any) -> FeedContract:
    custom = reader.properties(odcs.customProperties, _FEED_PROPERTIES)
    if len(odcs.schema_ or ()) != 1:
        raise reader.fail("a feed has exactly one object in its schema.")
    properties = reader.need(odcs.schema_[0].properties, "schema properties")
    columns = tuple(_column(reader.within(f"column {item.name}"), item) for item in properties)
    sla = {item.property: item.value for item in odcs.slaProperties or ()}
    basis = _definition(reader, odcs, "legalBasis")
    contract = FeedContract(
        agency=reader.need(odcs.domain, "domain (the agency)"),
        feed=reader.need(odcs.dataProduct, "dataProduct (the feed)"),
        title=reader.need(odcs.name, "name"),
        purpose=reader.need(odcs.description.purpose, "description.purpose"),
        columns=columns,
        key=_key(properties),
        sharing=reader.one_of(custom["sharing"], Sharing, "sharing"),
        evidence=reader.one_of(custom["evidence"], Evidence, "evidence"),
        custody=reader.one_of(custom["custody"], Custody, "custody"),
        origin=reader.one_of(custom["origin"], Origin, "origin"),
        load_mode=reader.one_of(custom["loadMode"], LoadMode, "loadMode"),
        cadence=reader.one_of(sla.get("frequency"), Cadence, "slaProperties frequency"),
        period=_period(reader, custom["period"]),
        formats=tuple(reader.one_of(item, FileFormat, "formats") for item in custom["formats"]),
        sheet=custom["sheet"],
        layout=tables(custom["layout"], [column.name for column in columns], reader.fail),
        part=_part(reader.within("part"), custom["part"]),
        bad_row_limit=_share(reader, custom["badRowLimit"], "badRowLimit"),
        volume_tolerance=_share(reader, custom["volumeTolerance"], "volumeTolerance"),
        ignore_unknown_columns=custom["unknownColumns"] == "ignore",
        identifier=custom["identifier"],
        owner=reader.need(getattr(odcs.team, "name", None), "team.name (the owner)"),
        legal_basis=reader.need(basis.description, "description of the legalBasis"),
        publisher_url=reader.need(_definition(reader, odcs, "publisher").url, "url of the publisher"),
        retention_years=int(reader.need(sla.get("retention"), "slaProperties retention (years)")),
        latency_days=_days(reader, odcs, "latency", least=0),
        grace_days=_days(reader, odcs, "gracePeriod", least=1),
        tables=tuple(custom["tables"]),
    )
    _check_references(reader, contract)
    if {contract.latency_days is not None, contract.grace_days is not None} != {contract.cadence != "once"}:
        raise reader.fail("slaProperties latency and gracePeriod (unit d) go with every feed but one that is delivered once.")
    return contract


def _column(reader: _Reader, item: Any) -> Column:
    custom = reader.properties(item.customProperties, _COLUMN_PROPERTIES)
    options = dict(item.logicalTypeOptions or {})
    if unknown := set(options) - _TYPE_OPTIONS:
        raise reader.fail(f"unknown logicalTypeOptions {', '.join(sorted(unknown))}.")
    treatment = reader.one_of(custom["treatment"], Treatment, "treatment")
    renamed = treatment in ("pseudonymise", "derive_age", "tokenise")
    if renamed != bool(item.encryptedName):
        raise reader.fail("encryptedName names the landed column of a pseudonym, derived age or token, and of nothing else.")
    if treatment == "tokenise" and item.logicalType not in SUFFIXES:
        raise reader.fail("tokenise goes with names (string) and dates.")
    if (treatment == "derive_age") != bool(custom["ageOn"]):
        raise reader.fail("ageOn goes with treatment derive_age.")
    classification = reader.one_of(item.classification, Classification, "classification")
    if classification == "direct_identifier" and treatment == "keep":
        raise reader.fail("a direct identifier may not be kept; give a treatment.")
    return Column(
        name=reader.need(item.name, "name"),
        header=reader.need(item.physicalName, "physicalName (the header)"),
        type=reader.one_of(item.logicalType, LogicalType, "logicalType"),
        sql_type=reader.need(item.physicalType, "physicalType"),
        required=bool(item.required),
        optional=bool(custom["optional"]),
        classification=classification,
        treatment=treatment,
        output=item.encryptedName,
        age_on=custom["ageOn"],
        formats=tuple(_strptime(text) for text in _listed(options.get("format"))),
        time_zone=options.get("defaultTimezone"),
        allowed=tuple(str(value.value) for value in item.enum or ()),
        pattern=_regex(reader, options["pattern"]) if "pattern" in options else None,
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        not_before=tuple(custom["notBefore"]),
        planned=bool(custom["planned"]),
        free_text=bool(custom["freeText"]),
        percent=reader.one_of({True: "hundred", False: "no"}.get(custom["percent"], custom["percent"]), Percent, "percent"),
        symbols=_symbols(reader, item, custom["symbols"]),
        aliases=tuple(map(str, custom["aliases"])),
        labels=_labels(reader, item, custom["labels"]),
        description=reader.need(item.description, "description"),
    )


def _labels(reader: _Reader, item: Any, given: Any) -> tuple[Labels, ...]:
    """One scheme for all cells, or a list of mappings, each with a scheme for some of them."""
    if given and (item.logicalType != "string" or item.encryptedName):
        raise reader.fail("labels are texts that are kept as they are.")
    found = []
    listed: list[Any] = [{"scheme": given}] if isinstance(given, str) else list(given)
    for one in listed:
        if not isinstance(one, Mapping) or "scheme" not in one or set(one) - {"scheme", "where", "besides", "separator"}:
            raise reader.fail("labels is the name of a scheme, or a list of {scheme, where, besides, separator}.")
        where = [(str(name), str(value)) for name, value in dict(one.get("where", {})).items()]
        if len(where) > 1:
            raise reader.fail("labels: where names one column and its value.")
        besides = tuple(map(str, one.get("besides", ())))
        found.append(Labels(str(one["scheme"]), where[0] if where else None, besides, one.get("separator")))
    return tuple(found)


def _symbols(reader: _Reader, item: Any, given: Any) -> tuple[str, ...]:
    if given and item.logicalType not in ("integer", "number"):
        raise reader.fail("symbols stand instead of numbers: give the column the type integer or number.")
    return STANDARD_SYMBOLS if given == "standard" else tuple(str(symbol).strip("[]").lower() for symbol in given)


def _check_references(reader: _Reader, contract: FeedContract) -> None:
    """Columns that other parts of the contract name must be there, and names must be unique."""
    names = [column.name for column in contract.columns] + [column.symbol_output for column in contract.columns if column.symbols]
    headers = [header.casefold() for column in contract.columns for header in (column.header, *column.aliases)]
    for what, values in (("name", names), ("header", headers)):
        if len(set(values)) != len(values):
            raise reader.fail(f"a column {what} occurs twice.")
    named = [contract.period.column, contract.identifier, contract.part and contract.part.column, *contract.key]
    for column in contract.columns:
        named += [column.age_on, *column.not_before, *(labels.where[0] for labels in column.labels if labels.where)]
    if unknown := [name for name in named if name is not None and name not in contract.by_name]:
        raise reader.fail(f"column {unknown[0]!r} is referred to but not described.")
    if contract.identifier and contract.key:
        raise reader.fail("an identifier goes with a feed that has no primary key.")
    if contract.load_mode == "upsert" and not contract.key:
        raise reader.fail("load mode upsert needs a primary key.")
    if (contract.cadence == "once") != (contract.period.fixed is not None):
        raise reader.fail("a fixed period goes with slaProperties frequency once, and with no other.")
    if contract.period.fixed is not None and not is_period(contract.cadence, contract.period.fixed):
        raise reader.fail(f"period {contract.period.fixed!r} is not written as {form(contract.cadence)}.")
    _check_forms(reader, contract)


def _check_forms(reader: _Reader, contract: FeedContract) -> None:
    """What a contract says of its files and their content must go together."""
    if contract.sharing == "no_personal_identifiers" and any(c.classification == "direct_identifier" for c in contract.columns):
        raise reader.fail("a feed that may not identify people has no column of direct identifiers.")
    on_named_sheets = contract.layout and all(table.sheets for table in contract.layout)
    if contract.sheet is None and not on_named_sheets and {"xlsx", "ods"} & set(contract.formats):
        raise reader.fail("a workbook format needs the custom property sheet, or sheets in its layout.")
    if contract.part and contract.part.column and contract.by_name[contract.part.column].treatment != "keep":
        raise reader.fail("the column of the part is kept as it is.")
    if contract.layout and not set(contract.formats) <= {"xlsx", "ods", "csv"}:
        raise reader.fail("a layout goes with the formats xlsx, ods and csv.")


def _period(reader: _Reader, given: Any) -> PeriodRule:
    if given == "name":
        return PeriodRule(None, None, None)
    known = {field.name for field in fields(PeriodRule)}
    rule = {{"timeZone": "time_zone"}.get(name, name): str(value) for name, value in dict(given).items()}
    if set(rule) - known or (("column" in rule) == ("fixed" in rule)):
        raise reader.fail("period is either {column: ..., timeZone: ...} or {fixed: ...} or the word name.")
    return PeriodRule(rule.get("column"), rule.get("time_zone"), rule.get("fixed"))


def _part(reader: _Reader, given: Any) -> PartRule | None:
    if given is None:
        return None
    known = {field.name for field in fields(PartRule)}
    if not isinstance(given, Mapping) or set(given) - known:
        raise reader.fail(f"not a mapping of {', '.join(sorted(known))}.")
    values = tuple(map(str, given.get("values", ())))
    pattern = given.get("pattern")
    if bool(values) == bool(pattern):
        raise reader.fail("either values, a list of all parts, or a pattern of one.")
    if strange := [value for value in values if not PART.fullmatch(value)]:
        raise reader.fail(f"{strange[0]!r} cannot be in a file name; write letters, digits and hyphens, a letter first.")
    labels = {str(part): tuple(map(str, labels)) for part, labels in given.get("labels", {}).items()}
    if unknown := sorted(set(labels) - set(values)):
        raise reader.fail(f"labels are given for {unknown[0]!r}, which is not one of the values.")
    if labels and not given.get("column"):
        raise reader.fail("labels are those of a column; name it.")
    name = str(reader.need(given.get("name"), "name (what a part is)"))
    return PartRule(name, values, _regex(reader, pattern) if pattern else None, given.get("column"), labels)


def _days(reader: _Reader, odcs: Any, name: str, *, least: int) -> int | None:
    """A service level in whole days, where the contract has it."""
    level = next((item for item in odcs.slaProperties or () if item.property == name), None)
    if level is None:
        return None
    if level.unit != "d" or not isinstance(level.value, int) or level.value < least:
        raise reader.fail(f"slaProperties {name} is {level.value!r} {level.unit}; expected whole days (unit d), {least} or more.")
    return level.value


def _key(properties: Iterable[Any]) -> tuple[str, ...]:
    parts = [item for item in properties if item.primaryKey]
    return tuple(item.name for item in sorted(parts, key=lambda item: item.primaryKeyPosition or 0))


def _definition(reader: _Reader, odcs: Any, kind: str) -> Any:
    for item in odcs.description.authoritativeDefinitions or ():
        if item.type == kind:
            return item
    raise reader.fail(f"description.authoritativeDefinitions lacks one of type {kind}.")


def _share(reader: _Reader, value: Any, what: str) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise reader.fail(f"{what} is {value!r}; expected a share between 0 and 1.")
    return float(value)


def _regex(reader: _Reader, pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise reader.fail(f"pattern {pattern!r} is not a regular expression: {error}.") from error
    return pattern


def _listed(value: str | None) -> list[str]:
    return [part.strip() for part in value.split("|")] if value else []


def _strptime(java: str) -> str:
    """The standard writes dates as Java does (`dd/MM/yyyy HH:mm`), DuckDB as C does (`%d/%m/%Y %H:%M`)."""
    for letters, code in (
        ("dd", "%d"),
        ("MM", "%m"),
        ("yyyy", "%Y"),
        ("HH", "%H"),
        ("mm", "%M"),
        ("ss", "%S"),
    ):
        java = java.replace(letters, code)
    return java
