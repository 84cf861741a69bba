"""Distances and places against published values and another implementation of the ellipsoid."""

from __future__ import annotations

import duckdb
import pytest
import spatial_extension


@pytest.fixture(scope="module")
def evaluate(render):
    con = duckdb.connect()
    spatial_extension.register(con)
    return lambda call, **values: con.execute(f"select {render('{{ ' + call + ' }}')}", values).fetchone()[0]


METRES = "geodesic_metres(earth_point('$a', '$b'), earth_point('$c', '$d'))"


def degrees(d, m, s):
    return d + m / 60 + s / 3600


def test_the_line_that_surveyors_check_their_programs_with(evaluate):
    """Flinders Peak to Buninyong, 54,972.271 m (Geocentric Datum of Australia, Technical Manual), on GRS80: as WGS84 to a tenth
    of a millimetre."""
    flinders = -degrees(37, 57, 3.72030), degrees(144, 25, 29.52440)
    buninyong = -degrees(37, 39, 10.15610), degrees(143, 55, 35.38390)
    metres = evaluate(METRES, a=flinders[0], b=flinders[1], c=buninyong[0], d=buninyong[1])
    assert metres == pytest.approx(54_972.271, abs=0.001)


@pytest.mark.parametrize("azimuth", range(0, 360, 30))
def test_500_metres_in_every_direction_from_derby(evaluate, azimuth):
    pyproj = pytest.importorskip("pyproj")
    longitude, latitude, _ = pyproj.Geod(ellps="WGS84").fwd(-1.4746, 52.9225, azimuth, 500)
    assert evaluate(METRES, a=52.9225, b=-1.4746, c=latitude, d=longitude) == pytest.approx(500, abs=1e-6)


def test_the_grid_is_that_of_the_ordnance_survey(evaluate):
    """Caister water tower, as OSTN15's test data have it; without the shift grid the transformation is good to some metres."""
    point = "earth_to_grid(earth_point('52.658007833', '1.716073973'))"
    assert evaluate(f"easting_of({point})") == pytest.approx(651_409.804, abs=5)
    assert evaluate(f"northing_of({point})") == pytest.approx(313_177.450, abs=5)


@pytest.mark.parametrize("easting", [80_000, 400_000, 655_000])
def test_candidates_leave_nobody_out_where_the_grid_stretches_most(evaluate, easting):
    pyproj = pytest.importorskip("pyproj")
    here = f"grid_to_earth(grid_point({easting}, 300000))"
    latitude, longitude = evaluate(f"easting_of({here})"), evaluate(f"northing_of({here})")
    for azimuth in (0, 90):
        east, north, _ = pyproj.Geod(ellps="WGS84").fwd(longitude, latitude, azimuth, 500)
        there = f"earth_to_grid(earth_point({north}, {east}))"
        assert evaluate(f"maybe_within_metres(grid_point({easting}, 300000), {there}, 500)")
