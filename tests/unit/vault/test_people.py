"""What may be disclosed of linked people."""

from vault.people import COUNTED, protected


def row(nominals, people, repeat_nominals=50, repeat_people=50, by_reference=120, by_person=120):
    values = ("suspect", "2023/24", 2000, nominals, people, repeat_nominals, repeat_people, by_reference, by_person)
    return dict(zip(COUNTED, values, strict=True))


def disclosed(**counts):
    (cells,) = protected([tuple(row(**counts).values())], minimum=5)
    return cells


def test_a_difference_of_many_or_of_nobody_is_disclosed():
    for people in (1700, 1795, 1800):
        assert disclosed(nominals=1800, people=people) == row(nominals=1800, people=people)


def test_a_difference_of_a_few_withholds_everything_about_people():
    for counts in ({"people": 1796}, {"people": 1700, "repeat_people": 54}, {"people": 1700, "by_person": 121}):
        cells = disclosed(nominals=1800, **counts)
        assert [cells[name] for name in ("people", "repeat_people", "repeat_people_occurrences")] == [None, None, None]
        assert (cells["nominals"], cells["repeat_nominals"]) == (1800, 50)
