"""The areas that a home can be of: `areas/<area>/area.yaml`, read strictly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from orchestration.home import national, settings_files
from orchestration.home.environment import PROJECT, SettingsError

AREAS = PROJECT / "areas"
FILE = "area.yaml"
VARIABLE = "SNA_AREAS"
# Of the file's layout: raised whenever a field changes its name or meaning (`orchestration.home.area_files.upgraded`).
SCHEMA_VERSION = 2


class Hospital(BaseModel):
    """A hospital that patients of the area go or are taken to.

    Attributes:
        site_code: ODS code, where it delivers attendances itself.
        in_area: False for one beyond the boundary, None for all others together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    site_code: str | None = Field(default=None, pattern=r"^[A-Z0-9]{5,9}$")
    in_area: bool = True


class SentColumn(BaseModel):
    """Where a column of one agency's files differs from the contract of the feed type; what is left out is as in the contract.

    Attributes:
        header: column in the agency's files.
        aliases: other headers under which it comes, in place of those of the contract.
        code: the one value that all rows have, such as the code of the hospital.
        pattern: regular expression that the whole value must match.
        allowed: the only values, where there is a closed list.
        minimum, maximum: of numbers, such as the eastings of the area.
        format: of dates, as contracts write them: `dd/MM/yyyy HH:mm`.
        optional: a file may lack the column altogether.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    header: str | None = Field(default=None, min_length=1)
    aliases: tuple[str, ...] | None = None
    code: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]+$")
    pattern: str | None = None
    allowed: tuple[str, ...] | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    format: str | None = None
    optional: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _header_alone(cls, given: Any) -> Any:
        return {"header": given} if isinstance(given, str) else given


class SentFeed(BaseModel):
    """A feed type that an agency sends, and where its files differ from the contract; in short form the type alone.

    Attributes:
        type: name of a contract, `crimes`; `<subject>/<name>` where several subjects have one of that name.
        title, owner, url: of this feed, where they are not those of the contract and the agency.
        tables: ids of the tables of the area's printed report that wait for it.
        file_names: words in the names of its files, besides those of the agency and the feed type.
        columns: column of the contract → how it comes here; a text alone is its header.
        properties: custom properties and service levels that take the place of the contract's, by the contract's names: `layout`,
            `sheet`, `period`, `formats`, `frequency`, `latency`.
        labels: scheme → what only this agency calls a thing → its code or label.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(pattern=r"^([a-z][a-z0-9_]*/)?[a-z][a-z0-9_]*$")
    title: str | None = None
    owner: str | None = None
    url: str | None = None
    tables: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    columns: Mapping[str, SentColumn] = Field(default_factory=dict)
    properties: Mapping[str, Any] = Field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _type_alone(cls, given: Any) -> Any:
        return {"type": given} if isinstance(given, str) else given

    @property
    def feed(self) -> str:
        """Its folder below that of the agency."""
        return self.type.rpartition("/")[2]

    @property
    def site_code(self) -> str | None:
        """The code of the hospital whose attendances these are."""
        sent = self.columns.get("site_code")
        return sent.code if sent else None


class Agency(BaseModel):
    """An agency that delivers to this area.

    Attributes:
        id: its folder in the landing zone.
        name: as tables print it.
        owner: whom to ask for its feeds.
        url: where it publishes, or says how to ask.
        authority: GSS code of the upper-tier or unitary authority that its returns are of, if they are of one.
        feeds: what it sends.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str | None = None
    owner: str | None = None
    url: str | None = None
    authority: str | None = None
    feeds: tuple[SentFeed, ...] = Field(min_length=1)

    @property
    def label(self) -> str:
        """Its name, or what its id says."""
        return self.name or self.id.replace("_", " ").capitalize()


class HotspotWard(BaseModel):
    """A ward that was chosen as a hotspot, or one that hotspots are held against.

    Attributes:
        ward: its name in the look-up of the ONS.
        district: GSS code of its district.
        section: policing section.
        printed_name: as a report prints it, if otherwise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ward: str = Field(min_length=1)
    district: str
    section: str | None = None
    type: Literal["Hotspot", "Control"]
    printed_name: str | None = None


class HotspotSet(BaseModel):
    """Wards that were chosen together, and the days on which the choice is in force.

    Attributes:
        valid_to: its last day; None while it is in force.
        source: who says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: date
    valid_to: date | None = None
    source: str = Field(min_length=1)
    wards: tuple[HotspotWard, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> HotspotSet:
        wards = [(one.ward, one.district) for one in self.wards]
        if twice := next((one for one in wards if wards.count(one) > 1), None):
            raise ValueError(f"hotspot_sets: {twice[0]} ({twice[1]}) is twice among the wards of {self.valid_from}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"hotspot_sets: {self.valid_to} is before {self.valid_from}")
        return self


class SeriesBreak(BaseModel):
    """A day from which numbers of this area mean something else, or a period in which they were exceptional.

    Attributes:
        id: its name among all entries.
        kind: `break`: nothing is compared across it; `recording change`, `exceptional period`: what is compared says so.
        feed_types: whose numbers; empty for all.
        series: of `marts.monthly_trends`; None for all.
        first_date: the first day.
        last_date: of an exceptional period.
        what: what happened, in a few words.
        source: who says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["break", "recording change", "exceptional period"]
    feed_types: tuple[str, ...] = ()
    series: str | None = None
    first_date: date
    last_date: date | None = None
    what: str = Field(min_length=1)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ends(self) -> SeriesBreak:
        if (self.last_date is not None) != (self.kind == "exceptional period"):
            raise ValueError(f"series_breaks: {self.id}: an exceptional period has a last_date, and nothing else has one")
        return self


class Area(BaseModel):
    """One force area.

    Attributes:
        schema_version: of the file's layout.
        name: of the whole area, as a report prints it.
        country: GSS code of England or Wales.
        region: GSS code of the region of England; None in Wales.
        forces: territorial police forces, by their names in the files of data.police.uk.
        districts: GSS code → name of each district or unitary authority.
        authorities: GSS code → name of each upper-tier or unitary authority, in the order of display.
        labels: scheme of the seed source_label → what agencies call a thing here → its code or label. Codes and names of
            districts and names of hospitals need not be repeated.
        hotspot_sets: wards that are hotspots and those that they are held against, as they were chosen over the years.
        definition: of serious violence, by its id; None for the project's own.
        series_breaks: of this area's own numbers, besides those of all England and Wales.
        reports: needs assessments that were printed, with whose figures the marts are compared.
        gaps: what somebody has still to find out, in words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    country: str
    region: str | None = None
    forces: tuple[str, ...] = Field(min_length=1)
    districts: Mapping[str, str] = Field(min_length=1)
    authorities: Mapping[str, str] = Field(min_length=1)
    hospitals: tuple[Hospital, ...] = ()
    agencies: tuple[Agency, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    hotspot_sets: tuple[HotspotSet, ...] = ()
    definition: str | None = None
    series_breaks: tuple[SeriesBreak, ...] = ()
    reports: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    @field_validator("country", "region")
    @classmethod
    def _region(cls, code: str | None) -> str | None:
        if code is not None and code not in national.regions():
            raise ValueError(f"{code} is not the GSS code of England, Wales or a region of England")
        return code

    @field_validator("forces")
    @classmethod
    def _forces(cls, forces: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [force for force in forces if force not in national.forces()]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: no territorial force; known are {', '.join(national.forces())}")
        return forces

    @field_validator("districts")
    @classmethod
    def _districts(cls, districts: Mapping[str, str]) -> Mapping[str, str]:
        for code in districts:
            known = national.districts().get(code)
            if known is None:
                raise ValueError(f"{code} is not the GSS code of a district of England or Wales")
            if known.successor_code:
                heir = national.districts()[known.successor_code]
                raise ValueError(f"{code} ended on {known.valid_to}; it is now in {heir.district_code} ({heir.district})")
        return districts

    @field_validator("authorities")
    @classmethod
    def _authorities(cls, authorities: Mapping[str, str]) -> Mapping[str, str]:
        wrong = [code for code in authorities if code not in national.authorities()]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: not the GSS code of an upper-tier authority of England or Wales")
        return authorities

    @model_validator(mode="after")
    def _fits(self) -> Area:
        for code, name in self.districts.items():
            authority = national.districts()[code].authority_code
            if authority not in self.authorities:
                raise ValueError(f"authorities: {authority}, of which {name} ({code}) is a part, is missing")
        for agency in self.agencies:
            if agency.authority is not None and agency.authority not in self.authorities:
                raise ValueError(f"agencies: {agency.id} is of {agency.authority}, which is none of the authorities")
            feeds = [sent.feed for sent in agency.feeds]
            if twice := next((feed for feed in feeds if feeds.count(feed) > 1), None):
                raise ValueError(f"agencies: {agency.id} sends {twice} twice")
        meanings: dict[tuple[str, str], str] = {}
        for scheme, word, meaning in self._said():
            if meanings.setdefault((scheme, _plain(word)), meaning) != meaning:
                raise ValueError(f"labels: {scheme}: '{word}' means both {meanings[scheme, _plain(word)]} and {meaning}")
        if self.name in self.districts.values():
            raise ValueError(f"name: '{self.name}' is also a district's; tables have both, so call the area something else")
        return self

    @model_validator(mode="after")
    def _hotspots_are_inside(self) -> Area:
        for ward in (ward for each in self.hotspot_sets for ward in each.wards):
            if ward.district not in self.districts:
                raise ValueError(f"hotspot_sets: {ward.ward} is in {ward.district}, which is none of the districts")
        return self

    @property
    def country_name(self) -> str:
        """England or Wales."""
        return national.regions()[self.country].region

    def all_hospitals(self) -> tuple[Hospital, ...]:
        """Those that are listed, and after them those that deliver attendances and are not."""
        codes, names = {one.site_code for one in self.hospitals}, {one.name for one in self.hospitals}
        return *self.hospitals, *(
            Hospital(name=agency.label, site_code=sent.site_code)
            for agency in self.agencies
            for sent in agency.feeds
            if sent.site_code and sent.site_code not in codes and agency.label not in names
        )

    def _said(self) -> list[tuple[str, str, str]]:
        """(scheme, what agencies call it, its code or label) as the file says it."""
        schemes = [self.labels, *(sent.labels for agency in self.agencies for sent in agency.feeds)]
        return [(scheme, word, meaning) for each in schemes for scheme, words in each.items() for word, meaning in words.items()]

    def all_labels(self) -> list[tuple[str, str, str]]:
        """(scheme, what agencies call it, its code or label) of what is named in this area only."""
        places = [("district", word, code) for code, name in self.districts.items() for word in (name, code)]
        hospitals = [("hospital", one.name, one.name) for one in self.all_hospitals()]
        # What two agencies call a thing alike is one label: a join with both would double their rows.
        found: dict[tuple[str, str], tuple[str, str, str]] = {}
        for label in (*places, *hospitals, *self._said()):
            found.setdefault((label[0], _plain(label[1])), label)
        return list(found.values())

    def variables(self) -> dict[str, Any]:
        """The dbt variables that make the models those of this area."""
        authorities = [
            {"authority_code": code, "authority": name, "place": place}
            for place, (code, name) in enumerate(self.authorities.items(), 1)
        ]
        hospitals = [
            {"hospital": one.name, "hospital_code": one.site_code, "is_in_county": one.in_area, "sort_order": place}
            for place, one in enumerate(self.all_hospitals(), 1)
        ]
        area = {
            "name": self.name,
            "country": self.country,
            "region": self.region,
            "forces": list(self.forces),
            "force_codes": [national.forces()[force].force_code for force in self.forces],
            "districts": [{"district_code": code, "district": name} for code, name in self.districts.items()],
            "authorities": authorities,
            "hospitals": hospitals,
            "agencies": [
                {"agency": agency.id, "authority_code": agency.authority, "feeds": [sent.feed for sent in agency.feeds]}
                for agency in self.agencies
            ],
            "reports": list(self.reports),
            "hotspot_wards": [
                {
                    "ward_name": one.ward,
                    "district_code": one.district,
                    "printed_name": one.printed_name or one.ward,
                    "section": one.section,
                    "ward_type": one.type,
                    "valid_from": each.valid_from.isoformat(),
                    "valid_to": each.valid_to and each.valid_to.isoformat(),
                    "source": each.source,
                }
                for each in self.hotspot_sets
                for one in each.wards
            ],
            "series_breaks": [
                one.model_dump(mode="json", exclude={"id", "kind", "feed_types"})
                | {"series_break_id": one.id, "break_kind": one.kind, "feed_types": ";".join(one.feed_types) or None}
                for one in self.series_breaks
            ],
            "labels": [
                {"scheme": scheme, "source_label": word, "conformed": meaning} for scheme, word, meaning in self.all_labels()
            ],
        }
        return {"area": area} | ({"definition_id": self.definition} if self.definition else {})


def _plain(word: str) -> str:
    """A label as it is compared, without regard to letter case and runs of blanks."""
    return " ".join(word.split()).lower()


def folder() -> Path:
    """Where areas are: `SNA_AREAS`, or `areas/` of the project."""
    return Path(os.environ.get(VARIABLE) or AREAS).expanduser()


def reports(area: str) -> list[Path]:
    """The folders of an area's reports, `areas/<area>/reports/<id>/`."""
    return sorted(path.parent for path in (folder() / area / "reports").glob("*/report.yaml"))


def names() -> list[str]:
    """The ids of all areas that there are."""
    # A link that leads nowhere is an area too: its file says what is wrong.
    return sorted(path.name for path in folder().glob("*") if os.path.lexists(path / FILE))


def folder_of(area: str) -> Path:
    """The folder of one area.

    Raises:
        SettingsError: there is no such area.
    """
    if area not in names():
        raise SettingsError(
            f"There is no area '{area}' in {folder()}; there are: {', '.join(names()) or 'none'}. {VARIABLE} names another"
            " folder, and `sna area new FORCE` makes an area."
        )
    return folder() / area


def load(area: str) -> Area:
    """Read one area.

    Raises:
        SettingsError: there is no such area, or its file is not valid; the message says which field.
    """
    path = folder_of(area) / FILE
    found = _read(path)
    if found.id != area:
        raise SettingsError(f"{path}: its id is '{found.id}', but its folder is '{area}'.")
    return found


def agencies_of_others(area: str) -> frozenset[str]:
    """Agencies that belong to other areas only, the project's own among them: their feeds are not delivered here."""
    own = {agency.id for agency in load(area).agencies}
    paths = {path.parent.name: path for place in (AREAS, folder()) for path in place.glob(f"*/{FILE}")}
    others = (_read(path).agencies for name, path in paths.items() if name != area)
    return frozenset(agency.id for agencies in others for agency in agencies if agency.id not in own)


def _read(path: Path) -> Area:
    return parsed(path, settings_files.read(path, SettingsError))


# A command asks for the same area again and again.
@lru_cache(maxsize=64)
def parsed(path: Path, text: str) -> Area:
    """The area of a file with this text.

    Raises:
        SettingsError: it is not valid.
    """
    content = settings_files.parse(path, text, SettingsError)
    version = content.get("schema_version", 1) if isinstance(content, dict) else SCHEMA_VERSION
    if version != SCHEMA_VERSION:
        raise SettingsError(
            f"{path}: schema_version is {version}; this version of the project reads {SCHEMA_VERSION}. Run `sna area upgrade`."
        )
    return settings_files.validate(path, content, Area, SettingsError)
