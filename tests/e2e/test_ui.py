"""The web UI, for real: webserver and daemon, runs started and read back over GraphQL, and what a person sees in a browser.

`SNA_SCREENSHOTS=docs/images` writes the pictures of the README and of the how-to (`make screenshot`).
"""

import os
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import psutil
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home import creation
from orchestration.home.environment import PROJECT
from tests.content import released
from tests.e2e.web_ui import CHROMIUM, FLAGS, LOCATION, started

pytestmark = [pytest.mark.xdist_group("ui"), pytest.mark.slow]

PAGE = (PROJECT / "docs" / "how-to" / "run-in-the-ui.md").read_text("utf-8")
# What the page has a person type instead of the buttons: each of it is run below.
ONE_MONTH, REFRESH = (shlex.split(line) for line in re.findall(r"^\.venv/bin/dagster (.+)$", PAGE, re.M))

MONTH = "2019-05"
CRIMES = "deliveries/derbyshire_constabulary/crimes"
LANDED = "landing/derbyshire_constabulary/crimes"

ASSET = """query Asset($key: AssetKeyInput!) { assetOrError(assetKey: $key) { ... on Asset {
  definition { description groupName kinds owners { ... on TeamAssetOwner { team } } }
  assetMaterializations(limit: 1) { partition runId metadataEntries { label
    ... on IntMetadataEntry { intValue } ... on TableSchemaMetadataEntry { schema { columns { name type } } } } } } } }"""
CHECKS = """query Checks($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name blocking executionForLatestMaterialization { runId status
    evaluation { success severity description metadataEntries { ... on MarkdownMetadataEntry { mdStr } } } } } } } } } }"""


@pytest.fixture(scope="module")
def ui(small_county, tmp_path_factory):
    """The UI over the county's deliveries and an empty home."""
    folder = tmp_path_factory.mktemp("ui")
    own = replace(small_county, raw=folder / "raw", home=folder / "home")
    shutil.copytree(small_county.raw, own.raw, copy_function=os.link)
    creation.make(own.home, "derbyshire", "demonstration")
    with started(own, folder) as running:
        yield running
    assert [
        p.pid for p in psutil.process_iter(["environ"]) if str(folder) in str((p.info["environ"] or {}).get("SNA_HOME"))
    ] == []


@pytest.fixture(scope="module")
def one_month(ui):
    """One month ingested, as 'Load one month again' in the how-to says; the id of its run."""
    run = ui.launch("__ASSET_JOB", assets=[CRIMES], partition=MONTH)
    assert ui.ended(run) == "SUCCESS"
    return run


@pytest.fixture(scope="module")
def refreshed(ui, one_month):
    """Everything refreshed, as 'Refresh everything' in the how-to says; the id of its run."""
    run = ui.launch("refresh")
    assert ui.ended(run) == "SUCCESS"
    return run


@pytest.fixture(scope="module")
def refreshed_again(ui, refreshed):
    """A refresh with nothing new; the id of its run."""
    run = ui.launch("refresh")
    assert ui.ended(run) == "SUCCESS"
    return run


def runs_of_job(ui):
    """Ids of the runs that the page of the job lists."""
    query = "query Job($job: PipelineSelector!) { pipelineOrError(params: $job) { ... on Pipeline { runs { runId } } } }"
    found = ui.ask(query, job={**LOCATION, "pipelineName": "refresh"})["pipelineOrError"]["runs"]
    return {run["runId"] for run in found}


def table(asset):
    """Where the warehouse has the rows of an asset."""
    schema, *name = asset.split("/")
    if schema == "landing":
        return f"{schema}.{load_contracts()[tuple(name)].relation}"
    return f"{schema}.{'__'.join(name)}"


def key(asset):
    return {"path": asset.split("/")}


def latest(ui, asset):
    """Latest materialisation of an asset, its numbers by label."""
    (event,) = ui.ask(ASSET, key=key(asset))["assetOrError"]["assetMaterializations"]
    return {**event, **{entry["label"]: entry.get("intValue") for entry in event["metadataEntries"]}}


def checks(ui, asset):
    """Checks of an asset by name, each as it ended for the present data."""
    found = ui.ask(CHECKS, key=key(asset))["assetNodeOrError"]["assetChecksOrError"]["checks"]
    return {check["name"]: check["executionForLatestMaterialization"] for check in found}


def test_one_month_alone_is_ingested(ui, one_month):
    event = latest(ui, CRIMES)
    rows = sum(1 for _ in (ui.county.raw / f"derbyshire_constabulary/crimes/{MONTH}.csv").open(encoding="utf-8")) - 1
    assert (event["runId"], event["partition"], event["deliveries"]) == (one_month, MONTH, 1)
    assert event["rows_accepted"] + event["rows_rejected"] == rows
    assert event["dagster/partition_row_count"] == event["rows_accepted"] > 0


def test_a_month_of_which_nothing_was_delivered_is_not_materialised(ui, one_month):
    run = ui.launch("__ASSET_JOB", assets=[CRIMES], partition="2018-01")
    assert ui.ended(run) == "FAILURE"
    assert latest(ui, CRIMES)["runId"] == one_month


def test_a_refresh_started_in_the_ui_publishes(ui, refreshed):
    event = latest(ui, "published/release")
    assert event["runId"] == refreshed
    assert event["dagster/row_count"] >= ui.county.query("select count(*) from sna.reconciliation")[0][0]


@pytest.mark.parametrize("asset", [LANDED, "conformed/fct_offence", "marts/offences", "sna/figures"])
def test_checks_and_row_counts_are_read_back(ui, refreshed, asset):
    event = latest(ui, asset)
    con = duckdb.connect(str(ui.county.settings.warehouse), read_only=True)
    held = con.execute(f"select count(*) from {table(asset)}").fetchall()[0][0]
    con.close()
    assert (event["runId"], event["dagster/row_count"]) == (refreshed, held)
    gate = checks(ui, asset)["gate"]
    assert (gate["runId"], gate["status"], gate["evaluation"]["success"]) == (refreshed, "SUCCEEDED", True)
    assert re.fullmatch(r"(\d+) of \1 expectations passed", gate["evaluation"]["description"])


def test_a_refresh_started_in_the_ui_publishes_the_release_of_the_command_line(ui, refreshed, small_county):
    assert released(ui.county) == released(small_county)


def test_a_refresh_with_nothing_new_changes_nothing(ui, refreshed, refreshed_again):
    """Gates keep their result, and how fresh a feed is was judged once more."""
    assert latest(ui, "published/release")["runId"] == latest(ui, LANDED)["runId"] == refreshed
    found = checks(ui, LANDED)
    assert (found["gate"]["runId"], found["gate"]["status"]) == (refreshed, "SUCCEEDED")
    assert found["fresh"]["runId"] == refreshed_again


def test_owners_and_groups_are_shown(ui):
    for contract in load_contracts().values():
        about = ui.ask(ASSET, key=key(f"deliveries/{contract.agency}/{contract.feed}"))["assetOrError"]["definition"]
        assert about["groupName"] == contract.agency
        assert about["owners"][0]["team"] and contract.title in about["description"]


def test_a_past_date_is_a_valid_launch(ui):
    """The launchpad's own validation of what the how-to says to enter."""
    query = """query Valid($selector: PipelineSelector!, $config: RunConfigData) {
      isPipelineConfigValid(pipeline: $selector, runConfigData: $config, mode: "default") { __typename } }"""
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.S)
    assert block and "as_at" in block.group(1)
    for config, verdict in (
        (block.group(1), "PipelineConfigValidationValid"),
        ("resources: {r: 1}", "RunConfigValidationInvalid"),
    ):
        answer = ui.ask(query, selector={**LOCATION, "pipelineName": "refresh"}, config=config)
        assert answer["isPipelineConfigValid"]["__typename"] == verdict


def test_the_daemon_is_well(ui, refreshed):
    answer = ui.ask("{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }")
    required = [d for d in answer["instance"]["daemonHealth"]["allDaemonStatuses"] if d["required"]]
    assert required and all(daemon["healthy"] for daemon in required), required


@pytest.fixture(scope="module")
def page(ui, refreshed):
    """A browser that reaches nothing but this machine."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium (docs/how-to/run-in-the-ui.md)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": 1500, "height": 860}, base_url=ui.url).new_page()
        away = []

        def keep_here(route):
            if route.request.url.startswith((ui.url, "data:", "blob:")):
                route.continue_()
            else:
                away.append(route.request.url)
                route.abort()

        page.context.route("**/*", keep_here)
        page.set_default_timeout(60_000)
        yield page
        browser.close()
    assert away == []  # the pages are complete without the internet


def picture(page, name):
    folder = os.environ.get("SNA_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(2000)  # the graph moves into its place
        page.screenshot(path=Path(folder) / name)


def test_the_graph_shows_the_agencies_and_the_stages(page):
    page.set_viewport_size({"width": 1500, "height": 1600})  # the page draws only what it has room for
    page.goto("/asset-groups?expanded=global%40global%3Aderbyshire_constabulary")
    page.get_by_text("Hide navigation").click()
    page.reload()  # with the room that this leaves
    for asset in ("crimes", "outcomes", "suspects", "victims"):
        page.get_by_text(asset, exact=True).last.wait_for()
    shown = page.inner_text("body")
    agencies = {contract.agency for contract in load_contracts().values()}
    for group in agencies | {"reference", "staging", "conformed", "marts", "sna", "published"}:
        assert re.search(rf"^{group}$", shown, re.M), group
    picture(page, "asset-graph.png")


def test_an_agency_shows_its_feeds_with_their_checks(page):
    page.set_viewport_size({"width": 1300, "height": 2800})
    page.goto("/locations/serious_violence/asset-groups/derbyshire_constabulary")
    page.get_by_text(re.compile(r"^\d+ / \d+ Passed$")).first.wait_for()
    shown = page.inner_text("body")
    feeds = {contract.feed for contract in load_contracts().values() if contract.agency == "derbyshire_constabulary"}
    assert feeds <= set(shown.splitlines())
    results = re.findall(r"(\d+) / (\d+) Passed", shown)
    assert len(results) == len(feeds) and all(passed == every for passed, every in results)
    page.set_viewport_size({"width": 1300, "height": 1080})
    picture(page, "agency-checks.png")


@pytest.fixture(scope="module")
def spoilt(ui, refreshed):
    """Id of the release before a truncated month was taken in from a terminal. Last, since it spoils the landing zone."""
    before = ui.county.release()
    ui.county.deliver_after_a_gap()
    month = ui.county.run("dagster", *ONE_MONTH[:-1], "2019-08")
    assert month.returncode == 0, month.stderr
    assert latest(ui, CRIMES)["deliveries"] == 1
    assert ui.county.run("dagster", *REFRESH).returncode != 0
    return before


def test_the_job_lists_the_runs_of_a_terminal_too(ui, spoilt, refreshed, refreshed_again):
    job_execute = runs_of_job(ui) - {refreshed, refreshed_again}
    assert len(job_execute) == 1
    assert ui.county.sna("refresh").returncode == 1
    assert len(runs_of_job(ui) - {refreshed, refreshed_again} - job_execute) == 1


def test_a_failed_validation_is_shown_with_its_remedy(ui, spoilt):
    gate = checks(ui, LANDED)["gate"]
    assert (gate["status"], gate["evaluation"]["success"], gate["evaluation"]["severity"]) == ("FAILED", False, "ERROR")
    remedy = "".join(entry.get("mdStr", "") for entry in gate["evaluation"]["metadataEntries"])
    assert "derbyshire_constabulary/crimes" in remedy
    assert ui.county.release() == spoilt


def test_a_person_sees_the_closed_gate(page, spoilt):
    page.goto(f"/assets/{LANDED}?view=checks&checkDetail=gate")
    page.get_by_text(re.compile("Failed")).first.wait_for()
    page.get_by_text(re.compile("expectations passed")).first.wait_for()
    passed, every = re.search(r"(\d+) of (\d+) expectations passed", page.inner_text("body")).groups()
    assert int(passed) < int(every)
