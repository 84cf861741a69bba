"""Sentences of the page for the board."""

import re

import pytest

from reporting import board, places

ROW = {
    "series": "Knife crime",
    "area": "Aton",
    "financial_year": "2023/24",
    "measure": "offences",
    "events": 266,
    "previous_year_events": 348,
    "change_events": -82,
    "change_events_percent": -23.56,
    "verdict": "decrease",
}


def words(markup):
    return re.sub(r"<[^>]+>", "", str(markup))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "266 offences in 2023/24, −82 on the year before (−23.6 %): a decrease beyond chance."),
        ({"verdict": "no clear change"}, "266 offences in 2023/24, −82 on the year before (−23.6 %): no clear change."),
        # A percentage of two is not a finding.
        (
            {"events": 11, "previous_year_events": 2, "change_events": 9, "change_events_percent": 450.0, "verdict": "increase"},
            "11 offences in 2023/24, +9 on the year before: an increase beyond chance.",
        ),
        (
            {"events": 1, "previous_year_events": 2, "change_events": -1},
            "1 offence in 2023/24, −1 on the year before: a decrease beyond chance.",
        ),
        (
            {"previous_year_events": None, "change_events": None, "change_events_percent": None, "verdict": None},
            "266 offences in 2023/24, compared with no year before.",
        ),
    ],
)
def test_a_change_is_said_with_what_its_test_says(changed, said):
    assert words(board.change(ROW | changed, judged=True)) == f"Knife crime: {said}"


def test_the_board_reads_first_how_much_serious_violence_and_knife_crime_there_was(made):
    rows = made.release.rows(
        "from marts.yearly_trends where financial_year = ? and area = ? and series in ('Serious violence', 'Knife crime')",
        [made.spec.year, board.county(made.release, made.spec)],
    )
    assert len(rows) == 2
    first = words(made.html("index.html")).partition("What rose and what fell")[2].partition("Rose")[0]
    for row in rows:
        assert words(board.change(row, judged=True)) in first


def test_the_busiest_hours_are_those_of_the_heat_map(made):
    found = made.release.rows(
        """select day_name, committed_hour, sum(offences)::integer as n from marts.offences_by_hour
           where financial_year = ? and committed_hour is not null and day_name is not null group by all order by n desc""",
        [made.spec.year],
    )
    text = " ".join(words(made.html("index.html")).split())
    said = re.search(r"The hours of the week with most offences: (.*?)\. query", text)
    busy = [row for row in found if row["n"] >= found[board.BUSIEST - 1]["n"]]
    if len(busy) > 2 * board.BUSIEST:
        assert said is None
    else:
        assert {(day, int(hour), int(n)) for day, hour, n in re.findall(r"(\w+day) from (\d\d):00 \((\d+)\)", said[1])} == {
            (row["day_name"], row["committed_hour"], row["n"]) for row in busy
        }


TESTED = {"versus_county": "similar", "change_verdict": "no clear change"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([TESTED], "No district is worse."),
        ([TESTED, {"versus_county": None, "change_verdict": None}], "No district is worse."),
        # What was not tested is not known to be no worse.
        ([{"versus_county": "similar", "change_verdict": None}], "Not known"),
        ([{"versus_county": "too few to compare", "change_verdict": "too few to compare"}], "Not known"),
        ([], "Not known"),
    ],
)
def test_nothing_is_said_to_be_no_worse_that_could_not_be_compared(rows, said):
    assert words(board.none_worse(rows, "No district is worse.")).startswith(said)


@pytest.mark.parametrize(
    ("hot", "said"),
    [
        (0, "No hexagon is part of a cluster that chance does not explain (0 found)."),
        (1, "1 hexagon is part of a cluster that chance does not explain, with a thick orange edge."),
        (2, "2 hexagons are part of a cluster that chance does not explain, with a thick orange edge."),
    ],
)
def test_clusters_are_counted_in_plain_words(hot, said):
    place = {"definition": "Robbery", "first_month": "2024-04-01", "last_month": "2025-03-01"}
    rows = [place | {"clustering": kind} for kind in ["hot"] * hot + [None, "cold"]]
    assert words(places._clusters("marts.hotspot_hexagons", rows, ("hexagon", "hexagons"))) == said
