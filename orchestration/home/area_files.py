"""Area files: written for a force from the national seeds, checked for what is missing, and brought to the present schema."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.home import areas, national, settings_files
from orchestration.home.areas import Area
from orchestration.home.environment import SettingsError

OPEN_DATA = "open data (data.police.uk, ONS, MHCLG, DfE, MoJ) need none"
# Forces of data.police.uk, and of whole nations, that are no territorial ones here.
WITHOUT_DISTRICTS = {("british", "transport"), ("btp",), ("northern", "ireland"), ("of", "northern", "ireland"), ("scotland",)}
# What a force sends of its own records. With several forces each is an agency from the start: under one name the month of one
# would take the place of that of another.
OF_A_FORCE = ("crimes", "police/outcomes", "victims", "suspects", "stop_searches")
UNKNOWN = {
    "agencies": f"which of its agencies send what is not known yet; {OPEN_DATA}",
    "hospitals": "which hospitals take its patients is not known yet",
}


def make(names: Sequence[str], identifier: str | None = None) -> Path:
    """Write the file of a new area: the districts of one or several forces, and marked gaps for what no seed knows.

    Args:
        names: each a force's name, or that in the files of data.police.uk.
        identifier: name of the folder; that of the first force where it is None.

    Raises:
        SettingsError: no force has such a name, or there is such an area already.
    """
    forces = [_force(name) for name in names]
    if len({force.country_code for force in forces}) > 1:
        raise SettingsError(f"{' and '.join(force.force_name for force in forces)}: forces of two countries make no area.")
    if twice := next((force for force in forces if forces.count(force) > 1), None):
        raise SettingsError(f"{twice.force_name} is named twice.")
    identifier = identifier or forces[0].police_uk.replace("-", "_")
    path = areas.folder() / identifier / areas.FILE
    if path.exists():
        raise SettingsError(f"{path} exists already. Choose another name with --id, or change that file.")
    area = settings_files.validate(path, _content(identifier, forces), Area, SettingsError)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(area.model_dump(mode="json")), "utf-8")
    return path


def text(content: Mapping[str, Any]) -> str:
    """An area as the text of its file, without fields that say nothing."""
    import yaml

    said = {field: value for field, value in content.items() if value not in (None, [], {}, ())}
    return str(yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=130))


def missing(area: Area, definitions: Collection[str]) -> list[str]:
    """What is missing or wrong in an area's file, one line each; gaps that the file itself names are not repeated.

    Args:
        definitions: ids of the definitions of serious violence.
    """
    forces = [national.forces()[force] for force in area.forces]
    policed = {one.district_code: one.district for force in forces for one in national.districts_of(force)}
    found = [
        f"districts: {name} ({code}) of its force is missing" for code, name in policed.items() if code not in area.districts
    ]
    found += [f"districts: {name} ({code}) is of another force" for code, name in area.districts.items() if code not in policed]
    used = {national.districts()[code].authority_code for code in area.districts}
    found += [f"authorities: no district is in {name} ({code})" for code, name in area.authorities.items() if code not in used]
    own = {national.districts()[code] for code in area.districts}
    for field, stated, known in (
        ("country", area.country, {one.country_code for one in own}),
        ("region", area.region or "", {one.region_code for one in own}),
    ):
        if stated not in known:
            found.append(f"{field}: {stated or 'none'}, but its districts are in {' and '.join(sorted(known)) or 'none'}")
    if area.definition is not None and area.definition not in definitions:
        found.append(f"definition: {area.definition} is unknown; known are {', '.join(sorted(definitions))}")
    return found


def without_agency(area: Area) -> list[str]:
    """Of an area with several forces, the records of a force that fewer agencies send than it has forces, one line each.

    Under one name the month of one force would take the place of that of another.
    """
    found = []
    for feed in OF_A_FORCE if len(area.forces) > 1 else ():
        name = feed.rpartition("/")[2]
        senders = [agency.id for agency in area.agencies if any(sent.feed == name for sent in agency.feeds)]
        if len(senders) < len(area.forces):
            forces, named = ", ".join(area.forces), ", ".join(senders) or "none"
            found.append(f"agencies: {name} of {len(area.forces)} forces ({forces}) come from {named}; list one for each force")
    return found


def upgrade(identifier: str, types: Mapping[tuple[str, str], str]) -> bool:
    """Bring the file of an area to the present schema; returns whether there was anything to do. Comments are lost.

    Args:
        types: (agency, feed) → feed type of every feed that is known, for what an agency of the earlier schema sends.

    Raises:
        SettingsError: there is no such area, or its file is of no known schema.
    """
    path = areas.folder() / identifier / areas.FILE
    areas.folder_of(identifier)  # says which there are
    content = settings_files.parse(path, settings_files.read(path, SettingsError), SettingsError)
    if not isinstance(content, dict) or content.get("schema_version", 1) not in (1, areas.SCHEMA_VERSION):
        raise SettingsError(f"{path}: no area file of this version of the project or an earlier one.")
    if content.get("schema_version", 1) == areas.SCHEMA_VERSION:
        return False
    settings_files.validate(path, upgraded := _from_version_1(content, types), Area, SettingsError)
    path.write_text(text(upgraded), "utf-8")
    return True


def _force(name: str) -> national.Force:
    """A territorial force by its code or its name, however that is spelt: with `&`, hyphens, or without `Police`."""
    wanted = _words(name)
    for force in national.forces().values():
        if wanted and (
            wanted in (_words(force.police_uk), _words(force.force_name)) or name.casefold() == force.force_code.casefold()
        ):
            return force
    known = f"Known are {', '.join(sorted(national.forces()))}."
    if wanted in WITHOUT_DISTRICTS:
        raise SettingsError(f"{name} polices no districts of England or Wales, so that it makes no area. {known}")
    raise SettingsError(f"There is no territorial force '{name}'. {known}")


def _words(name: str) -> tuple[str, ...]:
    words = re.findall(r"[a-z]+", name.casefold().replace("&", " and "))
    return tuple(word for word in words if word not in ("police", "constabulary", "service", "force"))


def _content(identifier: str, forces: Sequence[national.Force]) -> dict[str, Any]:
    own = [district for force in forces for district in national.districts_of(force)]
    names = {district.district for district in own}
    called = " and ".join(force.police_uk.replace("-", " ").title() for force in forces)
    called = called.replace(" And ", " and ").replace(" Of ", " of ")
    return {
        "schema_version": areas.SCHEMA_VERSION,
        "id": identifier,
        "name": f"{called} (whole area)" if called in names else called,
        **_around(own),
        "forces": [force.police_uk for force in forces],
        "districts": {district.district_code: district.district for district in own},
        "authorities": _authorities(own),
        "agencies": _agencies(forces),
        "gaps": [f"{field}: {what}" for field, what in UNKNOWN.items()],
    }


def _agencies(forces: Sequence[national.Force]) -> list[dict[str, Any]]:
    """Each of several forces with what a force sends."""
    several = forces if len(forces) > 1 else ()
    return [{"id": f.police_uk.replace("-", "_"), "name": f.force_name, "feeds": list(OF_A_FORCE)} for f in several]


def _around(own: Sequence[national.District]) -> dict[str, Any]:
    return {"country": own[0].country_code, "region": own[0].region_code or None}


def _authorities(own: Sequence[national.District]) -> dict[str, str]:
    codes = {district.authority_code for district in own}
    known = sorted((national.authorities()[code] for code in codes), key=lambda one: one.authority)
    return {one.authority_code: one.authority for one in known}


def _from_version_1(content: Mapping[str, Any], types: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Version 1 named forces at length, agencies without what they send, and nothing around the districts."""
    codes = [str(code) for code in content.get("districts", ())]
    own = [national.districts()[code] for code in codes if code in national.districts()]
    if not own:
        raise SettingsError(f"{content.get('id')}: its districts are not districts of England or Wales.")
    agencies = [str(agency) for agency in content.get("agencies", ())]
    return {
        "schema_version": areas.SCHEMA_VERSION,
        "id": content.get("id"),
        "name": content.get("name"),
        **_around(own),
        "forces": [force["police_uk"] for force in content.get("forces", ())],
        "districts": dict(content["districts"]),
        "authorities": _authorities(own),
        "agencies": [{"id": id, "feeds": sorted(type for (sender, _), type in types.items() if sender == id)} for id in agencies],
        "gaps": [f"{field}: {what}" for field, what in UNKNOWN.items() if field != "agencies" or not agencies],
    }
