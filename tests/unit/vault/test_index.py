"""Who is on the index, why, and for how long."""

from datetime import date

import pytest

from orchestration.vault_runs.access import ENGINE
from tests.unit.vault.conftest import KEY
from vault import access_log, index, lookups, store

AT = "2024-03-31"


def test_the_months_of_the_crime_cohort_end_with_the_reference_date(force, draw, members):
    for person, days in {
        "first day of the 24 months": ("2022-04-01", "2024-03-31"),
        "a day before them": ("2022-03-31", "2024-03-31"),
        "first day of the 12 months": ("2022-10-10", "2023-04-01"),
        "a day before those": ("2022-10-10", "2023-03-31"),
        "a day too late": ("2023-10-10", "2024-04-01"),
        "one only": ("2024-01-01",),
    }.items():
        for day in days:
            force.incident(person, day)
    assert members(draw(AT)) == {"first day of the 24 months", "first day of the 12 months"}


def test_a_month_end_in_february_loses_no_day(force, draw, members):
    force.incident("29 February counts", "2022-03-01")
    force.incident("29 February counts", "2024-02-29")
    assert members(draw("2024-02-29")) == {"29 February counts"}


def test_what_counts(force, draw, members):
    for person, options in {
        "possession without a knife": {"knife": False, "kind": "Possession of weapons offences"},
        "knife crime": {},
        "domestic": {"domestic": True},
        "neither": {"knife": False},
        "recorded later": {"recorded": "2024-04-01"},
    }.items():
        force.incident(person, "2023-06-01", **options)
        force.incident(person, "2024-01-01")
    assert members(draw(AT)) == {"possession without a knife", "knife crime"}


def test_an_incident_counts_once_for_each_person_in_it(force, draw, members):
    force.incident("alone", "2024-01-01")
    force.incidents.append(force.incidents[-1])
    assert members(draw(AT)) == set()


def test_the_months_of_the_intelligence_cohort(force, draw, members):
    for number, (person, day) in enumerate(
        [
            *(("six months", "2023-10-01"), ("six months", "2024-03-31")),
            *(("a day before them", "2023-09-30"), ("a day before them", "2024-03-31")),
        ]
    ):
        force.reports.append((f"R{number}", person, day))
    # The same report twice is one report.
    force.reports += [("R9", "one report", "2024-01-01"), ("R9", "one report", "2024-01-01")]
    run = draw(AT)
    assert members(run, "Intelligence") == {"six months"}
    assert members(run) == set()


def test_a_score_is_of_the_last_assessment_and_a_victim_gains_nothing(force, draw, vault):
    for person in ("victim", "no victim", "not assessed"):
        force.incident(person, "2023-06-01")
        force.incident(person, "2024-01-01")
    force.assessments = [
        ("victim", "2024-01-05", "Y", "Y", "N"),
        ("victim", "2024-02-01", "Y", "N", "Y"),
        ("no victim", "2024-02-01", "Y", "N", "N"),
        # After the reference date.
        ("no victim", "2024-04-01", "N", "N", "N"),
    ]
    draw(AT)
    rows = vault.execute("select person_key, lifestyle_score, is_victim, harm_days from vault.hkci.entry order by all").fetchall()
    assert rows == [("no victim", 25, False, 10.0), ("not assessed", None, None, 10.0), ("victim", 25, True, 10.0)]


def test_who_is_among_the_highest_scores_whatever_the_points(force, draw, vault):
    """Eight people: the highest quarter is two. One has both factors; which of the two with one is second, the points decide."""
    force.points = {"known_for_violence": 20, "aged_under_25": 20, "victim_of_violence": 0}
    answers = {"all": ("Y", "Y"), "one": ("Y", "N"), "other": ("N", "Y"), **{f"none {n}": ("N", "N") for n in range(5)}}
    for person, (violent, young) in answers.items():
        for day in ("2023-06-01", "2024-01-01"):
            force.incident(person, day)
        force.assessments.append((person, "2024-02-01", violent, young, "Y"))
    expected = {"Always": 1, "Under some points": 2, "Never": 5}
    for _ in range(2):  # The draws are the same again.
        run = draw(AT)
        tallied = vault.execute(
            "select category, nominals from vault.hkci.tally where run_id = ? and breakdown = 'Highest scores'", [run.run_id]
        ).fetchall()
        assert dict(tallied) == expected
    released = {cell.category: cell.nominals for cell in run.disclosed if cell.breakdown == "Highest scores"}
    # 5 is what is left of 8, so 1 and 2 have only their sum, which is below the minimum cell: it is withheld too.
    assert released == {"Always": None, "Under some points": None, "Never": None}


def test_a_factor_without_points_makes_nobody_a_victim(force, draw, vault):
    force.points = {"known_for_violence": 40, "aged_under_25": 0, "victim_of_violence": 0}
    for person in ("young", "victim"):
        force.incident(person, "2023-06-01")
        force.incident(person, "2024-01-01")
    force.assessments = [("young", "2024-02-01", "N", "Y", "N"), ("victim", "2024-02-01", "N", "N", "Y")]
    draw(AT)
    assert vault.execute("select person_key, is_victim from vault.hkci.entry order by all").fetchall() == [
        ("victim", True),
        ("young", False),
    ]


@pytest.mark.parametrize(
    "points",
    [
        {"known_for_violence": 25, "aged_under_25": 14, "victim_of_violence": 1},
        {"known_for_violence": 25, "aged_under_25": 14, "victim_of_violence": 0},
        {"known_for_violence": 41, "aged_under_25": -1, "victim_of_violence": 0},
        {"known_for_violence": 25, "aged_under_25": 15},
    ],
)
def test_no_run_with_unfair_weights(force, draw, vault, points):
    force.points = points
    with pytest.raises(index.InvalidWeightsError):
        draw(AT)
    assert vault.execute("select count(*) from vault.hkci.run").fetchall() == [(0,)]


def test_who_joined_and_who_left_and_why(force, draw, vault):
    for day in ("2022-02-01", "2023-02-01"):
        force.incident("nothing for a year", day)
    for day in ("2021-06-01", "2022-05-01"):
        force.incident("too long ago", day)
    for day in ("2022-06-01", "2023-01-01"):
        force.incident("corrected", day)
    for day in ("2022-06-01", "2023-03-01", "2024-02-01"):
        force.incident("stays", day)
    first = draw("2023-03-31")
    assert (first.nominals, first.joined) == ({"Crime": 4}, {"Crime": 4})
    assert not any(cell.breakdown == "Movement" for cell in first.disclosed)

    force.incidents = [row if row[0] != "corrected" else (*row[:5], True, *row[6:]) for row in force.incidents]
    for day in ("2023-09-01", "2024-03-01"):
        force.incident("new", day)
    second = draw("2024-03-31")
    assert (second.nominals, second.joined, second.left) == ({"Crime": 2}, {"Crime": 1}, {"Crime": 3})
    why = dict(vault.execute("select person_key, why from vault.hkci.leaver where run_id = ?", [second.run_id]).fetchall())
    assert why == {
        "nothing for a year": "Fewer than 2 incidents in 24 months",
        "too long ago": "Fewer than 2 incidents in 24 months",
        "corrected": "The records were corrected: the rule was not met before either",
    }


def test_who_has_done_nothing_for_a_year_leaves(force, draw, vault):
    for day in ("2022-12-01", "2023-02-01"):
        force.incident("quiet", day)
    draw("2023-12-31")
    second = draw("2024-03-31")
    assert vault.execute("select why from vault.hkci.leaver where run_id = ?", [second.run_id]).fetchall() == [
        ("No incident in the last 12 months",)
    ]


def test_a_run_for_the_same_date_takes_the_place_of_the_one_before(force, draw, vault, members):
    for day in ("2023-06-01", "2024-01-01"):
        force.incident("first", day)
        force.incident("second", day)
    before = draw(AT)
    force.incidents = [row for row in force.incidents if row[0] == "first"]
    again = draw(AT)
    assert (before.run_id, again.run_id) == ("2024-03-31.1", "2024-03-31.2")
    assert members(again) == {"first"} and members(before) == set()
    assert again.left == {}
    assert vault.execute("select replaced_by from vault.hkci.run order by run_id").fetchall() == [("2024-03-31.2",), (None,)]


def test_what_has_expired_is_deleted_and_leaves_nothing_behind(force, folder):
    from vault import policy

    for day in ("2023-06-01", "2024-01-01"):
        force.incident("gone-after-six-months", day)
    force.assessments = [("gone-after-six-months", "2024-02-01", "Y", "Y", "Y")]
    with store.opened(folder, KEY, ENGINE) as con:
        at = date(2024, 3, 31)
        index.run(con, folder, force.sources(), policy.load(), at, why="testing expiry", today=date(2024, 4, 10))
        assert index.expire(con, date(2024, 10, 10)) == 0
        assert index.expire(con, date(2024, 10, 11)) == 1
        # Whom its counts were about is kept as long as counts are compared.
        assert index.expire(con, date(2025, 4, 10)) == 0
        assert index.expire(con, date(2025, 4, 11)) == 1
    store.rewrite(folder, KEY, ENGINE)
    with store.opened(folder, KEY, ENGINE) as con:
        left = {
            table: con.execute(f"select count(*) from vault.hkci.{table}").fetchall()[0][0]
            for table in ("entry", "factor", "leaver", "told", "tally", "run")
        }
        assert left == {"entry": 0, "factor": 0, "leaver": 0, "told": 0, "tally": 0, "run": 1}


def test_a_run_deletes_what_has_expired_and_logs_it(force, draw, vault, folder, members):
    for day in ("2023-06-01", "2024-01-01"):
        force.incident("long ago", day)
    first = draw(AT)
    second = draw("2024-09-30", today="2024-10-11")
    assert (first.expired, second.expired) == (0, 1)
    assert members(first) == set() and members(second) == {"long ago"}
    # With nobody left to compare with, nobody has joined or left.
    assert second.left == {} and not any(cell.breakdown == "Movement" for cell in second.disclosed)
    assert [(line.action, line.what) for line in access_log.read(folder)][2:] == [
        ("expire", "as of 2024-10-11"),
        ("run", "run 2024-09-30.1 at 2024-09-30"),
    ]


def test_who_was_counted_is_compared_for_as_long_as_the_history(force, draw, vault):
    """Entries last 6 months, but a count of 9 months ago, less the one of today, would be about one person all the same."""
    for number in range(20):
        for day in ("2023-06-01", "2024-01-01", "2024-12-01"):
            force.incident(f"P{number}", day, age=30 if number < 10 else 20)
    draw(AT)
    force.incidents = [row for row in force.incidents if row[0] != "P0"]
    later = draw("2024-12-31", today="2025-01-10")
    shown = {cell.category: cell.nominals for cell in later.disclosed if cell.breakdown in ("Total", "Age group")}
    assert shown == {"All": 19, "18-24": None, "25 and over": None}

    forgotten = draw("2025-04-30", today="2026-02-01")
    assert {cell.category: cell.nominals for cell in forgotten.disclosed if cell.breakdown == "Age group"} == {
        "18-24": 10,
        "25 and over": 9,
    }


def test_nobody_sees_an_entry_that_has_expired(force, draw, vault, folder):
    for person, days in {"stays": ("2023-06-01", "2024-01-01"), "left": ("2022-06-01", "2023-02-01")}.items():
        for day in days:
            force.incident(person, day)
    draw("2023-12-31")
    run = draw(AT).run_id
    in_time, late, too_late = (
        lookups.VaultSession(folder, "testing expiry", on=date.fromisoformat(day))
        for day in ("2024-10-10", "2024-10-11", "2025-04-11")
    )
    assert len(lookups.entries(vault, in_time, run, None)) == 1 and lookups.bias(vault, in_time, run)
    assert lookups.entry(vault, in_time, run, 1)[0]["person_key"] == "stays"
    assert lookups.entries(vault, late, run, None) == lookups.bias(vault, late, run) == []
    with pytest.raises(lookups.NotFoundError):
        lookups.entry(vault, late, run, 1)
    assert lookups.leavers(vault, late, run) == [("Crime", "No incident in the last 12 months", 1)]
    assert lookups.leavers(vault, too_late, run) == []
