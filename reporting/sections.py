"""One page for each section of the report: its tables, with their evidence and, where the print is wrong, what was printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reporting import specified
from reporting.blocks import Table
from reporting.figures import MISSING, WITHHELD, Figure, counted, meaning, of
from reporting.maps import Boundaries
from reporting.page import Heading, Item, Page, bullets, gap, inline, label, sentence
from reporting.release import Release
from reporting.specification import Section, Specification
from reporting.statements import people_text, statements

FIGURES, PRINTED = "sna.figures", "sna.reconciliation"
DOCUMENTS = "sna.reference_documents"
KEY = ("report_id", "table_id", "row_group", "row_label", "column_label")
EVIDENCE = {
    "record": "computed from the records of real crimes, calls or patients",
    "return": "computed from an agency's return",
    "national_statistic": "computed from national statistics",
    "demonstration": "computed from made-up records drawn to match the print: this proves the calculation, not the figure",
}

ALL_WITHHELD = "Withheld: this table was delivered, and its sender publishes none of its figures, since they are too small."
ALL_UNKNOWN = "No figure of this table is known: its cells say which are withheld and which are missing."


@dataclass(frozen=True)
class Corrected(Figure):
    """A figure whose printed value is wrong, with that value."""

    printed: str = ""
    printed_place: str = ""

    def __html__(self) -> str:
        return super().__html__() + Markup(
            ' <span class="printed">printed: <data data-figure="{}" value="{}">{}</data></span>'
        ).format(self.printed_place, self.printed, self.printed)


def path(section: Section) -> str:
    """The file of a section's page."""
    return f"section-{section.id.replace('.', '-').lower()}.html"


def title(section: Section) -> str:
    """The heading of a section: its number, where it has one, and its title."""
    return section.title if section.id == section.title else f"{section.id} {section.title}"


def pages(release: Release, spec: Specification, boundaries: Boundaries) -> Iterator[Page]:
    """The page of each section that the report has, in its order."""
    figures = of_report(release, FIGURES, spec, "table_id, row_order, row_group, column_order, row_label, column_label")
    wrong = {tuple(row[name] for name in KEY): row for row in wrong_figures(release, spec)} if spec.printed else {}
    documents = of_report(release, DOCUMENTS, spec, "table_id, heading, column_label")
    by_table: dict[str, list[dict[str, Any]]] = {}
    for row in figures:
        by_table.setdefault(row["table_id"], []).append(row)
    missing = [row for row in _known(release) if row["table_id"] not in by_table]
    for section in spec.sections:
        own: dict[str, list[dict[str, Any]]] = {name: rows for name, rows in by_table.items() if rows[0]["section"] == section.id}
        items: list[Item] = [
            *people_text(spec, section),
            *statements(release, spec, section.id),
            *specified.charts_of(release, spec.id, section.id, boundaries),
        ]
        own |= {row["table_id"]: [] for row in missing if row["section"] == section.id}
        for name, rows in sorted(own.items(), key=lambda one: (not one[0].startswith("T"), one[0])):
            items += _table(name, rows, wrong, spec)
        items += _documents([row for row in documents if row["section"] == section.id])
        if not items:
            items.append(
                Markup('<p class="gap unwritten">{}</p>').format(
                    "Nothing of this section is computed: its text is people's own, and has not been written yet."
                )
            )
        yield Page(
            path(section),
            title(section),
            "Sections",
            f"{section.title}, {spec.area}, {spec.when}: what this release has for section {section.id}.",
            items,
        )


def of_report(release: Release, table: str, spec: Specification, order: str) -> list[dict[str, Any]]:
    """The rows of a table that are of the report."""
    return release.rows(f"from {table} where report_id = ? order by {order}", [spec.id]) if release.has(table) else []


def wrong_figures(release: Release, spec: Specification) -> list[dict[str, Any]]:
    """The printed figures of the report that are wrong."""
    rows = of_report(release, PRINTED, spec, "table_id, row_group, row_label, column_label")
    return [row for row in rows if row["status"] == "erratum"]


def figure(row: dict[str, Any], errata: dict[tuple[Any, ...], dict[str, Any]]) -> Figure:
    """A cell of a table of the report."""
    form = _printed_as(row)
    wrong = errata.get(tuple(row[name] for name in KEY))
    if wrong is None:
        return Figure(**form)
    printed = of(PRINTED, wrong, "published", KEY, decimals=None)
    return Corrected(**form, printed=printed.text, printed_place=printed.place)


def _printed_as(row: dict[str, Any]) -> dict[str, Any]:
    """A number with the decimals that its text has; a text where it is no number, or is printed otherwise."""
    value, text = row["value"], row["value_text"]
    if value is not None and text is not None:
        decimals = len(text.partition(".")[2])
        if f"{value:.{decimals}f}" == text:
            number = int(value) if decimals == 0 else value
            return {"place": of(FIGURES, row, "value", KEY).place, "value": number, "decimals": decimals}
    return {
        "place": of(FIGURES, row, "value_text", KEY).place,
        "value": text,
        "decimals": None,
        "note": meaning(row.get("symbol")),
    }


def _known(release: Release) -> list[dict[str, Any]]:
    """The tables that any report of the area has figures of, or that were printed: table_id and section."""
    found = [f"select table_id, section from {table}" for table in (FIGURES, PRINTED) if table in release.tables]
    return release.rows(" union ".join(found) + " order by all") if found else []


def _table(
    name: str, rows: Sequence[dict[str, Any]], errata: dict[tuple[Any, ...], dict[str, Any]], spec: Specification
) -> Iterator[Item]:
    text = f"{name}: {spec.tables.get(name, 'figures of the text')}"
    yield Heading(text, name)
    missing = gap(inline("Missing: nothing was delivered that has this table for {}.", label(spec.when)))
    if not rows:
        yield missing
        return
    yield as_table(name, text, rows, errata)
    unknown = {meaning(row.get("symbol")) if row["value_text"] is None else "" for row in rows}
    if unknown <= {WITHHELD, MISSING}:
        yield gap(ALL_UNKNOWN if MISSING in unknown else ALL_WITHHELD)
    if not spec.year_is_among({label for row in rows for label in (row["row_label"], row["column_label"])}):
        yield missing
    reasons = [errata[key] for row in rows if (key := tuple(row[column] for column in KEY)) in errata]
    if reasons:
        yield sentence("Where the printed figure is wrong:")
        yield bullets(
            [
                inline(
                    "{}: {} ({})",
                    label(" · ".join(filter(None, (wrong["row_group"], wrong["row_label"], wrong["column_label"])))),
                    of(PRINTED, wrong, "reason", KEY, decimals=None),
                    label(wrong["citation"]),
                )
                if wrong["reason"]
                else inline(
                    "{} ({})",
                    label(" · ".join(filter(None, (wrong["row_label"], wrong["column_label"])))),
                    label(wrong["citation"]),
                )
                for wrong in reasons
            ]
        )


def as_table(name: str, caption: str, rows: Sequence[dict[str, Any]], errata: dict[tuple[Any, ...], dict[str, Any]]) -> Table:
    """The figures of a table as rows and columns; a combination that the report does not have is an empty cell."""
    if not name.startswith("T"):
        # Figures of sentences, which have few columns in common.
        rows = [
            row | {"row_label": f"{row['row_label']}: {row['column_label']}", "column_label": "figure", "key": row}
            for row in rows
        ]
    columns = list(dict.fromkeys(row["column_label"] for row in sorted(rows, key=lambda row: row["column_order"] or 0)))
    lines = list(dict.fromkeys((row["row_group"], row["row_label"]) for row in rows))
    grouped = len({group for group, _ in lines}) > 1
    found = {(row["row_group"], row["row_label"], row["column_label"]): row for row in rows}
    units = sorted({row["unit"] for row in rows})
    evidence = sorted({row["evidence"] for row in rows if row["evidence"]})
    return Table(
        f"{name}-table",
        f"{caption} ({', '.join(units)})",
        ["row", *columns],
        [
            (
                f"{group}: {line}" if grouped and group else line,
                [figure(row.get("key", row), errata) if (row := found.get((group, line, column))) else "–" for column in columns],
            )
            for group, line in lines
        ],
        notes=[*(f"Evidence: {EVIDENCE.get(one, one)}." for one in evidence)],
        source=FIGURES,
    )


def _documents(rows: Sequence[dict[str, Any]]) -> Iterator[Item]:
    for name in dict.fromkeys(row["table_id"] for row in rows):
        own = [row for row in rows if row["table_id"] == name]
        yield Heading(f"{name}: {own[0]['title']}", name)
        yield Table(
            f"{name}-table",
            f"{name}: {own[0]['title']}",
            ["part", "column", "text"],
            [
                (
                    row["heading"],
                    [
                        row["column_label"],
                        # Of a text that is not held, why it is not.
                        of(
                            DOCUMENTS,
                            row,
                            "why_not_held" if row["document_text"] is None else "document_text",
                            ("report_id", "table_id", "heading", "column_label"),
                            decimals=None,
                        ),
                    ],
                )
                for row in own
            ],
            source=DOCUMENTS,
        )


def errata_page(release: Release, spec: Specification) -> Page | None:
    """All printed figures that are wrong; None where nothing was printed, or nothing of it was wrong."""
    rows = wrong_figures(release, spec)
    if not rows or not spec.printed:
        return None
    sections = {section.id: section for section in spec.sections}

    def linked(row: dict[str, Any]) -> str:
        section = sections.get(row["section"])
        return (
            Markup('<a class="label" href="{}#{}">{}</a>').format(path(section), row["table_id"], row["table_id"])
            if section
            else row["table_id"]
        )

    table = Table(
        "errata-table",
        f"Figures of {spec.printed} that are wrong",
        ["table", "row and column", "printed", "computed", "unit", "why", "cites"],
        [
            (
                linked(row),
                [
                    " · ".join(filter(None, (row["row_group"], row["row_label"], row["column_label"]))),
                    of(PRINTED, row, "published", KEY, decimals=None),
                    of(PRINTED, row, "computed", KEY, decimals=None),
                    row["unit"],
                    of(PRINTED, row, "reason", KEY, decimals=None, note="see the citation"),
                    row["citation"] or "",
                ],
            )
            for row in rows
        ],
        source=PRINTED,
    )
    lead = f"What of {spec.printed} was wrong, with the figure that the same data have and the reason."
    compared = of_report(release, PRINTED, spec, "table_id")
    report = {"report_id": spec.id}
    said = sentence(
        "{} of the {} printed figures are wrong.",
        counted(PRINTED, "table_id", {**report, "status": "erratum"}, len(rows)),
        counted(PRINTED, "table_id", report, len(compared)),
    )
    return Page("errata.html", "Errata of the printed report", "About the figures", lead, [said, table])
