"""What the release says of changes, against a computation of its own, and mart against mart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np
import pytest
from scipy.stats import betabinom, binomtest, false_discovery_control, hypergeom

from tests.counties import County

# The same series in yearly_trends and district_profile.
SERIES = {
    "Serious violence": "serious_violence",
    "Serious violence: Homicide": "homicide",
    "Serious violence: Possession of weapons offences": "possession_of_weapons",
    "Serious violence: Robbery of business property": "robbery_business",
    "Serious violence: Robbery of personal property": "robbery_personal",
    "Serious violence: Violence with injury": "violence_with_injury",
    "Knife crime": "knife_crime",
    "Stop searches": "stop_searches",
    "Ambulance calls for assault": "ambulance_calls",
    "Fire service: Deliberate fire": "deliberate_fires",
    "Fire service: Malicious false alarm": "malicious_false_alarms",
}
PANDEMIC = ("2020/21", "2021/22")


def dispersion_of(years: dict[str, list[int]]) -> float:
    """Variance / mean of the months of a series, from its whole years: chi-squared of months by years."""
    whole = {name: counts for name, counts in years.items() if len(counts) == 12}
    usual = {name: counts for name, counts in whole.items() if name not in PANDEMIC}
    table = np.array(list((usual if len(usual) >= 2 else whole).values()), dtype=float)
    if len(table) < 2 or table.mean() < 5:
        return 1.0
    with np.errstate(invalid="ignore"):
        expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / table.sum()
        squared = np.nansum((table - expected) ** 2 / expected)
    return float(max(1.0, squared / (11 * (len(table) - 1))))


def p_value_of(earlier: int, later: int, phi: float) -> float | None:
    """Two-sided and exact; None where no split of both counts could be found."""
    n = earlier + later
    if phi == 1:
        found, least = binomtest(later, n, 0.5).pvalue if n else 1, 2 * 0.5**n
    else:
        law = betabinom(n, n / 2 / (phi - 1), n / 2 / (phi - 1))
        found, least = min(1.0, 2 * law.cdf(min(earlier, later))), 2 * law.pmf(0)
    return None if least >= 0.05 else float(found)


def judged(families: dict[tuple[str, str], list[tuple[float, float, str, bool]]]) -> None:
    """Compare q-values and words of families of (p-value, published q-value, published word, whether it rose)."""
    for tests in families.values():
        for expected_q, (_, q, verdict, rose) in zip(false_discovery_control([test[0] for test in tests]), tests, strict=True):
            assert q == pytest.approx(expected_q, rel=1e-5, abs=1e-12)
            assert verdict == ("no clear change" if expected_q >= 0.05 else "increase" if rose else "decrease")


def test_no_two_marts_contradict_each_other(county: County) -> None:
    said = defaultdict(dict)
    trends = county.query(
        """select series, coalesce(district_code, 'All'), financial_year, p_value, q_value, verdict, verdict_caution
           from marts.yearly_trends where previous_year_events is not null"""
    )
    for series, place, year, *words in trends:
        said[series, place, year]["yearly_trends"] = words
    profiles = county.query(
        """select indicator_id, district_code, financial_year, change_p_value, change_q_value, change_verdict, change_caution
           from marts.district_profile where previous_year_value is not null"""
    )
    names = {indicator: series for series, indicator in SERIES.items()}
    for indicator, place, year, *words in profiles:
        said[names.get(indicator, indicator), place, year]["district_profile"] = words
    definitions = county.query(
        """select district_code, financial_year, p_value, q_value, verdict, verdict_caution
           from marts.violence_by_definition_yearly where is_in_force and previous_year_offences is not null"""
    )
    for place, year, *words in definitions:
        said["Serious violence", place, year]["violence_by_definition_yearly"] = words
    outcomes = county.query(
        """select district_code, financial_year, p_value, q_value, verdict, verdict_caution
           from marts.outcome_rates
           where basis = 'Recorded in period' and district_code is not null and previous_year_positive_percent is not null"""
    )
    for place, year, *words in outcomes:
        said["positive_outcome", place, year]["outcome_rates"] = words
    latest = county.query(
        """select series, coalesce(district_code, 'All'), year(first_month) || '/' || right(year(last_month)::text, 2),
               p_value, q_value, verdict, verdict_caution
           from marts.latest_trends where previous_year_events is not null and month(last_month) = 3"""
    )
    for series, place, year, *words in latest:
        said[series, place, year]["latest_trends"] = words
    contradictions = {key: found for key, found in said.items() if len({tuple(words) for words in found.values()}) > 1}
    assert contradictions == {}
    # Seven series of nine districts are in two marts at least, in four years.
    assert sum(len(found) > 1 for found in said.values()) > 0.95 * 7 * 9 * 4
    assert sum(len(found) > 1 for (series, *_), found in said.items() if series == "positive_outcome") >= 9 * 4


def test_every_table_with_a_verdict_is_compared_or_has_changes_of_its_own(county: County) -> None:
    found = county.query(
        """select distinct table_name from information_schema.columns
           where table_schema = 'marts' and column_name in ('verdict', 'change_verdict')"""
    )
    compared = {"yearly_trends", "latest_trends", "district_profile", "violence_by_definition_yearly", "outcome_rates"}
    # Of wards, and of crime of the night: no other table has these counts by year.
    of_its_own = {"hotspot_wards", "nte_rates"}
    assert {table for (table,) in found} == compared | of_its_own


def test_every_verdict_on_a_series_follows_from_the_published_months(county: County) -> None:
    months: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for series, area, year, events in county.query(
        "select series, area, financial_year, events from marts.monthly_trends order by month_start"
    ):
        months[series, area][year].append(events)
    rows = county.query(
        """select series, area, financial_year, previous_year_events, events, dispersion, p_value, q_value, verdict
           from marts.yearly_trends where previous_year_events is not null order by all"""
    )
    families = defaultdict(list)
    for series, area, year, earlier, later, dispersion, p, q, verdict in rows:
        phi = dispersion_of(months[series, area])
        assert dispersion == pytest.approx(phi), (series, area)
        found = p_value_of(earlier, later, phi)
        if found is None:
            assert (p, verdict) == (None, "too few to compare"), (series, area, year)
            continue
        assert p == pytest.approx(found, rel=1e-5, abs=1e-12), (series, area, year)
        families[series, year].append((found, q, verdict, later > earlier))
    assert len(families) >= 40
    judged(families)


def test_every_verdict_on_the_latest_twelve_months_follows_from_the_published_months(county: County) -> None:
    months: dict[tuple[str, str], dict[dt.date, int]] = defaultdict(dict)
    years: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for series, area, month, year, events in county.query(
        "select series, area, month_start, financial_year, events from marts.monthly_trends order by month_start"
    ):
        months[series, area][month] = events
        years[series, area][year].append(events)
    rows = county.query(
        """select series, area, first_month, last_month, months, previous_year_events, events, dispersion, p_value, q_value,
               verdict
           from marts.latest_trends order by all"""
    )
    assert {row[:2] for row in rows} == set(months)
    families = defaultdict(list)
    for series, area, first, last, number, earlier, later, dispersion, p, q, verdict in rows:
        counts = months[series, area]
        latest = max(counts)
        back = (np.datetime64(latest, "M") - np.arange(24)).astype("M8[D]").astype(object)
        spans = [set(back[:12]), set(back[12:])]
        assert (first, last) == (min(spans[0]), latest), (series, area)
        assert (number, later) == (len(spans[0] & set(counts)), sum(counts.get(month, 0) for month in spans[0])), (series, area)
        if not all(span <= set(counts) for span in spans):
            assert (earlier, p, q, verdict) == (None,) * 4, (series, area)
            continue
        assert earlier == sum(counts[month] for month in spans[1]), (series, area)
        assert dispersion == pytest.approx(dispersion_of(years[series, area])), (series, area)
        found = p_value_of(earlier, later, dispersion)
        if found is None:
            assert (p, verdict) == (None, "too few to compare"), (series, area)
            continue
        assert p == pytest.approx(found, rel=1e-5, abs=1e-12), (series, area)
        families[series, ""].append((found, q, verdict, later > earlier))
    assert len(families) >= 10
    judged(families)


def test_every_verdict_on_a_ward_follows_from_the_published_months(county: County) -> None:
    """The twelve months of each window and those before, a family of all wards."""
    ends = county.query("select distinct month_start, financial_year from marts.offences order by 1")
    months: dict[str, dict[dt.date, int]] = defaultdict(dict)
    for ward, month, offences in county.query("select ward_code, month_start, sum(offences) from marts.offences group by all"):
        months[ward][month] = offences
    rows = county.query(
        """select definition, ward_code, last_month, offences, previous_year_offences, change_offences, dispersion,
               p_value, q_value, verdict, verdict_caution
           from marts.hotspot_wards where scope = 'All wards' and previous_year_offences is not null"""
    )
    families = defaultdict(list)
    for definition, ward, last, later, earlier, change, dispersion, p, q, verdict, caution in rows:
        assert change == later - earlier
        if definition == "Serious violence":
            place = [month for month, _ in ends].index(last)
            year, before = ends[place - 11 : place + 1], ends[place - 23 : place - 11]
            assert [sum(months[ward].get(month, 0) for month, _ in span) for span in (before, year)] == [earlier, later]
            years = defaultdict(list)
            for month, financial_year in ends:
                years[financial_year].append(months[ward].get(month, 0))
            assert dispersion == pytest.approx(dispersion_of(years)), ward
        found = p_value_of(earlier, later, dispersion)
        if found is None:
            assert (p, verdict) == (None, "too few to compare"), (ward, last)
            continue
        assert p == pytest.approx(found, rel=1e-5, abs=1e-12), (ward, last)
        families[definition, last].append((found, q, verdict, later > earlier))
        assert ("COVID" in (caution or "")) == (last < dt.date(2023, 7, 1)), (last, caution)
    # Two definitions; four pairs of financial years and the latest twelve months.
    assert len(families) == 10 and all(len(tests) > 100 for tests in families.values())
    judged(families)
    # Unadjusted, one ward in twenty would seem to change where none does.
    assert sum(test[0] < 0.05 for tests in families.values() for test in tests) > sum(
        test[2] != "no clear change" for tests in families.values() for test in tests
    )


def test_every_verdict_on_an_outcome_rate_follows_from_the_published_records(county: County) -> None:
    rows = county.query(
        """select basis, breakdown, category, cast(left(financial_year, 4) as integer), positive_records, outcome_records,
               is_mature, positive_percent, previous_year_positive_percent, p_value, q_value, verdict, verdict_caution
           from marts.outcome_rates"""
    )
    years = {row[:4]: row[4:7] for row in rows}
    families = defaultdict(list)
    for basis, breakdown, category, year, positive, records, mature, rate, before, p, q, verdict, caution in rows:
        earlier = years.get((basis, breakdown, category, year - 1))
        if earlier is None:
            assert (before, p, q, verdict, caution) == (None,) * 5
            continue
        assert before == pytest.approx(100 * earlier[0] / earlier[1], abs=0.0051)
        assert ("principal crime" in (caution or "")) == (year in (2023, 2024))
        if not (mature and earlier[2]):
            assert (p, verdict) == (None, "not mature"), (basis, breakdown, category, year)
            continue
        law = hypergeom(records + earlier[1], positive + earlier[0], records)
        least = min(2 * min(law.cdf(end), law.sf(end - 1)) for end in law.support())
        if least >= 0.05:
            assert (p, verdict) == (None, "too few to compare"), (basis, breakdown, category, year)
            continue
        assert p == pytest.approx(min(1, 2 * min(law.cdf(positive), law.sf(positive - 1))), rel=1e-6)
        families[basis, breakdown, year].append((p, q, verdict, rate > before))
    assert len(families) >= 12
    for tests in families.values():
        for expected, (_, q, verdict, rose) in zip(false_discovery_control([test[0] for test in tests]), tests, strict=True):
            assert q == pytest.approx(expected, rel=1e-6)
            assert verdict == ("no clear change" if expected >= 0.05 else "increase" if rose else "decrease")
    assert {verdict for tests in families.values() for _, _, verdict, _ in tests} >= {"no clear change", "decrease"}


def test_small_numbers_are_findings(county: County) -> None:
    found = county.query(
        """select previous_year_events, events, p_value, verdict from marts.yearly_trends
           where series = 'Serious violence: Homicide' and greatest(previous_year_events, events) < 20 and q_value < 0.05"""
    )
    assert (16, 2, pytest.approx(0.0013, abs=0.00005), "decrease") in found


def test_nothing_is_said_of_outcomes_that_are_not_mature(county: County) -> None:
    rows = county.query(
        """select profile.change_verdict, profile.versus_county, rates.is_mature
           from marts.district_profile as profile
           join marts.outcome_rates as rates
               on profile.district_code = rates.district_code and profile.financial_year = rates.financial_year
           where profile.indicator_id = 'positive_outcome' and rates.basis = 'Recorded in period' and profile.value is not null"""
    )
    immature = [row for row in rows if not row[2]]
    assert immature and len(immature) < len(rows)
    assert {(change, versus) for change, versus, _ in immature} == {("not mature", "not mature")}
    assert "not mature" not in {versus for _, versus, mature in rows if mature}


def test_a_year_of_the_pandemic_is_compared_with_a_caution(county: County) -> None:
    cautions = dict(
        county.query(
            """select financial_year, string_agg(distinct verdict_caution, '|') from marts.yearly_trends
               where series = 'Serious violence' and verdict is not null group by all"""
        )
    )
    assert "2020/21: 12 of 12 months in COVID-19 restrictions" in cautions["2020/21"]
    assert "2020/21: 12 of 12 months" in cautions["2021/22"] and "2021/22: 4 of 12 months" in cautions["2022/23"]
    assert "COVID" not in cautions["2023/24"] and "principal crime" in cautions["2023/24"]
