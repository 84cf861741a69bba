"""The contents of a workbook outside its cells: an allow-list of what a plain save writes, and the texts in it.

A workbook is an archive of many parts, and any can contain text: embedded files, comments, pivot tables, validation lists,
tracked changes, properties. Excel, LibreOffice, xlsxwriter, openpyxl and odfpy write few of them when a table is saved. Those are
listed here with their elements; the value of an attribute is a number, a reference or ordinary words. Anything else is `strange`:
it is reported by its place, never by its content.

Texts are of four kinds. `prose` is visible to a reader and searched for all identifiers; `technical` (fonts, formats) has its own
names and is searched for numbers and addresses; `style`, the name of a style, also for a name behind a title; `author` names the
people and the organisation that saved the file, as every save does: it is searched only for what cannot be an author's, and none
of it is kept.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from orchestration.ingest.legal_gate.vocabulary import is_ordinary
from orchestration.ingest.rules import UnreadableError, fault

TextKind = Literal["prose", "technical", "style", "author"]

# What is read of an archive within the archive, and how deep.
MAX_NESTED_BYTES = 5_000_000
MAX_DEPTH = 2
# Texts of one element that are put together, in characters.
LONGEST_RUNS = 500
PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Text:
    """A text outside the cells of a sheet, and the part that holds it, as messages name it."""

    part: str
    text: str
    kind: TextKind = "prose"


@dataclass(frozen=True)
class Contents:
    """Texts outside cells, and the parts and elements that no plain save writes, as messages name them."""

    texts: tuple[Text, ...]
    strange: tuple[str, ...]


@dataclass(frozen=True)
class _Rule:
    """What a part may hold.

    Attributes:
        elements: local names of its elements; None for any.
        prose, technical, author: elements whose text is of that kind; others have none.
        ignored: elements of which nothing is read: what a save writes about the computer that it was made on.
        empty: elements that may be there as long as they say nothing.
        names: attributes whose values are prose, such as names of sheets.
        open: whether values of attributes are those of fonts and styles, which nobody can list.
    """

    elements: frozenset[str] | None = frozenset()
    prose: frozenset[str] = frozenset()
    technical: frozenset[str] = frozenset()
    author: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    open: bool = False

    @cached_property
    def _known(self) -> frozenset[str]:
        return (self.elements or frozenset()) | self.prose | self.technical | self.author | self.ignored | self.empty

    def allows(self, element: str) -> bool:
        return self.elements is None or element in self._known


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HEADERS = "oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter"
_RUN = "rPr b i u strike sz color rFont name family scheme charset vertAlign outline shadow condense extend"
_XLSX: Mapping[str, _Rule] = {
    r"\[Content_Types\]\.xml": _Rule(_names("Types Default Override")),
    r"(_rels/|xl/_rels/workbook\.xml|xl/worksheets/_rels/sheet\d+\.xml)\.rels": _Rule(_names("Relationships Relationship")),
    r"docProps/core\.xml": _Rule(
        _names("coreProperties"),
        technical=_names("created modified lastPrinted revision version language"),
        author=_names("creator lastModifiedBy"),
        empty=_names("title subject description keywords category contentStatus identifier contentType"),
    ),
    r"docProps/app\.xml": _Rule(
        _names("Properties HeadingPairs TitlesOfParts vector variant"),
        prose=_names("lpstr"),
        technical=_names(
            "Application AppVersion DocSecurity ScaleCrop i4 LinksUpToDate SharedDoc HyperlinksChanged TotalTime Pages Words "
            "Characters "
            "Lines Paragraphs CharactersWithSpaces"
        ),
        author=_names("Company"),
        empty=_names("Template Manager HyperlinkBase PresentationFormat"),
    ),
    r"docMetadata/LabelInfo\.xml": _Rule(_names("labelList label")),
    r"xl/workbook\.xml": _Rule(
        _names(
            "workbook fileVersion workbookPr bookViews workbookView sheets sheet calcPr definedNames AlternateContent Choice "
            "Fallback "
            "revisionPtr extLst ext calcFeatures feature"
        ),
        prose=_names("definedName"),
        ignored=_names("absPath"),
        empty=_names("workbookProtection"),
        names=_names("name comment description help statusBar customMenu"),
    ),
    r"xl/worksheets/sheet\d+\.xml": _Rule(
        _names(
            "worksheet sheetPr tabColor outlinePr pageSetUpPr dimension sheetViews sheetView pane selection sheetFormatPr "
            "cols col "
            f"sheetData row c is r {_RUN} autoFilter mergeCells mergeCell pageMargins pageSetup printOptions phoneticPr "
            f"ignoredErrors "
            "ignoredError headerFooter rowBreaks colBreaks brk"
        ),
        prose=_names(f"f t {_HEADERS}"),
        technical=_names("v"),
    ),
    r"xl/sharedStrings\.xml": _Rule(_names(f"sst si phoneticPr r {_RUN}"), technical=_names("t")),
    r"xl/calcChain\.xml": _Rule(_names("calcChain c")),
    r"xl/styles\.xml": _Rule(None, names=_names("formatCode"), open=True),
    r"xl/theme/theme\d*\.xml": _Rule(None, names=_names("name"), open=True),
    r"xl/printerSettings/printerSettings\d+\.bin": _Rule(),
}
_ODF_STYLES = (
    "styles automatic-styles master-styles master-page style default-style default-page-layout page-layout "
    "page-layout-properties "
    "header-style footer-style header-footer-properties header footer header-left footer-left header-first "
    "footer-first region-left "
    "region-center region-right font-face-decls font-face map table-properties table-row-properties table-column-properties "
    "table-cell-properties paragraph-properties text-properties graphic-properties number-style number date-style time-style "
    "percentage-style currency-style boolean-style text-style day month year day-of-week era quarter week-of-year "
    "hours minutes seconds "
    "am-pm boolean text-content scientific-number fraction fill-character background-image tab-stops tab-stop "
    "list-style gradient hatch "
    "fill-image marker stroke-dash opacity columns column-sep table-template first-row last-row even-rows odd-rows first-column "
    "last-column even-columns odd-columns background"
)
_ODF_TEXT = "s tab line-break sheet-name page-number page-count date time title file-name"
_ODS: Mapping[str, _Rule] = {
    r"mimetype": _Rule(),
    r"META-INF/manifest\.xml": _Rule(_names("manifest file-entry")),
    r"content\.xml": _Rule(
        _names(
            f"document-content scripts body spreadsheet calculation-settings iteration null-date table table-column "
            f"table-columns "
            "table-header-columns table-row table-rows table-header-rows table-row-group table-column-group table-cell "
            "covered-table-cell "
            f"database-ranges database-range {_ODF_TEXT} {_ODF_STYLES}"
        ),
        prose=_names("p span text currency-symbol embedded-text"),
        empty=_names("forms named-expressions shapes"),
        names=_names("name display-name string-value formula prefix suffix target-range-address"),
    ),
    r"styles\.xml": _Rule(
        _names(f"document-styles {_ODF_TEXT} {_ODF_STYLES}"),
        prose=_names("p span text currency-symbol embedded-text"),
        names=_names("prefix suffix"),
        open=True,
    ),
    r"meta\.xml": _Rule(
        _names("document-meta meta document-statistic"),
        technical=_names("generator creation-date date editing-cycles editing-duration language print-date"),
        author=_names("initial-creator creator printed-by"),
        empty=_names("title subject description keyword"),
    ),
    r"settings\.xml": _Rule(
        _names("document-settings settings config-item-set config-item-map-indexed config-item-map-entry config-item-map-named"),
        technical=_names("config-item"),
        open=True,
    ),
    r"manifest\.rdf": _Rule(_names("RDF Description type hasPart")),
    r"Thumbnails/thumbnail\.png": _Rule(),
    r"Configurations2/([a-z]+/([A-Za-z]+/|current\.xml)?)?": _Rule(),
}

# Elements of which a part may have millions, and what holds them.
_PIECES = {
    "row": ("sheetData",),
    "si": ("sst",),
    "table-row": ("table", "table-rows", "table-header-rows", "table-row-group"),
}
_MORE_THAN_ELEMENTS = (b"<!--", b"<?", b"<!DOCTYPE", b"<!ENTITY", b"\x00")

_NAMESPACES = re.compile(
    r"(?:http://schemas\.(?:openxmlformats\.org|microsoft\.com)|https?://purl\.(?:oclc\.org|org)|http://www\.w3\.org|urn:oasis|urn:org:documentfoundation|"
    r"urn:schemas-microsoft-com|http://openoffice\.org|http://docs\.oasis-open\.org|https?://.*\bdocumentfoundation\.org)[\w:/.#+-]*"
)
_VALUE = re.compile(
    r"[-+]?\d{0,7}(?:\.\d{0,17})?(?:[eE][-+]?\d{1,2})?(?:pt|cm|mm|in|px|em|%)?"
    r"|(?:\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})? ?)+|\d{1,7}:\d{1,7}"
    r"|#?[0-9A-Fa-f]{6}|[0-9A-F]{8}|\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?"
    r"|(?:application|text|image)/[\w.+-]*|\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?|P(?:T|\d{1,6}(?:\.\d{1,9})?[HMSDY])+|dcterms:W3CDTF"
)
# Words of the formats that dictionaries lack.
_TERMS = _names(
    "xl xml rels doc docprops props lpstr str inline calc bool vnd url utf theme worksheets workbook xr mc ce co ro "
    "ta ac gt lt fo nf cellstyle sst api odf "
    "void param params png gb us iso config configurations thumbnails thumbnail meta inf xdr vml ole ctrl prop bin "
    "emf wmf jpeg gif activex vba dde "
    "pivot slicer slicers timeline timelines customui printer embeddings sheetdata validations rpr hyperlink "
    "hyperlinks listbox ext lst fn xlfn "
    "sp tx nv pic cfvo rgb pr dxf dxfs metadata docmetadata drawingml datapilot multirange calcext autofilter "
    "odftoolkit mimetype filename "
    "officedocument openxmlformats spreadsheetml cx rich data xlsx xlsm xls docx ods odt pdf zip xlnm"
)


def examine(path: Path) -> Contents:
    """Look through everything but the cells of a workbook's sheets.

    Raises:
        UnreadableError: the archive or a part of it is damaged (D10).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Archive(archive).contents()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, KeyError, ElementTree.ParseError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None


class _Archive:
    """A workbook as an archive, and what has been found in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = archive.namelist()
        self.rules = _ODS if "content.xml" in self.names else _XLSX
        self.sheets = set() if self.rules is _ODS else _sheets_of_the_book(archive)
        self.texts: dict[Text, None] = {}  # each once, in order
        self.strange: dict[str, None] = {}

    def contents(self) -> Contents:
        self._directory()
        for name in dict.fromkeys(self.names):
            rule = next((rule for pattern, rule in self.rules.items() if re.fullmatch(pattern, name)), None)
            if rule is None or (name.startswith("xl/worksheets/sheet") and name not in self.sheets):
                self._off_the_list(name)
            elif name.endswith((".xml", ".rels", ".rdf")) and self.archive.getinfo(name).file_size:
                self._read(name, rule)
            elif name != "Thumbnails/thumbnail.png":
                self._add(shown(name), _texts_of_bytes(self.archive.read(name)), "technical")
        if self.rules is _XLSX and "xl/sharedStrings.xml" in self.names:
            self._orphans()
        return Contents(tuple(self.texts), tuple(self.strange))

    def _add(self, part: str, texts: Iterable[str], kind: TextKind = "prose") -> None:
        self.texts |= dict.fromkeys(Text(part, text, kind) for text in texts)

    def _report(self, *places: str) -> None:
        self.strange |= dict.fromkeys(places)

    def _directory(self) -> None:
        """What the archive itself can hold: comments, and two parts of one name of which programs show one."""
        comments = [self.archive.comment, *(info.comment for info in self.archive.infolist())]
        texts = [text for comment in comments for text in _texts_of_bytes(comment)]
        self._add("the archive's comments", texts)
        if any(comments):
            self._report("the archive's comments")
        self._report(*(f"a second {shown(name)}" for name, times in Counter(self.names).items() if times > 1))
        for info in self.archive.infolist():
            if _is_word_like(info.filename):
                self._add(shown(info.filename), [re.sub(r"[/_.-]|(?<=[a-z])(?=[A-Z0-9])", " ", info.filename)])

    def _off_the_list(self, name: str) -> None:
        if name.endswith("/") and not self.archive.getinfo(name).file_size:
            return
        self._report(shown(name))
        self._add(shown(name), all_texts(self.archive.read(name)))

    def _read(self, name: str, rule: _Rule) -> None:
        if self._has_more_than_elements(name):
            self._report(f"{shown(name)} (comments or instructions)")
            self._add(shown(name), _texts_of_bytes(self.archive.read(name)))
        for element, parent in self._in_pieces(name):
            if parent is None:
                self._walk(element, name, rule)
            else:
                self._child(element, parent, name, rule)

    def _has_more_than_elements(self, name: str) -> bool:
        """Whether XML holds what no parser shows: comments, instructions, declarations; or is in an encoding that hides them."""
        with self.archive.open(name) as file:
            start = file.read(PIECE_BYTES)
            rest = re.sub(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>", b"", start, count=1)
            while rest:
                if any(mark in rest for mark in _MORE_THAN_ELEMENTS):
                    return True
                piece = file.read(PIECE_BYTES)
                rest = rest[-max(map(len, _MORE_THAN_ELEMENTS)) :] + piece if piece else b""
        return False

    def _in_pieces(self, name: str) -> Iterator[tuple[ElementTree.Element, ElementTree.Element | None]]:
        """Rows of a sheet and shared strings with the element that holds them, one by one; then the root without them.

        A sheet has millions of elements, which are never in memory together.
        """
        path: list[ElementTree.Element] = []
        piece: ElementTree.Element | None = None
        root: ElementTree.Element | None = None
        with self.archive.open(name) as file:
            for event, element in ElementTree.iterparse(file, ("start", "end")):
                if piece is not None:  # by now the text behind it has been read too
                    yield piece, path[-1]
                    path[-1].remove(piece)
                    piece = None
                if event == "start":
                    root = element if root is None else root
                    path.append(element)
                    continue
                path.pop()
                if path and _local(path[-1].tag) in _PIECES.get(_local(element.tag), ()):
                    piece = element
        if root is not None:
            yield root, None

    def _walk(self, element: ElementTree.Element, name: str, rule: _Rule) -> None:
        kind, part = _local(element.tag), shown(name)
        if kind in rule.ignored:
            return
        if not rule.allows(kind) or (kind in rule.empty and _says(element)) or (kind == "autoFilter" and len(element)):
            self._off(element, f"{part} ({shown(kind)})")
            return
        self._attributes(element, name, rule)
        text = (element.text or "").strip()
        if text and kind in rule.prose:
            self._add(part, ["".join(element.itertext()).strip()])
        elif text and kind in rule.author | rule.technical:
            if kind != "t" or "sharedStrings" not in name:  # those are cells, or orphans
                self._add(part, [text], "author" if kind in rule.author else "technical")
        elif text:
            self._off(element, f"{part} ({shown(kind)})")
        for child in element:
            self._child(child, element, name, rule)

    def _child(self, child: ElementTree.Element, parent: ElementTree.Element, name: str, rule: _Rule) -> None:
        kind = _local(parent.tag)
        if (child.tail or "").strip() and kind not in rule.prose:
            self._off(child, f"{shown(name)} ({shown(kind)})")
        self._walk(child, name, rule)

    def _off(self, element: ElementTree.Element, place: str) -> None:
        self._report(place)
        self._add(place, _texts_of_element(element))

    def _attributes(self, element: ElementTree.Element, name: str, rule: _Rule) -> None:
        part = shown(name)
        for attribute, value in element.attrib.items():
            local = _local(attribute)
            if _VALUE.fullmatch(value) or _NAMESPACES.fullmatch(value) or (local == "value" and _is_cell(element)):
                continue
            if local in rule.names and not (local == "name" and _local(element.tag) in ("rFont", "style", "font-face")):
                self._add(part, [_unquoted(value) if local == "formatCode" else value])
                continue
            self._add(part, [value], "style" if _is_name_of_style(element, local) else "technical")
            is_of_style = (
                rule.open or "font" in local.lower() or "style" in local.lower() or _local(element.tag) in ("rFont", "style")
            )
            if not is_of_style and not _is_ordinary(value) and not self._is_part(value):
                self._off(ElementTree.Element("x", {"x": value}), f"{part} (attribute {shown(local)})")

    def _is_part(self, value: str) -> bool:
        """Whether a value names a part that is there."""
        return any(name == value.lstrip("/") or name.endswith(f"/{value}") for name in self.names)

    def _orphans(self) -> None:
        """Shared texts that no cell shows."""
        part = "xl/sharedStrings.xml"
        used: set[int] = set()
        for sheet in self.sheets & set(self.names):
            for piece, _ in self._in_pieces(sheet):
                for cell in piece.iter():
                    if _local(cell.tag) == "c" and cell.get("t") == "s":
                        shown_values = [(value.text or "").strip() for value in cell if _local(value.tag) == "v"]
                        used |= {int(value) for value in shown_values if value.isdigit()}
        strings = (string for string, parent in self._in_pieces(part) if parent is not None)
        for number, string in enumerate(strings):
            if number not in used and "".join(string.itertext()).strip():
                self._off(string, f"{part} (texts that no cell shows)")


def _sheets_of_the_book(archive: zipfile.ZipFile) -> set[str]:
    """The parts that the workbook names as its sheets."""
    links = {
        element.get("Id"): str(element.get("Target", ""))
        for element in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    ids = {
        value
        for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter()
        if _local(element.tag) == "sheet"
        for attribute, value in element.attrib.items()
        if attribute.endswith("}id")
    }
    targets = [links[identifier] for identifier in ids if identifier in links]
    return {target.lstrip("/") if target.startswith("/") else f"xl/{target}" for target in targets}


def all_texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """All texts of a part of any kind; of an archive those of its parts."""
    if data.startswith(b"PK") and depth < MAX_DEPTH:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for info in archive.infolist():
                    if info.file_size <= MAX_NESTED_BYTES:
                        yield from all_texts(archive.read(info), depth + 1)
            return
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError):
            pass
    try:
        yield from _texts_of_element(ElementTree.fromstring(data))
    except (ElementTree.ParseError, ValueError):
        yield from _texts_of_bytes(data)


def _texts_of_element(element: ElementTree.Element) -> Iterator[str]:
    """Each text and value of an element, and runs of one text put together."""
    for one in element.iter():
        runs = list(one.itertext())
        if len(runs) > 1 and sum(map(len, runs)) <= LONGEST_RUNS:
            yield " ".join("".join(runs).split())
        yield from filter(None, (text.strip() for text in (one.text, one.tail) if text))
        yield from (value for value in one.attrib.values() if not _is_ordinary(value) or re.search(r"\d{3}", value))


def _texts_of_bytes(data: bytes) -> Iterator[str]:
    """Runs of letters and digits in bytes, as text of one or of two bytes a character."""
    readable = r"[\w \t.,;:@()/'’+-]{5,}"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        yield from (match[0].strip() for match in re.finditer(readable, data.decode(encoding, "ignore"), re.ASCII))


def _says(element: ElementTree.Element) -> bool:
    """Whether an element holds a text, or a value that is more than a switch."""
    return any((one.text or "").strip() or not all(map(_is_technical, one.attrib.values())) for one in element.iter()) or any(
        len(one) for one in element
    )


def _is_cell(element: ElementTree.Element) -> bool:
    """Whether it is a cell of an OpenDocument table, whose value is searched with all other cells."""
    return _local(element.tag) in ("table-cell", "covered-table-cell")


def _is_name_of_style(element: ElementTree.Element, attribute: str) -> bool:
    return _local(element.tag) in ("cellStyle", "tableStyle", "style") and attribute in ("name", "display-name")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _unquoted(code: str) -> str:
    """The literal texts of a number format."""
    return " ".join(literal.strip('"') for literal in re.findall(r'"[^"]*"', code))


def _words(value: str) -> list[str]:
    return [word.lower() for part in re.findall(r"[^\W\d_]+", value) for word in re.split(r"(?<=[a-z])(?=[A-Z])", part)]


# A sheet repeats few names and values in millions of elements.
@lru_cache(maxsize=4096)
def _is_ordinary(value: str) -> bool:
    """Whether a value is of ordinary words and terms of the formats, and short numbers."""
    return (
        len(value) <= 200
        and all(len(word) <= 2 or word in _TERMS or is_ordinary(word) for word in _words(value))
        and not re.search(r"\d{5,}", value)
    )


def _is_technical(value: str) -> bool:
    return bool(_VALUE.fullmatch(value) or _NAMESPACES.fullmatch(value)) or _is_ordinary(value)


def _is_word_like(name: str) -> bool:
    return not _is_ordinary(name)


@lru_cache(maxsize=4096)
def shown(name: str) -> str:
    """A part or an element as messages name it: without what may be somebody's name."""
    pieces = name.split("/")
    while pieces and not _is_ordinary("/".join(pieces)):
        pieces.pop()
    if len(pieces) == len(name.split("/")):
        return name
    return f"a part in {'/'.join(pieces)}" if pieces else "a part of another name"
