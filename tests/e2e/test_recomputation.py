"""Measures and marts of a release, computed a second time from the files as the agencies sent them.

Nothing here imports the project, runs dbt or reads the warehouse: the files are read by pandas, the definition is written out
below, and the formulas are scipy's or the textbook's.
"""

from __future__ import annotations

import functools

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, chi2, ecdf

POLICE = "derbyshire_constabulary"
# Home Office sub-codes of the offence types of the needs assessment, section 3.1.
TYPES = {
    "Homicide": ("001/01", "001/02", "004/01", "004/02", "004/10"),
    "Violence with injury": ("002/00", "005/01", "005/04", "005/08", "008/01", "008/02", "008/33", "010/11"),
    "Possession of weapons offences": ("010/14", "010/91", "008/26", "008/27", "081/03", "090/01"),
    "Robbery of business property": ("034/01", "034/02"),
    "Robbery of personal property": ("034/11", "034/12"),
}
TYPE_OF = {code: name for name, codes in TYPES.items() for code in codes}
POSITIVE = {"1", "1A", "2", "2A", "3", "3A", "4", "6", "7", "8"}
CITY = ("Derby City", "City of Derby")
GROUP = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Any other ethnic group", "N": None}


@pytest.fixture(scope="module")
def raw(county):
    return Raw(county.raw)


@pytest.fixture(scope="module")
def release(county):
    with duckdb.connect(str(county.home / "published" / "analysts" / "sna_marts.duckdb"), read_only=True) as con:
        yield con


class Raw:
    """The landing zone, each feed as one frame."""

    def __init__(self, folder):
        self.folder = folder

    @functools.cache  # noqa: B019
    def read(self, feed):
        files = sorted((self.folder / feed).glob("*.csv"))
        frames = [pd.read_csv(file, dtype=str, keep_default_na=False).assign(period=file.stem[:7]) for file in files]
        if not files:
            files = sorted((self.folder / feed).glob("*.xlsx"))
            frames = [pd.read_excel(file, dtype=str, engine="calamine") for file in files]
        return pd.concat(frames, ignore_index=True)

    @functools.cache  # noqa: B019
    def crimes(self):
        """Offences of a type of the definition, by reference."""
        frame = self.read(f"{POLICE}/crimes")
        frame = frame.assign(
            type=frame["HO Sub Code"].map(TYPE_OF),
            recorded=_day(frame["Recorded Date Time"]),
            is_serious=(frame["Domestic Abuse Flag"] != "Y") & (frame["Modern Slavery Flag"] != "Y"),
            district=frame["District"],
        )
        return frame[frame["type"].notna()].set_index("Crime Reference", drop=False)

    @functools.cache  # noqa: B019
    def outcome_versions(self):
        """Every row about an offence of the definition, in the order in which they were sent."""
        frame = self.read(f"{POLICE}/outcomes")
        frame = frame[frame["Crime Reference"].isin(self.crimes().index)]
        return frame.assign(is_positive=frame["Outcome Code"].isin(POSITIVE), date=_day(frame["Outcome Date"]))

    def outcomes(self):
        return self.outcome_versions().drop_duplicates(["Crime Reference", "Outcome Sequence"], keep="last")

    def people(self, role):
        frame = self.read(f"{POLICE}/{role}s")
        crimes = self.crimes()[["type", "recorded", "is_serious", "district"]]
        frame = frame.join(crimes, on="Crime Reference", how="inner")
        return frame.assign(female=frame["Sex"] == "F", group=frame["Self Defined Ethnicity"].str[:1].map(GROUP))

    def searches(self):
        frame = self.read(f"{POLICE}/stop_searches")
        group = frame["Self Defined Ethnicity"].str[:1].map(GROUP)
        return frame.assign(recorded=_day(frame["Search Date Time"]), district=frame["District"], group=group)

    def events(self, table):
        """One row per event that a mart counts: month, district, and the parts that its shares are of."""
        if table == "recorded_offences":
            crimes = self.crimes()
            last = self.outcomes().sort_values("Outcome Sequence").groupby("Crime Reference").tail(1)
            frame = crimes.assign(
                knife_percent=crimes["Knife Crime Flag"] == "Y",
                domestic_abuse_percent=crimes["Domestic Abuse Flag"] == "Y",
                alcohol_or_drugs_percent=(crimes["Alcohol Qualifier"] == "Y") | (crimes["Drugs Qualifier"] == "Y"),
                positive_outcome_percent=crimes.index.isin(last[last["is_positive"]]["Crime Reference"]),
            )
        elif table in ("offence_victims", "offence_suspects"):
            frame = self.people(table.removeprefix("offence_").removesuffix("s"))
            frame = frame.assign(female_percent=frame["female"])
        elif table == "person_searches":
            frame = self.searches()
        elif table == "assault_attendances":
            sent = [self.read(f"{hospital}/ed_assaults") for hospital in ("chesterfield_royal_hospital", "royal_derby_hospital")]
            frame = pd.concat(sent)
            frame = frame.assign(recorded=_day(frame["Arrival Date Time"]), district=frame["Assault District"])
        elif table == "assault_calls":
            frame = self.read("east_midlands_ambulance_service/assault_calls")
            frame = frame.assign(recorded=_day(frame["Call Date Time"]), district=frame["Incident District"])
        else:
            crimes, outcomes = self.crimes(), self.outcomes()
            found = outcomes.join(crimes[["recorded", "district"]], on="Crime Reference")
            without = crimes[~crimes.index.isin(outcomes["Crime Reference"])].assign(is_positive=False)
            frame = pd.concat([found, without])
            frame = frame.assign(positive_percent=frame["is_positive"].astype(bool))
        return frame.assign(month=frame["recorded"].dt.to_period("M"), district=frame["district"].replace(CITY, "Derby"))

    @functools.cache  # noqa: B019
    def estimates(self):
        """The publisher's sheet of the middle of 2022, a row for each LSOA."""
        return pd.read_excel(
            self.folder / "ons" / "population" / "2022.xlsx", sheet_name="Mid-2022 LSOA 2021", header=3, engine="calamine"
        )

    def residents(self):
        """District → residents in the middle of 2022."""
        return self.estimates().groupby("LAD 2023 Name")["Total"].sum()

    def residents_by_age(self):
        """District × sex and age, such as F17 → residents."""
        book = self.estimates()
        return book.groupby("LAD 2023 Name")[[f"{sex}{age}" for sex in "FM" for age in range(91)]].sum()

    def residents_by_group(self):
        frame = self.read("ons/census_ethnicity")
        label = frame["Ethnic group (20 categories)"]
        group = label.str.split(",").str[0].str.split(":").str[0].str.split(" ").str[0]
        group = group.where(~label.str.endswith("Chinese"), "Other").replace({"Other": "Any other ethnic group"})
        return frame["Observation"].astype(int).groupby(group).sum()


def _day(texts):
    return pd.to_datetime(texts.str[:10], format="%d/%m/%Y")


def byar(count):
    """Byar's approximation of the exact limits (Breslow and Day 1987)."""
    lower = 0 if count == 0 else count * (1 - 1 / (9 * count) - 1.959964 / (3 * count**0.5)) ** 3
    more = count + 1
    return lower, more * (1 - 1 / (9 * more) + 1.959964 / (3 * more**0.5)) ** 3


def wilson(part, whole):
    z, p = 1.959963984540054, part / whole
    middle, reach = p + z * z / (2 * whole), z * (p * (1 - p) / whole + z * z / (4 * whole * whole)) ** 0.5
    return tuple(100 * (middle + sign * reach) / (1 + z * z / whole) for sign in (-1, 1))


COUNTED = {
    "recorded_offences": "offences",
    "offence_victims": "victims",
    "offence_suspects": "suspects",
    "offence_outcomes": "outcome_records",
    "person_searches": "searches",
    "assault_attendances": "attendances",
    "assault_calls": "calls",
}
SHARES = {
    "recorded_offences": ("knife_percent", "domestic_abuse_percent", "alcohol_or_drugs_percent", "positive_outcome_percent"),
    "offence_victims": ("female_percent",),
    "offence_suspects": ("female_percent",),
    "offence_outcomes": ("positive_percent",),
}


def published(release, table, measure):
    """The measure as `meta.measures` defines it, over the columns that it is grouped by: {key: value}."""
    ((expression, grouped_by),) = release.execute(
        "select expression, grouped_by from meta.measures where table_name = ? and measure = ?", [table, measure]
    ).fetchall()
    columns, group = (f"{grouped_by}, ", f"group by {grouped_by}") if grouped_by else ("", "")
    rows = release.execute(f"select {columns}{expression} from marts.{table} {group}").fetchall()
    return {row[:-1]: row[-1] for row in rows if row[-1] is not None}


def by_month(events):
    counted = events.groupby("month").size()
    return counted.reindex(pd.period_range(counted.index.min(), counted.index.max(), freq="M"), fill_value=0)


def of_months(series):
    return {(month.to_timestamp().date(),): value for month, value in series.items()}


@pytest.mark.parametrize("table", COUNTED)
def test_a_count_and_its_limits(raw, release, table):
    count, measure = len(raw.events(table)), COUNTED[table]
    assert published(release, table, measure) == {(): count}
    limits = byar(count)
    exact = chi2.ppf(0.025, 2 * count) / 2, chi2.ppf(0.975, 2 * count + 2) / 2
    for side, limit, other in zip(("lower", "upper"), limits, exact, strict=True):
        ((found,),) = (published(release, table, f"{measure}_{side}_95").values(),)
        assert found == pytest.approx(limit, rel=1e-9) and found == pytest.approx(other, rel=1e-4)


@pytest.mark.parametrize("table", COUNTED)
def test_twelve_months(raw, release, table):
    months = by_month(raw.events(table))
    assert published(release, table, f"{COUNTED[table]}_12_months") == of_months(months.rolling(12, min_periods=1).sum())


@pytest.mark.parametrize("table", COUNTED)
def test_a_year_to_date(raw, release, table):
    months = by_month(raw.events(table))
    years = (months.index - 3).year
    found = published(release, table, f"{COUNTED[table]}_year_to_date")
    assert {key[1:]: value for key, value in found.items()} == of_months(months.groupby(years).cumsum())
    assert {key[0] for key in found} == {f"{year}/{(year + 1) % 100:02}" for year in set(years)}


@pytest.mark.parametrize("table", COUNTED)
def test_a_change_on_the_month_a_year_before(raw, release, table):
    months = by_month(raw.events(table))
    assert published(release, table, f"change_{COUNTED[table]}") == of_months((months - months.shift(12)).dropna())


@pytest.mark.parametrize("table", COUNTED)
def test_a_rate_per_1000_residents(raw, release, table):
    residents = raw.residents()
    events = raw.events(table)
    events = events[events["district"].isin(residents.index)]
    expected = events.groupby(["district", "month"]).size()
    codes = dict(release.execute("select district_code, district from marts.dim_district").fetchall())
    found = published(release, table, f"{COUNTED[table]}_per_1000")
    assert {(codes[key[0]], pd.Period(key[1], "M")): value for key, value in found.items()} == {
        key: pytest.approx(1000 * value / residents[key[0]]) for key, value in expected.items()
    }


def test_residents_of_any_age_group(raw, release):
    ages = raw.residents_by_age()
    for first, last, sexes in ((0, 17, "FM"), (18, 24, "M"), (25, 64, "F"), (90, 90, "FM"), (0, 90, "FM")):
        found = release.execute(
            """select district, sum(population) from marts.population_by_age
               where population_year = 2022 and age between ? and ? and left(sex, 1) in (select unnest(?)) group by all""",
            [first, last, list(sexes)],
        ).fetchall()
        expected = ages[[f"{sex}{age}" for sex in sexes for age in range(first, last + 1)]].sum(axis=1)
        assert dict(found) == expected.to_dict(), (first, last, sexes)
    assert (ages.sum(axis=1) == raw.residents()).all()


def test_rates_of_children_are_of_residents_under_18(raw, release):
    children = raw.residents_by_age()[[f"{sex}{age}" for sex in "FM" for age in range(18)]].sum(axis=1)
    found = release.execute(
        """select district, base_count, events, value from marts.district_profile
           where indicator_id = 'child_victims' and financial_year = '2023/24'"""
    ).fetchall()
    assert len(found) == len(children) == 9
    for district, base, events, value in found:
        assert base == children[district]
        assert value == pytest.approx(1000 * events / base, abs=0.0051)


def test_age_standardised_rates_are_of_single_years_of_age(raw, release):
    """By the European Standard Population of 2013, whose bands of 85 and over are one here (Eurostat 2013)."""
    standard = [5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 2500]
    weights = dict(zip(range(0, 90, 5), standard, strict=True))
    ages = raw.residents_by_age()
    bands = {first: range(first, 91 if first == 85 else first + 5) for first in weights}
    residents = {first: ages[[f"{sex}{age}" for sex in "FM" for age in years]].sum(axis=1) for first, years in bands.items()}
    victims = raw.people("victim")
    victims = victims[victims["is_serious"] & victims["recorded"].between("2023-04-01", "2024-03-31 23:59")]
    born, then = (pd.to_datetime(victims[name], format="%d/%m/%Y") for name in ("Date of Birth", "Offence Date"))
    # A birthday that is still to come in the year.
    later = (then.dt.month * 100 + then.dt.day) < (born.dt.month * 100 + born.dt.day)
    age = then.dt.year - born.dt.year - later
    victims = victims.assign(band=(age // 5 * 5).clip(upper=85), district=victims["district"].replace(CITY, "Derby"))
    found = dict(
        release.execute(
            """select district, standardised_rate_per_1000 from marts.age_standardised_rates
               where kind = 'Victims' and financial_year = '2023/24' and not is_total
                     and standardised_rate_per_1000 is not null"""
        ).fetchall()
    )
    assert len(found) >= 7
    for district, rate in found.items():
        own = victims[victims["district"] == district].groupby("band").size()
        parts = [weights[first] * own.get(first, 0) / residents[first][district] for first in weights]
        assert rate == pytest.approx(1000 * sum(parts) / sum(weights.values()), abs=0.0051), district


@pytest.mark.parametrize(("table", "share"), [(table, share) for table, shares in SHARES.items() for share in shares])
def test_a_share_and_its_limits(raw, release, table, share):
    events = raw.events(table)
    part, whole = int(events[share].sum()), len(events)
    assert published(release, table, share) == {(): pytest.approx(100 * part / whole)}
    for side, limit in zip(("lower", "upper"), wilson(part, whole), strict=True):
        assert published(release, table, f"{share}_{side}_95") == {(): pytest.approx(limit, rel=1e-6)}


def test_relative_rates_of_searches(raw, release):
    events, residents = raw.searches()["group"].value_counts(), raw.residents_by_group()
    missing = int(raw.searches()["group"].isna().sum())
    white = events["White"] / residents["White"]
    expected = {
        group: (
            int(events.get(group, 0)),
            round(events.get(group, 0) / residents[group] / white, 2),
            round(events.get(group, 0) / residents[group] / ((events["White"] + missing) / residents["White"]), 2),
            round((events.get(group, 0) + missing) / residents[group] / white, 2),
        )
        for group in ("Asian", "Black", "Mixed", "Any other ethnic group")
    }
    found = release.execute(
        """select ethnicity_group, events, relative_rate, relative_rate_lowest, relative_rate_highest from marts.relative_rates
           where measure = 'Searches' and comparator = 'White' and area = 'All areas' and years_counted = 3"""
    ).fetchall()
    assert {row[0]: pytest.approx(row[1:], abs=0.0051) for row in found} == expected
    assert expected["Black"][1:] == (7.88, 6.02, 27.27)


def test_relative_outcomes_of_suspects(raw, release):
    people = raw.people("suspect")
    people = people[people["is_serious"] & (people["recorded"] < "2024-04-01")]
    charged = set(raw.outcomes().query("`Outcome Code` in ('1', '1A')")["Crime Reference"])
    people = people.assign(charged=people["Crime Reference"].isin(charged))
    of = people.dropna(subset="group").groupby("group")["charged"].agg(["sum", "count"])
    found = release.execute(
        """select ethnicity_group, events, base_records, relative_rate from marts.relative_outcomes
           where measure = 'Suspects of offences that were charged' and comparator = 'All other groups'
               and area = 'All areas' and years_counted = 5"""
    ).fetchall()
    rest = {g: (of["sum"].sum() - of["sum"][g]) / (of["count"].sum() - of["count"][g]) for g in of.index}
    assert {row[0]: row[1:3] for row in found} == {g: tuple(of.loc[g]) for g in of.index}
    assert {row[0]: row[3] for row in found} == {
        g: pytest.approx(of["sum"][g] / of["count"][g] / rest[g], abs=0.0051) for g in of.index
    }


def as_known(raw):
    """Cumulative positive outcomes by quarter of recording and month, each month from the rows sent by then alone."""
    crimes = raw.crimes()
    crimes = crimes[crimes["is_serious"]]
    quarter = crimes["recorded"].dt.to_period("Q")
    versions = raw.outcome_versions()
    months = pd.period_range("2019-04", "2024-04", freq="M")
    triangle = {}
    for month in months:
        known = versions[versions["period"] <= str(month)]
        known = known.drop_duplicates(["Crime Reference", "Outcome Sequence"], keep="last")
        positive = quarter.index.isin(known[known["is_positive"]]["Crime Reference"])
        closed = quarter.index.isin(known["Crime Reference"])
        for label, of in pd.DataFrame({"positive": positive, "closed": closed}).groupby(quarter.to_numpy()):
            if (age := (month - label.asfreq("M", how="end")).n) >= 0:
                triangle[label, age] = int(of["positive"].sum()), int(of["closed"].sum())
    return triangle


def label_of(quarter):
    start = quarter.start_time - pd.DateOffset(months=3)
    return f"{start.year}/{(start.year + 1) % 100:02} Q{start.quarter}"


def test_what_was_known_of_outcomes_and_where_they_end(raw, release):
    triangle = as_known(raw)
    found = release.execute(
        """select quarter_label, months_since_recording, positive_offences, closed_offences from marts.outcomes_as_known
           where is_total"""
    ).fetchall()
    assert {row[:2]: row[2:] for row in found} == {(label_of(q), age): counts for (q, age), counts in triangle.items()}
    # Some row was overwritten, or this would test nothing that the facts do not say.
    assert raw.outcome_versions().duplicated(["Crime Reference", "Outcome Sequence"]).any()

    cohorts = sorted({quarter for quarter, _ in triangle})
    oldest = max(age for _, age in triangle)
    factors = np.ones(oldest)
    for age in range(oldest):
        both = [q for q in cohorts if (q, age + 1) in triangle]
        factors[age] = sum(triangle[q, age + 1][0] for q in both) / sum(triangle[q, age][0] for q in both)
    final = {}
    for q in cohorts:
        age = max(age for quarter, age in triangle if quarter == q)
        final[label_of(q)] = triangle[q, age][0] * factors[age:].prod()
    estimated = release.execute(
        """select cohort, final_offences from marts.outcome_estimates
           where is_latest and is_total and cohort_kind = 'Quarter' and outcome_kind = 'Positive'
               and coalesce(caveat not like '%Capped%', true)"""
    ).fetchall()
    assert len(estimated) > 15
    assert dict(estimated) == {c: pytest.approx(final[c], abs=0.051) for c, _ in estimated}


def test_estimates_of_the_past_contain_what_came(release):
    rows = release.execute(
        """select is_total, count(*), avg(is_within_limits::int),
               sum(final_offences) / sum(last_known_offences) - 1
           from marts.outcome_estimates
           where is_within_limits is not null and months_of_development >= 24 group by all"""
    ).fetchall()
    for is_total, estimates, within, bias in rows:
        assert estimates > 60
        assert within >= (0.95 if is_total else 0.8)
        assert abs(bias) < 0.05


def test_days_to_an_outcome(raw, release):
    crimes = raw.crimes()
    crimes = crimes[crimes["is_serious"]]
    first = raw.outcomes().groupby("Crime Reference")["date"].min().reindex(crimes.index)
    end = pd.Timestamp("2024-04-30")
    days = (first.fillna(end) - crimes["recorded"]).dt.days.clip(lower=0)
    year = (crimes["recorded"].dt.to_period("M") - 3).dt.year
    found = release.execute(
        """select left(financial_year, 4)::int, offence_type, days_lower_quartile, days_median, days_median_lower_95,
                  days_median_upper_95, days_upper_quartile, offences, closed_offences from marts.days_to_outcome"""
    ).fetchall()
    assert len(found) > 30
    for start, kind, *quantiles, offences, closed in found:
        chosen = (year == start) & ((crimes["type"] == kind) | (kind == "All offences"))
        waited, is_open = days[chosen].to_numpy(), first[chosen].isna().to_numpy()
        assert (offences, closed) == (len(waited), int((~is_open).sum()))
        survival = ecdf(CensoredData.right_censored(waited, is_open)).sf
        with np.errstate(all="ignore"):
            limits = survival.confidence_interval(method="log-log")
        curves = (
            *((survival, share) for share in (0.75, 0.5)),
            (limits.low, 0.5),
            (limits.high, 0.5),
            (survival, 0.25),
        )
        expected = []
        for curve, share in curves:
            reached = curve.quantiles[np.nan_to_num(curve.probabilities, nan=9) <= share + 1e-12]
            expected.append(int(reached[0]) if len(reached) else None)
        # Where nobody is left scipy has no limits; ours end there.
        if survival.probabilities[-1] == 0:
            expected[2:4] = [quantiles[i] if expected[i] is None else expected[i] for i in (2, 3)]
        assert quantiles == expected, (start, kind)
