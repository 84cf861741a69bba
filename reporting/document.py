"""The document: the sections of the report as editable DOCX, with tables, charts, sentences and people's text, and its check.

Every figure is in a content control, so that people can write around it and `check` finds it again, wherever they moved it. The
controls have short tags; what each tag means is in a part of the document of its own (`customXml`), which Word keeps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from markupsafe import Markup

from reporting import figures, sections
from reporting.blocks import Chart, Table
from reporting.drawings import Drawings
from reporting.figures import Figure
from reporting.page import Heading, Page
from reporting.release import Release, ReportError
from reporting.specification import Specification
from reporting.statements import paragraphs

FILE = "needs-assessment.docx"
MAP = PackURI("/customXml/item7.xml")
# Columns of texts: people may write them in other words.
WORDS = ("statement", "reason", "document_text", "why_not_held", "published")
GAP = "[To be written: what people know of this section and no table shows.]"


@dataclass(frozen=True)
class Difference:
    """A figure of an edited document that the release no longer has.

    Attributes:
        place: where the release has it.
        written: as the document has it.
        now: as the release has it.
    """

    place: str
    written: str
    now: str


@dataclass
class _Writer:
    """The document that is being written, the figures in it, and how many words of which origin."""

    document: Any
    drawings: Drawings
    places: dict[str, dict[str, Any]]
    words: dict[str, int]

    def paragraph(self, parts: Sequence[str | Figure], style: str | None = None) -> None:
        paragraph = self.document.add_paragraph(style=style)
        paragraph._p.extend(parse_xml(f"<w:p {nsdecls('w')}>{''.join(map(self.run, parts))}</w:p>"))
        self.words["generated"] += sum(len(str(part).split()) for part in parts)

    def run(self, part: str | Figure) -> str:
        """A text or a figure as XML."""
        text = f'<w:r><w:t xml:space="preserve">{escape(str(part))}</w:t></w:r>'
        if not isinstance(part, Figure) or figures.parse(part.place)[1].strip('"') in WORDS:
            return text
        tag = "f" + hashlib.sha256(part.place.encode()).hexdigest()[:16]
        form = {name: value for name, value in asdict(part).items() if name in ("place", "decimals", "suffix", "sign", "note")}
        self.places[tag] = form
        return f"<w:sdt><w:sdtPr><w:tag w:val={quoteattr(tag)}/></w:sdtPr><w:sdtContent>{text}</w:sdtContent></w:sdt>"

    def table(self, table: Table) -> None:
        self.document.add_paragraph(table.caption, style="Caption")
        rows = [self._row([*table.heads], head=True)]
        rows += [self._row([head, *cells]) for head, cells in table.rows]
        borders = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/>'
        grid = "<w:gridCol/>" * len(table.heads)
        made = f"<w:tbl {nsdecls('w')}><w:tblPr>{borders}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        self.document.element.body.insert(-1, parse_xml(made))
        for note in table.notes:
            self.paragraph([note])

    def _row(self, cells: Sequence[Any], *, head: bool = False) -> str:
        properties = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else "<w:trPr><w:cantSplit/></w:trPr>"
        made = []
        for cell in cells:
            parts: list[str | Figure] = [cell] if isinstance(cell, Figure) else list(_texts(str(cell)))
            if isinstance(cell, sections.Corrected):
                parts.append(f" (printed: {cell.printed})")
            made.append(f"<w:tc><w:p><w:pPr><w:spacing w:after='0'/></w:pPr>{''.join(map(self.run, parts))}</w:p></w:tc>")
        self.words["generated"] += len(cells)
        return f"<w:tr>{properties}{''.join(made)}</w:tr>"

    def chart(self, chart: Chart) -> None:
        picture = self.drawings.picture(chart) if chart.drawing is not None else None
        if picture is None:
            self.paragraph([f"{chart.title} is not drawn: {chart.why_not}"])
        else:
            shape = self.document.add_picture(str(picture), width=Cm(16))
            shape._inline.docPr.set("descr", f"{chart.title}. {chart.description}")
            self.document.add_paragraph(chart.title, style="Caption")
        if chart.table is not None and len(chart.table.rows) <= LONGEST:
            self.table(chart.table)


# Rows of a table beside a chart, from which it is in the workbook and on the page alone.
LONGEST = 40


def write(
    release: Release, spec: Specification, pages: Sequence[Page], folder: Path, drawings: Drawings | None = None
) -> dict[str, float]:
    """Write the document of a report whose site is in a folder; returns section → share of its words that was generated."""
    made = {page.path: page for page in pages}
    writer = _Writer(_new(release, spec), drawings or Drawings(folder), {}, {})
    shares = {}
    for section in spec.sections:
        page = made[sections.path(section)]
        writer.words = {"generated": 0, "people": 0}
        writer.document.add_heading(sections.title(section), level=min(3, 1 + section.id.count(".")))
        own = paragraphs(spec, section)
        for paragraph in own or [GAP]:
            writer.document.add_paragraph(" ".join(paragraph.split()), style="Normal" if own else "Intense Quote")
            writer.words["people"] += len(paragraph.split()) if own else 0
        for item in page.items:
            _add(writer, item)
        total = sum(writer.words.values())
        shares[section.id] = round(writer.words["generated"] / total, 3) if total else 0.0
    _keep_map(writer, release)
    writer.document.save(str(folder / FILE))
    return shares


def _add(writer: _Writer, item: Any) -> None:
    if isinstance(item, Heading):
        writer.document.add_heading(item.text, level=4)
    elif isinstance(item, Table):
        writer.table(item)
    elif isinstance(item, Chart):
        writer.chart(item)
    elif 'class="people"' not in item and 'class="gap unwritten"' not in item:
        before = writer.words["generated"]
        for style, parts in Paragraphs(item).found:
            writer.paragraph(parts, style)
        if 'class="gap"' in item:
            # That something is not there is no part of the report that was generated.
            writer.words["generated"] = before


def _new(release: Release, spec: Specification) -> Any:
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)
    document.core_properties.title, document.core_properties.author = spec.title, spec.area
    document.core_properties.comments = f"{release.handling} Release {release.id}."
    for part in (document.sections[0].header, document.sections[0].footer):
        part.paragraphs[0].text = release.handling
    document.add_heading(spec.title, level=0)
    for text in filter(None, (release.banner, f"{spec.area}, {spec.when}, for {release.audience}.")):
        document.add_paragraph(text)
    document.add_paragraph(f"Release {release.id}, published on {release.published_at:%d %B %Y}.")
    return document


class Paragraphs(HTMLParser):
    """Paragraphs of a piece of a page: (style, texts and figures)."""

    def __init__(self, markup: Markup) -> None:
        super().__init__()
        self.found: list[tuple[str | None, list[str | Figure]]] = []
        self._place: str | None = None
        self.feed(str(markup))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li", "dt", "dd", "summary"):
            self.found.append(("List Bullet" if tag == "li" else None, []))
        self._place = dict(attributes).get("data-figure") if tag == "data" else None

    def handle_data(self, data: str) -> None:
        if not self.found:
            if data.strip():
                self.found.append((None, [data]))
        elif self._place:
            decimals = len(data.partition(".")[2].rstrip(" %")) if data[:1] in "+−0123456789" else None
            suffix = " %" if data.endswith(" %") else ""
            self.found[-1][1].append(_Written(self._place, data, decimals=decimals, suffix=suffix, sign=data.startswith("+")))
            self._place = None
        else:
            self.found[-1][1].append(data)


class _Written(Figure):
    """A figure as a page has it: its value is its text."""

    @property
    def text(self) -> str:
        return str(self.value)


def _texts(cell: str) -> Iterator[str | Figure]:
    if "<" not in cell:
        yield cell
        return
    for _, parts in Paragraphs(Markup("<p>") + Markup(cell)).found:
        yield from parts


def _keep_map(writer: _Writer, release: Release) -> None:
    content = json.dumps({"release_id": release.id, "figures": writer.places})
    blob = f'<?xml version="1.0" encoding="UTF-8"?>\n<figures xmlns="urn:needs-assessment">{escape(content)}</figures>'
    package = writer.document.part.package
    writer.document.part.relate_to(Part(MAP, "application/xml", blob.encode(), package), RELATIONSHIP_TYPE.CUSTOM_XML)


def check(release: Release, edited: Path, copy: Path) -> list[Difference]:
    """Compare the figures of an edited document with a release, and write a copy in which they are the release's.

    Nothing but the text of figures is changed in the copy.

    Raises:
        ReportError: it is no document that was made by `write`, or has lost what says which figure is which.
    """
    try:
        document = docx.Document(str(edited))
    except Exception as error:
        raise ReportError(f"{edited}: it cannot be read as a Word document. {error}") from error
    places = _map(document, edited)
    controls = [(tag.get(qn("w:val")), control) for control, tag in _controls(document) if tag.get(qn("w:val")) in places]
    now = figures.look_up(release.con, {places[tag]["place"] for tag, _ in controls})
    found = []
    for tag, control in controls:
        form = places[tag]
        value = now.get(form["place"])
        decimals = None if isinstance(value, str) else form["decimals"]
        right = Figure(form["place"], value, decimals, form["suffix"], form["sign"] and _is_positive(value), form["note"]).text
        texts = list(control.iter(qn("w:t")))
        written = "".join(text.text or "" for text in texts)
        if written != right and not _is_same(written, value, decimals):
            found.append(Difference(form["place"], written, right))
            for text in texts:
                text.text = ""
            if texts:
                texts[0].text = right
    document.save(str(copy))
    return found


def _is_positive(value: Any) -> bool:
    return not isinstance(value, str) and value is not None and value > 0


def _is_same(written: str, value: Any, decimals: int | None) -> bool:
    """Whether a text is the same number, written otherwise, such as with other spaces or separators."""
    if value is None or isinstance(value, str) or decimals is None:
        return False
    bare = written.replace("−", "-").replace(",", "").replace("%", "").replace("\u00a0", "").strip()
    try:
        return abs(float(bare) - round(float(value), decimals)) < 1e-9
    except ValueError:
        return False


def _controls(document: Any) -> Iterator[tuple[Any, Any]]:
    for control in document.element.body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        if tag is not None:
            yield control, tag


def _map(document: Any, path: Path) -> dict[str, dict[str, Any]]:
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.CUSTOM_XML and b"urn:needs-assessment" in relation.target_part.blob:
            content = json.loads(parse_xml(relation.target_part.blob).text)
            return dict(content["figures"])
    raise ReportError(
        f"{path}: it does not have the list of its figures. Make the document again with `sna report`, and copy your text."
    )
