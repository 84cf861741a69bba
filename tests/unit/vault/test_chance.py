"""Agreement by chance is that of all pairs of a register, as one finds by comparing each with each."""

from itertools import combinations

import duckdb
import numpy as np
import pytest

from vault import chance


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute(
            """create table people (
                position integer, surname_token varchar, surname_token_sound varchar, forename_token varchar,
                forename_token_sound varchar, born_token varchar, born_token_year_month varchar, born_token_year_day varchar,
                born_token_month_day varchar, sex varchar)"""
        )
        yield con


def fill(con, rows):
    """Rows of (surname, forename, (year, month, day), sex); two names that begin alike sound alike."""
    for position, (surname, forename, born, sex) in enumerate(rows):
        year, month, day = born or (None, None, None)
        dates = [f"{year}-{month}-{day}", f"{year}-{month}", f"{year}--{day}", f"{month}-{day}"] if born else [None] * 4
        names = [text for name in (surname, forename) for text in (name, name and name[0])]
        con.execute("insert into people values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [position, *names, *dates, sex])


def compared(rows):
    """The same by comparing each row with each."""

    def of_name(one, other):
        return None if one is None or other is None else 0 if one == other else 1 if one[0] == other[0] else 2

    def of_date(one, other):
        if one is None or other is None:
            return None
        same = sum(a == b for a, b in zip(one, other, strict=True))
        return {3: 0, 2: 1}.get(same, 2)

    def of_sex(one, other):
        return None if one is None or other is None else int(one != other)

    found = {}
    for place, (name, level, levels) in enumerate(
        [("surname", of_name, 3), ("forename", of_name, 3), ("born", of_date, 3), ("sex", of_sex, 2)]
    ):
        seen = [level(one[place], other[place]) for one, other in combinations(rows, 2)]
        known = [value for value in seen if value is not None]
        found[name] = [max(known.count(number), chance.SEEN_NOWHERE) / len(known) for number in range(levels)]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_all_pairs_are_counted(con, seed):
    rng = np.random.default_rng(seed)

    def some(values):
        return None if rng.random() < 0.1 else values[rng.integers(len(values))]

    names = ["Ash", "Ashe", "Birch", "Box", "Box", "Cedar"]
    dates = [(year, month, day) for year in (1980, 1981) for month in (1, 2) for day in (3, 4)]
    rows = [(some(names), some(names), some(dates), some("MMMF")) for _ in range(60)]
    fill(con, rows)
    assert chance.agreement(con, "people") == {name: pytest.approx(shares) for name, shares in compared(rows).items()}


def test_what_no_pair_has_is_rare_and_not_impossible(con):
    fill(con, [("Ash", "Kit", (1980, 1, 3), "M"), ("Birch", "Sam", (1975, 6, 9), "F")])
    found = chance.agreement(con, "people")
    assert found["surname"] == [chance.SEEN_NOWHERE, chance.SEEN_NOWHERE, 1]
    assert found["sex"] == [chance.SEEN_NOWHERE, 1]


@pytest.mark.parametrize("rows", [[], [("Ash", None, None, "M")]])
def test_a_register_without_pairs_has_no_error(con, rows):
    fill(con, rows)
    assert all(0 < share <= 1 for shares in chance.agreement(con, "people").values() for share in shares)
