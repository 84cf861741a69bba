"""The catalogue of rules: what can be wrong with a delivery, and what its sender can do about it.

Codes are stable, because the ledger, the quarantine and letters to senders refer to them: a code never changes its meaning.
Severity `delivery` refuses the whole file, `row` quarantines the row, `information` is only reported.
The page of rules (reference/rules.md of the site) is generated from this catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["delivery", "row", "information"]


@dataclass(frozen=True)
class Rule:
    """One rule. `message` and `remedy` may use {column}, {rows} and the details that are passed to `fault`."""

    code: str
    severity: Severity
    title: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Fault:
    """What one rule found in one delivery. It never contains a value of a row, only its shape (`orchestration.text.shapes`).

    Attributes:
        column_name: header of the column; None for a fault of the row or file as a whole.
        rows: number of rows; None for a fault of the file.
        first_rows: up to ten row numbers as the sender's program shows them: the first row of a file or sheet is row 1.
        sheet: sheet of a workbook; empty where there is only one table.
    """

    code: str
    severity: Severity
    column_name: str | None
    rows: int | None
    first_rows: tuple[int, ...]
    message: str
    remedy: str
    sheet: str = ""


class UnreadableError(Exception):
    """A delivery cannot be read at all; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(item.code for item in faults))
        self.faults = faults


def _rules(severity: Severity, *rows: tuple[str, str, str, str]) -> list[Rule]:
    return [Rule(code, severity, title, message, remedy) for code, title, message, remedy in rows]


CATALOGUE: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        *_rules(
            "delivery",
            (
                "D01",
                "Wrong file type",
                "The file is {found}; this feed accepts {expected}.",
                "Export the data again in one of the accepted formats.",
            ),
            (
                "D02",
                "Unreadable encoding",
                "The text is neither UTF-8 nor UTF-16 nor Windows-1252 ({detail}).",
                "Save the file as CSV UTF-8 and send it again.",
            ),
            ("D03", "Empty", "The file has no data rows.", "Check the extract; send a file with a header and rows."),
            (
                "D04",
                "Column missing",
                "The column “{column}” is missing.",
                "Send all columns of the agreed format, with the agreed headers.",
            ),
            (
                "D05",
                "Unknown column",
                "The column “{column}” is not part of the agreed format.",
                "Remove the column, or agree a change of the format first.",
            ),
            (
                "D06",
                "Duplicate column",
                "The header “{column}” occurs more than once.",
                "Use the agreed header of each column, each once.",
            ),
            (
                "D07",
                "Header repeated among the rows",
                "The header occurs again among the rows: files seem to have been joined.",
                "Send one extract per file, with one header.",
            ),
            (
                "D08",
                "Wrong period",
                "{rows} of {delivered} rows do not belong to {period}.",
                "Check the period of the extract and the period in the file name.",
            ),
            (
                "D09",
                "Too many rejected rows",
                "{rows} of {delivered} rows cannot be used; the contract allows {limit}.",
                "Correct the rows listed in the quarantine and send the whole file again.",
            ),
            (
                "D10",
                "Broken structure",
                "The file cannot be read to its end: {detail}.",
                "Export the data again; the usual cause is a file that was cut off or edited by hand.",
            ),
            (
                "D11",
                "Identifier not allowed",
                "The column “{column}” looks like a personal identifier, which this feed must not contain.",
                "Remove the column, send the file again, and delete the copy that was sent.",
            ),
            (
                "D12",
                "Sheet missing",
                "The workbook has no visible sheet “{expected}”.",
                "Put the data on a visible sheet of that name.",
            ),
            (
                "D13",
                "Table not found",
                "No row has the header “{expected}”, which starts the table.",
                "Keep the agreed layout; if it has to change, agree the change first.",
            ),
            (
                "D14",
                "Formulas without values",
                "{rows} cell(s) contain a formula that was never calculated.",
                "Open the workbook in Excel or LibreOffice, let it calculate, save it and send it again; or paste values.",
            ),
            (
                "D15",
                "Password-protected",
                "The file can be opened only with a password.",
                "Save it without a password and send it through the agreed secure channel.",
            ),
            (
                "D16",
                "Too large when opened",
                "The file is far larger than a return can be: {detail}.",
                "Send only the data: as CSV, or in a new workbook without formatted empty cells, pictures or macros.",
            ),
            (
                "D17",
                "Identifies people without legal power",
                "{rows} row(s) contain what looks like {what}. Health and social-care information that identifies people may not "
                "be shared under the Serious Violence Duty: Police, Crime, Sentencing and Courts Act 2022, section 16(4). "
                "No part of the file was kept.",
                "Remove it at the source and send the file again. Delete every copy that was sent, including the one in the "
                "landing zone, and inform the information-governance leads of both organisations.",
            ),
            (
                "D18",
                "Demonstration data in a live home",
                "The file is part of a demonstration, and this is a live home.",
                "Deliver the file that the agency itself sent; to practise, use the home that `sna demo` makes.",
            ),
            (
                "D19",
                "Not part of the demonstration",
                "The file is not listed in demonstration.json of the landing zone, and this home is a demonstration.",
                "If it is real, deliver it to a live home (`sna init`). If it is made up, list it with `sna demo --add FILE`.",
            ),
            (
                "D20",
                "Last record incomplete",
                "The last record (line {line}) has {found} of {fields} fields: the file was cut off.",
                "Export or copy the data again, and compare the size of the copy with that of the original.",
            ),
            (
                "D21",
                "Doubled file",
                "Every distinct row occurs an even number of times ({rows} rows): the file contains its rows twice.",
                "Export the data once and send the file again.",
            ),
            (
                "D22",
                "Fewer rows than expected",
                "The file has {rows} rows; {expected} were expected, and fewer than {least} are not plausible.",
                "Ask the sender whether the extract is complete. If it is, deliver it again with "
                '`sna deliver --accept-short --reason "..." FILE`. The limit is computed in orchestration/ingest/load/volume.py.',
            ),
            (
                "D23",
                "Label of unknown meaning",
                "“{column}” contains {labels} of unknown meaning in {rows} row(s).",
                "Find the label in the rows of the file, ask the sender what it means, and add it with that meaning to "
                "dbt_project/seeds/reference/source_label.csv (scheme {scheme}) or the area's file. The next refresh reads it.",
            ),
            (
                "D24",
                "Unusable geometry",
                "The geometry of {rows} feature(s) cannot be used; {where}: {problem}.",
                "Correct the geometry, or export the boundaries again from the publisher's layer, and send the file again.",
            ),
            (
                "D25",
                "Values that the area's map lacks",
                "“{column}” has values that {map} does not have, in {rows} row(s): {labels}.",
                "Run `sna area map` with the file, then write each value under `values` with a label of the feed type, or under "
                "`unknown`, where it means nothing that is known here. An agency's first delivery needs all of them.",
            ),
            (
                "D40",
                "More than a table in the workbook",
                "The workbook contains {part}. Saving a table does not write this, and text about people can be hidden in it.",
                "Copy the cells as values into a new workbook, save that and send it, without comments, pictures, pivot tables, "
                "validation lists, links or custom properties.",
            ),
            (
                "D30",
                "Wrong separator",
                "The fields are separated by {found}; this feed accepts {expected}.",
                "Export the data again with {expected} between the fields; CSV UTF-8 from a spreadsheet program is safest.",
            ),
            (
                "D31",
                "Rows of another part",
                "The file name says {what} “{part}”, but “{column}” says {other} in {rows} row(s).",
                "Check which {what} the rows belong to; send the file again under the name of that {what}, with only its rows.",
            ),
            (
                "D32",
                "Header row missing",
                "{unknown} of {of} headers are not part of the agreed format: the header row seems to be missing.",
                "Send the table with the agreed headers as its first row.",
            ),
            (
                "D33",
                "Not a file",
                "This is {what}, not a file; it was not opened.",
                "Replace it with the file itself.",
            ),
            (
                "D34",
                "Cannot be opened",
                "The file cannot be opened ({reason}).",
                "Allow the account that runs the warehouse to read it; the next refresh tries again.",
            ),
            (
                "D35",
                "Still being written",
                "The file changed while it was being read.",
                "Wait until it is complete; the next refresh reads it.",
            ),
        ),
        *_rules(
            "row",
            ("R01", "Required value missing", "“{column}” is blank in {rows} row(s).", "Fill in the value."),
            (
                "R02",
                "Not a number",
                "“{column}” is not a {kind} in {rows} row(s).",
                "Write digits only, no scientific notation (4.35E+05); thousands separators are allowed.",
            ),
            (
                "R03",
                "Not a date",
                "“{column}” is not a {kind} in {rows} row(s).",
                "Write {format} or ISO 8601.",
            ),
            (
                "R04",
                "Impossible date",
                "“{column}” is in the future, before 1900, or contradicts another date of the row in {rows} row(s).",
                "Correct the date, or the date that it contradicts.",
            ),
            (
                "R05",
                "Value not allowed",
                "“{column}” is not one of the agreed values in {rows} row(s).",
                "Use the agreed values, or agree a new one first: {allowed}.",
            ),
            (
                "R06",
                "Exact duplicate",
                "{rows} row(s) repeat an earlier row with the same key or identifier; the first is kept.",
                "Check whether the extract joined a row to several others.",
            ),
            (
                "R07",
                "Same key, different content",
                "{rows} row(s) have the same key as a row with different content; none of them is used.",
                "Find out which row is right and send the file again with that row only.",
            ),
            (
                "R08",
                "Row of another period",
                "“{column}” is outside the delivery's period in {rows} row(s).",
                "Send the row in the delivery of the period that it belongs to.",
            ),
            (
                "R09",
                "Broken row",
                "{rows} row(s) have too many or too few fields, or a quotation mark in the wrong place.",
                "Put fields that contain a comma, quotation mark or line break in quotation marks.",
            ),
            (
                "R10",
                "Out of range",
                "“{column}” is outside the range {minimum} to {maximum} in {rows} row(s).",
                "Correct the value; leave it blank where it is unknown and may be blank.",
            ),
            (
                "R11",
                "Formula in a cell",
                "“{column}” contains a formula in {rows} row(s).",
                "Paste values, not formulas, before the export.",
            ),
            (
                "R12",
                "Personal identifier in text",
                "“{column}” has what looks like an NHS number, postcode, telephone number or e-mail address in {rows} row(s).",
                "Remove the identifier at the source and send the file again.",
            ),
            (
                "R13",
                "Wrong pattern",
                "“{column}” does not have the agreed format in {rows} row(s).",
                "Write it as agreed: {pattern}.",
            ),
            (
                "R14",
                "Not yes or no",
                "“{column}” is neither true nor false in {rows} row(s).",
                "Write True or False, or Y or N.",
            ),
            (
                "R20",
                "Spreadsheet error value",
                "“{column}” contains an error value, such as #N/A or #REF!, in {rows} row(s).",
                "Correct the formula, or clear the cell if it may be blank, and export again.",
            ),
            (
                "R21",
                "Number in scientific notation",
                "“{column}” has a number in scientific notation, such as 1.23E+11, in {rows} row(s): its last digits are lost.",
                "Set the column's format to Text in the spreadsheet before entering the values, and export again.",
            ),
            (
                "R22",
                "Label of unknown meaning",
                "“{column}” contains a label of unknown meaning in {rows} row(s).",
                "Find the label in the rows of the file, ask the sender what it means, and add it with that meaning to "
                "dbt_project/seeds/reference/source_label.csv (scheme {schemes}) or the area's file. The next refresh reads it.",
            ),
            (
                "R23",
                "Text that may name a person",
                "“{column}” contains words in {rows} row(s) that are not in the list of ordinary words and may name a person.",
                "Leave the text blank, or describe the place and the means without names. None of the text was kept.",
            ),
            (
                "R24",
                "Date far from the period",
                "“{column}” is more than a year away from the delivery's period in {rows} row(s), as a date of birth would be.",
                "Correct the date, or leave it blank where it is unknown.",
            ),
            (
                "R25",
                "Control character in a cell",
                "“{column}” contains a control character, such as a bell or an escape, in {rows} row(s).",
                "Export the data again as plain text; the usual cause is text copied from a screen or terminal.",
            ),
            (
                "R26",
                "Text too long",
                "“{column}” has a text of more than {most} characters in {rows} row(s).",
                "Put one value into each cell; a quotation mark that is never closed makes one cell of many.",
            ),
            (
                "R15",
                "Two-digit year",
                "“{column}” has two-digit years in {rows} row(s).",
                "Write four-digit years: {format}.",
            ),
        ),
        *_rules(
            "information",
            ("I01", "Re-encoded", "The text was read as {encoding}.", "None needed; CSV UTF-8 is safest."),
            ("I02", "Byte-order mark", "The file begins with a byte-order mark, which was ignored.", "None needed."),
            ("I03", "Blank rows", "{rows} blank row(s) were skipped.", "None needed."),
            (
                "I04",
                "Suspected double load",
                "Every distinct row without “{column}” occurs an even number of times ({rows} rows): the sender may "
                "have loaded them twice. All are kept.",
                "Ask the sender; do not halve the figures without an answer.",
            ),
            (
                "I05",
                "File changed in place",
                "The content of the file has changed since it was first received under this name.",
                "Send a correction under a new version (.v2), so that the two can be distinguished.",
            ),
            ("I06", "Supersedes", "Replaces an earlier delivery of the same period.", "None needed."),
            (
                "I07",
                "Read again",
                "The same file was read again because the contract, the pseudonym key, the labels or its acceptance has changed.",
                "None needed.",
            ),
            (
                "I08",
                "Nothing new",
                "The content is the same as that of the delivery that it supersedes.",
                "None needed; check that the right file was sent.",
            ),
            (
                "I09",
                "Rows around the table",
                "{rows} row(s) of titles and notes above and below the table were skipped.",
                "None needed.",
            ),
            (
                "I10",
                "Totals left out",
                "{rows} row(s) of totals were left out: totals are computed from the rows.",
                "None needed.",
            ),
            (
                "I11",
                "Sheets left out",
                "{rows} other sheet(s) of the workbook were not read; {hidden} of them are hidden.",
                "None needed, if the data are on the agreed sheets.",
            ),
            ("I12", "Columns left out", "{rows} column(s) of totals were left out.", "None needed."),
            (
                "I13",
                "Symbols instead of numbers",
                "“{column}” has a symbol, such as c for confidential, instead of or beside a number in {rows} row(s).",
                "None needed; the symbol is kept beside the number.",
            ),
            (
                "I20",
                "Last line without line ending",
                "The last line has no line ending, as when a copy is cut off; its record has all its fields and is used.",
                "Check that the file has as many rows as the original; if not, deliver a complete one as the next version.",
            ),
            (
                "I22",
                "Fewer than half of the usual rows",
                "The file has {rows} rows, fewer than half of the median of the periods before it ({expected}).",
                "Ask the sender whether the extract is complete; if not, deliver a complete one as the next version.",
            ),
            (
                "I23",
                "Short delivery accepted",
                "The file has {rows} rows, and fewer than {least} are not plausible; it is used because: {reason}",
                "None needed.",
            ),
            (
                "I30",
                "Partial period",
                "{period} is at the end of the file and seems to be cut off: more days without rows are there than between any "
                "two rows.",
                "Deliver the whole period as a file of its own; it replaces this one.",
            ),
            (
                "I14",
                "Invisible characters in headers",
                "{rows} header(s) contain zero-width spaces or other invisible characters, which were ignored.",
                "None needed; such characters come with text copied from web pages.",
            ),
            (
                "I15",
                "Empty columns",
                "{rows} column(s) without header and without values were skipped.",
                "None needed.",
            ),
        ),
    )
}


def fault(
    code: str,
    column: str | None = None,
    rows: int | None = None,
    first_rows: tuple[int, ...] = (),
    sheet: str = "",
    **details: object,
) -> Fault:
    """The fault of a rule, with its message and remedy filled in.

    Raises:
        KeyError: unknown code, or a detail that the message needs is missing.
    """
    rule = CATALOGUE[code]
    words = {"column": column, "rows": f"{rows:,}" if rows is not None else None, **details}
    place = f"Sheet “{sheet}”: " if sheet else ""
    return Fault(
        code,
        rule.severity,
        column,
        rows,
        tuple(first_rows),
        place + rule.message.format_map(words),
        rule.remedy.format_map(words),
        sheet,
    )


def unforeseen(error: BaseException) -> Fault:
    """The fault of a file that made a library fail with an error that no rule covers."""
    if isinstance(error, MemoryError):
        return fault("D16", detail="reading it needs more memory than a return should")
    if isinstance(error, RecursionError):
        return fault("D10", detail="it is nested too deeply")
    return fault("D10", detail=f"its structure is not valid for its type ({type(error).__name__})")


def document() -> str:
    """The catalogue as a page of the documentation site (reference/rules.md)."""
    lines = [
        "# Rules for deliveries",
        "",
        "Codes never change their meaning. What to do about a rejection:"
        " [correct a rejected delivery](../how-to/correct-a-rejected-delivery.md).",
    ]
    headings = {
        "delivery": "Whole file refused; the last good delivery stays in use",
        "row": "Row rejected into quarantine",
        "information": "Information only",
    }
    for severity, heading in headings.items():
        lines += ["", f"## {heading}", "", "| code | what | message | remedy |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {rule.code} | {rule.title} | {rule.message} | {rule.remedy} |"
            for rule in CATALOGUE.values()
            if rule.severity == severity
        ]
    return "\n".join(lines) + "\n"
