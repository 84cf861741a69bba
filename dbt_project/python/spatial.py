"""Statistics of counts in places, for the Python models: who is whose neighbour, where counts cluster, what small numbers hide.

Places are passed in one order, as whole columns; a neighbourhood is two columns of positions in that order, one row for each
ordered pair. Coordinates are metres of the British National Grid (EPSG:27700).

    Getis-Ord Gi*                   Ord and Getis 1995, tested by conditional permutation; PySAL's worked examples are the tests
    Moran's I                       esda (PySAL), likewise
    False-discovery control         Benjamini and Hochberg 1995, scipy
    Empirical-Bayes rates           Marshall 1991, the global estimator
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from scipy.sparse import csr_array

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

HEXAGON_RESOLUTION = 8
"""Of H3: cells of 0.74 square kilometres on average, about the size of an urban LSOA."""
TOUCHING = 5.0
"""Generalised boundaries leave slivers of some metres between areas that meet."""
PERMUTATIONS = 999
SEED = 1950
"""Of the permutations, so that the same counts have the same p-value (1950: Moran's paper)."""
BLOCK = 50
"""Permutations whose values are in memory at once."""
DRAWS = 99_999
"""Of neighbours, for Gi*. The least two-sided p-value is 0.00002, small enough for a few hot places among thousands."""
NATIONAL_GRID, DEGREES = "EPSG:27700", "OGC:CRS84"


def to_degrees(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude (WGS84, degrees)."""
    from pyproj import Transformer

    degrees: tuple[Floats, Floats] = Transformer.from_crs(NATIONAL_GRID, DEGREES, always_xy=True).transform(easting, northing)
    return degrees


def polygons(geojson: Sequence[str]) -> NDArray[Any]:
    """Shapes in metres of GeoJSON geometries in degrees; what crosses itself is made valid."""
    import geopandas
    import shapely

    shapes = shapely.make_valid(shapely.from_geojson(np.asarray(geojson, dtype=object)))
    metres: NDArray[Any] = geopandas.GeoSeries(shapes, crs=DEGREES).to_crs(NATIONAL_GRID).to_numpy()
    return metres


def at_edge(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Which areas are at the border of all of them together; a hole of slivers inside is no border."""
    import shapely

    whole = shapely.union_all(shapely.buffer(shapes, TOUCHING))
    border = shapely.union_all(shapely.get_exterior_ring(shapely.get_parts(whole)))
    edge: NDArray[np.bool_] = shapely.dwithin(shapes, border, 2 * TOUCHING)
    return edge


def hexagons_inside(geojson: Sequence[str]) -> set[str]:
    """H3 cells whose centre is in one of these areas (GeoJSON geometries in degrees), or in a sliver between two."""
    import geopandas
    import h3  # type: ignore[import-untyped]
    import shapely

    whole = shapely.union_all(shapely.buffer(polygons(geojson), TOUCHING))
    parts = geopandas.GeoSeries(shapely.get_parts(whole), crs=NATIONAL_GRID).to_crs(DEGREES)
    return {cell for part in parts for cell in h3.geo_to_cells(part, HEXAGON_RESOLUTION)}


def touching(shapes: NDArray[Any]) -> tuple[Ints, Ints]:
    """Neighbours of areas: those that meet in an edge or a corner (queen contiguity), or nearly (`TOUCHING` metres)."""
    from shapely import STRtree

    focal, neighbour = STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCHING)
    return focal[focal != neighbour], neighbour[focal != neighbour]


def nearest(easting: Floats, northing: Floats, k: int = 6) -> tuple[Ints, Ints]:
    """Neighbours of points: the k nearest of each, and whose nearest it is, so that neighbours are so mutually.

    Six is what an area has on the average in a map of areas (Euler).
    """
    from scipy.spatial import KDTree

    points = np.column_stack([easting, northing])
    k = min(k, len(points) - 1)
    if k < 1:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    _, found = KDTree(points).query(points, k=k + 1)
    focal, neighbour = np.repeat(np.arange(len(points)), k + 1), found.ravel()
    pairs = np.column_stack([focal, neighbour])[focal != neighbour]
    both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    return both[:, 0], both[:, 1]


def graph(places: int, focal: Ints, neighbour: Ints) -> csr_array:
    """Binary spatial weights over `places` places, one row for each; that of a place without neighbours is empty."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(focal)), (focal, neighbour)), shape=(places, places))


def getis_ord(values: Floats, weights: csr_array, seed: int) -> pd.DataFrame:
    """Getis-Ord Gi* of each place with its neighbours (binary weights), tested by conditional permutation (Anselin 1995).

    The place keeps its value; its neighbours are compared with as many places drawn at random from all others. A normal
    approximation calls too many places hot where most have no offence.

    Args:
        seed: of the draws. The same values, weights and seed have the same p-values.

    Returns:
        z (Gi* in standard deviations above what the whole area would lead to expect), p (two-sided: twice the share of `DRAWS`
        draws that are at least as extreme on the side of z, ties included), q (p adjusted over all places: of those with q of
        at most 0.05, one in twenty is expected to be chance). NaN where all values are equal or there are fewer than three;
        p and q also of a place without neighbours.
    """
    import pandas as pd

    places = len(values)
    if places < 3 or np.ptp(values) == 0:
        nothing = np.full(places, np.nan)
        return pd.DataFrame({"z_score": nothing, "p_value": nothing, "q_value": nothing})
    number, total = _neighbours(weights), weights @ values
    members = number + 1
    spread = values.std() * np.sqrt((places * members - members**2) / (places - 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (total + values - members * values.mean()) / spread
    above, below = _tails(values, number, total, seed)
    p = np.where(number > 0, np.minimum(1.0, 2 * np.where(z > 0, above, below)), np.nan)
    return pd.DataFrame({"z_score": z, "p_value": p, "q_value": adjusted(p)})


def _tails(values: Floats, number: Ints, total: Floats, seed: int) -> tuple[Floats, Floats]:
    """Shares of random neighbourhoods with at least, and at most, the total of each place's own.

    All places share the draws, as in esda. The first k places of a draw are a neighbourhood of k; where the place in
    question is one of these, it is left out and the next one is in, so that each draws from all places but itself.

    Args:
        number: of neighbours of each place.
        total: of their values.
    """
    drawn = _drawn(len(values), min(int(number.max()) + 1, len(values)), DRAWS, seed)
    sums = np.cumsum(values[drawn], axis=0)
    # Sums of the same values in another order differ in their last digits: what is so near is a tie.
    near = 1e-9 * np.abs(values).max()
    above, below = np.ones(len(values)), np.ones(len(values))
    for k in np.unique(number[number > 0]):
        of_k = number == k
        ranked = np.sort(sums[k - 1])
        above[of_k] += DRAWS - np.searchsorted(ranked, total[of_k] - near, "left")
        below[of_k] += np.searchsorted(ranked, total[of_k] + near, "right")
        if k == len(drawn):
            continue
        for row in drawn[:k]:
            hit = np.flatnonzero(of_k[row])
            place = row[hit]
            was, instead = sums[k - 1][hit] - total[place], sums[k][hit] - values[place] - total[place]
            above += np.bincount(place, (instead >= -near).astype(float) - (was >= -near), len(values))
            below += np.bincount(place, (instead <= near).astype(float) - (was <= near), len(values))
    return above / (DRAWS + 1), below / (DRAWS + 1)


@functools.lru_cache(maxsize=1)
def _drawn(places: int, size: int, draws: int, seed: int) -> Ints:
    """Positions of `size` different places in each of so many draws, one column for each; the windows of a map share them."""
    rng = np.random.default_rng(seed)
    drawn = np.empty((size, draws), np.int64)
    for turn in range(size):
        # The nth of those that are left is as many places later as there are earlier ones up to it.
        position = rng.integers(0, places - turn, draws)
        for earlier in np.sort(drawn[:turn], axis=0):
            position += position >= earlier
        drawn[turn] = position
    return drawn


@functools.lru_cache(maxsize=1)
def _shuffled(places: int) -> Ints:
    """The order of the places in each of `PERMUTATIONS` permutations, one column each."""
    in_order = np.tile(np.arange(places), (PERMUTATIONS, 1))
    # In the order of the places in memory, as the product with the weights needs it.
    return np.ascontiguousarray(np.random.default_rng(SEED).permuted(in_order, axis=1).T)


def standardised(weights: csr_array) -> csr_array:
    """The weights with rows that sum to 1, or to 0 where a place has no neighbours."""
    from scipy.sparse import csr_array

    number = _neighbours(weights)
    return csr_array((1 / np.repeat(number, number), weights.indices, weights.indptr), shape=weights.shape)


def _neighbours(weights: csr_array) -> Ints:
    """How many each place has."""
    number: Ints = np.diff(weights.indptr).astype(np.int64)
    return number


def products(values: Floats, weights: csr_array) -> Floats:
    """Of several measures of the same places, the products of each with the neighbours of each in every permutation.

    Moran's I of a sum of measures, each times a number, is a sum of them: many residuals of few measures need no permutations
    of their own.

    Args:
        values: one column for each of m measures, each with a mean of 0.
        weights: as of `standardised`.

    Returns:
        `PERMUTATIONS` x m x m: sum over the places of one measure (second axis) times the mean of its neighbours' other (third).
    """
    (places, measures), order = values.shape, _shuffled(len(values))
    made = np.empty((PERMUTATIONS, measures, measures))
    for first in range(0, PERMUTATIONS, BLOCK):
        shuffled = values[order[:, first : first + BLOCK]]
        beside = (weights @ shuffled.reshape(places, -1)).reshape(shuffled.shape)
        made[first : first + BLOCK] = shuffled.transpose(1, 2, 0) @ beside.transpose(1, 0, 2)
    return made


def alike(values: Floats, weights: csr_array, simulated: Floats | None = None) -> dict[str, float]:
    """Whether places near each other are alike: Moran's I over all places.

    Args:
        weights: as of `standardised`.
        simulated: sum over the places of values times the mean of their neighbours' in every permutation, where it is known
            (`products`).

    Returns:
        i, p (one-sided, of `PERMUTATIONS` permutations with a fixed seed, as esda counts them: the share at least as extreme as i
        on its side). NaN where values do not vary or are too few.
    """
    if len(values) < 4 or np.ptp(values) == 0:
        return dict.fromkeys(("i", "p_value"), float("nan"))
    centred = values - values.mean()
    scale = len(values) / weights.sum() / (centred @ centred)
    i = scale * (centred @ (weights @ centred))
    if simulated is None:
        simulated = products(centred[:, None], weights)[:, 0, 0]
    above = int((scale * simulated >= i).sum())
    return {"i": float(i), "p_value": (min(above, PERMUTATIONS - above) + 1) / (PERMUTATIONS + 1)}


def moran(values: Floats, weights: csr_array) -> dict[str, float]:
    """The same with what is expected of it where any order of the values is as likely (Cliff and Ord 1981, pages 42 to 46).

    The formula is that of esda, to the last digit. Importing esda, which imports scikit-learn, costs more than all the maps.

    Args:
        weights: as of `graph`.

    Returns:
        i and p as of `alike`, expected (of no pattern), z (under randomisation). NaN where values do not vary or are too few.
    """
    weights = standardised(weights)
    found = alike(values, weights)
    if np.isnan(found["i"]):
        return found | dict.fromkeys(("expected", "z_score"), float("nan"))
    n, centred = len(values), values - values.mean()
    squares = (centred * centred).sum()
    both = weights.T + weights
    s0, s1 = weights.data.sum(), both.multiply(both).sum() / 2
    s2 = ((weights.sum(axis=1) + weights.sum(axis=0)) ** 2).sum()
    i, expected = n / s0 * (centred * (weights @ centred)).sum() / squares, -1 / (n - 1)
    kurtosis = ((centred**4).sum() / n) / (squares / n) ** 2
    normal = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 * s0)
    peaked = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 * s0)
    variance = (normal - peaked) / ((n - 1) * (n - 2) * (n - 3) * (s0 * s0)) - expected * expected
    return found | {"expected": float(expected), "z_score": float((i - expected) / variance**0.5)}


def empirical_bayes(events: Ints, population: Floats) -> Floats:
    """Rates (events per head) shrunk towards the mean of all places, the more the fewer people a place has.

    Marshall (1991), Applied Statistics 40(2). Where the rates vary no more than chance would make them, each is the mean; where
    nobody lives there is no rate (NaN), and such a place takes no part.
    """
    known = population > 0
    people = np.where(known, population, np.nan)
    if not known.any():
        return people
    mean = events[known].sum() / people[known].sum()
    rate = events / people
    spread = np.nansum(people * (rate - mean) ** 2) / np.nansum(people) - mean / np.nanmean(people)
    if spread <= 0:
        return np.where(known, mean, np.nan)
    trust = spread / (spread + mean / people)
    smoothed: Floats = trust * rate + (1 - trust) * mean
    return smoothed


def standard_rates(events: Ints, population: Floats) -> Floats:
    """Rates in standard deviations from the mean, each by its own variance, so that Moran's I of them is not led by small places.

    Assunção and Reis (1999), Statistics in Medicine 18, with the estimator of `empirical_bayes`; where it makes a variance
    negative, that of chance alone. Sums are in order, as esda's are. Nothing where the residents of any place are not known: a
    map with holes has other neighbours.
    """
    if not (population > 0).all():
        return np.empty(0)
    if not events.any():
        return np.zeros(len(events))
    people, rate = sum(population), events / population
    mean = sum(events) / people
    spread = sum(population * (rate - mean) ** 2) / people - mean / (people / len(events))
    variance = spread + mean / population
    rates: Floats = (rate - mean) / np.sqrt(np.where(variance < 0, mean / population, variance))
    return rates


def adjusted(p: Floats) -> Floats:
    """P-values adjusted for their number, by Benjamini and Hochberg (1995); NaN stays."""
    from scipy.stats import false_discovery_control

    known = ~np.isnan(p)
    q = np.full(len(p), np.nan)
    if known.any():
        q[known] = false_discovery_control(p[known], method="bh")
    return q


def weighted(counted: pd.DataFrame, neighbours: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, csr_array]]:
    """The rows of each definition, kind of place and window, in the order of their places, with the spatial weights of these.

    Args:
        counted: definition, place_kind, place_code, last_month and anything else; every window has every place of its kind.
        neighbours: place_kind, place_code, neighbour_code; pairs of places that are not counted are passed over.
    """
    import pandas as pd

    for kind, rows in counted.sort_values("place_code").groupby("place_kind"):
        pairs = neighbours[neighbours["place_kind"] == kind]
        codes = pd.Index(rows["place_code"].unique())
        focal, neighbour = codes.get_indexer(pairs["place_code"]), codes.get_indexer(pairs["neighbour_code"])
        known = (focal >= 0) & (neighbour >= 0)
        weights = graph(len(codes), focal[known], neighbour[known])
        for _, group in rows.groupby(["definition", "last_month"]):
            yield group, weights


def fingerprints(group: pd.DataFrame, weights: csr_array) -> tuple[str, str]:
    """Hashes (hexadecimal) of a map, places and neighbours, and of what a finding on it depends on: counts, residents and the
    code of this module too."""
    focal, neighbour = weights.nonzero()
    places = ["\n".join(group["place_code"]).encode(), focal.astype(np.int64).tobytes(), neighbour.astype(np.int64).tobytes()]
    counts = [group["offences"].to_numpy(np.int64).tobytes(), group["population"].to_numpy(np.float64).tobytes()]
    return _hash(places), f"{_hash(places + counts)}-{code_hash()}"


def kept(this: Any, session: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> pd.DataFrame:
    """What the last build of a table has found; nothing if it has other columns.

    Args:
        this: of dbt: the table that is being built.
    """
    import pandas as pd

    listed = """
        select column_name from duckdb_columns()
        where database_name = current_database() and schema_name = ? and table_name = ?"""
    found = session.execute(listed, [this.schema, this.identifier]).fetchall()
    if {name for (name,) in found} != set(columns):
        return pd.DataFrame(columns=list(columns))
    return session.execute(f'select * from "{this.schema}"."{this.identifier}"').df()


def _hash(parts: list[bytes]) -> str:
    import hashlib

    return hashlib.blake2b(b"\0".join(parts), digest_size=16).hexdigest()


@functools.lru_cache(maxsize=1)
def code_hash() -> str:
    """Hash (hexadecimal) of this module: what was found by another is found again."""
    from pathlib import Path

    return _hash([Path(__file__).read_bytes()])
