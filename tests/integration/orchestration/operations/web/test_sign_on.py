"""A reverse proxy with a sign-on in front, over sockets: a small one that does what docs/how-to/run-in-the-ui.md asks of it."""

import base64
import http.client
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dagster as dg
import pytest
import uvicorn
from dagster._core.test_utils import create_run_for_test

from orchestration.operations.configuration import SignOn, Web
from orchestration.operations.web.access import Access
from orchestration.operations.web.server import config, create_app

NAME, SECRET = "sna.example.org", "0123456789abcdef0123456789abcdef"
PASSWORDS = {"a.analyst": "one", "b.colleague": "two"}
DELETE = 'mutation { deletePipelineRun(runId: "%s") { __typename } }'


class Proxy(BaseHTTPRequestHandler):
    """Asks for a name and a password, and says to the service who it is, whatever the browser says."""

    protocol_version = "HTTP/1.1"
    service: int

    def do_GET(self):
        sent = self.headers.get("Authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(sent).decode().partition(":")
        if not password or PASSWORDS.get(user) != password:
            return self._answer(401, b"")
        own = ("host", "authorization", "x-forwarded-user", "x-sna-proxy-secret", "connection")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in own}
        headers |= {"Host": NAME, "X-Forwarded-User": user, "X-SNA-Proxy-Secret": SECRET}
        there = http.client.HTTPConnection("127.0.0.1", self.service, timeout=30)
        there.request(self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))) or None, headers)
        answer = there.getresponse()
        self._answer(answer.status, answer.read())
        there.close()

    def do_POST(self):
        self.do_GET()

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def serving(server, stop):
    thread = threading.Thread(target=server, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(30)


@pytest.fixture
def service(workspace, log, monkeypatch):
    """Port of the service behind the sign-on."""
    monkeypatch.setenv("SNA_PROXY_SECRET", SECRET)
    declared = SignOn(address=f"https://{NAME}", secret_variable="SNA_PROXY_SECRET", editors=["a.analyst"])
    server = uvicorn.Server(config(create_app(workspace, Access.declared(Web(sign_on=declared), 0), log), 0))

    def stop():
        server.should_exit = True

    with serving(server.run, stop):
        until = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.02)
        yield server.servers[0].sockets[0].getsockname()[1]


@pytest.fixture
def proxy(service):
    """Port of the proxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Proxy,), {"service": service}))
    with serving(server.serve_forever, server.shutdown):
        yield server.server_port
    server.server_close()


def ask(port, query, user=None, **headers):
    """Status and content of the answer to a GraphQL query, as the pages behind the proxy send it."""
    sent = {"Content-Type": "application/json", "Origin": f"https://{NAME}", "Host": NAME, **headers}
    if user:
        sent["Authorization"] = "Basic " + base64.b64encode(f"{user}:{PASSWORDS[user]}".encode()).decode()
    there = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    there.request("POST", "/graphql", json.dumps({"query": query}), sent)
    answer = there.getresponse()
    content = answer.read()
    there.close()
    return answer.status, content.decode()


def test_who_signs_on_does_what_they_may_and_is_logged_by_name(proxy, service, workspace, log, tmp_path):
    run = create_run_for_test(workspace.instance, status=dg.DagsterRunStatus.SUCCESS).run_id
    assert ask(proxy, "{ version }")[0] == 401
    assert ask(proxy, "{ version }", "b.colleague")[0] == 200
    # Whatever a browser says of itself, the proxy says otherwise.
    forged = {"X-Forwarded-User": "a.analyst", "X-SNA-Proxy-Secret": "x" * 32}
    assert ask(proxy, DELETE % run, "b.colleague", **forged)[0] == 403
    # Past the proxy, from an account on the machine.
    assert ask(service, DELETE % run, **forged)[0] == 403
    assert ask(service, "{ version }", **{"X-Forwarded-User": "a.analyst"})[0] == 403
    assert ask(proxy, DELETE % run, "a.analyst", Origin="http://evil.example")[0] == 403
    assert workspace.instance.has_run(run)
    assert "DeletePipelineRunSuccess" in ask(proxy, DELETE % run, "a.analyst")[1]
    assert not workspace.instance.has_run(run)
    (month,) = (tmp_path / "log").iterdir()
    done = [tuple(json.loads(line).items())[1:] for line in month.read_text().splitlines()]
    assert (("user", "a.analyst"), ("did", "deletePipelineRun")) in done
    assert (("user", "b.colleague"), ("refused", "read-only")) in done
    assert (("user", None), ("refused", "not from the proxy")) in done
    assert run not in month.read_text() and SECRET not in month.read_text()
