"""The Dagster graph: every feed from its contract, gates between the stages, nothing past a gate that does not wait for it."""

import os
import subprocess
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run as tried_again
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import get_reexecution_strategy

from orchestration.contracts.reader import load_contracts
from orchestration.definitions import JOB, build_defs
from orchestration.defs import asset_keys
from orchestration.defs.metadata import team
from orchestration.home.environment import PROJECT
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import configuration
from orchestration.vault_runs.registry import RUNS
from tests.conftest import BIN
from tests.counties import share_parsed_project


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = tmp_path_factory.mktemp("home")
    share_parsed_project(Settings(made / "raw", made))
    return made


@pytest.fixture(scope="module")
def graph(home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", dict(os.environ))
        return build_defs(Settings(home / "raw", home)).resolve_asset_graph()


@pytest.fixture
def build(home, monkeypatch):
    """Build the code location in the environment of a name, or in none."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ.pop("SNA_OPERATIONS", None)

    def built(environment=None):
        os.environ["SNA_ENVIRONMENT"] = environment or ""
        return build_defs(Settings(home / "raw", home))

    return built


def feed_keys(kind):
    return {dg.AssetKey([kind, *c.id]) for c in load_contracts().values()}


def test_every_contract_has_its_two_assets_and_no_feed_is_left_without_one(graph):
    keys = graph.materializable_asset_keys
    assert {key for key in keys if key.path[0] == "deliveries"} == feed_keys("deliveries")
    assert {key for key in keys if key.path[0] == "landing"} == feed_keys("landing")


def test_deliveries_are_partitioned_by_the_cadence_of_the_contract(graph):
    for contract in load_contracts().values():
        partitions = graph.get(dg.AssetKey(["deliveries", *contract.id])).partitions_def
        expected = dg.MonthlyPartitionsDefinition if contract.cadence == "monthly" else dg.StaticPartitionsDefinition
        assert isinstance(partitions, expected), contract.id
        if contract.cadence == "monthly":
            assert "2023-07" in partitions.get_partition_keys()


def test_one_graph_leads_from_the_landing_zone_through_the_vault_to_the_release(graph):
    """The facts that the vault reads come before it, and its counts after it."""
    keys = graph.materializable_asset_keys
    counts = {asset_keys.landed(*contract.id) for contract in load_contracts().values() if contract.origin == "vault"}
    assert {key.path[-1] for key in counts} == {"knife_carrier_counts", "linked_people_counts"}
    after = {key for key in keys if counts & graph.get_ancestor_asset_keys(key)}
    facts = {key for key in keys if key.path[0] == "conformed"} - after
    assert {key.path[-1] for key in after if key.path[0] == "conformed"} == {"fct_knife_carrier_count", "fct_linked_people_count"}
    for run in RUNS.values():
        vault = asset_keys.vault(run.name)
        assert facts <= graph.get_ancestor_asset_keys(vault)
        assert counts & graph.get(vault).child_keys
    release = graph.get_ancestor_asset_keys(dg.AssetKey(["published", "release"]))
    assert counts | {asset_keys.LANDING_ZONE} <= release


def test_runs_of_a_terminal_are_listed_under_the_job(build):
    """The web UI asks for the label of the code location that `workspace.yaml` names."""
    (location,) = yaml.safe_load((PROJECT / "orchestration" / "workspace.yaml").read_text())["load_from"]
    label = f"{build().get_repository_def().name}@{location['python_module']['location_name']}"
    assert build().resolve_job_def(JOB).tags[".dagster/repository"] == label


def test_every_dbt_source_of_landing_is_an_asset_that_is_made(graph):
    read = {parent for key in graph.get_all_asset_keys() for parent in graph.get(key).parent_keys if parent.path[0] == "landing"}
    assert read <= graph.materializable_asset_keys


def test_the_release_waits_for_every_mart(graph):
    marts = {key for key in graph.materializable_asset_keys if key.path[0] in ("marts", "sna")}
    assert marts
    assert graph.get(dg.AssetKey(["published", "release"])).parent_keys == marts


def test_marts_read_no_staging(graph):
    for key in graph.materializable_asset_keys:
        if key.path[0] in ("marts", "sna"):
            assert not {parent for parent in graph.get(key).parent_keys if parent.path[0] in ("staging", "landing")}, key


def test_each_stage_has_a_blocking_gate(graph):
    gated = {check.asset_key for check in graph.asset_check_keys if check.name == "gate"}
    layers = {key.path[0] for key in gated}
    assert layers == {"landing", "conformed", "marts", "sna"}
    assert feed_keys("landing") <= gated
    assert all(graph.get_check_spec(check).blocking for check in graph.asset_check_keys if check.name == "gate")


def test_the_graph_explains_itself(graph):
    """Group, description, owner and kinds of every asset, and the file that defines it."""
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.group_name and node.group_name != "default", key
        assert node.description and len(node.description) > 20, key
        assert node.owners and all(owner.startswith("team:") for owner in node.owners), key
        assert node.kinds, key
        (reference,) = node.metadata["dagster/code_references"].code_references
        assert Path(reference.file_path).is_file(), key


def test_every_feed_is_owned_by_the_team_that_its_contract_names(graph):
    for contract in load_contracts().values():
        for key in (dg.AssetKey(["deliveries", *contract.id]), dg.AssetKey(["landing", *contract.id])):
            assert graph.get(key).owners == [team(contract.owner)], key
            assert graph.get(key).group_name == contract.agency


def test_every_landed_column_is_described_with_its_class_of_personal_data(graph):
    for contract in load_contracts().values():
        columns = graph.get(dg.AssetKey(["landing", *contract.id])).metadata["dagster/column_schema"].columns
        assert [(c.name, c.type) for c in columns if not c.name.startswith("_")] == list(contract.landed)
        assert all(column.description for column in columns), contract.id
        assert all(column.tags["classification"] for column in columns if not column.name.startswith("_")), contract.id


def test_every_table_of_the_warehouse_has_a_column_schema(graph):
    """Views of staging are the exception: their columns are known, and shown, once they have been made."""
    for key in graph.materializable_asset_keys:
        if key.path[0] not in ("published", "staging", "vault", "landing_zone"):
            assert graph.get(key).metadata["dagster/column_schema"].columns, key


def test_the_refresh_job_is_one_run_without_partitions(graph, build):
    assert build().resolve_job_def(JOB).partitions_def is None


def test_a_killed_refresh_is_tried_again_from_its_first_step_and_a_closed_gate_is_not(graph, build, home):
    """As Dagster's daemon decides it, by the job's tags and the settings of the instance."""
    job = build().resolve_job_def(JOB)
    attempts = configuration.load().retries.run_attempts
    assert {"dagster/max_retries": str(attempts), "dagster/retry_strategy": "ALL_STEPS"}.items() <= job.tags.items()
    with open_instance(Settings(home / "raw", home / "killed")) as instance:
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=job.tags)
        instance.report_run_failed(run)
        failed = instance.get_run_by_id(run.run_id)
        assert tried_again(instance, failed, None)
        assert not tried_again(instance, failed, RunFailureReason.STEP_FAILURE)
        assert get_reexecution_strategy(failed, instance).name == "ALL_STEPS"


@pytest.mark.parametrize(
    ("environment", "names"),
    [("production", {"monthly_refresh", "retention", "landing_zone", "failure_alerts"}), (None, set())],
)
def test_what_runs_automatically_is_in_the_code_location(graph, build, environment, names):
    location = build(environment).get_repository_def()
    found = {each.name: each for each in (*location.schedule_defs, *location.sensor_defs)}
    assert {name: each.default_status.value for name, each in found.items()} == dict.fromkeys(names, "RUNNING")
    assert {each.job_name for name, each in found.items() if name != "failure_alerts"} <= {JOB, "retention"}


@pytest.mark.slow
def test_the_workspace_loads_as_the_web_ui_loads_it(home):
    environment = {**os.environ, "SNA_HOME": str(home), "SNA_RAW": str(home / "raw"), "DAGSTER_HOME": str(home)}
    command = [str(BIN / "dagster"), "definitions", "validate", "-w", "orchestration/workspace.yaml"]
    result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
