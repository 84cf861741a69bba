"""Where crimes, schools and the areas of the night-time economy are."""

import numpy as np
import pandas as pd
import pytest

from synthetic.records.geography import CENTRE_POINTS, SNAP_POINTS
from synthetic.records.hotspots import bounded
from synthetic.records.locations import coordinates, draw_map
from synthetic.records.school_age import AT_SCHOOL, NEAR_PRIMARY, NEAR_SECONDARY, age_on, birth_dates, places, totals


@pytest.fixture(scope="module")
def county():
    return draw_map(np.random.default_rng(1))


def test_crimes_are_in_their_area_and_on_their_side_of_a_town_centre(county):
    lsoa = np.tile(np.repeat(county.centres["lsoa"].to_numpy(), SNAP_POINTS), 20)
    point = np.tile(np.arange(SNAP_POINTS), len(lsoa) // SNAP_POINTS)
    east, north = coordinates(np.random.default_rng(2), county, lsoa, point)
    at = county.areas.iloc[lsoa].reset_index(drop=True)
    assert (pd.Series(east).between(at["west"], at["east"]) & pd.Series(north).between(at["south"], at["north"])).all()
    centre = county.centres.set_index("lsoa").loc[lsoa].reset_index()
    inside = pd.Series(east).between(centre["west"], centre["east"]) & pd.Series(north).between(centre["south"], centre["north"])
    assert (inside.to_numpy() == (point < CENTRE_POINTS)).all()


def test_thirty_four_areas_each_within_one_lsoa(county):
    centres = county.centres
    assert centres["area_code"].tolist() == [f"NTE{number:02d}" for number in range(1, 35)]
    at = county.areas.iloc[centres["lsoa"]].reset_index(drop=True)
    assert (at["district_code"] == centres["district_code"]).all()
    inside = (centres["west"] > at["west"]) & (centres["east"] < at["east"])
    assert (inside & (centres["south"] > at["south"]) & (centres["north"] < at["north"])).all()


def test_schools_are_in_their_area_and_not_in_town_centres(county):
    schools = county.schools
    at = county.areas.iloc[schools["lsoa"]].reset_index(drop=True)
    assert schools["easting"].between(at["west"], at["east"]).all()
    assert schools["northing"].between(at["south"], at["north"]).all()
    assert not schools["lsoa"].isin(county.centres["lsoa"]).any()
    assert schools["urn"].is_unique
    assert not schools.duplicated(["authority", "establishment"]).any()
    assert (schools.groupby(["district", "phase"]).size() >= 2).all()


def test_shares_stay_between_their_bounds():
    found = bounded(np.array([5.0, 1.0, 1.0]), 20, np.array([0, 4, 0]), np.array([9, 20, 20]))
    assert found.sum() == 20
    assert found[0] == 9
    assert found[1] >= 4
    with pytest.raises(ValueError, match="cannot be shared out"):
        bounded(np.ones(2), 20, np.zeros(2, dtype=int), np.array([9, 9]))


def test_victims_have_an_age_of_the_school_they_are_near():
    day = np.resize(np.arange("2020-02-25", "2020-03-05", dtype="datetime64[D]"), 3000)
    for place, youngest, oldest in ((AT_SCHOOL, 5, 16), (NEAR_SECONDARY, 12, 16), (NEAR_PRIMARY, 5, 10)):
        age = age_on(day, birth_dates(np.random.default_rng(1), day, np.full(len(day), place)))
        assert (age.min(), age.max()) == (youngest, oldest)


def test_places_of_offences_against_children_add_up():
    assert totals().sum() == 4447
    assert places().sum(axis=(0, 1)).tolist() == [753, 206, 73]
    assert (places().sum(axis=2) < totals()).all()
