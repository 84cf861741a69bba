"""What a gate may never see: a batch with a column that identifies a person or a record."""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.publish import PRIVATE_COLUMNS

# What may not be published, and the points of single records.
PRIVATE = frozenset({*PRIVATE_COLUMNS, "longitude", "latitude"})
# One of these alone is a statistic; two together begin to describe somebody.
DESCRIBING = frozenset({"age", "age_band", "sex", "ethnicity", "ethnicity_code", "ethnicity_group", "gender", "age_range"})


class PersonalDataError(ValueError):
    """A suite asks for a column that no batch, sample or page may hold; the message names the columns only."""


def refuse(columns: Iterable[str]) -> None:
    """Let a batch pass only if its columns identify and describe nobody.

    Raises:
        PersonalDataError: it holds a private column, or more than one that describes a person.
    """
    names = set(columns)
    if private := sorted(names & PRIVATE):
        raise PersonalDataError(f"a batch may not hold {', '.join(private)}")
    if len(describing := sorted(names & DESCRIBING)) > 1:
        raise PersonalDataError(f"a batch may not combine {', '.join(describing)}")
