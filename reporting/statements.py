"""Sentences: those that the release computes in `sna.statements`, and people's text of a section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from reporting.figures import Figure, of
from reporting.page import Heading, Item, bullets, inline, label
from reporting.release import Release
from reporting.specification import Section, Specification

TABLE = "sna.statements"
KEY = ("report_id", "claim_id")
# Kinds that say that something changed or is higher: the release computes them and does not test them against chance.
UNTESTED = ("change", "trend", "comparison", "leader", "rank")


def statements(release: Release, spec: Specification, section: str) -> Iterator[Item]:
    """The computed sentences of a section; those of the printed report with what it says instead, where it is wrong."""
    if not release.has(TABLE):
        return
    rows = release.rows(f"from {TABLE} where report_id = ? and section = ? order by claim_id", [spec.id, section])
    said = [row for row in rows if row["status"] != "not computable"]
    gaps = [row for row in rows if row["status"] == "not computable"]
    if said:
        yield Heading("In words", "words")
        yield bullets(
            [
                inline(
                    "{}{} {}",
                    _sentence(row),
                    inline(
                        " The printed report says {}. {}",
                        of(TABLE, row, "published", KEY, decimals=None),
                        of(TABLE, row, "reason", KEY, decimals=None),
                    )
                    if row["status"] in ("erratum", "differ")
                    else "",
                    label(row["claim_id"]),
                )
                for row in said
            ]
        )
        if any(row["statement_kind"] in UNTESTED for row in said):
            yield Markup('<p class="note">{}</p>').format(
                "A change, order or trend in these sentences is what the figures show, not a proven change: the page for the"
                " board names the changes that a test supports."
            )
        if illustrative(release, {row.get("mart") for row in said}):
            yield Markup('<p class="note">{}</p>').format(
                "Part of this harm rests on weights that were made up for a demonstration, and no finding may rest on it: the"
                " column illustrative_harm_percent of the tables of crime harm has how much."
            )
    if gaps and spec.printed:
        yield Heading("What the printed report says and nothing here can compute", "not-computable")
        yield bullets(
            [
                inline(
                    "{} {} {}",
                    of(TABLE, row, "statement", KEY, decimals=None),
                    of(TABLE, row, "reason", KEY, decimals=None),
                    label(row["claim_id"]),
                )
                for row in gaps
            ]
        )


def illustrative(release: Release, marts: set[str | None]) -> bool:
    """Whether any of these marts has harm whose weights were made up."""
    harm = "illustrative_harm_days"
    tables = [f"marts.{mart}" for mart in sorted(filter(None, marts)) if release.has(f"marts.{mart}")]
    return any(
        release.con.execute(f"select coalesce(sum({harm}), 0) > 0 from {table}").fetchone() == (True,)
        for table in tables
        if harm in release.con.table(table).columns
    )


def _sentence(row: dict[str, Any]) -> Markup | Figure:
    """The sentence, its computed part being the figure; the whole of it where that part is not one word of the sentence."""
    computed, text = row["computed"], row["statement"]
    parts = re.split(rf"(?<![\w.,]){re.escape(computed)}(?![\w]|[.,]\d)", text) if computed else []
    if len(parts) != 2:
        return of(TABLE, row, "statement", KEY, decimals=None)
    before, after = parts
    return inline(
        "{}{}{}", label(before) if before else "", of(TABLE, row, "computed", KEY, decimals=None), label(after) if after else ""
    )


def people_text(spec: Specification, section: Section) -> Iterator[Item]:
    """People's text of a section, as they wrote it: paragraphs and lists."""
    for paragraph in paragraphs(spec, section):
        lines = paragraph.splitlines()
        if all(re.match(r"[-*] ", line) for line in lines):
            yield Markup('<ul class="people">{}</ul>').format(
                Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines)
            )
        else:
            yield Markup('<p class="people">') + escape(" ".join(lines)) + Markup("</p>")


def paragraphs(spec: Specification, section: Section) -> list[str]:
    """The paragraphs of people's text of a section; none where nobody has written any."""
    path = spec.text / f"{section.id}.md" if spec.text else None
    if path is None or not path.exists():
        return []
    return [part.strip() for part in re.split(r"\n\s*\n", path.read_text("utf-8")) if part.strip()]
