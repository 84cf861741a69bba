"""Where crimes, schools and the areas of the night-time economy are."""

import numpy as np
import pandas as pd
import pytest

from synthetic.placing import PUBLIC_PLACES, draw_map, place
from synthetic.targets import NO_DISTRICT


@pytest.fixture(scope="module")
def county():
    return draw_map(np.random.default_rng(1))


def test_crimes_lie_in_their_area_and_in_a_street_where_people_meet(county):
    district = np.tile(np.arange(NO_DISTRICT + 1), 50)
    location = np.resize(["Street", "Dwelling", "Shop"], len(district))
    found = place(np.random.default_rng(2), county, pd.DataFrame({"district": district, "location": location}))
    assert ((found["lsoa"] < 0) == (district == NO_DISTRICT)).all()
    known = found[found["lsoa"] >= 0]
    at = county.areas.iloc[known["lsoa"]].reset_index(drop=True)
    assert (at["district"].to_numpy() == district[known.index]).all()
    assert known["easting"].reset_index(drop=True).between(at["west"], at["east"]).all()
    assert known["northing"].reset_index(drop=True).between(at["south"], at["north"]).all()
    assert ((found["street"] != "") == ((found["lsoa"] >= 0) & np.isin(location, PUBLIC_PLACES))).all()


def test_thirty_four_areas_each_within_one_lsoa(county):
    centres = county.centres
    assert centres["area_code"].tolist() == [f"NTE{number:02d}" for number in range(1, 35)]
    at = county.areas.iloc[centres["lsoa"]].reset_index(drop=True)
    assert (at["district_code"] == centres["district_code"]).all()
    inside = (centres["west"] > at["west"]) & (centres["east"] < at["east"])
    assert (inside & (centres["south"] > at["south"]) & (centres["north"] < at["north"])).all()


def test_schools_lie_in_their_area_and_not_in_town_centres(county):
    schools = county.schools
    at = county.areas.iloc[schools["lsoa"]].reset_index(drop=True)
    assert schools["easting"].between(at["west"], at["east"]).all()
    assert schools["northing"].between(at["south"], at["north"]).all()
    assert not schools["lsoa"].isin(county.centres["lsoa"]).any()
    assert schools["urn"].is_unique
    assert not schools.duplicated(["authority", "establishment"]).any()
    assert (schools.groupby(["district", "phase"]).size() >= 2).all()
