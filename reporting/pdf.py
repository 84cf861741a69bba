"""The page for the board and the profiles of districts as tagged PDF (PDF/UA-1), where Typst is installed."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reporting.blocks import Cell, Chart, Table
from reporting.document import LONGEST, Paragraphs
from reporting.page import Heading, Item, Page
from reporting.release import Release
from reporting.specification import Specification

TEMPLATE = Path(__file__).parent / "templates" / "page.typ"
BOARD = "index.html"


def is_available() -> bool:
    """Whether Typst is installed."""
    return importlib.util.find_spec("typst") is not None


def named(pages: Iterable[Page]) -> list[Page]:
    """The pages, with the name of the PDF of those that are made as one."""
    return [replace(page, pdf=_file(page)) if is_available() else page for page in pages]


def write(release: Release, spec: Specification, pages: Iterable[Page], folder: Path) -> None:
    """Write the PDF of each page that names one; the site's charts are in the folder already."""
    typst = importlib.import_module("typst")

    for page in pages:
        content = {
            "title": f"{page.title} – {spec.title}",
            "author": spec.area,
            "description": page.lead,
            "handling": release.handling,
            "release": f"{spec.area} · for {release.audience} · release {release.id} of {release.published_at:%d %B %Y}",
            "about": [line for line in (release.banner, page.lead) if line],
            "items": [one for item in page.items for one in _items(item, folder)],
        }
        made = typst.compile(
            TEMPLATE.read_bytes(),
            root=str(folder.resolve()),
            sys_inputs={"page": json.dumps(content)},
            pdf_standards=["ua-1"],
            timestamp=release.published_at,
        )
        (folder / page.pdf).write_bytes(made)


def _file(page: Page) -> str:
    if page.path == BOARD:
        return "board.pdf"
    return page.path.replace(".html", ".pdf") if page.group == "Districts" else ""


def _items(item: Item, folder: Path) -> Iterator[dict[str, Any]]:
    if isinstance(item, Heading):
        yield {"kind": "heading", "text": item.text}
    elif isinstance(item, Table):
        yield _table(item)
    elif isinstance(item, Chart):
        if item.drawing is None or not (folder / "charts" / f"{item.id}.svg").exists():
            yield {"kind": "paragraph", "text": f"{item.title} is not drawn: {item.why_not}"}
        else:
            yield {
                "kind": "chart",
                "file": f"/charts/{item.id}.svg",
                "title": item.title,
                "alt": item.description,
                "key": "" if item.specification else item.description,
            }
        if item.table is not None and len(item.table.rows) <= LONGEST:
            yield _table(item.table)
    else:
        lines: list[str] = []
        for style, parts in Paragraphs(item).found:
            text = "".join(map(str, parts)).strip()
            if style is not None:
                lines.append(text)
            elif text:
                yield {"kind": "paragraph", "text": text}
        if lines:
            yield {"kind": "list", "lines": lines}


def _table(table: Table) -> dict[str, Any]:
    cells = [text for head, row in table.rows for text in (_text(head), *map(_text, row))]
    notes: Sequence[str] = [str(note) for note in table.notes]
    return {"kind": "table", "title": table.caption, "heads": list(table.heads), "cells": cells, "notes": notes}


def _text(cell: Cell) -> str:
    return Markup(re.sub(r"<[^>]+>", "", str(cell))).unescape()
