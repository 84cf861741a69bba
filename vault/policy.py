"""Rules, thresholds and retention of the index: `policy.yaml`, read strictly."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

if TYPE_CHECKING:
    from typing import Self

FILE = Path(__file__).with_name("policy.yaml")

Whole = Annotated[int, Field(ge=1)]


class PolicyError(ValueError):
    """The policy cannot be used; the message says where and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CrimeRule(_Strict):
    """Months end with the reference date, which belongs to them."""

    incidents: Whole
    months: Whole
    recent_incidents: Whole
    recent_months: Whole


class IntelligenceRule(_Strict):
    """Months end with the reference date, which belongs to them."""

    reports: Whole
    months: Whole


class Retention(_Strict):
    """How long entries are kept, in months.

    Attributes:
        entry_months: after the run that made or renewed an entry.
        history_months: for who left and why, and whom the counts of a run were about.
    """

    entry_months: Whole
    history_months: Whole

    @model_validator(mode="after")
    def _leavers_outlive_their_entries(self) -> Self:
        if self.history_months < self.entry_months:
            raise ValueError("history_months is below entry_months, so leavers would be deleted before they left")
        return self


class Printed(_Strict):
    """A statement that is in print: numbers of one breakdown of a cohort.

    Attributes:
        of_nominals: the cohort as printed.
        cells: category → column → number as printed.
    """

    reference_date: date
    cohort: str
    breakdown: str
    of_nominals: Whole
    cells: dict[str, dict[Literal["nominals", "share_percent"], Whole]]


class Disclosure(_Strict):
    """Which counts leave the vault.

    Attributes:
        minimum_cell: smallest count that is released.
        already_published: counts that are released although small, where they equal the count.
    """

    minimum_cell: Whole
    already_published: list[Printed]


class Policy(_Strict):
    """What decides who is on the index, for how long, and which counts of it are released.

    Attributes:
        definition_id: definition of violence that counts the incidents of the crime cohort.
        fingerprint: SHA-256 (hex) of the file.
    """

    definition_id: str
    crime_cohort: CrimeRule
    intelligence_cohort: IntelligenceRule
    retention: Retention
    disclosure: Disclosure
    fingerprint: str


def load(path: Path = FILE) -> Policy:
    """Read the policy.

    Raises:
        PolicyError: a key is missing or unknown, or a number is not a positive whole one.
    """
    import yaml

    text = path.read_text(encoding="utf-8")
    try:
        document = yaml.safe_load(text)
        return Policy(**document, fingerprint=hashlib.sha256(text.encode()).hexdigest())
    except ValidationError as error:
        places = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise PolicyError(f"{path}: " + "; ".join(places)) from error
    except (TypeError, yaml.YAMLError) as error:
        raise PolicyError(f"{path}: not a mapping of the policy's keys: {error}") from error
