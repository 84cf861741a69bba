"""A Power BI project (PBIP, its model as TMDL) of a release: tables from its Parquet files, relations, measures and sort order.

One parameter, `ReleaseFolder`, is the absolute path of the folder with `manifest.json` and `parquet/`. Each query takes a file
only if it has as many bytes as the manifest lists, and adds the release's id to its rows; the hidden table `Release check`
compares these ids and raises an error where they differ, so that a refresh during a publication fails and mixes nothing.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from orchestration.publication.bi_model import CALENDAR, POPULATION, Column, Model, Table
from orchestration.publication.measures import Z

NAME, PARAMETER, CHECK, RELEASE = "SeriousViolence", "ReleaseFolder", "Release check", "release_id"
TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "dateTime",
    "TIMESTAMP WITH TIME ZONE": "dateTime",
    "DOUBLE": "double",
    "BIGINT": "int64",
    "INTEGER": "int64",
    "SMALLINT": "int64",
    "TINYINT": "int64",
}
FORMATS = {"count": "#,0", "percent": "0.0", "rate": "0.00"}


def write(model: Model, folder: Path, release_folder: str) -> dict[str, int]:
    """Write the project; files of an earlier one are replaced.

    Args:
        folder: of the project; made where it is missing.
        release_folder: the first value of the parameter, as the computer with Power BI sees it.

    Returns:
        How many tables, relationships and measures are in it.
    """
    tables = {table.bare: _table(table, model) for table in model.tables}
    relationships = list(_relationships(model))
    definition = f"{NAME}.SemanticModel/definition"
    files = {
        f"{NAME}.pbip": _json({"version": "1.0", "artifacts": [{"report": {"path": f"{NAME}.Report"}}], "settings": {}}),
        f"{NAME}.SemanticModel/definition.pbism": _json({"version": "4.2", "settings": {}}),
        f"{NAME}.Report/definition.pbir": _json(
            {"version": "4.0", "datasetReference": {"byPath": {"path": f"../{NAME}.SemanticModel"}}}
        ),
        f"{NAME}.Report/report.json": _json({"config": "{}", "layoutOptimization": 0, "sections": []}),
        f"{definition}/database.tmdl": "database\n\tcompatibilityLevel: 1601\n",
        f"{definition}/model.tmdl": "model Model\n\tculture: en-GB\n\tdefaultPowerBIDataSourceVersion: powerBI_V3\n"
        + "\tdiscourageImplicitMeasures\n\n"
        + "".join(f"ref table {_quoted(name)}\n" for name in (*tables, CHECK)),
        f"{definition}/expressions.tmdl": f"expression {PARAMETER} = {_parameter(release_folder)}\n",
        f"{definition}/relationships.tmdl": "\n".join(relationships),
        **{f"{definition}/tables/{name}.tmdl": text for name, text in tables.items()},
        f"{definition}/tables/{CHECK}.tmdl": _check(tables),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "tables": len(tables),
        "relationships": len(relationships),
        "measures": sum(len(table.measures) for table in model.facts),
    }


def queries(model: Model, release_folder: str) -> dict[str, str]:
    """Every query of the project in the language M, by the name of its table or parameter."""
    return {PARAMETER: _parameter(release_folder), **{table.bare: _query(table) for table in model.tables}}


def _json(content: object) -> str:
    return json.dumps(content, indent=2) + "\n"


def _parameter(folder: str) -> str:
    return f'{_text(folder)} meta [IsParameterQuery = true, Type = "Text", IsParameterQueryRequired = true]'


def _text(value: str) -> str:
    """A text literal of M and of DAX."""
    return '"' + value.replace('"', '""') + '"'


def _query(table: Table) -> str:
    file = f"parquet/{table.name.replace('.', '/')}.parquet"
    windows = file.replace("/", "\\")
    names = ", ".join(_text(column.name) for column in _columns(table))
    problem = f"{file} is not of the release that manifest.json lists: another was published meanwhile. Refresh again."
    result = "Rows" if table.has(RELEASE) else f'Table.AddColumn(Rows, "{RELEASE}", each Manifest[release_id], type text)'
    return f"""let
    Manifest = Json.Document(File.Contents({PARAMETER} & "\\manifest.json")),
    Content = Binary.Buffer(File.Contents({PARAMETER} & {_text(chr(92) + windows)})),
    Listed = Record.Field(Manifest[files], {_text(file)})[bytes],
    Checked = if Binary.Length(Content) = Listed then Content else error {_text(problem)},
    Rows = Table.SelectColumns(Parquet.Document(Checked), {{{names}}}),
    Result = {result}
in
    Result"""


def _columns(table: Table) -> list[Column]:
    """Columns that a model can have: no lists."""
    return [column for column in table.columns if column.type in TYPES or column.type.startswith("DECIMAL")]


def _quoted(name: str) -> str:
    """A name as TMDL and DAX have it."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else "'" + name.replace("'", "''") + "'"


def _tag(*names: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("serious-violence-warehouse/power-bi", *names))))


def _indented(text: str, tabs: int) -> str:
    return "\n".join("\t" * tabs + line for line in text.splitlines())


def _table(table: Table, model: Model) -> str:
    counted = {declared["of"] for declared in table.declared}
    keys = {key for fact in model.tables for name, key in fact.keys.values() if name == table.name}
    parts = [f"/// {' '.join(table.description.split())}", f"table {_quoted(table.bare)}", f"\tlineageTag: {_tag(table.name)}"]
    if table.name == CALENDAR:
        parts.append("\tdataCategory: Time")
    for name, unit, expression in _measures(table):
        parts += [
            f"\n\tmeasure {_quoted(name)} =",
            _indented(expression, 3),
            f"\t\tformatString: {FORMATS[unit]}",
            f"\t\tlineageTag: {_tag(table.name, 'measure', name)}",
        ]
    sorted_by = _sorted_by(table)
    for column in (*_columns(table), *([] if table.has(RELEASE) else [Column(RELEASE, "VARCHAR", "Release of the row.")])):
        parts += [
            *([f"\n\t/// {' '.join(column.description.split())}"] if column.description else [""]),
            f"\tcolumn {_quoted(column.name)}",
            f"\t\tdataType: {TYPES.get(column.type, 'double')}",
            *(["\t\tisKey"] if column.name in keys else []),
            *(["\t\tisHidden"] if column.name in counted or (column.name == RELEASE and not table.has(RELEASE)) else []),
            *(["\t\tformatString: yyyy-mm-dd"] if column.type == "DATE" else []),
            "\t\tsummarizeBy: none",
            f"\t\tsourceColumn: {column.name}",
            *([f"\t\tsortByColumn: {sorted_by[column.name]}"] if column.name in sorted_by else []),
            f"\t\tlineageTag: {_tag(table.name, column.name)}",
        ]
    parts += [f"\n\tpartition {_quoted(table.bare)} = m", "\t\tmode: import", "\t\tsource =", _indented(_query(table), 4)]
    return "\n".join(parts) + "\n"


def _sorted_by(table: Table) -> dict[str, str]:
    """Text column -> the column that has its order: `<x>_order`, of `<x>` and in a dimension of its other names."""
    found = {"day_name": "day_of_week", "month_label": "month_start"}
    for column in table.columns:
        thing = column.name.removesuffix("_order")
        if thing != column.name:
            endings = ("", "_name", "_title") if table.name.startswith("marts.dim_") else ("",)
            found |= {thing + ending: column.name for ending in endings}
    return {name: order for name, order in found.items() if table.has(name) and table.has(order)}


def _relationships(model: Model) -> Iterator[str]:
    for table in model.tables:
        for column, (dimension, key) in sorted(table.keys.items()):
            yield (
                f"relationship {_tag(table.name, column, dimension)}\n"
                f"\tfromColumn: {_quoted(table.bare)}.{column}\n\ttoColumn: {_quoted(dimension.partition('.')[2])}.{key}\n"
            )


def _check(tables: Iterable[str]) -> str:
    ids = ",\n    ".join(f"VALUES({_quoted(name)}[{RELEASE}])" for name in tables)
    expression = f"""VAR Releases = DISTINCT(UNION(
    {ids}
))
RETURN ROW("releases", IF(COUNTROWS(Releases) = 1, 1, ERROR("Tables of two releases: refresh again.")))"""
    return (
        f"/// One release, or an error.\ntable '{CHECK}'\n\tisHidden\n\tlineageTag: {_tag(CHECK)}\n\n"
        "\tcolumn releases\n\t\tdataType: int64\n\t\tisNameInferred\n\t\tsummarizeBy: none\n\t\tsourceColumn: [releases]\n\n"
        f"\tpartition '{CHECK}' = calculated\n\t\tmode: import\n\t\tsource =\n{_indented(expression, 4)}\n"
    )


def _measures(table: Table) -> Iterator[tuple[str, str, str]]:
    """Name, unit and DAX of each row of `meta.measures`, from what the model declares of it."""
    units = {measure.name: measure.unit for measure in table.measures}
    label = table.bare.replace("_", " ").capitalize()
    for declared in table.declared:
        for name, expression in _expressions(table, label, **declared):
            if name in units:
                yield f"{label}: {name}", units[name], expression


def _expressions(table: Table, label: str, name: str, of: str, where: str = "") -> Iterator[tuple[str, str]]:
    mart, total, z2 = _quoted(table.bare), f"SUM({_quoted(table.bare)}[{of}])", Z * Z
    if where:
        part = f"COALESCE(SUMX(FILTER({mart}, {condition(where, table)}), {mart}[{of}]), 0)"
        yield name, f"DIVIDE(100 * {part}, {total})"
        for side, sign in (("lower", "-"), ("upper", "+")):
            yield (
                f"{name}_{side}_95",
                f"VAR n = {total}\nVAR k = {part}\n"
                f"RETURN DIVIDE(100 * (k + {z2 / 2} {sign} {Z} * SQRT(DIVIDE(k * (n - k), n) + {z2 / 4})), n + {z2})",
            )
        return
    measure, days = f"[{label}: {name}]", f"{_quoted(CALENDAR.partition('.')[2])}[date_day]"
    yield name, total
    byar = "n * POWER(1 - 1 / (9 * n) {} " + str(Z) + " / (3 * SQRT(n)), 3)"
    yield f"{name}_lower_95", f"VAR n = {total}\nRETURN IF(n = 0, 0, {byar.format('-')})"
    yield f"{name}_upper_95", f"VAR n = {total} + 1\nRETURN {byar.format('+')}"
    yield f"{name}_year_to_date", f'TOTALYTD({measure}, {days}, "03-31")'
    yield f"{name}_12_months", f"CALCULATE({measure}, DATESINPERIOD({days}, MAX({days}), -12, MONTH))"
    before = f"CALCULATE({measure}, SAMEPERIODLASTYEAR({days}))"
    yield f"change_{name}", f"VAR before = {before}\nRETURN IF(NOT ISBLANK(before), {measure} - before)"
    people, calendar = POPULATION.partition(".")[2], CALENDAR.partition(".")[2]
    yield (
        f"{name}_per_1000",
        f"""IF(
    HASONEVALUE({calendar}[population_year]),
    DIVIDE(
        1000 * {measure},
        CALCULATE(
            SUM({people}[population]),
            {people}[population_source] = "Mid-year estimate",
            TREATAS(VALUES({calendar}[population_year]), {people}[population_year])
        )
    )
)""",
    )


def condition(where: str, table: Table) -> str:
    """A condition of `meta.measures` as DAX: columns of truth, equality with a text, `and`, `or` and `not`.

    Raises:
        ValueError: it has something else.
    """
    words: Mapping[str, str] = {"and": "&&", "or": "||", "not": "NOT", "=": "=", "(": "(", ")": ")"}
    found = []
    for token in re.findall(r"'[^']*'|\w+|\S", where):
        if token in words:
            found.append(words[token])
        elif token.startswith("'"):
            found.append(_text(token.strip("'")))
        elif table.has(token):
            found.append(f"{_quoted(table.bare)}[{token}]")
        else:
            raise ValueError(f"{table.name}: no measure of Power BI for {where!r}")
    return " ".join(found)
