"""Districts, authorities, regions and forces of England and Wales: the seeds in `dbt_project/seeds/national`."""

from __future__ import annotations

import csv
from functools import cache
from typing import NamedTuple

from orchestration.home.environment import DBT_PROJECT

SEEDS = DBT_PROJECT / "seeds" / "national"


class District(NamedTuple):
    """A district or unitary authority, present or abolished since 2011.

    Attributes:
        district_code: GSS code, as the other codes.
        region_code: empty in Wales.
        valid_to: ISO date of its last day; empty while it exists.
        successor_code: what it became part of; empty while it exists.
    """

    district_code: str
    district: str
    authority_code: str
    force_code: str
    region_code: str
    country_code: str
    valid_from: str
    valid_to: str
    successor_code: str


class Authority(NamedTuple):
    """An upper-tier or unitary authority; `dfe_number` is of the Department for Education, or of Wales's statistics."""

    authority_code: str
    authority: str
    dfe_number: str
    region_code: str
    country_code: str


class Region(NamedTuple):
    """A region of England, or a country."""

    region_code: str
    region: str
    level: str
    dfe_number: str
    country_code: str


class Force(NamedTuple):
    """A territorial police force; `police_uk` is its name in the file names of data.police.uk."""

    force_code: str
    force_name: str
    police_uk: str
    country_code: str


@cache
def districts() -> dict[str, District]:
    """Code → district, abolished ones too."""
    return {row[0]: District(*row) for row in _rows("district")}


@cache
def authorities() -> dict[str, Authority]:
    """Code → authority."""
    return {row[0]: Authority(*row) for row in _rows("authority")}


@cache
def regions() -> dict[str, Region]:
    """Code → region of England, England or Wales."""
    return {row[0]: Region(*row) for row in _rows("region")}


@cache
def forces() -> dict[str, Force]:
    """Name in the file names of data.police.uk → territorial force."""
    return {force.police_uk: force for force in (Force(*row) for row in _rows("force"))}


def districts_of(force: Force) -> list[District]:
    """The districts of today that make a force's area, by name."""
    own = (one for one in districts().values() if one.force_code == force.force_code and not one.successor_code)
    return sorted(own, key=lambda one: one.district)


def _rows(name: str) -> list[list[str]]:
    with (SEEDS / f"national_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]
