"""A home with a few feeds publishes what they contain, and says 0 of nothing that was not delivered."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations, permutations

import pytest

from expectations.verdicts import Verdict
from tests import partial
from tests.partial import PartialHome

POLICE = "derbyshire_constabulary"
CRIMES, VICTIMS, OUTCOMES = (f"{POLICE}/{feed}" for feed in ("crimes", "victims", "outcomes"))
STREET, LOOK_UP = "police_uk/street", "ons/lsoa_ward_district"
HOSPITAL = "royal_derby_hospital/ed_assaults"
NO_LOOK_UP = "The look-up of LSOAs was delivered"
# What is compared or listed whatever was delivered.
ALWAYS_THERE = {"sna.reconciliation", "sna.charts", "sna.reference_documents", "sna.statements"} | {
    f"marts.dim_{name}" for name in ("lsoa", "offence", "offence_type", "ward")
}


# Only an index that was made up for a demonstration has made-up weights: without it no harm rests on any.
TRUE_ZEROS = {
    f"marts.{mart}.illustrative_harm_{unit}" for mart in ("crime_harm", "crime_harm_by_person") for unit in ("days", "percent")
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> PartialHome:
    return PartialHome.make(tmp_path_factory.mktemp("partial"))


def check(home: PartialHome, delivered: Collection[str]) -> list[Verdict]:
    """What holds of every home; the verdicts of its gates."""
    verdicts = home.judge()
    assert [f"{v.subject}: {v.expectation}: {v.observed} {v.sample}" for v in verdicts if not v.success] == []
    rows, published = home.rows(), home.published()
    waiting = {table for table, entry in published.items() if entry["feeds"] and not set(entry["feeds"]) & set(delivered)}
    assert [table for table in waiting - ALWAYS_THERE if rows[table]] == []
    assert set(home.noughts(delivered)) <= TRUE_ZEROS
    return verdicts


def info(verdicts: list[Verdict], expectation: str) -> dict[str, str]:
    """Subject → remedy of what an expectation says for information."""
    return {v.subject: v.remedy for v in verdicts if v.expectation == expectation and v.failing_rows}


@pytest.mark.slow
def test_crimes_alone_and_then_their_outcomes(home: PartialHome, small_county: object) -> None:
    home.clear()
    home.deliver(CRIMES)
    verdicts = check(home, [CRIMES])
    assert set(info(verdicts, NO_LOOK_UP)) == {"conformed.fct_offence"}
    with home.open() as con:
        same = "select count(*) from (from marts.{0} except all from county.marts.{0})"
        for mart in ("offences_yearly", "offences_monthly", "recorded_crime"):
            assert con.execute(same.format(mart)).fetchall() == [(0,)], mart
        assert con.execute("select distinct outcome_group, is_positive_outcome from marts.offences").fetchall() == [
            ("Unknown", None)
        ]
        assert con.execute("select sum(offences_with_child_victim) from marts.offences_by_hour").fetchall() == [(None,)]
    rows = home.rows()
    assert not {name for name in rows if "outcome" in name and name.startswith("marts.") and rows[name]}

    home.deliver(OUTCOMES)
    check(home, [CRIMES, OUTCOMES])
    with home.open() as con:
        for mart in ("offence_outcomes", "outcomes_monthly", "outcome_rates", "outcome_maturity"):
            assert con.execute(f"from marts.{mart} except all from county.marts.{mart}").fetchall() == [], mart


@pytest.mark.slow
def test_one_hospital_alone(home: PartialHome, small_county: object) -> None:
    home.clear()
    home.deliver(HOSPITAL)
    check(home, [HOSPITAL])
    with home.open() as con:
        ((mine, county),) = con.execute(
            """select (select sum(attendances) from marts.ed_attendances),
                      (select count(*) from county.conformed.fct_ed_attendance where feed = 'royal_derby_hospital/ed_assaults')"""
        ).fetchall()
        assert mine == county > 0
        # Of the county's attendances it knows some districts alone.
        assert con.execute("select count(ed_attendances) from marts.violence_across_agencies").fetchall() == [(0,)]
        assert con.execute("select count(*) from marts.district_profile where indicator_id = 'ed_attendances'").fetchall() == [
            (0,)
        ]


@pytest.mark.slow
def test_street_crime_before_its_look_up(home: PartialHome, small_county: object) -> None:
    home.clear()
    home.deliver(STREET)
    remedies = info(check(home, [STREET]), NO_LOOK_UP)
    assert set(remedies) == {"conformed.fct_street_crime"}
    assert LOOK_UP in remedies["conformed.fct_street_crime"] and "https://" in remedies["conformed.fct_street_crime"]
    with home.open() as con:
        assert con.execute("select distinct district_code from marts.street_crime").fetchall() == [("Unknown",)]

    home.deliver(LOOK_UP)
    assert info(check(home, [STREET, LOOK_UP]), NO_LOOK_UP) == {}
    with home.open() as con:
        ((unknown, known),) = con.execute(
            "select sum(crimes) filter (district_code = 'Unknown'), sum(crimes) filter (district_code <> 'Unknown') "
            "from marts.street_crime"
        ).fetchall()
    assert known > 10 * (unknown or 0)

    home.deliver(LOOK_UP, replace="'E06000018' as district_code")
    check(home, [STREET, LOOK_UP])
    with home.open() as con:
        districts = con.execute("select distinct district_code from marts.street_crime where lsoa_code <> 'Unknown'").fetchall()
    assert districts == [("Outside",)]


@pytest.mark.slow
def test_a_look_up_of_another_area_closes_the_gate(home: PartialHome, small_county: object) -> None:
    home.clear()
    home.deliver(STREET)
    home.deliver(LOOK_UP, replace="'E0188' || lpad(_row::varchar, 4, '0') as lsoa_code")
    closed = [v for v in home.judge() if not v.success]
    assert {(v.subject, v.expectation) for v in closed} == {
        ("conformed.fct_street_crime", "The look-up knows at least 50% of a month's LSOAs")
    }
    assert all(LOOK_UP in v.remedy and "https://" in v.remedy for v in closed)


HOMES = 8


def some_feeds() -> list[list[str]]:
    """Feeds of homes so chosen that of any two feeds one home has the first without the second, and another the reverse.

    Each feed is in its own choice of half the homes (Sperner 1928), so eight homes do what 57 x 56 pairs would.
    """
    choices = dict(zip(partial.feeds(), combinations(range(HOMES), HOMES // 2), strict=False))
    return [[feed for feed, chosen in choices.items() if home in chosen] for home in range(HOMES)]


def test_of_any_two_feeds_a_home_has_the_one_without_the_other() -> None:
    homes = [set(feeds) for feeds in some_feeds()]
    for here, absent in permutations(partial.feeds(), 2):
        assert any(here in feeds and absent not in feeds for feeds in homes), (here, absent)


@pytest.mark.slow
@pytest.mark.parametrize("delivered", some_feeds())
def test_some_feeds_without_others(home: PartialHome, small_county: object, delivered: list[str]) -> None:
    home.clear()
    home.deliver(*delivered)
    check(home, delivered)
