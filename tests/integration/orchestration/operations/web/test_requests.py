"""Requests as bytes, through the server as `sna run` configures it: what no client library would send."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterable
from urllib.parse import quote

import pytest
import uvicorn

from orchestration.operations.web.access import Access
from orchestration.operations.web.access_log import AccessLog
from orchestration.operations.web.guard import Guard
from orchestration.operations.web.server import config

QUERY = "{ version }"
MUTATION = "mutation { launchRun(executionParams: {}) { __typename } }"
CHANGE = json.dumps({"query": MUTATION}).encode()
BY_GET = f"?query={quote(MUTATION)}"
JSON = "Content-Type: application/json"
CHUNKED = f"{len(CHANGE):x}\r\n".encode() + CHANGE + b"\r\n0\r\n\r\n"
WEBSOCKET = [
    *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
    "Sec-WebSocket-Key: c2F5IHdob20geW91IGFyZQ==",
]
H2C = ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"]


class Site:
    """A server over an app that notes what reaches it."""

    def __init__(self, folder, *, read_only=False):
        self.reached = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        self.origin = f"http://{self.host}"
        access = Access({self.host: self.origin, f"localhost:{port}": f"http://localhost:{port}"}, read_only)
        self.server = uvicorn.Server(config(Guard(self._reach, access, AccessLog(folder)), port))
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    async def _reach(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        body = b""
        while scope["type"] == "http":
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.reached.append((scope["type"], scope.get("method"), scope["path"], scope["query_string"], body))
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})

    def end(self):
        self.server.should_exit = True
        self.thread.join()

    def own(self, text: str) -> str:
        """Text with this site's names in place of `HOST`, `ORIGIN` and `PORT`."""
        return text.replace("HOST", self.host).replace("ORIGIN", self.origin).replace("PORT", self.host.rpartition(":")[2])

    def request(self, line: str, *headers: str, body: bytes = b"", host: str | None = "HOST", sized: bool = True) -> bytes:
        names = [] if host is None else [f"Host: {host}"]
        size = [f"Content-Length: {len(body)}"] if body and sized else []
        return self.own("\r\n".join([line, *names, *headers, *size, "", ""])).encode("latin-1") + body

    def answers(self, sent: bytes) -> bytes:
        """Everything that comes back on one connection until it is closed."""
        self.reached.clear()
        parts = []
        with socket.create_connection(("127.0.0.1", int(self.host.rpartition(":")[2])), timeout=20) as line:
            try:
                line.sendall(sent)
                line.shutdown(socket.SHUT_WR)
                while part := line.recv(1 << 16):
                    parts.append(part)
            except OSError:
                pass  # it was refused before all of it was sent
        return b"".join(parts)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("log"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A read-only site."""
    made = Site(tmp_path_factory.mktemp("log"), read_only=True)
    yield made
    made.end()


def refused(site: Site, sent: bytes) -> None:
    """Nothing of it reaches Dagster, and it is answered with a refusal, or not at all."""
    answer = site.answers(sent)
    assert site.reached == [], answer
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer[:200]


@pytest.mark.parametrize(
    "target",
    [
        *("http://HOST/graphql", "http://evil.example/graphql", "http://HOST@evil.example/graphql", "https://HOST/graphql"),
        *("graphql", "*", "/graphql;x=1", "/graphql;", "/;/graphql", "/graphql%3B", "/graphql%3F", "/graphql%23", "/graphql#"),
        *("/graphql%00", "/%2567raphql", "/./graphql", "/%2e/graphql", "//graphql", "/x/..;/graphql"),
        *("/x/%2e%2e/graphql", "/graphql%2f", "/graphql%20", "/graphql%0a"),
    ],
)
def test_no_spelling_of_an_address_takes_a_change_by_get(site, target):
    refused(site, site.request(f"GET {target}{BY_GET} HTTP/1.1"))
    refused(site, site.request(f"POST {target} HTTP/1.1", "Origin: ORIGIN", JSON, body=CHANGE))


@pytest.mark.parametrize(
    "parameters",
    [
        f"&&query={quote(MUTATION)}",
        f"variables=%7B%7D&query={quote(MUTATION)}",
        f"query={quote(MUTATION)};",
        f"%71uery={quote(MUTATION)}",
        f"q%75ery={quote(QUERY)}&query={quote(MUTATION)}",
        f"query={quote(QUERY)}&%71uery={quote(MUTATION)}",
        f"query=&query={quote(MUTATION)}",
        f"query=%EF%BB%BF{quote(MUTATION)}",
        f"query={quote(MUTATION).replace('%20', '+')}",
        f"query={quote(quote(MUTATION))}",
        f"query={quote('#' + chr(10) + MUTATION)}",
        f"query={quote('# ' + QUERY + chr(13) + MUTATION)}",
        f"query={quote(',,,' + MUTATION)}",
        f"query={quote('query A ' + QUERY + ' mutation B { launchRun }')}&operationName=A",
        f"query={quote('query A { ...F } fragment F on Query { version } mutation B { x: wipeAssets }')}&operationName=A",
        f"query={quote('extend type Query { a: Int } ' + MUTATION)}",
        f"query={quote('[' + QUERY + ']')}",
        f"query={quote('{a' * 3000 + '}' * 3000)}",
        f"query={quote(QUERY * 20_000)}",
    ],
)
def test_no_spelling_of_a_query_takes_a_change_by_get(site, parameters):
    refused(site, site.request(f"GET /graphql?{parameters} HTTP/1.1"))


@pytest.mark.parametrize(
    "host",
    [
        *("HOST.", "evil@HOST", "HOST@evil.example", "127.1:PORT", "2130706433:PORT", "0x7f.0.0.1:PORT", "[::1]:PORT"),
        *("[::ffff:127.0.0.1]:PORT", "0.0.0.0:PORT", "localhost.:PORT", "x.localhost:PORT", "127.0.0.2:PORT", "127.0.0.1:0PORT"),
        *("HOST,evil.example", "HOST/", "HOST#", "127.0.0.1\t:PORT", "loc\xe1lhost:PORT", "", "HOST\r\nHost: evil.example"),
        *("evil.example\r\nX-Forwarded-Host: HOST", "evil.example\r\nForwarded: host=HOST", "evil.example\r\n HOST"),
    ],
)
def test_another_host_gets_nothing(site, host):
    refused(site, site.request("GET / HTTP/1.1", host=host))
    refused(site, site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, body=CHANGE, host=host))


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3", "http/1.1", ""])
def test_without_a_host_nothing_is_answered(site, version):
    refused(site, site.request(f"GET / {version}".rstrip(), host=None))


def test_the_first_bytes_of_another_protocol_are_refused(site):
    for sent in (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /\r\n\r\n",
        site.request("GET / HTTP/1.1").replace(b"Host:", b"Host :"),
        site.request("GET / HTTP/1.1", "X: a\x00b"),
        site.request("CONNECT HOST HTTP/1.1"),
        site.request("OPTIONS * HTTP/1.1", "Origin: ORIGIN"),
        site.request("OPTIONS /graphql HTTP/1.1", "Origin: http://evil.example", "Access-Control-Request-Method: POST"),
    ):
        refused(site, sent)


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Original-URL: /graphql", "Forwarded: for=1"]
)
def test_no_header_turns_a_request_into_another(site, name):
    refused(site, site.request(f"GET /graphql{BY_GET}&_method=POST HTTP/1.1", name))
    refused(site, site.request("POST /runs HTTP/1.1", name, "Origin: ORIGIN", JSON, body=CHANGE))
    refused(site, site.request("POST /graphql HTTP/1.1", name, "Origin: http://evil.example", JSON, body=CHANGE))


@pytest.mark.parametrize(
    "kind",
    [
        *("", "application/json;", "application/json; charset=utf-16", "application/json; boundary=x", "application/jsonx"),
        *("application/json;charset=utf-8;charset=utf-16", 'application/json;charset="utf-8', "application/json, text/plain"),
        *(
            "text/plain; application/json",
            "application/x-www-form-urlencoded;application/json",
            "text/json",
            "application/graphql",
        ),
        *("multipart/form-data; boundary=application/json", "application/json\r\nContent-Type: text/plain"),
        "application/graphql",
    ],
)
def test_another_type_of_content_is_refused(site, kind):
    refused(site, site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", f"Content-Type: {kind}", body=CHANGE))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Transfer-Encoding: xchunked"], CHUNKED),
        (["Transfer-Encoding: chunked, identity"], CHUNKED),
        (["Transfer-Encoding: gzip, chunked"], CHUNKED),
        (['Transfer-Encoding: "chunked"'], CHUNKED),
        (["Transfer-Encoding: chunked", f"Content-Length: {len(CHUNKED)}"], CHUNKED),
        (["Transfer-Encoding: chunked"], b"-1\r\n" + CHANGE),
        (["Transfer-Encoding: chunked"], b"f" * 20 + b"\r\n" + CHANGE),
        ([f"Content-Length: {len(CHANGE)}", "Content-Length: 3"], CHANGE),
        ([f"Content-Length: +{len(CHANGE)}"], CHANGE),
        ([f"Content-Length: {10**18}"], CHANGE),
        ([f"Content-Length: {len(CHANGE) + 1}"], CHANGE),
        (["Content-Encoding: gzip", f"Content-Length: {len(gzip.compress(CHANGE, mtime=0))}"], gzip.compress(CHANGE, mtime=0)),
    ],
)
def test_a_body_of_doubtful_size_is_refused(site, headers, body):
    refused(site, site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, *headers, body=body, sized=False))


@pytest.mark.parametrize(
    "body",
    [
        *(b"[" + CHANGE + b"]", b"[" + CHANGE + b"," + CHANGE + b"]", CHANGE + CHANGE, b"null", b"[" * 100_000),
        *(b'{"query":["mutation{launchRun}"]}', b'{"id":1,"extensions":{"persistedQuery":{"version":1}}}'),
        b'{"__proto__":{"query":"mutation{launchRun}"}}',
    ],
)
def test_a_body_that_is_not_one_query_is_refused(site, body):
    refused(site, site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, body=body))


def test_what_follows_a_refused_request_is_not_another_one(site):
    inner = site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, body=CHANGE)
    refused(site, site.request("GET / HTTP/1.1", f"Content-Length: {len(inner)}") + inner)
    refused(site, site.request("GET / HTTP/1.1", host="evil.example") + inner)
    refused(site, site.request("POST /runs HTTP/1.1", "Origin: ORIGIN", JSON, "Transfer-Encoding: chunked") + CHUNKED + inner)


@pytest.mark.parametrize("path", ["/", "/runs", "/graphql/x", f"/graphql{BY_GET}"])
def test_another_protocol_is_not_changed_to(site, path):
    assert b" 101 " not in site.answers(site.request(f"GET {path} HTTP/1.1", *H2C, "Origin: ORIGIN"))
    refused(site, site.request(f"GET {path.replace('/graphql?', '/graphql/?')} HTTP/1.1", *WEBSOCKET, "Origin: ORIGIN"))
    assert "launchRun" not in str(site.reached)


@pytest.mark.parametrize(
    "headers",
    [
        *([], ["Origin: null"], ["Origin: ORIGIN", "Origin: http://evil.example"], ["Sec-WebSocket-Origin: ORIGIN"]),
        *(["Origin: ORIGIN/"], ["Origin: ws://HOST"], ["Origin: http://localhost:PORT"]),
    ],
)
def test_a_websocket_of_another_origin_is_refused(site, headers):
    refused(site, site.request("GET /graphql HTTP/1.1", *WEBSOCKET, *headers))


def test_what_is_too_large_is_refused(site):
    refused(site, site.request("GET / HTTP/1.1", f"X: {'a' * 1_000_000}"))
    refused(site, site.request("GET / HTTP/1.1", *(f"X{number}: a" for number in range(20_000))))
    refused(site, site.request(f"GET /?{'a' * 1_000_000} HTTP/1.1"))
    refused(site, site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, body=b'"' + b"a" * 5_000_000 + b'"'))


@pytest.mark.parametrize("operation", [None, "A", "B"])
@pytest.mark.parametrize(
    "document",
    [
        MUTATION,
        "mutation { a: launchRun b: version }",
        "mutation { ...F } fragment F on Mutation { launchRun { __typename } }",
        "query A { version } mutation B { launchRun }",
        "#\u2028\nmutation { x: deleteRun }",
        "mutation { launchRun @skip(if: true) { __typename } }",
    ],
)
def test_a_read_only_site_changes_nothing(shown, document, operation):
    body = json.dumps({"query": document, "operationName": operation}).encode()
    refused(shown, shown.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, body=body))


def allowed(site: Site) -> Iterable[bytes]:
    post = "POST /graphql HTTP/1.1"
    yield site.request(post, "Origin: ORIGIN", JSON, body=CHANGE)
    yield site.request(post, "Origin: http://localhost:PORT", JSON, body=CHANGE, host="LocalHost:PORT")
    yield site.request(post, "Origin: ORIGIN", f"{JSON};charset=UTF-8", body=CHANGE)
    yield site.request(post, "Origin: ORIGIN", JSON, "Transfer-Encoding: Chunked", body=CHUNKED, sized=False)
    yield site.request(f"GET /graphql?query={quote('query launchRun { version }')} HTTP/1.1")
    yield site.request("GET /runs HTTP/1.0")
    yield site.request("GET /assets/a%3Bb HTTP/1.1")


def test_what_pages_and_programs_send_reaches_dagster(site):
    for sent in allowed(site):
        assert site.answers(sent).startswith(b"HTTP/1.1 200"), sent
        assert len(site.reached) == 1


def test_requests_that_never_end_hold_up_nobody(site):
    port = int(site.host.rpartition(":")[2])
    begun = [
        *[site.request("GET / HTTP/1.1")[:-2]] * 100,
        *[site.request("POST /graphql HTTP/1.1", "Origin: ORIGIN", JSON, "Content-Length: 9")] * 100,
    ]
    waiting = [socket.create_connection(("127.0.0.1", port)) for _ in begun]
    try:
        for line, sent in zip(waiting, begun, strict=True):
            line.sendall(sent)
        assert site.answers(site.request("GET /runs HTTP/1.1")).startswith(b"HTTP/1.1 200")
    finally:
        for line in waiting:
            line.close()
