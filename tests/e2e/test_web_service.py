"""`sna run` for real: the attacks of a web page over sockets, and what becomes of runs when it ends."""

import json
import os
import re
import shutil
import signal
import socket
import threading
import time
import urllib.parse
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dagster as dg
import psutil
import pytest
from dagster._core.test_utils import create_run_for_test

from orchestration.home import creation, lock
from orchestration.home.instance import open_instance
from tests.content import released
from tests.counties import County
from tests.e2e.web_ui import CHROMIUM, FLAGS, PATIENCE, end, started

pytestmark = [pytest.mark.xdist_group("web_service"), pytest.mark.slow]

EVIL = "http://evil.example"
RUNS = "{ runsOrError { ... on Runs { results { runId } } } }"
HANDSHAKE = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: c2F5IHdob20geW91IGFyZQ==",
    "Sec-WebSocket-Protocol: graphql-ws",
]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A home to which nothing was delivered."""
    folder = tmp_path_factory.mktemp("web_service")
    made = County(folder / "raw", folder / "home")
    made.raw.mkdir()
    creation.make(made.home, "derbyshire", "demonstration")
    return made


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Reading the history of a home changes these."""
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME", "DBT_PROFILES_DIR", "SNA_TEMP_DIRECTORY"):
        monkeypatch.setenv(name, "")


@pytest.fixture
def ui(county, tmp_path):
    with started(county, tmp_path) as running:
        yield running
    assert of_home(county) == []


def of_home(county):
    """Processes that a service over the county has left."""
    own = str(county.home)
    return [p.pid for p in psutil.process_iter(["environ"]) if (p.info["environ"] or {}).get("SNA_HOME") == own]


def say(ui, first_line, *lines, body=b""):
    """Status of the answer to a request that is written out line by line; None where the connection is closed without one."""
    port = int(ui.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        length = [f"Content-Length: {len(body)}"] if body else []
        line.sendall("\r\n".join([first_line, *lines, *length, "", ""]).encode("latin-1") + body)
        status = re.match(rb"HTTP/1\.1 (\d+) ", line.recv(4096))
        return int(status[1]) if status else None


def runs(county):
    """Ids and states of all runs, as another process sees them."""
    with open_instance(county.settings) as instance:
        return {run.run_id: run.status for run in instance.get_runs()}


def wait_for(found, what):
    until = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.5)
    return result


def launched(ui):
    """Id of a refresh that was started in the UI and runs."""
    run = ui.launch("refresh")
    wait_for(lambda: lock.is_alive(ui.county.settings.runs_alive, run), "the start of the run")
    return run


def test_a_web_page_gets_nothing_and_starts_nothing(ui, county):
    host, same = f"Host: {ui.url.removeprefix('http://')}", f"Origin: {ui.url}"
    kind = "Content-Type: application/json"
    launch = (
        'mutation { launchRun(executionParams: {selector: {repositoryLocationName: "serious_violence",'
        ' repositoryName: "__repository__", jobName: "refresh"}, runConfigData: {}}) { __typename } }'
    )
    mutation, query = urllib.parse.quote(launch), urllib.parse.quote(RUNS)
    body = json.dumps({"query": launch}).encode()
    before = runs(county)

    refused = [
        say(ui, f"GET /graphql?query={mutation} HTTP/1.1", host),
        say(ui, f"GET /graphql?query={mutation} HTTP/1.1", host, f"Origin: {EVIL}"),
        say(ui, f"GET /graphql?query={query} HTTP/1.1", host, f"Origin: {EVIL}"),
        say(ui, f"GET /graphql%0a?query={mutation} HTTP/1.1", host),
        say(ui, f"GET {EVIL}/graphql?query={query} HTTP/1.1", host),
        say(ui, f"GET {ui.url}/graphql?query={mutation} HTTP/1.1", "Host: evil.example"),
        say(ui, f"GET /graphql?query={query} HTTP/1.1", "Host: evil.example"),
        say(ui, f"GET /graphql?query={query} HTTP/1.1", host, "Host: evil.example"),
        say(ui, f"GET /graphql?query={query} HTTP/1.1"),
        say(ui, f"GET /graphql?query={query} HTTP/1.0"),
        say(ui, "POST /graphql HTTP/1.1", host, kind, f"Origin: {EVIL}", body=body),
        say(ui, "POST /graphql HTTP/1.1", host, kind, "Origin: null", body=body),
        say(ui, "POST /graphql HTTP/1.1", host, kind, body=body),
        say(ui, "POST /graphql HTTP/1.1", host, kind, same, f"Origin: {EVIL}", body=body),
        say(ui, "POST /graphql HTTP/1.1", host, "Content-Type: text/plain; application/json", same, body=body),
        say(ui, "POST /graphql HTTP/1.1", host, kind, same, body=json.dumps([{"query": launch}]).encode()),
        say(ui, f"POST /graphql?query={mutation} HTTP/1.1", host, same),
        say(ui, "POST /report_asset_check/sna/figures?check_name=gate&passed=true HTTP/1.1", host, kind, same, body=b"{}"),
        say(ui, "POST //report_asset_check/a?check_name=gate&passed=true HTTP/1.1", host, same),
        say(ui, "POST /%72eport_asset_materialization/a HTTP/1.1", host, same),
        say(ui, "OPTIONS /graphql HTTP/1.1", host, f"Origin: {EVIL}", "Access-Control-Request-Method: POST"),
        say(ui, "GET /graphql HTTP/1.1", host, f"Origin: {EVIL}", *HANDSHAKE),
        say(ui, "GET /graphql HTTP/1.1", host, *HANDSHAKE),
        say(ui, "GET /graphql HTTP/1.1", "Host: evil.example", f"Origin: {EVIL}", *HANDSHAKE),
        say(ui, "GET /graphql HTTP/1.1", host, same, f"Origin: {EVIL}", *HANDSHAKE),
    ]
    assert [status for status in refused if not status or not 400 <= status < 500] == [], refused
    assert runs(county) == before
    # The same requests from the pages themselves.
    assert say(ui, f"GET /graphql?query={query} HTTP/1.1", host) == 200
    assert say(ui, "GET /graphql HTTP/1.1", host, same, *HANDSHAKE) == 101
    assert ui.ask(RUNS) is not None
    log = "".join(file.read_text() for file in county.settings.access_log.iterdir())
    assert '"refused": "host"' in log and "evil" not in log
    assert county.settings.access_log.stat().st_mode & 0o077 == 0


class Elsewhere(BaseHTTPRequestHandler):
    """Another site on another port of this machine, which for a browser is the same site; it notes what is fetched from it."""

    fetched: list[str]

    def do_GET(self):
        self.fetched.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, *_):
        pass


ATTACK = """async ([site, mutation]) => {
  const address = site + "/graphql?query=" + encodeURIComponent(mutation), body = JSON.stringify({query: mutation});
  const tried = [
    fetch(address, {mode: "no-cors"}), fetch(address), fetch(site + "/graphql", {method: "POST", mode: "no-cors", body}),
    fetch(site + "/graphql", {method: "POST", body, headers: {"Content-Type": "application/json"}}),
    new Promise(done => { const socket = new WebSocket(site.replace("http", "ws") + "/graphql", "graphql-ws");
      socket.onopen = () => done("open"); socket.onerror = () => done("closed"); }),
    new Promise(done => { const picture = new Image();
      picture.onload = picture.onerror = () => done("picture"); picture.src = address; }),
  ];
  const form = document.createElement("form"), frame = document.createElement("iframe");
  frame.name = "frame"; document.body.append(frame);
  Object.assign(form, {method: "POST", action: address, target: "frame", enctype: "text/plain"});
  document.body.append(form); form.submit();
  navigator.sendBeacon(site + "/graphql", new Blob([body], {type: "text/plain"}));
  const ended = await Promise.allSettled(tried);
  await new Promise(done => setTimeout(done, 1000));
  return ended.map(one => one.status === "rejected" ? "rejected" : typeof one.value === "string" ? one.value : one.value.type);
}"""
PLANT = """async address => {
  const picture = new Image();
  await new Promise(done => { picture.onload = () => done(); picture.onerror = () => done(); picture.src = address; });
  return fetch(address).then(() => "fetched", () => "not fetched");
}"""


@pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium (docs/how-to/run-in-the-ui.md)"
)
def test_a_browser_neither_attacks_for_another_page_nor_loads_from_elsewhere(ui, county):
    from playwright.sync_api import sync_playwright

    with open_instance(county.settings) as instance:
        kept = create_run_for_test(instance, status=dg.DagsterRunStatus.SUCCESS).run_id
    mutation = f'mutation {{ deletePipelineRun(runId: "{kept}") {{ __typename }} }}'
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Elsewhere,), {"fetched": []}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    elsewhere = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(elsewhere)
        answers = page.evaluate(ATTACK, [ui.url, mutation])
        page.goto(f"{ui.url}/runs")
        page.get_by_text("Runs").first.wait_for()
        server.RequestHandlerClass.fetched.clear()
        planted = page.evaluate(PLANT, f"{elsewhere}/planted.png")
        browser.close()
    server.shutdown()
    server.server_close()
    assert "open" not in answers and not {"basic", "cors", "default"} & set(answers), answers
    assert kept in runs(county)
    assert (planted, server.RequestHandlerClass.fetched) == ("not fetched", [])


def test_a_run_of_the_ui_ends_with_the_service(ui, county):
    """While it waits for the home, which another process holds, and with a second one in the queue behind it."""
    with lock.hold(county.home):
        run, behind = launched(ui), ui.launch("refresh")
        assert end(ui) == 0
    assert runs(county) == {**runs(county), run: dg.DagsterRunStatus.CANCELED, behind: dg.DagsterRunStatus.QUEUED}
    said = " ".join(ui.said.read_text().split())
    assert f"Stopped run {run[:8]} (refresh): the published release is unchanged." in said
    assert f"Queued, to be started by the next `sna run`: {behind[:8]} (refresh)." in said
    assert of_home(county) == [] and not lock.is_alive(county.settings.runs_alive, run)
    with open_instance(county.settings) as instance:
        instance.run_coordinator.cancel_run(behind)


def test_a_run_that_does_not_answer_is_killed_and_named(ui, county):
    with lock.hold(county.home):
        run = launched(ui)
        process = next(
            p for p in psutil.Process(ui.service.pid).children(recursive=True) if "spawn_main" in " ".join(p.cmdline())
        )
        process.send_signal(signal.SIGSTOP)
        assert end(ui) == 0
    assert not process.is_running()
    assert runs(county)[run] == dg.DagsterRunStatus.CANCELED
    assert f"Stopped run {run[:8]}" in ui.said.read_text()


def test_a_run_in_the_middle_of_its_work_ends_with_the_service_and_the_next_refresh_publishes(small_county, tmp_path):
    county = replace(small_county, raw=tmp_path / "raw", home=tmp_path / "home")
    shutil.copytree(small_county.raw, county.raw, copy_function=os.link)
    creation.make(county.home, "derbyshire", "demonstration")
    with started(county, tmp_path) as ui:
        run = launched(ui)
        wait_for(lambda: any(county.settings.landing.rglob("load.json")), "the first landed delivery")
        assert end(ui) == 0
    assert runs(county)[run] == dg.DagsterRunStatus.CANCELED
    assert of_home(county) == [] and lock.holder(county.home) is None
    refreshed = county.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert released(county) == released(small_county)
