"""A page: its title and what is on it, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from reporting.blocks import Chart, Table
from reporting.figures import Figure


@dataclass(frozen=True)
class Heading:
    """A heading within a page, which its contents list."""

    text: str
    id: str


Item = Heading | Markup | Table | Chart


@dataclass(frozen=True)
class Page:
    """A page of the site.

    Attributes:
        path: of its file, from the folder of the site.
        group: the part of the site that it belongs to.
        lead: what the page answers, in a sentence.
        pdf: the same page as PDF; empty where none is made.
    """

    path: str
    title: str
    group: str
    lead: str
    items: Sequence[Item]
    pdf: str = ""

    @property
    def headings(self) -> list[Heading]:
        return [item for item in self.items if isinstance(item, Heading)]

    @property
    def charts(self) -> list[Chart]:
        return [item for item in self.items if isinstance(item, Chart)]

    @property
    def tables(self) -> Iterator[Table]:
        for item in self.items:
            if isinstance(item, Table):
                yield item
            elif isinstance(item, Chart) and item.table is not None:
                yield item.table


def label(value: Any) -> Markup:
    """A date, period, code or name, in which digits are not figures."""
    return Markup('<span class="label">{}</span>').format(value)


def sentence(text: str, *values: Figure | Markup | str) -> Markup:
    """A paragraph with figures in the places of its braces."""
    return Markup("<p>{}</p>").format(Markup(escape(text)).format(*values))


def number(figure: Figure, one: str, many: str) -> Markup:
    """A count and what is counted, of one or of several."""
    return inline("{} {}", figure, one if figure.value == 1 else many)


def gap(text: Markup | str) -> Markup:
    """A paragraph that says what is not there, and why."""
    return Markup('<p class="gap">{}</p>').format(text)


def bullets(sentences: Sequence[Markup | str]) -> Markup:
    """A list; empty where nothing is in it."""
    if not sentences:
        return Markup("")
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(one) for one in sentences))


def inline(text: str, *values: Figure | Markup | str) -> Markup:
    """A text with figures in the places of its braces."""
    return Markup(escape(text)).format(*values)


def prose(text: str) -> Markup:
    """A paragraph about methods, in which digits are those of the method."""
    return Markup('<p class="prose">{}</p>').format(text)
