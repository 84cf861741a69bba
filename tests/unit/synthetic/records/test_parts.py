"""The parts of a larger force share the districts, and nothing in them."""

import numpy as np
import pandas as pd
import pytest

from orchestration.ingest.files.parser_process import MAX_FILLED
from synthetic.records.geography import DISTRICTS, wards
from synthetic.records.locations import coordinates, delivered, draw_map
from synthetic.records.parts import MOST, code, own_name, streams, syllable

SCALE = 3


@pytest.fixture(scope="module")
def county():
    return draw_map(np.random.default_rng(1))


@pytest.fixture(scope="module")
def force():
    return delivered([draw_map(np.random.default_rng(seed), part, SCALE) for part, seed in enumerate((1, 2, 4))])


def test_one_part_alone_is_the_county(county):
    for ours, its in zip(vars(delivered([county])).values(), vars(county).values(), strict=True):
        pd.testing.assert_frame_equal(ours, its)


def test_every_place_is_there_so_many_times_under_names_of_its_own(county, force):
    for frame, columns in (("areas", "code name ward_code"), ("schools", "urn name"), ("centres", "area_code area_name")):
        for column in columns.split():
            assert getattr(force, frame)[column].nunique() == SCALE * getattr(county, frame)[column].nunique(), column
    ward = ["district_code", "ward_name"]
    assert len(force.areas[ward].drop_duplicates()) == SCALE * len(county.areas[ward].drop_duplicates())
    assert force.points["street"].nunique() == pytest.approx(SCALE * county.points["street"].nunique(), rel=0.01)
    assert force.areas["district_code"].unique().tolist() == county.areas["district_code"].unique().tolist()


def test_neighbourhoods_fill_their_district_and_do_not_overlap(force):
    size = (force.areas["east"] - force.areas["west"]) * (force.areas["north"] - force.areas["south"])
    for name, members in force.areas.groupby("district_name"):
        west, south, east, north = (1000 * edge for edge in DISTRICTS[name][0])
        assert members["west"].min() >= west and members["south"].min() >= south
        assert members["east"].max() <= east + 0.01 and members["north"].max() <= north + 0.01
        # Boxes in a district that add up to it: none is upon another.
        assert size[members.index].sum() == pytest.approx((east - west) * (north - south))
    of_wards = wards(force.areas)
    assert len(of_wards) == SCALE * 176
    within = force.areas.merge(of_wards, on="ward_code", suffixes=("", "_of_ward"))
    assert (within["west"] >= within["west_of_ward"] - 0.01).all() and (within["north"] <= within["north_of_ward"] + 0.01).all()


def test_numbers_and_names_have_room_for_the_largest_force():
    codes = {code("E01", part, number) for part in range(MOST) for number in range(1, 643)}
    assert len(codes) == MOST * 642 and all(len(one) == 9 for one in codes)
    assert min(codes) > "E01036000", "the ONS has assigned codes up to here"
    assert len({syllable(part) for part in range(MOST)}) == MOST
    assert MOST * 642 * 187 < MAX_FILLED < (MOST + 1) * 642 * 187
    # The smallest neighbourhoods are wide enough for their points.
    part = draw_map(np.random.default_rng(1), MOST - 1, MOST)
    east, north = coordinates(np.random.default_rng(2), part, part.points["lsoa"].to_numpy(), part.points["point"].to_numpy())
    at = part.areas.iloc[part.points["lsoa"]].reset_index(drop=True)
    assert (pd.Series(east).between(at["west"], at["east"]) & pd.Series(north).between(at["south"], at["north"])).all()


def test_names_of_streets():
    assert [own_name(name, 0) for name in ("Alder Street", "Wardwick")] == ["Alder Street", "Wardwick"]
    assert [own_name(name, 1) for name in ("St. Peters Street", "Wardwick")] == ["St. Petersbe Street", "Wardwickbe"]


def test_parts_draw_from_streams_of_their_own():
    drawn = [[rng.integers(2**62) for rng in streams(7, part, 3, attempt)] for part in range(4) for attempt in range(2)]
    assert len({number for row in drawn for number in row}) == 24
    assert drawn[0] == [np.random.default_rng(child).integers(2**62) for child in np.random.SeedSequence(7).spawn(3)]
