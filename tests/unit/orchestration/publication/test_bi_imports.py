"""What `sna bi` writes is of one piece, asks the release only for what it has, and is answered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.publication import bi_model, power_bi, superset
from orchestration.publication.bi_model import Model
from orchestration.publication.release import Release

# A folder in which `npm install @microsoft/powerquery-parser` was run.
PARSER = "SNA_POWER_QUERY_PARSER"
LINEAGE = {
    "marts.crimes": {
        "feeds": [],
        "grain": ["month_start", "district_code", "is_knife_crime", "sex"],
        "measures": [
            {"name": "crimes", "of": "crimes"},
            {"name": "knife_percent", "of": "crimes", "where": "is_knife_crime or sex = 'Female'"},
        ],
    },
    "marts.dim_district": {"feeds": [], "grain": ["district_code"]},
    "marts.dim_date": {"feeds": [], "grain": ["date_day"]},
    "marts.population": {"feeds": [], "grain": ["district_code", "population_year"]},
}


@pytest.fixture
def release(press) -> Release:
    """Twelve months of crimes of two districts, with their dimensions."""
    press.change(
        """
        create table marts.dim_district as
            select 'E' || i as district_code, 'Place ' || i as district, (3 - i)::integer as district_order
            from range(1, 3) as r (i);
        create table marts.dim_date as
            select d::date as date_day, isodow(d)::tinyint as day_of_week, dayname(d) as day_name, 2022 as population_year
            from range(timestamp '2022-04-01', timestamp '2023-04-01', interval 1 day) as r (d);
        create table marts.population as
            select 'Mid-year estimate' as population_source, district_code, 2022 as population_year, 1000 as population
            from marts.dim_district;
        create table marts.crimes as
            select (date '2022-04-01' + to_months(i::integer))::date as month_start, '2022/23' as financial_year, district_code,
                district, is_knife_crime, 'Male' as sex, true as is_serious_violence, 2::bigint as crimes
            from range(12) as r (i), marts.dim_district, (values (true), (false)) as k (is_knife_crime);
        """
    )
    return press.publish(lineage=LINEAGE)


@pytest.fixture
def model(release: Release) -> Model:
    return bi_model.read(release)


@pytest.fixture
def bundle(model: Model, tmp_path: Path) -> dict[str, dict]:
    """Name of each file of the bundle -> its content."""
    superset.write(model, tmp_path / "bundle.zip", Path("/srv/sna_marts.duckdb"))
    with zipfile.ZipFile(tmp_path / "bundle.zip") as file:
        return {name.partition("/")[2]: yaml.safe_load(file.read(name)) for name in file.namelist()}


def kind(bundle: dict[str, dict], name: str) -> list[dict]:
    return [content for file, content in bundle.items() if file.startswith(f"{name}/")]


def test_the_model_has_the_marts_with_measures_and_what_they_are_related_to(model):
    assert [table.name for table in model.tables] == [
        "marts.crimes",
        "marts.population",
        "marts.dim_date",
        "marts.dim_district",
        "meta.release",
    ]
    assert model.tables[0].keys == {
        "district_code": ("marts.dim_district", "district_code"),
        "month_start": ("marts.dim_date", "date_day"),
    }


def test_a_release_of_an_earlier_version_has_no_model(release):
    tables = {name: about for name, about in release.manifest["tables"].items() if name != "meta.measures"}
    with pytest.raises(LookupError, match=r"no table meta\.measures"):
        bi_model.read(Release(release.folder, {**release.manifest, "tables": tables}, current=True))


def test_files_of_the_bundle_refer_to_each_other(bundle):
    assert bundle["metadata.yaml"]["type"] == "Dashboard"
    (database,), (dashboard,) = kind(bundle, "databases"), kind(bundle, "dashboards")
    datasets = {dataset["uuid"]: dataset for dataset in kind(bundle, "datasets")}
    charts = {chart["uuid"]: chart for chart in kind(bundle, "charts")}
    assert {dataset["database_uuid"] for dataset in datasets.values()} == {database["uuid"]}
    assert {chart["dataset_uuid"] for chart in charts.values()} == datasets.keys()
    placed = {
        part["meta"]["uuid"] for part in dashboard["position"].values() if isinstance(part, dict) and part["type"] == "CHART"
    }
    assert placed == charts.keys() and len(charts) == 5
    for part in dashboard["position"].values():
        if isinstance(part, dict) and part["type"] == "ROW":
            assert sum(dashboard["position"][child]["meta"]["width"] for child in part["children"]) <= 12


def test_every_measure_of_the_release_is_a_metric_of_a_chart(bundle, release):
    with duckdb.connect(str(release.file), read_only=True) as con:
        measures = dict(con.execute("select measure, expression from meta.measures").fetchall())
    (dataset,) = (dataset for dataset in kind(bundle, "datasets") if dataset["table_name"] == "crimes")
    assert {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]} == measures
    drawn = {
        name for chart in kind(bundle, "charts") for name in json.loads(chart["query_context"])["queries"][0]["metrics"] or ()
    }
    assert drawn == measures.keys()


def test_the_release_answers_every_chart(bundle, release):
    """As Superset composes it: the columns, the metrics' SQL, the filters."""
    datasets = {dataset["uuid"]: dataset for dataset in kind(bundle, "datasets")}
    with duckdb.connect(str(release.file), read_only=True) as con:
        for chart in kind(bundle, "charts"):
            dataset, (query,) = datasets[chart["dataset_uuid"]], json.loads(chart["query_context"])["queries"]
            assert {*query["columns"]} <= {column["column_name"] for column in dataset["columns"]}
            metrics = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
            selected = [*query["columns"], *(f"{metrics[name]} as {name}" for name in query["metrics"] or ())]
            group = f"group by {', '.join(query['columns'])}" if query["metrics"] else ""
            rows = con.execute(
                f"select {', '.join(selected)} from {dataset['schema']}.{dataset['table_name']} {group} order by all"
            ).fetchall()
            assert rows, chart["slice_name"]
            if chart["slice_name"] == "Crimes per 1,000 residents":
                assert rows[0][-1] == 4.0  # 2 + 2 crimes of 1,000 residents
            assert [f["col"] for f in query["filters"]] == (["is_serious_violence"] if dataset["schema"] == "marts" else [])


def test_superset_cannot_read_or_write_files_of_its_server(bundle, release, tmp_path):
    (database,) = kind(bundle, "databases")
    assert database["sqlalchemy_uri"] == "duckdb:////srv/sna_marts.duckdb" and not database["allow_dml"]
    arguments = database["extra"]["engine_params"]["connect_args"]
    (tmp_path / "secret.txt").write_text("secret")
    with duckdb.connect(str(release.file), **arguments) as con:
        for harmful in (
            f"from read_text('{tmp_path}/secret.txt')",
            f"copy marts.crimes to '{tmp_path}/out.csv'",
            f"attach '{tmp_path}/other.duckdb'",
            "set enable_external_access = true",
            "create table marts.t (i integer)",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(harmful)


def test_a_bundle_has_the_same_ids_each_time(bundle, model, tmp_path):
    superset.write(model, tmp_path / "again.zip", Path("/srv/sna_marts.duckdb"))
    with zipfile.ZipFile(tmp_path / "again.zip") as file:
        again = {name.partition("/")[2]: yaml.safe_load(file.read(name)) for name in file.namelist()}
    assert {**again, "metadata.yaml": None} == {**bundle, "metadata.yaml": None}


@pytest.fixture
def project(model: Model, tmp_path: Path) -> dict[str, str]:
    """Name of each file of the Power BI model -> its text."""
    power_bi.write(model, tmp_path / "project", "D:\\releases\\current")
    folder = tmp_path / "project" / "SeriousViolence.SemanticModel" / "definition"
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.tmdl")}


def columns(text: str) -> set[str]:
    return set(re.findall(r"^\tcolumn (\w+)$", text, re.MULTILINE))


def test_every_relationship_is_between_columns_of_the_model(project):
    found = re.findall(r"fromColumn: (\w+)\.(\w+)\n\ttoColumn: (\w+)\.(\w+)", project["relationships.tmdl"])
    assert sorted(found) == [
        ("crimes", "district_code", "dim_district", "district_code"),
        ("crimes", "month_start", "dim_date", "date_day"),
        ("population", "district_code", "dim_district", "district_code"),
    ]
    for table, column, dimension, key in found:
        assert column in columns(project[f"tables/{table}.tmdl"])
        assert f"column {key}\n" in project[f"tables/{dimension}.tmdl"]
        (_, about) = project[f"tables/{dimension}.tmdl"].split(f"\tcolumn {key}\n")
        assert "isKey" in about.split("\tcolumn ")[0]


def test_texts_are_sorted_by_a_column_with_one_value_for_each(project, release):
    with duckdb.connect(str(release.file), read_only=True) as con:
        pairs = [
            (name.removeprefix("tables/").removesuffix(".tmdl"), column, order)
            for name, text in project.items()
            for column, about in re.findall(r"\tcolumn (\w+)\n((?:\t\t.*\n)+)", text)
            for order in re.findall(r"sortByColumn: (\w+)", about)
        ]
        assert sorted(pairs) == [("dim_date", "day_name", "day_of_week"), ("dim_district", "district", "district_order")]
        for table, column, order in pairs:
            found = con.execute(f"select {column} from marts.{table} group by 1 having count(distinct {order}) > 1").fetchall()
            assert found == []


def test_power_bi_has_every_measure_of_the_release(project, release):
    with duckdb.connect(str(release.file), read_only=True) as con:
        measures = {f"Crimes: {name}" for (name,) in con.execute("select measure from meta.measures").fetchall()}
    assert set(re.findall(r"^\tmeasure '(.+)' =$", project["tables/crimes.tmdl"], re.MULTILINE)) == measures
    # What a measure sums is hidden: a person uses the measure.
    assert re.search(r"column crimes\n\t\tdataType: int64\n\t\tisHidden", project["tables/crimes.tmdl"])


def test_conditions_are_translated_or_refused(model):
    crimes = model.table("marts.crimes")
    assert power_bi.condition("is_knife_crime or sex = 'Female'", crimes) == 'crimes[is_knife_crime] || crimes[sex] = "Female"'
    with pytest.raises(ValueError, match="no measure of Power BI"):
        power_bi.condition("crimes > 2", crimes)


def test_tables_of_two_releases_are_an_error(project, model, release):
    texts = {name: text for name, text in project.items() if name.startswith("tables/") and "Release check" not in name}
    assert {f"tables/{table.bare}.tmdl" for table in model.tables} == texts.keys()
    check = project["tables/Release check.tmdl"]
    for name, text in texts.items():
        table = name.removeprefix("tables/").removesuffix(".tmdl")
        assert f"VALUES({table}[release_id])" in check and "column release_id" in text
        file = re.search(r'Record\.Field\(Manifest\[files\], "(.+)"\)\[bytes\]', text)[1]
        assert release.manifest["files"][file]["bytes"] == (release.folder / file).stat().st_size
        assert "if Binary.Length(Content) = Listed then Content else error" in text
    assert 'IF(COUNTROWS(Releases) = 1, 1, ERROR("' in check


def test_one_absolute_folder_is_the_only_path(project):
    assert project["expressions.tmdl"].startswith(
        'expression ReleaseFolder = "D:\\releases\\current" meta [IsParameterQuery = true'
    )
    paths = re.findall(r"File\.Contents\((\w+)", "".join(project.values()))
    assert set(paths) == {"ReleaseFolder"} and len(paths) == 2 * 5


@pytest.mark.slow
def test_microsofts_parser_accepts_every_query(model, tmp_path):
    if not (node := shutil.which("node")) or not (packages := os.environ.get(PARSER)):
        pytest.skip(f"needs node, and {PARSER}: a folder in which `npm install @microsoft/powerquery-parser` was run")
    queries = power_bi.queries(model, 'D:\\a "quoted" folder') | {"wrong": "let a = 1, in a"}
    for name, text in queries.items():
        (tmp_path / f"{name}.pq").write_text(text)
    script = """
        const fs = require("fs"), parser = require(process.argv[1] + "/node_modules/@microsoft/powerquery-parser");
        (async () => {
            for (const file of process.argv.slice(2)) {
                const task = await parser.TaskUtils.tryLexParse(parser.DefaultSettings, fs.readFileSync(file, "utf8"));
                console.log(parser.TaskUtils.isParseStageOk(task));
            }
        })();"""
    files = [str(tmp_path / f"{name}.pq") for name in queries]
    done = subprocess.run([node, "-e", script, packages, *files], capture_output=True, text=True, check=True)
    assert dict(zip(queries, done.stdout.split(), strict=True)) == {name: str(name != "wrong").lower() for name in queries}
