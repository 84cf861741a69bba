"""What is in the fingerprint of a node and what is not, on a project of six nodes as dbt describes them."""

import copy

import pytest

from orchestration.warehouse.fingerprints import fingerprints

PACKAGE = "p"


def node(name, kind="model", **parts):
    config = {"materialized": "table", "tags": ["facts"], "meta": {}, **parts.pop("config", {})}
    return {
        "resource_type": kind,
        "package_name": PACKAGE,
        "schema": "conformed",
        "alias": name,
        "description": "",
        "columns": {},
        "raw_code": "",
        "compiled_code": f"select 1 as {name}",
        "depends_on": {"macros": [], "nodes": []},
        "original_file_path": f"{name}.csv",
        "config": config,
        **parts,
    }


def macro(sql, reaches=(), package=PACKAGE):
    return {"macro_sql": sql, "package_name": package, "depends_on": {"macros": list(reaches)}}


@pytest.fixture
def project(tmp_path):
    """A seed, an ephemeral model over it, and what reads them; a Python model and a plugin function, each with a module."""
    (tmp_path / "python").mkdir()
    (tmp_path / "codes.csv").write_text("code\n1\n")
    (tmp_path / "python" / "spatial.py").write_text("import exact\ndef neighbours(): ...\n")
    (tmp_path / "python" / "exact.py").write_text("def poisson_lower(n): ...\ndef register(con): ...\n")
    (tmp_path / "python" / "unused.py").write_text("def correlate(n): ...\n")
    return tmp_path


@pytest.fixture
def compiled():
    return {
        "seed.codes": node("codes", "seed"),
        "model.offence": node("offence", config={"materialized": "incremental", "incremental_strategy": "replace"}),
        "model.place": node("place", language="python", raw_code="import spatial", compiled_code="import spatial\n# refs"),
        "model.limits": node("limits", compiled_code="select Poisson_Lower (n)"),
        "test.limits": node("unique", "test", config={"severity": "error"}),
        "model.apart": node("apart"),
    }


MANIFEST = {
    "nodes": ["seed.codes", "model.between", "model.offence", "model.place", "model.limits", "test.limits", "model.apart"],
    "macros": {
        "macro.p.get_incremental_replace_sql": macro("delete and insert", ["macro.p.changed"]),
        "macro.p.changed": macro("what has changed"),
        "macro.dbt.is_incremental": macro("of dbt", package="dbt"),
    },
    "parent_map": {
        "model.between": ["seed.codes"],
        "model.offence": ["model.between"],
        "model.limits": ["model.offence"],
        "test.limits": ["model.limits"],
    },
}
OFFENCE = {"model.offence", "model.limits", "test.limits"}


def changed(project, compiled, edit, manifest=MANIFEST):
    """Nodes whose fingerprint an edit changes."""
    before = fingerprints(compiled, manifest, project)
    compiled, manifest = copy.deepcopy(compiled), copy.deepcopy(manifest)
    edit(compiled, manifest, project)
    after = fingerprints(compiled, manifest, project)
    assert before.keys() == after.keys() == compiled.keys()
    return {name for name in after if before[name] != after[name]}


def edited(name, **parts):
    return lambda compiled, *_: compiled[name].update(parts)


def configured(name, **parts):
    return lambda compiled, *_: compiled[name]["config"].update(parts)


def rewritten(file):
    return lambda _, __, project: (project / file).write_text((project / file).read_text() + "2\n")


def recoded_macro(name):
    return lambda _, manifest, __: manifest["macros"][name].update(macro_sql="otherwise", depends_on={"macros": []})


@pytest.mark.parametrize(
    ("edit", "nodes"),
    [
        (edited("model.apart", description="Other words"), set()),
        (edited("model.apart", columns={"a": {"name": "a", "data_type": "int", "description": "Other"}}), set()),
        (configured("model.apart", meta={"owner": "x"}, tags=["facts", "more"], docs={"show": False}), set()),
        (edited("model.apart", compiled_code="select 2"), {"model.apart"}),
        (edited("model.apart", alias="elsewhere"), {"model.apart"}),
        (configured("model.apart", materialized="view"), {"model.apart"}),
        (edited("model.limits", compiled_code="select 2"), {"model.limits", "test.limits"}),
        (configured("test.limits", severity="warn"), {"test.limits"}),
        (rewritten("codes.csv"), {"seed.codes", *OFFENCE}),
        (configured("seed.codes", column_types={"code": "int"}), {"seed.codes", *OFFENCE}),
        (recoded_macro("macro.p.changed"), OFFENCE),
        (recoded_macro("macro.p.get_incremental_replace_sql"), OFFENCE),
        (recoded_macro("macro.dbt.is_incremental"), set()),
        (edited("model.place", raw_code="import spatial, math"), {"model.place"}),
        (edited("model.place", compiled_code="# other wrapping"), set()),
        (rewritten("python/spatial.py"), {"model.place"}),
        (rewritten("python/exact.py"), {"model.place", "model.limits", "test.limits"}),
        (rewritten("python/unused.py"), set()),
    ],
)
def test_an_edit_changes_exactly_these(project, compiled, edit, nodes):
    assert changed(project, compiled, edit) == nodes


def test_the_columns_of_a_contract_are_code(project, compiled):
    compiled["model.apart"]["config"]["contract"] = {"enforced": True}
    compiled["model.apart"]["columns"] = {"a": {"name": "a", "data_type": "int", "description": "Words"}}
    other = {"a": {"name": "a", "data_type": "bigint", "description": "Words"}}
    described = {"a": {"name": "a", "data_type": "int", "description": "Other words"}}
    assert changed(project, compiled, edited("model.apart", columns=other)) == {"model.apart"}
    assert changed(project, compiled, edited("model.apart", columns=described)) == set()


def test_code_that_asks_the_warehouse_counts_with_its_own_source(project, compiled):
    compiled["model.apart"]["raw_code"] = "{% if is_incremental() %} one way {% endif %}"
    assert changed(project, compiled, edited("model.apart", raw_code="{% if is_incremental() %} another {% endif %}")) == {
        "model.apart"
    }


def test_a_plain_model_counts_as_it_is_compiled(project, compiled):
    assert changed(project, compiled, edited("model.apart", raw_code="{# a comment #} select 1")) == set()
