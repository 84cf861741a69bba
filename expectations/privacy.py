"""Privacy of validation: batches must not have columns that identify a person or a record, nor pages texts from senders."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Columns that only person-level or record-level tables have; none may be published.
PRIVATE_COLUMNS = (
    *("person_key", "nominal_reference", "date_of_birth", "crime_reference", "crime_id"),
    *("easting", "northing"),
)
# What may not be published, and the points of single records.
PRIVATE = frozenset({*PRIVATE_COLUMNS, "longitude", "latitude"})
# One of these alone is a statistic; two together begin to describe somebody.
DESCRIBING = frozenset({"age", "age_band", "sex", "ethnicity", "ethnicity_code", "ethnicity_group", "gender", "age_range"})

# Columns whose texts this project has made, or has from its seeds or the names of files. Every other text is a sender's.
OWN = frozenset(
    {
        "academic_year",
        "basis",
        "change",
        "claim_id",
        "cohort_kind",
        "column_label",
        "column_name",
        "computed",
        "definition",
        "definition_id",
        "fault",
        "feed",
    }
    | {"file_name", "financial_year", "harm_version", "indicator_id", "kind", "label", "last_month", "month", "offence_type"}
    | {"part", "period", "place_kind", "published", "published_table", "reference", "role", "row_group", "row_label", "scheme"}
    | {"code_in_form", "seed_class", "seed_sub_code", "seed_value", "title_in_use"}
    | {"scope", "series", "status", "table_id", "told_of", "value_text", "window_label", "year"}
)
# Periods and codes of places.
CODE = re.compile(r"\d{4}(-\d{2}|/\d{2}|-Q[1-4])?|[EWSNK]\d{8}|Unknown|Outside")


class PersonalDataError(ValueError):
    """A suite selects a column that no batch, sample or page may contain; the message names the columns only."""


def refuse(columns: Iterable[str]) -> None:
    """Require that the columns of a batch neither identify nor describe a person.

    Raises:
        PersonalDataError: there is a private column, or more than one that describes a person.
    """
    names = set(columns)
    if private := sorted(names & PRIVATE):
        raise PersonalDataError(f"a batch may not contain {', '.join(private)}")
    if len(describing := sorted(names & DESCRIBING)) > 1:
        raise PersonalDataError(f"a batch may not combine {', '.join(describing)}")


def readable(batch: pd.DataFrame, sql: str, known: frozenset[str]) -> Collection[str]:
    """The texts that may be shown of a batch: what this project knows, and what it has made itself, in the query too."""
    own = [column for column in batch.columns if column in OWN]
    made = {value for column in own for value in batch[column] if isinstance(value, str)}
    return known | made | set(re.findall(r"'([^'\n]*)'", sql))


def veiled(value: Any, shown: Collection[str], shape: Callable[[str], str]) -> Any:
    """A result with every text that may not be shown as its shape, whatever lists and mappings it is in."""
    if isinstance(value, str):
        return value if value in shown or CODE.fullmatch(value) else shape(value)
    if isinstance(value, Mapping):
        return {key: veiled(inner, shown, shape) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [veiled(inner, shown, shape) for inner in value]
    return value
