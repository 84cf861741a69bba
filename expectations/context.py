"""What the gates need to know of the project: its feeds, its models, and which texts may be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from expectations.models import Models


class Column(Protocol):
    """A column of a feed."""

    @property
    def output(self) -> str | None:
        """Its name in the warehouse, where that is not its own."""


class PeriodRule(Protocol):
    """How the rows of a feed belong to a period."""

    @property
    def column(self) -> str | None:
        """The column that says so; None where there is none."""


class Feed(Protocol):
    """What the suite of a feed reads of its contract."""

    @property
    def id(self) -> tuple[str, str]: ...
    @property
    def agency(self) -> str: ...
    @property
    def feed(self) -> str: ...
    @property
    def relation(self) -> str:
        """The landing view of its feed type."""

    @property
    def owner(self) -> str: ...
    @property
    def publisher_url(self) -> str | None: ...
    @property
    def tables(self) -> Sequence[str]: ...
    @property
    def custody(self) -> str: ...
    @property
    def load_mode(self) -> str: ...
    @property
    def cadence(self) -> str: ...
    @property
    def period(self) -> PeriodRule: ...
    @property
    def part(self) -> object | None: ...
    @property
    def key(self) -> Sequence[str]: ...
    @property
    def by_name(self) -> Mapping[str, Column]: ...
    @property
    def volume_tolerance(self) -> float: ...
    @property
    def bad_row_limit(self) -> float: ...
    def periods_between(self, first: str, last: str) -> list[str]:
        """Every period from one to another, both included."""


@dataclass(frozen=True)
class Context:
    """What a gate is run with.

    Attributes:
        models: what the dbt models declare, by name.
        known: texts that may be shown in clear: what the project itself has written.
        shape: what is shown in place of any other text.
    """

    feeds: Sequence[Feed]
    models: Models
    known: frozenset[str]
    shape: Callable[[str], str]
