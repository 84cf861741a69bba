"""What is disclosed reveals no small count."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import policy
from vault.disclosure import cell, protect, withheld

POLICY = policy.load()
assert POLICY.disclosure.minimum_cell == 5
DAY = date(2024, 6, 30)


def disclosed(breakdown, counts, total=None, **options):
    total = sum(counts.values()) if total is None else total
    cells = [cell("Crime", breakdown, name, n, total, None) for name, n in counts.items()]
    return {c.category: c.nominals for c in protect(cells, POLICY, options.pop("day", DAY), **options)}


def test_a_small_count_takes_the_next_smallest_with_it():
    assert disclosed("Offences", {"2": 32, "3": 16, "4": 6, "5": 2}) == {"2": 32, "3": 16, "4": None, "5": None}
    assert disclosed("Sex", {"Male": 52, "Female": 4}) == {"Male": None, "Female": None}
    assert disclosed("Sex", {"Male": 51, "Female": 5}) == {"Male": 51, "Female": 5}


def test_a_factor_that_all_but_a_few_have_is_small_too():
    assert disclosed("Lifestyle factor", {"a": 55, "b": 45, "c": 3, "d": 56}, total=56) == {
        "a": None,
        "b": 45,
        "c": None,
        "d": 56,
    }


def test_movement_is_disclosed_together_or_not_at_all():
    assert disclosed("Movement", {"Joined": 2, "Stayed": 50, "Left": 9}, total=52) == dict.fromkeys(("Joined", "Stayed", "Left"))
    assert disclosed("Movement", {"Joined": 6, "Stayed": 50, "Left": 9}, total=56)["Left"] == 9


def test_a_cohort_that_differs_by_a_few_from_one_disclosed_before_is_disclosed_as_a_total_only():
    counts = {"Under": 30, "Over": 26}
    assert disclosed("Age group", counts, differs_by=[("Crime", 60), ("Crime", 4)]) == {"Under": None, "Over": None}
    assert disclosed("Total", {"All": 56}, differs_by=[("Crime", 4)]) == {"All": 56}
    assert disclosed("Age group", counts, differs_by=[("Crime", 0), ("Crime", 5), ("Intelligence", 1)]) == counts


def test_a_cohort_too_small_is_not_disclosed_at_all():
    assert disclosed("Total", {"All": 4}) == {"All": None}


def test_what_is_in_print_is_disclosed_again_of_that_quarter_only():
    cells = [cell("Crime", "Offences", name, n, 56, None) for name, n in {"2": 32, "3": 16, "4": 6, "5": 2}.items()]
    shares = {day: [c.share_percent for c in protect(cells, POLICY, day)] for day in (date(2024, 3, 31), DAY)}
    assert shares == {date(2024, 3, 31): [57, 29, 11, 4], DAY: [57, 29, None, None]}


PRINT_DAY = date(2024, 3, 31)
IN_PRINT = {"Offences": {"2": 32, "3": 16, "4": 6, "5": 2}, "Sex": {"Male": 52, "Female": 4}}


def disclosed_numbers(breakdown, counts, total=None):
    total = sum(counts.values()) if total is None else total
    cells = [cell("Crime", breakdown, name, n, total, None) for name, n in counts.items()]
    return {c.category: (c.nominals, c.share_percent) for c in protect(cells, POLICY, PRINT_DAY)}


def test_another_number_than_the_printed_one_is_new():
    assert disclosed_numbers("Offences", {"2": 40, "3": 17, "4": 3, "5": 1}) == {
        **{"2": (40, 66), "3": (None, None), "4": (None, None), "5": (None, None)}
    }
    assert disclosed_numbers("Sex", {"Male": 60, "Female": 1}) == dict.fromkeys(("Male", "Female"), (None, None))
    factors = {"known_for_violence": 2, "threats_of_violence": 55, "domestic_abuser": 27}
    assert disclosed_numbers("Lifestyle factor", factors, 56) == {
        **{"known_for_violence": (None, None), "threats_of_violence": (55, 98), "domestic_abuser": (27, 48)}
    }
    # The same share of another cohort is another number of people.
    assert disclosed_numbers("Lifestyle factor", factors, 57)["threats_of_violence"] == (None, None)
    assert disclosed_numbers("Sex", {"Male": 53, "Female": 4}) == dict.fromkeys(("Male", "Female"), (None, None))


def test_what_is_in_print_discloses_no_other_count():
    # 11% and 4% as printed would leave one person with 6 offences.
    with_six = disclosed_numbers("Offences", {"2": 31, "3": 16, "4": 6, "5": 2, "6": 1})
    assert with_six == {"2": (31, 55), "3": (16, 29), **dict.fromkeys(("4", "5", "6"), (None, None))}


@given(
    st.sampled_from(sorted(IN_PRINT)),
    st.lists(st.integers(0, 60), min_size=4, max_size=4),
    st.integers(2, 9),
)
def test_on_the_day_in_print_a_small_share_is_disclosed_only_as_printed(breakdown, counts, seven):
    counted = dict(zip([*IN_PRINT[breakdown], "other", "unknown", "more"][:4], counts, strict=True)) | {"seventh": seven}
    disclosed = disclosed_numbers(breakdown, counted)
    assert not [name for name, n in counted.items() if 0 < n < 5 and disclosed[name] != (None, None)]


AGES = ("Under 15", "15-17", "18-24", "25 and over", "Unknown")


def disclosed_ages(counts, day=DAY):
    """Counts by age group and of the factor, as disclosed."""
    total, under_25 = sum(counts), sum(counts[:3])
    groups = [cell("Crime", "Age group", name, n, total, None) for name, n in zip(AGES, counts, strict=True)]
    disclosed = protect([*groups, cell("Crime", "Lifestyle factor", "aged_under_25", under_25, total, None)], POLICY, day)
    return [c.nominals for c in disclosed]


def test_an_age_group_withheld_takes_the_factor_with_it():
    assert disclosed_ages((2, 26, 18, 10, 0)) == [None, 26, 18, None, 0, None]
    assert disclosed_ages((8, 26, 18, 10, 0)) == [8, 26, 18, 10, 0, 52]


def test_a_factor_in_print_takes_the_age_groups_with_it():
    # 40 of 56 are under 25 as printed: less 26 and 12 published they would leave 2.
    assert disclosed_ages((2, 26, 12, 13, 3), PRINT_DAY) == [None] * 5 + [40]
    assert disclosed_ages((0, 26, 14, 16, 0), PRINT_DAY) == [0, 26, 14, 16, 0, 40]
    # Another number is not in print.
    assert disclosed_ages((2, 26, 13, 13, 2), PRINT_DAY)[5] is None


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5).filter(lambda counts: sum(counts) >= 5))
def test_no_small_age_group_can_be_worked_out_of_the_factor(counts):
    disclosed = disclosed_ages(counts)
    for half, known in ((slice(0, 3), disclosed[5]), (slice(3, 5), None if disclosed[5] is None else sum(counts) - disclosed[5])):
        hidden = [n for n, kept in zip(counts[half], disclosed[half], strict=True) if kept is None]
        assert known is None or not hidden


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(2, 10))
def test_no_small_count_can_be_worked_out_of_the_others(counts, minimum):
    """The reader knows the total, every count that is disclosed, and the rule."""
    hidden = withheld(counts, minimum)
    assert not [n for place, n in enumerate(counts) if 0 < n < minimum and place not in hidden]
    if hidden and sum(counts) >= minimum:
        remainder = sum(counts[place] for place in hidden)
        # At least two are open, and each of them can be anything from nothing to all of the remainder.
        assert len(hidden) >= 2 and remainder >= minimum


@pytest.mark.parametrize(
    ("written", "instead", "places"),
    [
        ("incidents: 2, months", "incidents: 0, months", ["crime_cohort.incidents"]),
        ("incidents: 2, months", "incidents: true, months", ["crime_cohort.incidents"]),
        ("minimum_cell: 5", "minimum_cel: 5", ["disclosure.minimum_cell", "disclosure.minimum_cel"]),
        ("history_months: 12", "history_months: 3", ["retention"]),
        ("crime_cohort:", "crime_cohorts:", ["crime_cohort", "crime_cohorts"]),
        ("Male: {share_percent: 93}", "Male: {share: 93}", ["disclosure.already_published.3.cells.Male.share.[key]"]),
        ("of_nominals: 56, breakdown: Sex", "breakdown: Sex", ["disclosure.already_published.3.of_nominals"]),
        ("retention: {", "retention: {fingerprint: 1, ", ["retention.fingerprint"]),
        ("retention: {", "fingerprint: '1'\nretention: {", []),
        ("# The rules", "- The rules", []),
    ],
)
def test_a_policy_that_is_half_understood_is_refused_and_the_message_says_where(tmp_path, written, instead, places):
    path = tmp_path / "policy.yaml"
    text = policy.FILE.read_text()
    assert written in text
    path.write_text(text.replace(written, instead, 1))
    with pytest.raises(policy.PolicyError) as refused:
        policy.load(path)
    assert all(f" {place}: " in str(refused.value) for place in places), str(refused.value)


def test_those_who_left_are_no_share_of_those_who_are_there():
    """Nine of eight would be 113 %."""
    assert cell("Crime", "Movement", "Left", 9, 8, None).share_percent is None
    assert cell("Crime", "Movement", "Stayed", 6, 8, None).share_percent == 75
