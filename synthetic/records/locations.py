"""Where each crime happened: district, LSOA, point of the National Grid, kind of place, street.

Crimes are about the streets of their LSOA, where the open archive shows them too. What is published of places is met in
this order: schools (T33, T35), hot streets (T27), the night-time economy (T36, T37), wards (T26). Ours: all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records import hotspots, night_time_economy
from synthetic.records.details import pick
from synthetic.records.geography import (
    CENTRE_EDGE,
    CENTRE_POINTS,
    DISTRICTS,
    HOT_STREETS,
    SNAP_POINTS,
    lsoas,
    snap_points,
    with_own_names,
)
from synthetic.records.night_time_economy import nte_areas
from synthetic.records.school_age import AT_SCHOOL, FIRST_HOUR, LAST_HOUR, NEAR_PRIMARY, NEAR_SECONDARY
from synthetic.records.schools import PRIMARY, SECONDARY, schools
from synthetic.records.targets import Ints

SCATTER = 45.0
"""Assumed standard deviation, in metres, of crimes about the middle of their street, west to east and south to north."""
MARGIN = 15.0
"""Metres that a point keeps from the edges of its LSOA and of a town centre."""
NEARBY = 500
"""Metres from a school that are near it (section 8)."""
BUSY = {"Arboretum": 2.2, "St Leonard's": 1.2}
"""Assumed: how much of the night of its district a town centre has, against the others."""
PUBLIC_PLACES = ("Street", "Open space", "Car park", "Licensed premises", "Shop", "Public transport")
"""Kinds of place for which a street is recorded."""


@dataclass(frozen=True)
class Map:
    """The county that does not exist."""

    areas: pd.DataFrame
    """See ``geography.lsoas``."""
    points: pd.DataFrame
    """See ``geography.snap_points``; row lsoa * SNAP_POINTS + point."""
    centres: pd.DataFrame
    """See ``night_time_economy.nte_areas``."""
    schools: pd.DataFrame
    """See ``schools.schools``."""

    def centre_of(self, ward: str) -> int:
        """LSOA of the town centre of a ward."""
        return int(self.centres.loc[self.centres["ward_name"] == ward, "lsoa"].iloc[0])


def draw_map(rng: np.random.Generator, part: int = 0, scale: int = 1) -> Map:
    """LSOAs of one of ``scale`` parts, their streets, the areas of the night-time economy and the schools."""
    areas = lsoas(rng, part, scale)
    centres = nte_areas(areas, part)
    return Map(areas, snap_points(rng, areas, part), centres, schools(rng, areas, centres["lsoa"].to_numpy(), part))


def delivered(parts: Sequence[Map]) -> Map:
    """The map of all parts together as it is delivered, each with its own names of wards."""
    maps = []
    for part, county in enumerate(parts):
        areas = with_own_names(county.areas, part)
        ward = areas["ward_name"].to_numpy()[county.centres["lsoa"]]
        maps.append((areas, county.points, county.centres.assign(ward_name=ward, area_name=ward + " centre"), county.schools))
    return Map(*(pd.concat(frames, ignore_index=True) for frames in zip(*maps, strict=True)))


def place(rng: np.random.Generator, county: Map, crimes: pd.DataFrame, serious: int) -> pd.DataFrame:
    """district, lsoa (row number, -1 where the district is unknown), point, easting, northing, location and street.

    ``crimes`` has month, committed, code, district, domestic, slavery, location, school and minor; the first ``serious``
    of them keep their district.
    """
    location = _school_locations(rng, crimes)
    public = np.isin(location, PUBLIC_PLACES)
    counted = hotspots.counted(crimes)
    movable = (np.arange(len(crimes)) >= serious) & ~crimes["minor"].to_numpy()
    night = night_time_economy.night_types(crimes) >= 0
    reserved = hotspots.reserve(rng, crimes, movable & counted & public & night)
    homes = county.areas.drop_duplicates("ward_name").set_index("ward_name")["district"]
    wanted = np.full(len(crimes), -1)
    for ward, rows in reserved.items():
        wanted[rows] = homes[ward]
    in_centre, district = night_time_economy.in_centres(rng, crimes, serious, wanted)

    spots = _Spots(county, len(crimes))
    _at_schools(rng, county, spots, crimes["school"].to_numpy(), district)
    for ward, rows in reserved.items():
        able = counted & public & (district == homes[ward]) & (wanted < 0) & (in_centre | ~night) & spots.open
        rows = hotspots.fill_streets(rng, ward, crimes, able & ~crimes["minor"].to_numpy(), rows)
        spots.put(rows, county.centre_of(ward), hotspots.allocate_streets(rng, ward, len(rows)))
    _in_centres(rng, county, spots, np.flatnonzero(in_centre & spots.open), district, counted & public)
    of_ward = _wards(rng, county, spots, counted, district)
    _elsewhere(rng, county, spots, of_ward, district, night, counted & public)

    east, north = coordinates(rng, county, spots.lsoa, spots.point)
    near = crimes["school"].to_numpy() > 0
    east[near], north[near] = spots.east[near], spots.north[near]
    found = pd.DataFrame({"district": district, "lsoa": spots.lsoa, "point": spots.point, "easting": east, "northing": north})
    location = _away_from_schools(rng, county, crimes, found, location)
    shown = (spots.lsoa >= 0) & np.isin(location, PUBLIC_PLACES)
    street = np.where(shown, county.points["street"].to_numpy()[spots.lsoa * SNAP_POINTS + spots.point], "")
    return found.assign(location=location, street=street)


class _Spots:
    """LSOA (row number, -1 = none yet) and point of each crime; of those at or near a school the coordinates too."""

    def __init__(self, county: Map, size: int) -> None:
        self.lsoa, self.point = np.full(size, -1), np.zeros(size, dtype=np.int64)
        self.east, self.north = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        self._ward = county.areas["ward_code"].factorize()[0]

    @property
    def open(self) -> np.ndarray:
        return np.asarray(self.lsoa < 0)

    @property
    def ward(self) -> Ints:
        """Number of the ward in the order of ``areas``, -1 where there is none yet."""
        return np.where(self.lsoa >= 0, self._ward[self.lsoa], -1)

    def put(self, rows: Ints, lsoa: Ints | int, point: Ints) -> None:
        self.lsoa[rows], self.point[rows] = lsoa, point


def _school_locations(rng: np.random.Generator, crimes: pd.DataFrame) -> np.ndarray:
    """Kind of place of each crime, made fit where it happened at or near a school."""
    school = crimes["school"].to_numpy()
    location = crimes["location"].to_numpy().astype(object)
    location[school == AT_SCHOOL] = "Education establishment"
    near = np.flatnonzero((school == NEAR_SECONDARY) | (school == NEAR_PRIMARY))
    location[near] = np.where(rng.random(len(near)) < 0.8, "Street", "Open space")
    return location


def _at_schools(rng: np.random.Generator, county: Map, spots: _Spots, school: Ints, district: Ints) -> None:
    """Put what happened at or near a school there: within 30 metres, or 60 to 450 metres off but in the same LSOA."""
    middle = county.schools[["easting", "northing"]].to_numpy()
    phase, home = county.schools["phase"].to_numpy(), county.schools["district"].to_numpy()
    crowded = county.areas["ward_name"].isin(HOT_STREETS).to_numpy()[county.schools["lsoa"]]
    for place in (AT_SCHOOL, NEAR_SECONDARY, NEAR_PRIMARY):
        fitting = ~crowded & np.isin(phase, [SECONDARY] if place != NEAR_PRIMARY else [PRIMARY])
        for number in range(len(DISTRICTS)):
            rows = np.flatnonzero((school == place) & (district == number))
            if not len(rows):
                continue
            chosen = rng.choice(np.flatnonzero(fitting & (home == number)), len(rows))
            angle = rng.uniform(0, 2 * np.pi, len(rows))
            far = rng.uniform(0, 30, len(rows)) if place == AT_SCHOOL else rng.uniform(60, 450, len(rows))
            at = middle[chosen] + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
            lsoa = county.schools["lsoa"].to_numpy()[chosen]
            box = county.areas[["west", "south", "east", "north"]].to_numpy()[lsoa]
            at = np.rint(np.clip(at, box[:, :2] + MARGIN, box[:, 2:] - MARGIN)).astype(np.int64)
            streets = county.points[["easting", "northing"]].to_numpy().reshape(len(county.areas), SNAP_POINTS, 2)[lsoa]
            spots.put(rows, lsoa, np.square(streets - at[:, None]).sum(axis=2).argmin(axis=1))
            spots.east[rows], spots.north[rows] = at[:, 0], at[:, 1]


def _in_centres(rng: np.random.Generator, county: Map, spots: _Spots, rows: Ints, district: Ints, counted: np.ndarray) -> None:
    """Distribute crimes of the night among the areas of their district; few that T26 counts into streets beside hot ones."""
    lsoa, home = county.centres["lsoa"].to_numpy(), county.centres["district"].to_numpy()
    names = county.centres["ward_name"].to_numpy()
    weight = np.array([BUSY.get(name, 1.0) for name in names])
    for number in range(len(DISTRICTS)):
        members = np.flatnonzero(home == number)
        of_district = rows[district[rows] == number]
        area = rng.choice(members, len(of_district), p=weight[members] / weight[members].sum())
        spots.put(of_district, lsoa[area], rng.integers(0, CENTRE_POINTS, len(of_district)))
        for ward in set(names[members]) & set(HOT_STREETS):
            # The streets of T27 hold what it counts and no more.
            hot, at = len(HOT_STREETS[ward]), np.flatnonzero(names == ward)[0]
            here = of_district[counted[of_district] & (area == at)]
            stay = here[: (CENTRE_POINTS - hot) * hotspots.HOT[ward].most_elsewhere]
            spots.point[stay] = hot + np.arange(len(stay)) % (CENTRE_POINTS - hot)
            leave = np.setdiff1d(here, stay)
            spots.lsoa[leave] = lsoa[rng.choice(members[members != at], len(leave))]


def _wards(rng: np.random.Generator, county: Map, spots: _Spots, counted: np.ndarray, district: Ints) -> Ints:
    """Ward of each crime that T26 counts, so that its wards have what is printed; -1 for all others."""
    number = county.areas["ward_code"].factorize()[0]
    wards = county.areas.groupby(number).agg(name=("ward_name", "first"), district=("district", "first"), heat=("heat", "sum"))
    found = np.where(counted, spots.ward, -1)
    fixed = np.bincount(found[found >= 0], minlength=len(wards))
    for home in range(len(DISTRICTS)):
        members = np.flatnonzero(wards["district"].to_numpy() == home)
        of_home = counted & (district == home)
        names, heat = wards["name"].to_numpy()[members].tolist(), wards["heat"].to_numpy()[members]
        quota = hotspots.ward_quotas(names, heat, fixed[members], int(of_home.sum()))
        rows = np.flatnonzero(of_home & (found < 0))
        found[rows] = rng.permutation(np.repeat(members, quota - fixed[members]))
    return found


def _elsewhere(
    rng: np.random.Generator,
    county: Map,
    spots: _Spots,
    ward: Ints,
    district: Ints,
    night: np.ndarray,
    counted: np.ndarray,
) -> None:
    """Place what is left, by heat; crimes of the night outside the areas of the night-time economy."""
    heat, home = county.areas["heat"].to_numpy(), county.areas["district"].to_numpy()
    number = county.areas["ward_code"].factorize()[0]
    centre = np.zeros(len(county.areas), dtype=bool)
    centre[county.centres["lsoa"]] = True
    rows = np.flatnonzero(spots.open & (district < len(DISTRICTS)))
    for members, of_place in (
        *((np.flatnonzero(home == d), rows[(district[rows] == d) & (ward[rows] < 0)]) for d in range(len(DISTRICTS))),
        *((np.flatnonzero(number == w), rows[ward[rows] == w]) for w in range(number.max() + 1)),
    ):
        lsoa = rng.choice(members, len(of_place), p=heat[members] / heat[members].sum())
        spots.put(of_place, lsoa, rng.integers(0, SNAP_POINTS, len(of_place)))
    outside = rows[centre[spots.lsoa[rows]] & night[rows]]
    spots.point[outside] = rng.integers(CENTRE_POINTS, SNAP_POINTS, len(outside))
    for name in HOT_STREETS:
        members = np.flatnonzero((county.areas["ward_name"] == name).to_numpy())
        of_ward = rows[counted[rows] & np.isin(spots.lsoa[rows], members)]
        places = (members[:, None] * SNAP_POINTS + np.arange(SNAP_POINTS)).ravel()
        free = places[~(centre[places // SNAP_POINTS] & (places % SNAP_POINTS < CENTRE_POINTS))]
        most = np.full(len(free), hotspots.HOT[name].most_elsewhere)
        quota = hotspots.bounded(rng.lognormal(0, 0.3, len(free)), len(of_ward), np.zeros_like(most), most)
        chosen = rng.permutation(np.repeat(free, quota))
        spots.put(of_ward, chosen // SNAP_POINTS, chosen % SNAP_POINTS)


def _away_from_schools(
    rng: np.random.Generator, county: Map, crimes: pd.DataFrame, found: pd.DataFrame, location: np.ndarray
) -> np.ndarray:
    """Kinds of place, changed where a victim of school age would be at or near a school in school hours but is not."""
    from scipy.spatial import KDTree

    committed = crimes["committed"].dt
    hours = (committed.day_of_week < 5) & (committed.hour >= FIRST_HOUR) & (committed.hour <= LAST_HOUR)
    rows = np.flatnonzero(hours & crimes["minor"] & (crimes["school"] == 0))
    tree = KDTree(county.schools[["easting", "northing"]].to_numpy())
    distance = tree.query(found[["easting", "northing"]].to_numpy()[rows])[0]
    open_air = np.isin(location[rows], ("Street", "Open space")) & (found["lsoa"].to_numpy()[rows] >= 0)
    changed = rows[(location[rows] == "Education establishment") | (open_air & (distance < NEARBY + MARGIN))]
    location[changed] = pick(rng, {"Shop": 0.3, "Public transport": 0.3, "Other": 0.4}, len(changed))
    return location


def coordinates(rng: np.random.Generator, county: Map, lsoa: Ints, point: Ints) -> tuple[Ints, Ints]:
    """Easting and northing (whole metres) about each point, on its side of the edge of a town centre."""
    box = county.areas[["west", "south", "east", "north"]].to_numpy()[lsoa]
    middle = county.points[["easting", "northing"]].to_numpy()[lsoa * SNAP_POINTS + point]
    edge = box[:, 0] + CENTRE_EDGE * (box[:, 2] - box[:, 0])
    central = point < CENTRE_POINTS
    # A town centre ends a little before the edge and begins a little after the west and south of its LSOA.
    width, height = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    low = np.stack([np.where(central, box[:, 0] + 0.07 * width, edge), box[:, 1] + 0.06 * height], axis=1)
    high = np.stack([np.where(central, edge - 0.03 * width, box[:, 2]), box[:, 3] - 0.06 * height], axis=1)
    found = np.clip(middle + rng.normal(0, SCATTER, middle.shape), low + MARGIN, high - MARGIN)
    return np.rint(found[:, 0]).astype(np.int64), np.rint(found[:, 1]).astype(np.int64)
