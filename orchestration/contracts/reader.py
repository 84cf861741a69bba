"""What each feed must hold: the contracts of feed types, and what areas say of the agencies that send them.

`raw/contracts/<subject>/<feed type>.yaml` is the contract of a feed type. One that names an agency (`domain`) is a national
publisher's; any other is sent by the agencies of an area, whose `area.yaml` says where their files differ. Both together are the
contract of one feed.

Contracts follow the Open Data Contract Standard v3 (https://bitol-io.github.io/open-data-contract-standard/), whose own models
check what is the standard's. The models here are what this project needs of it: a contract that is half understood would let
bad data through, so anything missing or unknown is an error that names the file and the place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator
from pydantic.alias_generators import to_camel

from orchestration.contracts import area_maps
from orchestration.contracts.consistency import contradictions
from orchestration.contracts.layouts import Layout, check_pattern, listed
from orchestration.contracts.model import (
    STANDARD_SYMBOLS,
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
from orchestration.contracts.periods import Cadence
from orchestration.contracts.senders import Sender, of_authority, of_vault, sent
from orchestration.home import areas, identity, settings_files
from orchestration.home.environment import CONTRACTS, SettingsError
from orchestration.home.settings import resolved

# Of service levels: years and days.
UNITS = {"retention": "y", "latency": "d", "gracePeriod": "d"}
PERCENT = {"True": "hundred", "False": "no"}
# Whom to ask for a feed type of which the area does not say who sends it.
NOBODY = "The agency that records it"
_Kind = TypeVar("_Kind", Column, FeedContract)


def load_contracts(area: str | None = None, root: Path = CONTRACTS) -> dict[FeedKey, FeedContract]:
    """As `read_contracts`, adapted to the agencies' own extracts by the area's maps (`area_maps`).

    Raises:
        ContractError: a contract or a map cannot be used.
        SettingsError: there is no such area, or its file is not valid.
    """
    area = area or _area_of_home()
    return area_maps.adapted(read_contracts(area, root), area)


def read_contracts(area: str | None = None, root: Path = CONTRACTS) -> dict[FeedKey, FeedContract]:
    """The contracts of all feeds: those of national publishers, and those that the agencies of an area send.

    Args:
        area: default that of the home; where there is no home, the areas of the project.

    Raises:
        ContractError: a contract cannot be used.
        SettingsError: there is no such area, or its file is not valid.
    """
    area = area or _area_of_home()
    files = [areas.folder_of(area) / areas.FILE] if area else sorted(areas.AREAS.glob(f"*/{areas.FILE}"))
    types = tuple((path, path.read_text("utf-8")) for path in sorted(root.glob("*/*.yaml")))
    return dict(_contracts(types, tuple((path, settings_files.read(path, SettingsError)) for path in files)))


def feed_types(root: Path = CONTRACTS) -> list[FeedContract]:
    """The contracts of all feed types, whether or not anybody sends them."""
    return [load_contract(path) for path in sorted(root.glob("*/*.yaml"))]


def feeds_of(relation: str) -> list[str]:
    """`agency/feed` of every feed in the landing view of a feed type; the feed type itself where nobody sends it."""
    sent = ["/".join(contract.id) for contract in load_contracts().values() if contract.relation == relation]
    return sent or [relation.replace("__", "/", 1)]


def load_contract(path: Path) -> FeedContract:
    """Read one contract of a feed type, as it is without an area; its subject and feed must be the names of its folder and file.

    Raises:
        ContractError: the file is not a valid contract or says something that is not understood.
    """
    return _contract(path, settings_files.read(path, ContractError), None)


def _area_of_home() -> str | None:
    try:
        home = os.environ.get("SNA_HOME") or identity.the_only_one()
        made = identity.read(resolved("SNA_HOME", Path(home))) if home else None
    except identity.HomeError:
        return None
    return made.area if made else None


# A command and the steps of a refresh ask for all contracts again and again.
@lru_cache(maxsize=16)
def _contracts(types: tuple[tuple[Path, str], ...], files: tuple[tuple[Path, str], ...]) -> dict[FeedKey, FeedContract]:
    found = [_contract(path, text, None) for path, text in types]
    national = [contract for contract in found if contract.agency]
    if not any(areas.parsed(file, text).reports for file, text in files):
        # The tables that a contract names are of a printed report.
        national = [replace(contract, tables=()) for contract in national]
    open_types = {contract.type: each for contract, each in zip(found, types, strict=True) if not contract.agency}
    senders: list[Sender] = []
    for file, text in files:
        of_area = list(_senders(file, text, open_types))
        _check_counted_once(of_area, {type: _read(*each) for type, each in open_types.items()})
        senders += of_area
    senders += _nobody(open_types, {sender.feed.type for sender in senders})
    own = [_contract(*open_types[sender.feed.type], sender) for sender in senders]
    # Of a feed that several areas have, as of a service for two forces, that of the first: a home is of one area.
    by_key = {contract.id: contract for contract in reversed([*national, *own])}
    return {key: by_key[key] for key in sorted(by_key)}


def _senders(file: Path, text: str, types: Collection[str]) -> Iterator[Sender]:
    """Who sends what to the area of a file, each feed type as `<subject>/<feed>`."""
    for agency in areas.parsed(file, text).agencies:
        for feed in agency.feeds:
            place = f"{file}: agencies.{agency.id}.feeds.{feed.type}"
            meant = [type for type in types if feed.type in (type, type.partition("/")[2])]
            if len(meant) != 1:
                known = ", ".join(sorted(type.partition("/")[2] for type in types))
                remedy = f"write {' or '.join(meant)}" if meant else f"no such feed type; known are {known}"
                raise ContractError(f"{place}: {remedy}.")
            yield Sender(place, agency, feed.model_copy(update={"type": meant[0]}))


def _check_counted_once(senders: Iterable[Sender], types: Mapping[str, Mapping[str, Any]]) -> None:
    """An authority's return comes from one agency, and so do the counts of the vault, which are of the whole area.

    Raises:
        ContractError: two agencies are said to send the same.
    """
    first: dict[tuple[str, str | None], Sender] = {}
    for sender in senders:
        content = types[sender.feed.type]
        if of_vault(content) or of_authority(content):
            other = first.setdefault((sender.feed.type, sender.agency.authority if of_authority(content) else None), sender)
            if other is not sender:
                of = f"of {sender.agency.authority}" if of_authority(content) else "of the whole area"
                raise ContractError(f"{sender.place}: {other.agency.id} sends these {of} already; one agency does.")


def _nobody(types: Mapping[str, tuple[Path, str]], sent: Collection[str]) -> Iterator[Sender]:
    """A sender, named by the subject, of each type that no agency is said to send: it can be delivered all the same.

    Returns of one authority are left out, for nothing says of which.
    """
    for type, (path, text) in types.items():
        if type not in sent and not of_authority(_read(path, text)):
            feed = areas.SentFeed(type=type)
            yield Sender(str(path), areas.Agency(id=path.parent.name, owner=NOBODY, feeds=(feed,)), feed)


def _contract(path: Path, text: str, sender: Sender | None) -> FeedContract:
    content, place = _read(path, text), sender.place if sender else str(path)
    if sender:
        content = sent(content, sender)
    contract = settings_files.validate(Path(place), content, _Contract, ContractError).contract
    contract = replace(contract, subject=path.parent.name)
    if contract.feed != path.stem:
        raise ContractError(f"{path}: dataProduct is {contract.feed}, but its file is {path.name}.")
    if wrong := list(contradictions(contract)):
        raise ContractError(f"{place}: {'; '.join(wrong)}.")
    return contract


@lru_cache(maxsize=1024)
def _read(path: Path, text: str) -> Any:
    from open_data_contract_standard.model import OpenDataContractStandard

    content = settings_files.parse(path, text, ContractError)
    settings_files.validate(path, content, OpenDataContractStandard, ContractError, extra="forbid")
    return content


class _Part(BaseModel):
    """Some fields of a part of the standard, whose own models check the others."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, coerce_numbers_to_str=True)


class _Custom(_Part):
    """Custom properties or type options, all of which are known here."""

    model_config = ConfigDict(extra="forbid")


def _by(name: str, value: str | None = None) -> BeforeValidator:
    """A list of mappings as one mapping, by what each has under `name`: to what it has under `value`, or to itself."""

    def keyed(given: list[Mapping[str, Any]] | None) -> dict[str, Any]:
        names = [one.get(name) for one in given or ()]
        if twice := next((one for one in names if names.count(one) > 1), None):
            raise ValueError(f"{twice!r} occurs twice")
        return {str(one.get(name)): one.get(value) if value else one for one in given or ()}

    return BeforeValidator(keyed)


def _in_units(given: list[Mapping[str, Any]] | None) -> list[Mapping[str, Any]] | None:
    for one in given or ():
        unit = UNITS.get(str(one.get("property")))
        if unit and one.get("unit") != unit:
            raise ValueError(
                f"{one['property']} is {one.get('value')} {one.get('unit')}; expected a whole number with unit {unit}"
            )
    return given


def _values(given: list[Mapping[str, Any]] | None) -> list[Any]:
    return [one.get("value") for one in given or ()]


def _formats(text: Any) -> Any:
    return [_strptime(one.strip()) for one in text.split("|") if one.strip()] if isinstance(text, str) else text


def _strptime(java: str) -> str:
    """The standard writes dates as Java does (`dd/MM/yyyy HH:mm`), DuckDB as C does (`%d/%m/%Y %H:%M`)."""
    for letters, code in (("dd", "%d"), ("MM", "%m"), ("yyyy", "%Y"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")):
        java = java.replace(letters, code)
    return java


def _symbols(given: Any) -> Any:
    return STANDARD_SYMBOLS if given == "standard" else [str(symbol).strip("[]").lower() for symbol in listed(given)]


def _labels(given: Any) -> Any:
    """One scheme for all cells, or a list of mappings, each with a scheme for some of them."""
    each: list[Any] = [{"scheme": given}] if isinstance(given, str) else listed(given)
    where = [one.get("where", {"column": "value"}) if isinstance(one, Mapping) else None for one in each]
    if not all(isinstance(one, Mapping) and len(one) == 1 for one in where):
        raise ValueError("is the name of a scheme, or a list of {scheme, where: {column: value}, besides, separator}")
    return [{**one, "where": next(iter(one["where"].items()))} if "where" in one else one for one in each]


def _single(objects: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(objects) != 1:
        raise ValueError("a feed has exactly one object in its schema")
    return objects


def _period(given: Any, rule: Callable[[Any], PeriodRule]) -> PeriodRule:
    period = PeriodRule() if given == "name" else rule(given)
    if given != "name" and (period.column is None) == (period.fixed is None):
        raise ValueError("is either {column: ..., timeZone: ...} or {fixed: ...} or the word name")
    return period


Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]


class _TypeOptions(_Custom):
    pattern: Annotated[str, AfterValidator(check_pattern)] | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    formats: Annotated[tuple[str, ...], BeforeValidator(_formats)] = Field((), alias="format")
    timezone: bool = False
    time_zone: str | None = Field(None, alias="defaultTimezone")


class _ColumnProperties(_Custom):
    treatment: Treatment = "keep"
    age_on: str | None = None
    not_before: tuple[str, ...] = ()
    planned: bool = False
    reference: bool = False
    free_text: bool = False
    percent: Annotated[Percent, BeforeValidator(lambda given: PERCENT.get(str(given), given))] = "no"
    symbols: Annotated[tuple[str, ...], BeforeValidator(_symbols)] = ()
    aliases: tuple[str, ...] = ()
    labels: Annotated[tuple[Labels, ...], BeforeValidator(_labels)] = ()
    optional: bool = False


class _Column(_Part):
    name: Text
    header: Text = Field(alias="physicalName", description="the header")
    type: LogicalType = Field(alias="logicalType")
    sql_type: Text = Field(alias="physicalType")
    description: Text
    classification: Classification
    required: bool = False
    primary_key: bool = False
    primary_key_position: int = 0
    output: str | None = Field(None, alias="encryptedName")
    allowed: Annotated[tuple[str, ...], BeforeValidator(_values)] = Field((), alias="enum")
    options: _TypeOptions = Field(_TypeOptions.model_validate({}), alias="logicalTypeOptions")
    custom: Annotated[_ColumnProperties, _by("property", "value")] = Field(_ColumnProperties(), alias="customProperties")

    @property
    def column(self) -> Column:
        return _made(Column, dict(self) | dict(self.options) | dict(self.custom))


class _FeedProperties(_Custom):
    evidence: Evidence
    load_mode: LoadMode
    period: Annotated[PeriodRule, WrapValidator(_period)]
    formats: Annotated[tuple[FileFormat, ...], Field(min_length=1)]
    bad_row_limit: Share
    volume_tolerance: Share
    tables: tuple[str, ...] = ()
    countries: tuple[Literal["England", "Wales"], ...] = ()
    part: PartRule | None = None
    sheet: str | None = None
    layout: Layout = ()
    sharing: Sharing = "as_contracted"
    custody: Custody = "warehouse"
    origin: Origin = "agency"
    unknown_columns: Literal["refuse", "ignore"] = "refuse"
    identifier: str | None = None
    sender: Literal["anybody", "authority"] = "anybody"
    file_names: tuple[str, ...] = ()


class _ServiceLevels(_Part):
    cadence: Cadence = Field(alias="frequency")
    retention_years: int = Field(ge=1, strict=True, alias="retention")
    latency_days: int | None = Field(None, ge=0, strict=True, alias="latency")
    grace_days: int | None = Field(None, ge=1, strict=True, alias="gracePeriod")


class _Object(_Part):
    properties: tuple[_Column, ...] = Field(min_length=1)


class _Definitions(_Part):
    publisher_url: str = Field("", validation_alias=AliasPath("publisher", "url"))
    legal_basis: Text = Field(validation_alias=AliasPath("legalBasis", "description"))


class _Contract(_Part):
    agency: str = Field("", alias="domain", description="the agency")
    feed: Text = Field(alias="dataProduct", description="the feed")
    title: Text = Field(alias="name")
    purpose: Text = Field(validation_alias=AliasPath("description", "purpose"))
    owner: str = Field("", validation_alias=AliasPath("team", "name"))
    definitions: Annotated[_Definitions, _by("type")] = Field(
        validation_alias=AliasPath("description", "authoritativeDefinitions")
    )
    levels: Annotated[_ServiceLevels, _by("property", "value"), BeforeValidator(_in_units)] = Field(alias="slaProperties")
    custom: Annotated[_FeedProperties, _by("property", "value")] = Field(alias="customProperties")
    objects: Annotated[tuple[_Object, ...], AfterValidator(_single)] = Field(alias="schema")

    @property
    def contract(self) -> FeedContract:
        described = self.objects[0].properties
        key = sorted((column for column in described if column.primary_key), key=lambda column: column.primary_key_position)
        combined = {
            "columns": tuple(column.column for column in described),
            "key": tuple(column.name for column in key),
            "ignore_unknown_columns": self.custom.unknown_columns == "ignore",
            "subject": "",
        }
        return _made(FeedContract, dict(self) | dict(self.definitions) | dict(self.levels) | dict(self.custom) | combined)


def _made(kind: type[_Kind], values: Mapping[str, Any]) -> _Kind:
    """A dataclass from those of the values that are its fields, all of which must be there if they have no default."""
    return kind(**{field.name: values[field.name] for field in fields(kind) if field.name in values})
