"""Stand-ins for three statistics of the Ministry of Justice about prisons and reoffending in England and Wales.

Published constraints: the numbers of T42 and T43 and of sections 12 to 12.2 of the SNA 2024. Where the print has a change but
not what it is a change from, the number before is the one nearest to the printed change.
Ours: all other quarters, the rates of which only the change is printed, how people and incidents divide by sex, the size
of the cohorts, and every division of which only the order is printed. The ministry's own workbooks replace all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.ods import Cell, write_ods
from synthetic.records.controlled_rounding import apportion, controlled_table
from synthetic.records.targets import Floats, Ints

SAFETY, POPULATION, REOFFENDING = "moj/safety_in_custody", "moj/prison_population", "moj/proven_reoffending"
Rows = list[list[Cell]]

QUARTERS = pd.period_range("2014Q1", "2024Q2", freq="Q")
"""Ends of twelve months: deaths are published to June 2024, the rest to March (D125)."""
NOTES: Rows = [
    ["Notes"],
    ["This worksheet contains one table."],
    ["Note number", "Note text"],
    ["[note 1]", "Figures are drawn from administrative systems and may be revised."],
    ["[note 2]", "[x] means not available, [z] not applicable, [c] suppressed."],
]

# What each series is at March 2014, at its hump of March 2019 and its low of March 2021 (ours), a year before the last
# twelve months, and at their end.
DEATHS = {"All deaths": (225, 317, 408, 313, 308), "Self-inflicted deaths": (88, 87, 79, 92, 85)}
# Printed change in per cent, printed number; rates per 1,000 of the last twelve months and their printed change.
SELF_HARM = (73_804, 24)
SELF_HARM_RATES = {"Male": (582.0, 25), "Female": (5_624.0, -4)}
ASSAULTS: dict[str, tuple[int, int]] = {
    "All assaults": (28_292, 27),
    "Assaults on staff": (9_847, 32),
    "Serious assaults": (3_215, 25),
    "Serious prisoner-on-prisoner assaults": (2_345, 24),
    "Serious assaults on staff": (902, 32),
}
ASSAULT_RATES = {
    "All assaults": {"Male": (329.0, 19), "Female": (566.0, 25)},
    "Assaults on staff": {"Male": (106.0, 22), "Female": (286.0, 42)},
}
"""Only 286 is printed."""
FEMALE_PRISONERS = 3_600
"""Assumed number that female incidents are a rate of."""
SHAPE = np.array([0.55, 0.93, 0.70])
"""Assumed levels of March 2014, 2019 and 2021, of the level of March 2024: the last twelve months are the peak."""

PRISONERS = {"Male": 84_043, "Female": 3_683}
MORE_THAN_A_YEAR_BEFORE = 1_875
OFFENCE_GROUPS = {
    "Violence against the person": 32.5,
    "Sexual offences": 20.6,
    "Drug offences": 16.7,
    "Theft offences": 9.1,
    "Robbery": 8.1,
    "Possession of weapons": 3.4,
    "Miscellaneous crimes against society": 3.4,
    "Public order offences": 2.1,
    "Criminal damage and arson": 1.3,
    "Summary non-motoring": 1.2,
    "Fraud offences": 0.9,
    "Offence not recorded": 0.4,
    "Summary motoring": 0.3,
}

COHORTS = pd.period_range("2012Q3", "2022Q3", freq="Q")
OFFENDERS = {"Adult": 88_000, "Juvenile": 4_800}
REOFFENDING_RATES = {"Adult": 26.2, "Juvenile": 32.1}
SHORT_SENTENCE, SHORT_SENTENCE_RATE = 9_600, 56.9
WITHIN_THREE_MONTHS, WITHIN_SIX_MONTHS = 31.5, 56.2
REOFFENCES_EACH = 4.1
"""Assumed reoffences of a reoffender."""
AGES = {
    "Juvenile": {"10 to 14": (900, 36.0), "15 to 17": (3_900, 31.2)},
    "Adult": {
        "18 to 20": (6_900, 27.5),
        "21 to 24": (10_700, 25.5),
        "25 to 29": (14_600, 25.8),
        "30 to 34": (15_600, 28.0),
        "35 to 39": (13_600, 29.0),
        "40 to 44": (10_300, 28.0),
        "45 to 49": (6_600, 25.5),
        "50 to 59": (7_200, 19.0),
        "60 and over": (2_500, 11.0),
    },
}
"""Assumed size of each age group and its rate of reoffending."""
REOFFENCE_TYPES = {
    "Violence against the person": (9, 23),
    "Robbery": (0.6, 5),
    "Possession of weapons": (2.4, 8),
    "Theft offences": (33, 16),
    "Public order offences": (10, 9),
    "Drug offences": (7, 9),
    "Criminal damage and arson": (4, 10),
    "Summary motoring": (8, 6),
    "Summary non-motoring": (17, 10),
    "Other": (9, 4),
}
"""Assumed share of adult and of juvenile reoffences."""


def before(number: float, change: float, step: float = 1) -> float:
    """The number from which ``number`` is a change of so many per cent, to the nearest ``step``."""
    return round(number / (1 + change / 100) / step) * step


def series(rng: np.random.Generator, quarters: int, knots: Sequence[float], step: float = 1) -> Floats:
    """Twelve-month totals at so many quarters' ends from March 2014, through levels at March 2014, 2019 and 2021, a year before
    the last quarter and at it; between them with some noise, and never above the last where that is the highest of them.
    """
    at = np.array([0, 20, 28, quarters - 5, quarters - 1])
    line = np.interp(np.arange(quarters), at, knots)
    noise = rng.normal(0, 0.008, quarters)
    noise[at[-2:]] = 0
    found = np.round(line * (1 + noise) / step) * step
    if knots[-1] == max(knots):
        found[:-1] = np.minimum(found[:-1], knots[-1] - step)
    return np.asarray(found)


def _month(period: pd.Period) -> str:
    return str(period.end_time.strftime("%B %Y"))


def _sheet(title: str, header: Sequence[str], rows: Rows) -> Rows:
    above: Rows = [[title], ["This worksheet contains one table. Some cells refer to notes, which are on the notes worksheet."]]
    return [*above, list(header), *rows, ["Source: Ministry of Justice"]]


def _cover(title: str) -> tuple[str, Rows]:
    return "Cover", [[title], ["Publication date: 25 July 2024"], ["Contact: statistics enquiries"]]


def safety(rng: np.random.Generator) -> list[tuple[str, Rows]]:
    """The sheets of Safety in Custody to March 2024."""
    deaths: Rows = []
    for kind, knots in DEATHS.items():
        deaths += [[_month(q), kind, int(n)] for q, n in zip(QUARTERS, series(rng, len(QUARTERS), knots), strict=True)]
    quarters = QUARTERS[:-1]
    harm: Rows = []
    for sex, number, rate in _by_sex(rng, *SELF_HARM, SELF_HARM_RATES):
        harm += [[_month(q), sex, int(n), float(r) if r else "[x]"] for q, n, r in zip(quarters, number, rate, strict=True)]
    assaults: Rows = []
    for kind, (last, change) in ASSAULTS.items():
        for sex, number, rate in _by_sex(rng, last, change, ASSAULT_RATES.get(kind, {})):
            assaults += [
                [_month(q), kind, sex, int(n), float(r) if r else "[x]"] for q, n, r in zip(quarters, number, rate, strict=True)
            ]
    when, rate_header = "12 months ending", "Rate per 1,000 prisoners [note 1]"
    return [
        _cover("Safety in Custody Statistics, England and Wales: deaths to June 2024, assaults and self-harm to March 2024"),
        ("Notes", NOTES),
        ("Deaths", _sheet("Table 1: Deaths in prison custody", (when, "Cause of death", "Number"), deaths)),
        ("Self-harm", _sheet("Table 2: Self-harm incidents", (when, "Sex", "Number", rate_header), harm)),
        ("Assaults", _sheet("Table 3: Assaults", (when, "Type of assault", "Sex", "Number", rate_header), assaults)),
    ]


def _by_sex(
    rng: np.random.Generator, last: int, change: float, rates: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[str, Floats, Floats]]:
    """Sex, numbers and rates per 1,000 (0 where there is none) of one kind of incident, quarter by quarter to March 2024."""
    size = len(QUARTERS) - 1
    number = series(rng, size, [*np.round(SHAPE * last), before(last, change), last])
    yield "All", number, np.zeros(size)
    if not rates:
        return
    rate = {
        sex: series(rng, size, [*np.round(SHAPE * now, 1), before(now, rise, 0.1), now], 0.1)
        for sex, (now, rise) in rates.items()
    }
    female = np.round(rate["Female"] * FEMALE_PRISONERS / 1000)
    yield "Male", number - female, rate["Male"]
    yield "Female", female, rate["Female"]


def groups(total: int) -> Ints:
    """So many prisoners by offence group, by the printed shares."""
    found = apportion(np.array(list(OFFENCE_GROUPS.values())), total)
    # Violence is printed as 32.5 % and as 32 %: it is a little less than 32.5 %.
    spare = max(int(found[0]) - (325 * total - 1) // 1000, 0)
    found[0] -= spare
    found[1] += spare
    return found


def population(quarter: pd.Period, prisoners: Mapping[str, int]) -> list[tuple[str, Rows]]:
    """The sheets of the prison population at the end of a quarter."""
    by_group = groups(sum(prisoners.values()))
    women = np.where(np.arange(len(by_group)) == 1, 0.15, 1.0)
    start = np.outer(by_group, list(prisoners.values())) * np.column_stack([np.ones(len(by_group)), women])
    table = controlled_table(start, by_group, np.array(list(prisoners.values())))
    rows: Rows = [["All offence groups", *map(int, table.sum(axis=0)), int(table.sum())]]
    rows += [[name, *map(int, row), int(row.sum())] for name, row in zip(OFFENCE_GROUPS, table, strict=True)]
    title = f"Table 1: Prison population on {quarter.end_time:%d/%m/%Y} by offence group and sex, England and Wales"
    return [
        _cover("Offender Management Statistics: prison population"),
        ("Notes", NOTES),
        ("Table_1", _sheet(title, ("Offence group", *prisoners, "All"), rows)),
    ]


def reoffending(rng: np.random.Generator) -> list[tuple[str, Rows]]:
    """The sheets of proven reoffending of the cohort of July to September 2022, with the earlier cohorts."""
    reoffenders = {group: round(OFFENDERS[group] * rate / 100) for group, rate in REOFFENDING_RATES.items()}
    reoffences = {group: round(number * REOFFENCES_EACH) for group, number in reoffenders.items()}
    overall: Rows = []
    for number, cohort in enumerate(COHORTS):
        for group in OFFENDERS:
            years = (len(COHORTS) - 1 - number) / 4
            larger = 1 + (0.045 if group == "Adult" else 0.17) * years * (1 if years == 0 else rng.uniform(0.96, 1.04))
            people = round(OFFENDERS[group] * larger)
            of_them = reoffenders[group] if years == 0 else round(people * (REOFFENDING_RATES[group] + 0.35 * years) / 100)
            times = reoffences[group] if years == 0 else round(of_them * REOFFENCES_EACH)
            overall.append([_cohort(cohort), group, people, of_them, times])
    last = _cohort(COHORTS[-1])
    ages: Rows = []
    for group, members in AGES.items():
        sizes = apportion([size for size, _ in members.values()], OFFENDERS[group])
        again = apportion([size * rate for size, rate in members.values()], reoffenders[group])
        ages += [[last, group, name, int(n), int(r)] for name, n, r in zip(members, sizes, again, strict=True)]
    short = round(SHORT_SENTENCE * SHORT_SENTENCE_RATE / 100)
    sentences: Rows = [
        [last, "Less than 12 months", SHORT_SENTENCE, short],
        [last, "12 months and over", 5_100, 1_290],
    ]
    total = sum(reoffences.values())
    soon, half = (round(total * share / 100) for share in (WITHIN_THREE_MONTHS, WITHIN_SIX_MONTHS))
    by_month = np.concatenate(
        [apportion(np.ones(3), soon), apportion(np.ones(3), half - soon), apportion(np.ones(6), total - half)]
    )
    months: Rows = [[last, str(month), int(n)] for month, n in enumerate(by_month, start=1)]
    kinds: Rows = []
    for place, group in enumerate(OFFENDERS):
        counts = apportion([shares[place] for shares in REOFFENCE_TYPES.values()], reoffences[group])
        kinds += [[last, group, kind, int(n)] for kind, n in zip(REOFFENCE_TYPES, counts, strict=True)]
    counted = ("Offenders", "Reoffenders")
    return [
        _cover("Proven Reoffending Statistics Quarterly Bulletin, July to September 2022"),
        ("Notes", NOTES),
        ("Overall", _sheet("Table 1: Overall", ("Cohort", "Age range", *counted, "Reoffences"), overall)),
        ("Age", _sheet("Table 2: By age", ("Cohort", "Age range", "Age group", *counted), ages)),
        (
            "Custodial sentence",
            _sheet("Table 3: Adults released from custody", ("Cohort", "Custodial sentence length", *counted), sentences),
        ),
        (
            "Time to reoffence",
            _sheet("Table 4: Months to reoffence", ("Cohort", "Months to reoffence", "Reoffences"), months),
        ),
        (
            "Reoffence type",
            _sheet("Table 5: By reoffence", ("Cohort", "Age range", "Reoffence type", "Reoffences"), kinds),
        ),
    ]


def _cohort(quarter: pd.Period) -> str:
    return f"{quarter.start_time:%B} to {quarter.end_time:%B %Y}"


def write_prisons(rng: np.random.Generator, raw: Path) -> Iterator[tuple[str, Path, int]]:
    """Write the workbooks of the three feeds; yields feed, path and rows of each."""
    books = [(SAFETY, "2024-Q1", safety(rng)), (REOFFENDING, "2022-Q3", reoffending(rng))]
    total = sum(PRISONERS.values())
    for quarters_ago in range(4, -1, -1):
        quarter = QUARTERS[-1] - quarters_ago
        fewer = round(MORE_THAN_A_YEAR_BEFORE * quarters_ago / 4)
        women = round(PRISONERS["Female"] * (total - fewer) / total)
        people = {"Male": total - fewer - women, "Female": women}
        books.append((POPULATION, f"{quarter.year}-Q{quarter.quarter}", population(quarter, people)))
    for feed, period, sheets in books:
        path = raw / feed / f"{period}.ods"
        write_ods(path, sheets)
        yield feed, path, sum(len(rows) - 4 for name, rows in sheets if name not in ("Cover", "Notes"))
