"""What an area says of an agency and its files, put into the contract of the feed type that it sends."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.contracts.model import ContractError
from orchestration.home.areas import Agency, SentColumn, SentFeed

# Of the properties that an area may set, those that the standard has among the service levels, with their units.
LEVELS = {"frequency": None, "retention": "y", "latency": "d", "gracePeriod": "d"}


@dataclass(frozen=True)
class Sender:
    """Who sends a feed type.

    Attributes:
        place: file of the area and place in it, for messages.
    """

    place: str
    agency: Agency
    feed: SentFeed


def sent(contract: Mapping[str, Any], sender: Sender) -> dict[str, Any]:
    """The content of a feed type's contract with what is the agency's own.

    Raises:
        ContractError: the area names a column that the contract does not have, or no authority where the contract needs one.
    """
    agency, feed, content = sender.agency, sender.feed, copy.deepcopy(dict(contract))
    content["domain"] = agency.id
    content["name"] = feed.title or (f"{contract['name']}, {agency.name}" if agency.name else contract["name"])
    content["team"] = {"name": feed.owner or agency.owner or agency.label}
    publisher = {"type": "publisher", "url": feed.url or agency.url or ""}
    content["description"]["authoritativeDefinitions"] = [publisher, *content["description"]["authoritativeDefinitions"]]
    own = {"tables": list(feed.tables), "fileNames": list(feed.file_names), **feed.properties}
    for name, value in own.items():
        listed = content["slaProperties" if name in LEVELS else "customProperties"]
        unit = {"unit": LEVELS[name]} if LEVELS.get(name) else {}
        listed[:] = [one for one in listed if one["property"] != name] + [{"property": name, "value": value, **unit}]
    (table,) = content["schema"]
    columns = {column["name"]: column for column in table["properties"]}
    for name, column in feed.columns.items():
        if name not in columns:
            raise ContractError(f"{sender.place}.columns.{name} is unknown; known are {', '.join(columns)}.")
        _set(columns[name], column)
    if of_authority(content) and agency.authority is None:
        raise ContractError(f"{sender.place}: its returns are of one authority; add authority, its GSS code, to {agency.id}.")
    return content


def of_authority(contract: Mapping[str, Any]) -> bool:
    """Whether deliveries are the returns of one authority, which their rows do not name."""
    return {"property": "sender", "value": "authority"} in contract["customProperties"]


def of_vault(contract: Mapping[str, Any]) -> bool:
    """Whether deliveries are counts that leave the vault."""
    return {"property": "origin", "value": "vault"} in contract["customProperties"]


def _set(column: dict[str, Any], own: SentColumn) -> None:
    if own.header is not None:
        column["physicalName"] = own.header
    if own.allowed is not None:
        column["enum"] = [{"value": value} for value in own.allowed]
    options = {"pattern": own.code or own.pattern, "format": own.format, "minimum": own.minimum, "maximum": own.maximum}
    if set_here := {name: value for name, value in options.items() if value is not None}:
        column["logicalTypeOptions"] = column.get("logicalTypeOptions", {}) | set_here
    custom = {"aliases": own.aliases and list(own.aliases), "optional": own.optional}
    for name, value in custom.items():
        if value is not None:
            others = [one for one in column.get("customProperties", []) if one["property"] != name]
            column["customProperties"] = [*others, {"property": name, "value": value}]
