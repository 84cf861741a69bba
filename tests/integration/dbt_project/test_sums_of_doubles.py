"""Sums of floating-point numbers have an order of their own, so that their last digit is the same whatever the threads do."""

import re

import duckdb
import numpy as np
import pytest

from orchestration.home.environment import DBT_PROJECT
from tests import counties

AGGREGATE = re.compile(
    r"(?<!\w)(?P<name>sum|avg|stddev_samp|stddev_pop|var_samp|var_pop)\((?P<argument>(?:\w+\.)?\w+)\)(?P<after>\s*over)?"
)
REF = re.compile(r"""ref\(["'](\w+)["']\)""")
FLOATING = ("DOUBLE", "FLOAT")


@pytest.fixture(scope="module")
def types():
    """Table → column → type, of what is built."""
    with duckdb.connect(str(counties.mini().warehouse), read_only=True) as con:
        found = {}
        for table, column, kind in con.execute("select table_name, column_name, data_type from duckdb_columns()").fetchall():
            found.setdefault(table, {})[column] = kind
        return found


def unordered(sql, types):
    """Aggregates of a column that is floating-point in a model that the SQL reads; not windows, which are ordered."""
    columns = {name for ref in REF.findall(sql) for name, kind in types.get(ref, {}).items() if kind in FLOATING}
    return [
        found[0] for found in AGGREGATE.finditer(sql) if found["argument"].rpartition(".")[2] in columns and not found["after"]
    ]


def test_no_model_adds_up_floating_point_numbers_in_any_order(types):
    models = sorted(path for kind in ("*.sql", "*.py") for path in (DBT_PROJECT / "models").rglob(kind))
    assert len(models) > 150 and {model.suffix for model in models} == {".sql", ".py"}
    wrong = {model.stem: found for model in models if (found := unordered(model.read_text("utf-8"), types))}
    assert wrong == {}


def test_a_sum_without_an_order_is_found(types):
    sql = "select sum(place.area_km2), sum(n), avg(area_km2 order by area_km2) from {{ ref('lsoa_centre') }} as place"
    assert unordered(sql, types) == ["sum(place.area_km2)"]
    python = 'dbt.ref("lsoa_centre").query("place", "select avg(easting), avg(northing order by northing) from place")'
    assert unordered(python, types) == ["avg(easting)"]


def test_an_order_makes_the_last_digit_the_same():
    """Two million numbers of very different sizes, in one order and another, on one thread and on four."""
    rng = np.random.default_rng(1)
    numbers = rng.lognormal(0, 4, 2_000_000)
    plain, ordered = set(), set()
    for threads, values in ((1, numbers), (4, rng.permutation(numbers))):
        with duckdb.connect(config={"threads": threads}) as con:
            con.register("counted", {"n": values})
            con.execute("create table kept as select n from counted")
            plain |= set(con.execute("select sum(n) from kept").fetchall())
            ordered |= set(con.execute("select sum(n order by n) from kept").fetchall())
    assert len(plain) == 2 and len(ordered) == 1
