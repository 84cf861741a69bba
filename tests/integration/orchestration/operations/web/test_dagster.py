"""The guard before Dagster's own webserver and schema: the attacks that succeed without it, and what the pages need."""

import json
from urllib.parse import quote

import dagster as dg
import pytest
from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.test_utils import create_run_for_test
from dagster_webserver.app import create_app_from_workspace_process_context

from orchestration.operations.web.access import Access, SignOn
from orchestration.operations.web.access_log import AccessLog
from orchestration.operations.web.guard import MAY_CHANGE
from orchestration.operations.web.server import create_app
from tests.asgi import HOST, JSON, ORIGIN, graphql, request, websocket

EVIL = ("Origin", "http://evil.example")
SAME = ("Origin", ORIGIN)
DELETE = 'mutation { deletePipelineRun(runId: "%s") { __typename ... on UnauthorizedError { message } } }'
RUNS = "{ runsOrError { ... on Runs { results { runId } } } }"
LISTEN = "subscription L($run: ID!) { pipelineRunLogs(runId: $run) { __typename } }"
PROXY, SECRET = "sna.example.org", "0123456789abcdef0123456789abcdef"


GATE = dg.AssetCheckKey(dg.AssetKey("something"), "gate")


@pytest.fixture(scope="module")
def app(workspace, tmp_path_factory):
    return create_app(workspace, Access({HOST: ORIGIN}), AccessLog(tmp_path_factory.mktemp("log")))


@pytest.fixture(scope="module")
def bare(workspace):
    """Dagster's webserver as it is without the guard: the one who asks may do everything."""
    dagster = create_app_from_workspace_process_context(workspace)

    async def open_to_all(scope, receive, send):
        await dagster({**scope, MAY_CHANGE: True}, receive, send)

    return open_to_all


@pytest.fixture
def run(workspace):
    return made_run(workspace)


def made_run(workspace):
    """A run that has ended, with a line in its log."""
    run = create_run_for_test(workspace.instance, status=dg.DagsterRunStatus.SUCCESS)
    workspace.instance.report_engine_event("A line", run)
    return run


def is_kept(workspace, run):
    return workspace.instance.get_run_by_id(run.run_id) is not None


def results(workspace):
    """How often the gate has been judged."""
    return len(workspace.instance.event_log_storage.get_asset_check_execution_history(GATE, 1000))


def attacks(run_id):
    """Requests that a page of another site can have a browser send, or that take another way to the same."""
    delete = DELETE % run_id
    body = json.dumps({"query": delete}).encode()
    get = f"/graphql?query={quote(delete)}"
    forge = "/report_asset_check/something?check_name=gate&passed=true&severity=WARN&metadata=" + quote('{"forged": 1}')
    yield "GET", get, [], b""
    yield "GET", get, [EVIL], b""
    yield "GET", get, [SAME], b""
    yield "GET", get.replace("/graphql", "/graphql%0a"), [], b""
    yield "GET", get.replace("/graphql", "/%67raphql"), [], b""
    yield (
        "GET",
        f"/graphql?query={quote('query A { version } ' + delete.replace('mutation', 'mutation B'))}&operationName=B",
        [],
        b"",
    )
    fragment = f"mutation {{ ...F }} fragment F on Mutation {delete.removeprefix('mutation')}"
    yield "GET", f"/graphql?query={quote(fragment)}", [], b""
    yield "POST", get, [], b""
    yield "POST", get, [SAME], b""
    yield "POST", get, [SAME, ("Content-Type", "application/x-www-form-urlencoded")], b""
    yield "POST", "/graphql", [EVIL, JSON], body
    yield "POST", "/graphql", [JSON], body
    yield "POST", "/graphql", [("Origin", "null"), JSON], body
    yield "POST", "/graphql", [EVIL, ("Content-Type", "text/plain; application/json")], body
    yield "POST", "/graphql", [SAME, ("Content-Type", "text/plain; application/json")], body
    yield "POST", "/graphql", [SAME, ("Content-Type", "application/graphql")], delete.encode()
    yield "POST", forge, [EVIL], b""
    yield "POST", forge, [SAME, JSON], b"{}"
    yield "POST", forge.replace("/report", "/%72eport"), [SAME, JSON], b"{}"


@pytest.mark.parametrize("number", range(len(list(attacks("")))))
def test_an_attack_succeeds_without_the_guard_and_fails_with_it(app, bare, workspace, run, number):
    """The second half keeps the list honest: an attack that Dagster itself refuses shows nothing."""
    method, path, headers, body = list(attacks(run.run_id))[number]
    before = results(workspace)
    assert request(app, method, path, headers, body).status in (400, 403, 404, 405, 415)
    assert is_kept(workspace, run) and results(workspace) == before
    request(bare, method, path, headers, body)
    assert not is_kept(workspace, run) or results(workspace) == before + 1


def test_another_name_for_this_machine_reads_nothing(app, bare, run):
    for host in ("evil.example", "evil.example:3000", f"{HOST}.evil.example", "localhost"):
        body = json.dumps({"query": RUNS}).encode()
        assert request(app, "POST", "/graphql", [SAME, JSON], body, host=host).status == 403
        assert request(app, "GET", f"/graphql?query={quote(RUNS)}", host=host).status == 403
        assert run.run_id.encode() in request(bare, "POST", "/graphql", [SAME, JSON], body, host=host).body


def test_a_page_of_another_site_reads_no_log(app, bare, run):
    said = [
        {"type": "connection_init"},
        {"type": "start", "id": "1", "payload": {"query": LISTEN, "variables": {"run": run.run_id}}},
    ]
    for origin in ([EVIL], [], [("Origin", "null")], [("Origin", "http://127.0.0.1:8888")]):
        heard = websocket(app, origin, said)
        assert not heard.accepted and heard.got == []
    assert [message["type"] for message in websocket(bare, [EVIL], said, wait=0.5).got][:2] == ["connection_ack", "data"]


def test_the_pages_read_change_and_listen(app, workspace, run):
    assert request(app, "GET", "/runs").body.startswith(b"<!DOCTYPE html>")
    assert request(app, "GET", "/server_info").json["dagster_version"]
    assert run.run_id in str(graphql(app, RUNS).json)
    assert run.run_id in str(request(app, "GET", f"/graphql?query={quote(RUNS)}").json)
    said = [
        {"type": "connection_init"},
        {"type": "start", "id": "1", "payload": {"query": LISTEN, "variables": {"run": run.run_id}}},
    ]
    assert [message["type"] for message in websocket(app, [SAME], said, wait=0.5).got][:2] == ["connection_ack", "data"]
    assert graphql(app, DELETE % run.run_id).json["data"]["deletePipelineRun"]["__typename"] == "DeletePipelineRunSuccess"
    assert not is_kept(workspace, run)


def test_a_mutation_over_a_websocket_is_not_executed(app, workspace, run):
    for payload in ({"query": DELETE % run.run_id}, {"query": f"{LISTEN} {DELETE % run.run_id}", "operation_name": "L"}):
        assert websocket(app, [SAME], [{"type": "start", "id": "1", "payload": payload}], wait=0.2).closed == 1008
    assert is_kept(workspace, run)


def test_a_read_only_site_removes_nothing_and_says_so_on_its_pages(workspace, log, run):
    shown = create_app(workspace, Access({HOST: ORIGIN}, read_only=True), log)
    assert graphql(shown, DELETE % run.run_id).status == 403
    assert is_kept(workspace, run)
    permissions = graphql(shown, "{ permissions { permission value } }").json["data"]["permissions"]
    assert permissions and not any(permission["value"] for permission in permissions)


def test_dagster_itself_refuses_whoever_may_not_change_anything(workspace, run):
    """Should a mutation ever get past the guard."""
    dagster = create_app_from_workspace_process_context(workspace)
    for scope_says in ({MAY_CHANGE: False}, {}):

        async def unguarded(scope, receive, send, scope_says=scope_says):
            await dagster({**scope, **scope_says}, receive, send)

        assert "UnauthorizedError" in str(graphql(unguarded, DELETE % run.run_id).json)
    assert is_kept(workspace, run)


def test_behind_a_sign_on_pages_show_what_each_user_may_do(workspace, log):
    access = Access({PROXY: f"https://{PROXY}"}, sign_on=SignOn("x-forwarded-user", SECRET, frozenset({"a.analyst"})))
    app = create_app(workspace, access, log)
    question = json.dumps({"query": "{ permissions { permission value } }"}).encode()
    for user, may_change in (("a.analyst", True), ("b.colleague", False)):
        headers = [("Origin", f"https://{PROXY}"), JSON, ("X-Forwarded-User", user), ("X-SNA-Proxy-Secret", SECRET)]
        answer = request(app, "POST", "/graphql", headers, question, host=PROXY)
        allowed = {p["permission"]: p["value"] for p in answer.json["data"]["permissions"]}
        assert allowed["delete_pipeline_run"] is may_change, user


def test_logs_go_to_the_pages_of_this_service_alone(app, workspace):
    key = ["a_run", "compute_logs", "a_step"]
    with workspace.instance.compute_log_manager.open_log_stream(key, ComputeIOType.STDOUT) as stream:
        stream.write("said")
    target = "/logs/a_run/compute_logs/a_step/out"
    assert request(app, "GET", target).body == b"said"
    assert request(app, "GET", target, [EVIL]).status == 403
    assert request(app, "GET", target, host="evil.example").status == 403
    assert request(app, "GET", target, [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")]).status == 403
