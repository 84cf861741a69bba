"""Which counts of a run may be released: those of one breakdown at a time, none too small, and none that reveals a small one.

1. A count from 1 to one below the minimum cell is withheld; so is the yes of a lifestyle factor whose no is that small.
2. In a breakdown that adds up to the total, further counts are withheld, the smallest first, until at least two are and they
   add up to the minimum cell: the total less what is released then leaves each of them open between 0 and that sum.
3. Joined, stayed and left are released together or not at all.
4. A cohort below the minimum cell is withheld whole. So is every breakdown of a cohort that differs by fewer people than the
   minimum cell from one released before: the difference of two tables would be about these few.
5. Age groups and the factor of being under 25 say the same in part: where an age group is withheld, so is the factor; where the
   factor is in print, every age group.
6. What the SNA 2024 has already printed (`policy.yaml`) is released where it equals the count: a different number is new.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vault.policy import Policy

SYMBOL = "c"
NOT_APPLICABLE = "z"
TOTAL, FACTOR, MOVEMENT, AGE = "Total", "Lifestyle factor", "Movement", "Age group"
LEFT = "Left"
UNDER_25 = "aged_under_25"


@dataclass(frozen=True)
class Cell:
    """One count of a cohort.

    Attributes:
        nominals, of_nominals: the count and the cohort; the count is None where it is withheld.
        suspects: all suspects of the same category; None where there is no comparison.
        share_percent: share of the cohort, rounded half up; None where it is withheld, or where there is none.
        suspects_withheld: whether the number of suspects was too small to be released.
    """

    cohort: str
    breakdown: str
    category: str
    nominals: int | None
    of_nominals: int
    suspects: int | None
    share_percent: int | None
    suspects_withheld: bool = False

    @property
    def is_of_the_cohort(self) -> bool:
        """Whether the people counted are in the cohort: those who left it can be more than it has, and are no share of it."""
        return (self.breakdown, self.category) != (MOVEMENT, LEFT)


def cell(cohort: str, breakdown: str, category: str, nominals: int, of_nominals: int, suspects: int | None) -> Cell:
    """A count as it was made, with its share."""
    share = (200 * nominals + of_nominals) // (2 * of_nominals)
    counted = Cell(cohort, breakdown, category, nominals, of_nominals, suspects, share)
    return counted if counted.is_of_the_cohort else replace(counted, share_percent=None)


def withheld(counts: Sequence[int], minimum: int) -> set[int]:
    """Positions of the counts of a breakdown that are withheld, where the reader knows what they add up to."""
    small = {place for place, count in enumerate(counts) if 0 < count < minimum}
    rest = sorted((count, place) for place, count in enumerate(counts) if count >= minimum)
    while small and rest and (len(small) < 2 or sum(counts[place] for place in small) < minimum):
        small.add(rest.pop(0)[1])
    return small


def protect(
    cells: Sequence[Cell], policy: Policy, reference_date: date, differs_by: Collection[tuple[str, int]] = ()
) -> list[Cell]:
    """The cells as they may be released, in the same order.

    Args:
        differs_by: (cohort, number of people) by which the cohort differs from each one released before.
    """
    printed = _printed(cells, policy, reference_date)
    groups: dict[tuple[str, str], list[int]] = {}
    for place, cell in enumerate(cells):
        groups.setdefault((cell.cohort, cell.breakdown), []).append(place)
    hidden: set[int] = set()
    few: set[int] = set()
    for (cohort, breakdown), places in groups.items():
        members = [cells[place] for place in places]
        close = any(name == cohort and 0 < number < policy.disclosure.minimum_cell for name, number in differs_by)
        if members[0].of_nominals < policy.disclosure.minimum_cell or (close and breakdown != TOTAL):
            hidden.update(places)
        else:
            hidden.update(places[position] for position in _hidden(members, breakdown, policy.disclosure.minimum_cell))
        if breakdown != TOTAL:
            suspects = withheld([cell.suspects or 0 for cell in members], policy.disclosure.minimum_cell)
            few.update(places[position] for position in suspects)
    hidden |= _derivable_by_age(cells, hidden, printed)
    return [
        replace(kept, suspects=None, suspects_withheld=True) if place in few else kept
        for place, cell in enumerate(cells)
        for kept in [_withhold(cell, printed) if place in hidden else cell]
    ]


def _derivable_by_age(cells: Sequence[Cell], hidden: Collection[int], printed: Collection[tuple[str, str, str, str]]) -> set[int]:
    """Further places to withhold: those under 25, less the released age groups below 25, is the count of the withheld one."""
    cohorts = {cells[place].cohort for place in hidden if cells[place].breakdown == AGE}
    in_print = {cohort for cohort, breakdown, category, _ in printed if (breakdown, category) == (FACTOR, UNDER_25)}
    return {
        place
        for place, cell in enumerate(cells)
        if cell.cohort in cohorts
        and (cell.breakdown == AGE if cell.cohort in in_print else (cell.breakdown, cell.category) == (FACTOR, UNDER_25))
    }


def _hidden(members: Sequence[Cell], breakdown: str, minimum: int) -> set[int]:
    counts = [int(cell.nominals or 0) for cell in members]
    everything = set(range(len(members)))
    if breakdown == TOTAL:
        return set()
    if breakdown == MOVEMENT:
        return everything if any(0 < count < minimum for count in counts) else set()
    if breakdown == FACTOR:
        return {
            place
            for place, cell in enumerate(members)
            if any(0 < count < minimum for count in (counts[place], cell.of_nominals - counts[place]))
        }
    return withheld(counts, minimum)


def _printed(cells: Sequence[Cell], policy: Policy, reference_date: date) -> set[tuple[str, str, str, str]]:
    """Cohort, breakdown, category and column of what is in print already. All of a statement must be what was printed: of one
    part that still is, and the total, another part could be worked out that is not."""
    counted = {(cell.cohort, cell.breakdown, cell.category): cell for cell in cells}

    def is_as_printed(cell: Cell | None, of_nominals: int, column: str, value: int) -> bool:
        return cell is not None and cell.of_nominals == of_nominals and getattr(cell, column) == value

    return {
        (printed.cohort, printed.breakdown, category, column)
        for printed in policy.disclosure.already_published
        if printed.reference_date == reference_date
        and all(
            is_as_printed(counted.get((printed.cohort, printed.breakdown, category)), printed.of_nominals, column, value)
            for category, numbers in printed.cells.items()
            for column, value in numbers.items()
        )
        for category, numbers in printed.cells.items()
        for column in numbers
    }


def _withhold(cell: Cell, printed: Collection[tuple[str, str, str, str]]) -> Cell:
    def released(column: str, value: int | None) -> int | None:
        return value if (cell.cohort, cell.breakdown, cell.category, column) in printed else None

    return replace(
        cell, nominals=released("nominals", cell.nominals), share_percent=released("share_percent", cell.share_percent)
    )
