"""Of every feed type there may be a second sender: another force, hospital or service, which numbers its records alike."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import duckdb
import pytest

from expectations import models
from orchestration.contracts.reader import load_contracts
from orchestration.home import area_files, areas
from tests.conftest import County

pytestmark = pytest.mark.slow

AREA = areas.names()[0]
# Authorities' returns, of which each authority has its own, and counts that leave the vault, which are of the whole area.
ONE_SENDER = {"activity", "exclusions", "neet", "offences", "offenders", "knife_carrier_counts", "linked_people_counts"}
# What no fact has row by row: places, a register, and what only the vault reads.
WITHOUT_A_FACT = {
    *("places/nte_areas", "places/term_dates", "interventions/interventions", "people/nominals"),
    *("knife_carriers/knife_intelligence", "knife_carriers/lifestyle_factors"),
}


def second(agency: str) -> str:
    return f"second_{agency}"


@pytest.fixture(scope="module")
def doubled(small_county, tmp_path_factory) -> tuple[County, set[str]]:
    """The small county with a second sender of each feed type, whose files are those of the first; and these feed types."""
    base = tmp_path_factory.mktemp("several")
    made = County(
        base / "raw", base / "home", dict(small_county.variables) | {"SNA_AREAS": str(base / "areas"), "SNA_REPORT": "no"}
    )
    shutil.copytree(small_county.raw, made.raw)
    area = areas.load(AREA)
    twice = []
    for agency in area.agencies:
        feeds = tuple(feed for feed in agency.feeds if feed.feed not in ONE_SENDER)
        if feeds:
            name = agency.name and f"Second {agency.name}"
            twice.append(agency.model_copy(update={"id": second(agency.id), "name": name, "feeds": feeds}))
        for feed in feeds:
            if (folder := made.raw / agency.id / feed.feed).is_dir():
                shutil.copytree(folder, made.raw / second(agency.id) / feed.feed)
    changed = area.model_copy(update={"agencies": (*area.agencies, *twice), "reports": ()})
    file = base / "areas" / AREA / areas.FILE
    file.parent.mkdir(parents=True)
    file.write_text(area_files.text(changed.model_dump(mode="json")), "utf-8")
    made.make_home()
    for command in (["area", "check", AREA], ["refresh"]):
        done = made.sna(*command)
        assert done.returncode == 0, (command, done.stdout[-4000:], done.stderr[-4000:])
    own = {agency.id for agency in area.agencies}
    return made, {one.type for one in load_contracts(AREA).values() if one.agency in own and one.feed not in ONE_SENDER}


@pytest.fixture(scope="module")
def both(doubled, small_county) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with two senders of everything, and that with one as `once`."""
    with duckdb.connect(str(doubled[0].settings.warehouse), read_only=True) as con:
        con.execute(f"attach '{small_county.settings.warehouse}' as once (read_only)")
        yield con


def known(county: County) -> models.Models:
    return models.read(json.loads((county.settings.dbt_target / "manifest.json").read_text()))


def times(con: duckdb.DuckDBPyConnection, query: str) -> tuple[float, float]:
    """What a query over `{of}` returns with two senders, and with one."""
    (twice,), (once,) = (con.execute(query.format(of=of)).fetchone() for of in ("", "once."))
    return float(twice or 0), float(once or 0)


def test_every_fact_has_the_rows_of_both_senders(doubled, both):
    county, types = doubled
    facts = [model for model in known(county).values() if model.feeds and model.is_stored]
    assert types - {feed for fact in facts for feed in fact.feeds} == WITHOUT_A_FACT
    for fact in facts:
        twice, once = times(both, f"select count(*) from {{of}}{fact.subject} where not ({fact.not_landed})")
        assert once > 0, fact.name
        senders = 2 if set(fact.feeds) <= types else 1
        assert (fact.name, twice) == (fact.name, senders * once)
    for table in ("conformed.dim_nte_area", "marts.interventions"):
        twice, once = times(both, f"select count(*) from {{of}}{table}")
        assert (table, twice) == (table, 2 * once) and once > 0


def test_every_total_of_a_mart_is_the_sum_of_both_senders(doubled, both):
    county, types = doubled
    found = known(county)
    totals = [
        (mart.name, count.measure, times(both, f'select sum("{count.measure}") from {{of}}{mart.subject} where {count.rows}'))
        for mart in found.values()
        for count in mart.counts
        if found[count.model].feeds and set(found[count.model].feeds) <= types
    ]
    assert len(totals) > 20
    for mart, measure, (twice, once) in totals:
        assert (mart, measure, twice) == (mart, measure, 2 * once)


def test_a_month_that_one_force_has_not_delivered_is_missing_and_not_counted(doubled, tmp_path):
    """What the other counted is no number of the area: it is missing, and who has not delivered is named."""
    county = doubled[0].copy(tmp_path)
    own = {agency.id for agency in areas.load(AREA).agencies}
    force = next(one.agency for one in load_contracts(AREA).values() if one.type == "police/crimes" and one.agency in own)
    month = sorted((county.raw / second(force) / "crimes").iterdir())[-1].stem[:7]
    # With its victims, suspects and outcomes, which would be of no offence.
    withdrawn = sorted(path.relative_to(county.raw).as_posix() for path in (county.raw / second(force)).glob(f"*/{month}*"))
    withdrawals = [["withdraw", name, "--reason", "as if the month had not come"] for name in withdrawn]
    for command in (*withdrawals, ["refresh"]):
        done = county.sna(*command)
        assert done.returncode == 0, (command, done.stdout[-4000:], done.stderr[-4000:])
    of_month = f"where strftime(month_start, '%Y-%m') = '{month}'"
    monthly = "select distinct offences, caveat from marts.offences_monthly"
    assert county.query(f"{monthly} {of_month}") == [(None, f"Not delivered by {second(force)}")]
    others = f"where strftime(month_start, '%Y-%m') <> '{month}'"
    assert county.query(f"select count(*) > 0, count(caveat) from marts.offences_monthly {others}") == [(True, 0)]
    assert county.query(f"select count(*) from marts.monthly_trends {of_month} and series = 'Serious violence'") == [(0,)]
    yearly = county.query("select months, caveat from marts.offences_yearly where caveat is not null")
    assert [(months, caveat.endswith(f"without {second(force)}")) for months, caveat in yearly] == [(1, True)]


def test_records_of_two_forces_with_the_same_references_are_not_joined(both):
    """Each offence has its own victims, suspects and outcomes; each nominal is one force's."""
    pairs = times(both, "select count(*) from {of}conformed.bridge_victim_suspect")
    people = times(both, "select count(distinct person_key) from {of}conformed.fct_victim")
    assert pairs[1] > 0
    assert [pairs[0], people[0]] == [2 * pairs[1], 2 * people[1]]
    of_another_force = """select count(*) from conformed.{} as record
        inner join conformed.fct_offence as offence using (crime_reference)
        where (select min(agency) from ledger.delivery where load_id = offence.load_id)
           <> (select min(agency) from ledger.delivery where load_id = record.load_id)"""
    for table in ("fct_victim", "fct_suspect", "fct_outcome"):
        assert both.execute(of_another_force.format(table)).fetchone() == (0,)
    repeated = times(both, "select sum(occurrences) from {of}marts.repeat_people where is_total")
    assert repeated[0] == 2 * repeated[1]
