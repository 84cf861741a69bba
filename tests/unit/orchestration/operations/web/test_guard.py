"""What a page of another site, or somebody without sign-on, gets through to Dagster: nothing."""

import asyncio
import json
from urllib.parse import quote

import pytest

from orchestration.operations.web import guard
from tests.asgi import HOST, JSON, ORIGIN, graphql, request, scope_of, websocket
from tests.unit.orchestration.operations.web.conftest import PROXY_HOST, SECRET

QUERY = "{ version }"
MUTATION = 'mutation { deletePipelineRun(runId: "1") { __typename } }'
SUBSCRIPTION = "subscription { locationStateChangeEvents { event { eventType } } }"
HIDDEN = [
    MUTATION,
    f"query Good {QUERY} {MUTATION.replace('mutation', 'mutation Bad', 1)}",
    "fragment F on Mutation { wipeAssets(assetPartitionRanges: []) { __typename } } mutation { ...F }",
    "mutation { version: deletePipelineRun(runId: 1) { __typename } }",
    "mutation { ... on Mutation { ... { deletePipelineRun(runId: 1) { __typename } } } }",
    "\ufeff# query\n,,,mutation\n@skip(if: false) { a }",
    SUBSCRIPTION,
    f"query {QUERY} {SUBSCRIPTION}",
]
SAME = [("Origin", ORIGIN), JSON]
FOREIGN = [
    "http://evil.example",
    "null",
    "",
    "http://127.0.0.1:3001",
    "https://127.0.0.1:3000",
    "http://127.0.0.1",
    "http://localhost:3000",
    "http://127.0.0.1:3000.evil.example",
    "http://127.0.0.1:3000@evil.example",
    "http://evil.example/http://127.0.0.1:3000",
    "HTTP://127.0.0.1:3000",
    "http://127.0.0.1:3000/",
    "http://127.0.0.1:3000 http://evil.example",
    "file://",
    "chrome-extension://abc",
]
REBOUND = [
    None,
    "",
    "evil.example",
    "evil.example:3000",
    "127.0.0.1",
    "127.0.0.1:3001",
    "127.0.0.1:03000",
    "127.0.0.1.:3000",
    "127.0.0.1:3000.",
    "127.0.0.1:3000.evil.example",
    "localhost.:3000",
    "localhost:3000.evil.example",
    "user@127.0.0.1:3000",
    "127.0.0.1:3000@evil.example",
    "[::1]:3000",
    "[::ffff:127.0.0.1]:3000",
    "0.0.0.0:3000",
    "2130706433:3000",
    "0x7f.1:3000",
    "127.1:3000",
    "127.0.0.1:3000, evil.example",
    "127.0.0.1:3000\u00ff",
    " 127.0.0.1:3000",
]
NAMES_ELSEWHERE = ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host", "X-Forwarded-Server"]


def body(query, **more):
    return json.dumps({"query": query, **more}).encode()


def test_the_pages_reach_dagster(site):
    assert request(site.app, "GET", "/runs/abc?x=1").status == 200
    assert request(site.app, "HEAD", "/favicon.ico").status == 200
    assert request(site.app, "GET", f"/graphql?query={quote(QUERY)}").status == 200
    assert graphql(site.app, QUERY).status == graphql(site.app, MUTATION).status == 200
    assert [seen["path"] for seen in site.reached] == ["/runs/abc", "/favicon.ico", "/graphql", "/graphql", "/graphql"]
    assert all(seen["may_change"] for seen in site.reached)


def test_a_body_reaches_dagster_as_it_was_sent(site):
    sent = body(QUERY, variables={"long": "x" * 100_000})
    request(site.app, "POST", "/graphql", SAME, sent, chunk=1000)
    assert site.reached[0]["body"] == sent


def test_both_names_of_this_machine_are_answered_each_with_its_own_origin(site):
    assert (
        request(
            site.app, "POST", "/graphql", [("Origin", "http://localhost:3000"), JSON], body(QUERY), host="LocalHost:3000"
        ).status
        == 200
    )
    assert request(site.app, "POST", "/graphql", SAME, body(QUERY), host="localhost:3000").status == 403


@pytest.mark.parametrize("host", REBOUND)
def test_another_name_is_not_answered(site, host):
    for headers in ([], [(name, HOST) for name in NAMES_ELSEWHERE]):
        assert request(site.app, "GET", "/", headers, host=host).status == 403
        assert request(site.app, "POST", "/graphql", [*SAME, *headers], body(QUERY), host=host).status == 403
    assert not websocket(site.app, [("Origin", ORIGIN)], host=host or "").accepted
    assert site.reached == []


def test_two_hosts_are_none(site):
    for first, second in ((HOST, "evil.example"), ("evil.example", HOST), (HOST, HOST)):
        assert request(site.app, "GET", "/", [("Host", second)], host=first).status == 403
    assert site.reached == []


@pytest.mark.parametrize("origin", FOREIGN)
def test_pages_of_other_sites_get_nothing(site, origin):
    headers = [("Origin", origin)]
    assert request(site.app, "GET", f"/graphql?query={quote(QUERY)}", headers).status == 403
    assert request(site.app, "GET", "/logs/run/compute_logs/step/out", headers).status == 403
    assert request(site.app, "POST", "/graphql", [*headers, JSON], body(QUERY)).status == 403
    assert request(site.app, "OPTIONS", "/graphql", [*headers, ("Access-Control-Request-Method", "POST")]).status == 403
    assert not websocket(site.app, headers, [{"type": "start", "id": "1", "payload": {"query": SUBSCRIPTION}}]).accepted
    assert site.reached == []


def test_who_says_no_origin_changes_nothing_and_listens_to_nothing(site):
    assert request(site.app, "POST", "/graphql", [JSON], body(QUERY)).status == 403
    assert not websocket(site.app, []).accepted
    for two in ((ORIGIN, "http://evil.example"), ("http://evil.example", ORIGIN), (ORIGIN, ORIGIN)):
        twice = [("Origin", origin) for origin in two]
        assert request(site.app, "POST", "/graphql", [*twice, JSON], body(QUERY)).status == 403
        assert request(site.app, "GET", "/", twice).status == 403
        assert not websocket(site.app, twice).accepted
    assert site.reached == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "QUERY", "get", "POST "])
@pytest.mark.parametrize("document", HIDDEN)
def test_nothing_but_queries_is_asked_for_by_get(site, method, document):
    for more in ("", "&operationName=Good", "&op=Good"):
        answer = request(site.app, method, f"/graphql?query={quote(document)}{more}", [("Origin", ORIGIN)])
        assert answer.status in (400, 405), answer
    assert site.reached == []


def test_a_get_is_what_it_seems(site):
    mutation, query = quote(MUTATION), quote(QUERY)
    for target in (
        f"/graphql?query={mutation}&query={query}",
        f"/graphql?query={query}&query={mutation}",
        f"/graphql?query={query}&q%75ery={mutation}",
    ):
        assert request(site.app, "GET", target).status == 400
    assert request(site.app, "GET", f"/graphql?query={query}", [JSON, ("Content-Length", "50")], body(MUTATION)).status == 400
    assert (
        request(site.app, "GET", f"/graphql?query={query}", [JSON, ("Transfer-Encoding", "chunked")], body(MUTATION)).status
        == 400
    )
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert request(site.app, "GET", f"/graphql?query={mutation}&_method=POST", [(name, "POST"), JSON]).status == 405
    # The page on which queries are written does not run what its address says.
    assert request(site.app, "GET", f"/graphql?query={mutation}", [("Accept", "text/html")]).status == 405
    assert site.reached == []


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/plain; application/json",
        "text/plain;charset=application/json",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; application/json",
        "multipart/form-data; boundary=application/json",
        "application/graphql",
        "application/graphql+json",
        "application/json-patch+json",
        "application/json, text/plain",
        "application/json; boundary=x",
        "application/json; charset=utf-7",
        "xapplication/json",
    ],
)
def test_a_form_is_not_taken_for_graphql(site, content_type):
    headers = [("Origin", ORIGIN), *([("Content-Type", content_type)] if content_type is not None else [])]
    assert request(site.app, "POST", f"/graphql?query={quote(MUTATION)}", headers, body(MUTATION)).status == 415
    assert site.reached == []


def test_json_is_taken_with_its_charset_and_a_second_type_is_none(site):
    for kind in ("application/json", "Application/JSON", "application/json; charset=UTF-8", 'application/json;charset="utf-8"'):
        assert request(site.app, "POST", "/graphql", [("Origin", ORIGIN), ("Content-Type", kind)], body(QUERY)).status == 200
    assert request(site.app, "POST", "/graphql", [*SAME, ("Content-Type", "text/plain")], body(QUERY)).status == 415


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"null",
        b'"mutation"',
        json.dumps([{"query": MUTATION}]).encode(),
        json.dumps([{"query": QUERY}, {"query": MUTATION}]).encode(),
        b'{"query": ["mutation { a }"]}',
        b'{"query": {"a": 1}}',
        b'{"mutation": "mutation { a }"}',
        b'{"query": ""}',
        b'{"query": "fragment F on Query { version }"}',
        b'{"query": "type Query { a: Int }"}',
        b'{"query": "{ a"}',
        b"[" * 100_000,
        b'{"query": "' + b"{a" * 40_000 + b'"}',
        b'{"query": "{ ' + b"a " * 60_000 + b'}"}',
        body(SUBSCRIPTION),
        body(f"{SUBSCRIPTION} query Q {QUERY}", operationName="Q"),
        b"\xff\xfe\x00",
        b'{"query": "{ version }"} {}',
    ],
)
def test_what_cannot_be_judged_is_not_passed_on(site, sent):
    assert request(site.app, "POST", "/graphql", SAME, sent).status in (400, 405)
    assert site.reached == []


def test_a_huge_body_is_refused_before_it_has_come(site):
    sent = 0

    async def flow():
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": b" " * (1 << 20), "more_body": True}

    answers = []

    async def send(message):
        answers.append(message)

    asyncio.run(site.app(scope_of("http", "/graphql", [("Host", HOST), *SAME], method="POST"), flow, send))
    assert answers[0]["status"] == 413 and sent <= 6 and site.reached == []


def test_a_body_that_does_not_come_is_not_waited_for(site, monkeypatch):
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.01)
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}]
    answers = []

    async def flow():
        if not pieces:
            await asyncio.Event().wait()
        return pieces.pop()

    async def send(message):
        answers.append(message)

    asyncio.run(site.app(scope_of("http", "/graphql", [("Host", HOST), *SAME], method="POST"), flow, send))
    assert answers[0]["status"] == 408 and site.reached == []


def test_the_last_of_two_equal_keys_counts_here_as_for_dagster(shown):
    sent = json.dumps({"query": QUERY})[:-1] + f', "query": {json.dumps(MUTATION)}}}'
    assert request(shown.app, "POST", "/graphql", SAME, sent.encode()).status == 403
    assert shown.reached == []


@pytest.mark.parametrize(
    "path",
    [
        "/report_asset_check/landing/a/b?check_name=gate&passed=true",
        "/report_asset_check/?asset_key=a",
        "/report_asset_materialization/a",
        "/report_asset_observation/a",
        "//report_asset_check/a",
        "/./report_asset_check/a",
        "/x/../report_asset_check/a",
        "/%72eport_asset_check/a",
        "/%2572eport_asset_check/a",
        "/report%5Fasset%5Fcheck/a",
        "/REPORT_ASSET_CHECK/a",
        "/report_asset_check%2Fa",
        "/report_asset_check/a/",
        "/prefix/report_asset_check/a",
        "/..%5creport_asset_check/a",
        "/report_asset_check%0a/a",
        "/notebook?path=x.ipynb&repoLocName=serious_violence",
        "/dagit/notebook",
        "/dagit_info",
        "/graphql/",
        "/graphql%0a",
        "/graphql%00",
        "//graphql",
        "/./graphql",
        "/%2567raphql",
        "/GraphQL",
        "/graphql/x",
        "/graphql%2F",
        "/graphql;x=1",
        "/;/graphql",
        "/graphql%3Fquery=1",
        "/x/..;/graphql",
        "http://evil.example/graphql",
        "http://127.0.0.1:3000/graphql",
        "*",
        "",
    ],
)
def test_closed_addresses_stay_closed_however_they_are_spelt(site, path):
    for method in ("GET", "POST", "PUT", "HEAD", "DELETE"):
        for headers in (SAME, [("Origin", ORIGIN), ("Content-Type", "text/plain")]):
            assert request(site.app, method, path, headers).status in (400, 404), (method, path)
    assert not websocket(site.app, [("Origin", ORIGIN)], target=path).accepted
    assert site.reached == []


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/assets/a/b", "/logs/run/x.out", "/download_debug/1", "/server_info", "/vendor/x.js"]
)
def test_only_graphql_takes_more_than_reading(site, path):
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        assert request(site.app, method, path, SAME).status == 405
    assert site.reached == []


@pytest.mark.parametrize(
    "path",
    [
        "/logs/../../secrets/pseudonyms.key",
        "/logs/%2e%2e/%2e%2e/warehouse.duckdb",
        "/logs/..%2f..%2fsecrets/key",
        "/logs/a/%252e%252e/b.out",
        "/download_debug/..",
        "/assets/..\\..\\x",
        "/../report_asset_check/a",
    ],
)
def test_no_address_leads_out_of_its_folder(site, path):
    assert request(site.app, "GET", path).status in (400, 404)
    assert site.reached == []


@pytest.mark.parametrize("chunked", ["chunked", "identity", "chunked, chunked", "x"])
def test_a_body_has_one_size(site, chunked):
    sent = [*SAME, ("Transfer-Encoding", chunked), ("Content-Length", "4")]
    assert request(site.app, "POST", "/graphql", sent, body(MUTATION)).status == 400
    assert site.reached == []
    assert request(site.app, "POST", "/graphql", [*SAME, ("Transfer-Encoding", "chunked")], body(QUERY)).status == 200


@pytest.mark.parametrize(
    ("fetched", "status"),
    [
        ({"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, (200, 200)),
        ({"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, (200, 200)),
        # A link in an e-mail leads a person to a page, and not into the data.
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, (200, 403)),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, (403, 403)),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, (403, 403)),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}, (403, 403)),
        ({"sec-fetch-site": "anything"}, (403, 403)),
    ],
)
def test_what_the_browser_says_of_a_request_is_believed(site, fetched, status):
    found = tuple(request(site.app, "GET", path, fetched.items()).status for path in ("/runs", f"/graphql?query={quote(QUERY)}"))
    assert found == status


def start(query, **more):
    return {"type": "start", "id": "1", "payload": {"query": query, **more}}


def test_subscriptions_go_over_a_websocket(site):
    said = [{"type": "connection_init", "payload": {}}, start(SUBSCRIPTION), {"type": "stop", "id": "1"}]
    found = websocket(site.app, [("Origin", ORIGIN)], said)
    assert found.accepted and found.closed is None and len(site.reached[0]["messages"]) == 3


@pytest.mark.parametrize(
    "message",
    [
        start(MUTATION),
        start(QUERY),
        start(f"{SUBSCRIPTION} {MUTATION}"),
        start(SUBSCRIPTION + MUTATION.replace("mutation", "mutation M"), operation_name="M"),
        {"type": "start", "id": "1"},
        {"type": "start", "id": "1", "payload": []},
        {"type": "start", "id": "1", "payload": {"query": None}},
        start("{"),
        [start(MUTATION)],
        "not JSON",
        "[" * 100_000,
        b'{"type": "start"}',
    ],
)
def test_anything_else_ends_the_websocket(site, message):
    found = websocket(site.app, [("Origin", ORIGIN)], [{"type": "connection_init"}, message, start(SUBSCRIPTION)])
    assert found.closed == 1008 and found.got == []
    assert len(site.reached[0]["messages"]) == 1


def test_a_read_only_site_changes_nothing(shown):
    assert graphql(shown.app, QUERY).status == 200
    assert request(shown.app, "GET", "/runs").status == 200
    for document in HIDDEN[:6]:
        assert graphql(shown.app, document).status in (400, 403)
    assert websocket(shown.app, [("Origin", ORIGIN)], [start(MUTATION)]).closed == 1008
    assert websocket(shown.app, [("Origin", ORIGIN)], [start(SUBSCRIPTION)]).closed is None
    assert not any(seen["may_change"] for seen in shown.reached)
    assert all(MUTATION.encode() not in seen.get("body", b"") for seen in shown.reached)


def test_answers_forbid_what_a_planted_picture_or_frame_needs(site):
    for answer in (request(site.app, "GET", "/runs"), request(site.app, "GET", "/runs", host="evil.example")):
        policy = answer.headers["content-security-policy"][-1]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["img-src"] == "'self' data: blob:"
        assert rules["default-src"] == rules["form-action"] == "'self'"
        assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
        assert "http://" not in policy and "https:" not in policy and "*" not in policy
        assert answer.headers["x-frame-options"] == ["DENY"]
        assert answer.headers["x-content-type-options"] == ["nosniff"]
        assert answer.headers["referrer-policy"] == ["no-referrer"]
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert request(site.app, "GET", "/runs").headers["content-security-policy"][0] == "script-src 'nonce-1'"
    assert f"connect-src 'self' ws://{HOST};" in request(site.app, "GET", "/").headers["content-security-policy"][-1]


def test_logs_and_answers_are_not_kept_by_the_browser(site):
    for path in ("/logs/run/x.out", "/download_debug/1", f"/graphql?query={quote(QUERY)}"):
        assert request(site.app, "GET", path).headers["cache-control"] == ["no-store"]
    assert "cache-control" not in request(site.app, "GET", "/vendor/x.js").headers


def through(user, *more, secret=SECRET):
    """Headers as the reverse proxy adds them."""
    return [("X-SNA-Proxy-Secret", secret), ("X-Forwarded-User", user), *more]


def post(site, headers, query, host=PROXY_HOST, origin=f"https://{PROXY_HOST}"):
    return request(site.app, "POST", "/graphql", [*headers, ("Origin", origin), JSON], body(query), host=host)


def test_behind_a_sign_on_editors_change_and_others_look(signed_on):
    assert post(signed_on, through("a.analyst"), MUTATION).status == 200
    assert post(signed_on, through("b.colleague"), QUERY).status == 200
    assert post(signed_on, through("b.colleague"), MUTATION).status == 403
    assert [seen["may_change"] for seen in signed_on.reached] == [True, False]
    assert "wss://sna.example.org" in post(signed_on, through("x"), QUERY).headers["content-security-policy"][-1]


def test_dagster_never_sees_the_secret(signed_on):
    post(signed_on, through("a.analyst"), QUERY)
    websocket(signed_on.app, [*through("a.analyst"), ("Origin", f"https://{PROXY_HOST}")], host=PROXY_HOST)
    assert len(signed_on.reached) == 2
    assert SECRET.encode() not in b"".join(value for seen in signed_on.reached for _, value in seen["headers"])


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Forwarded-User", "a.analyst")],
        [("X-SNA-Proxy-Secret", SECRET)],
        through("a.analyst", secret=SECRET[:-1]),
        through("a.analyst", secret=SECRET + "s"),
        through("a.analyst", secret=""),
        through("a.analyst", secret="ß" * 40),
        through("a.analyst", ("X-SNA-Proxy-Secret", SECRET)),
        through("a.analyst", ("X-Forwarded-User", "b.colleague")),
        through(""),
        through("a.analyst\n{}"),
        through("a analyst"),
        through("a.analyst, b.colleague"),
        through('a"analyst'),
        through("\u00e4"),
        through("x" * 101),
    ],
)
def test_without_the_proxy_nobody_is_anybody(signed_on, headers):
    assert post(signed_on, headers, QUERY).status == 403
    assert request(signed_on.app, "GET", "/", headers, host=PROXY_HOST).status == 403
    assert not websocket(signed_on.app, [*headers, ("Origin", f"https://{PROXY_HOST}")], host=PROXY_HOST).accepted
    assert signed_on.reached == []


def test_behind_a_sign_on_its_name_is_the_only_one(signed_on):
    assert post(signed_on, through("a.analyst"), QUERY, host=HOST, origin=ORIGIN).status == 403
    assert post(signed_on, through("a.analyst"), QUERY, origin=f"http://{PROXY_HOST}").status == 403
    assert post(signed_on, through("a.analyst"), QUERY, origin=f"https://evil.{PROXY_HOST}").status == 403
    assert request(signed_on.app, "GET", "/", through("a.analyst"), host=f"{PROXY_HOST}.").status == 403
    assert signed_on.reached == []


def test_without_a_sign_on_nobody_can_name_a_user(site):
    graphql(site.app, MUTATION, through("a.analyst"))
    assert {entry["user"] for entry in site.logged()} == {None}


def test_the_log_says_who_did_what_and_nothing_else(signed_on):
    launch = 'm1: launchRun(executionParams: {runConfigData: "Planted Name"}) { __typename }'
    post(signed_on, through("a.analyst"), f"mutation {{ {launch} reloadWorkspace {{ __typename }} }}")
    request(signed_on.app, "GET", "/logs/run/x.out?name=Planted", through("b.colleague"), host=PROXY_HOST)
    request(signed_on.app, "GET", "/runs", through("b.colleague"), host=PROXY_HOST)
    post(signed_on, through("b.colleague"), MUTATION)
    post(signed_on, through("b.colleague"), MUTATION)
    request(signed_on.app, "GET", "/Planted", [], host="evil.example")
    done = [{key: value for key, value in entry.items() if key != "at"} for entry in signed_on.logged()]
    assert done == [
        {"user": "a.analyst", "did": "came"},
        {"user": "a.analyst", "did": "launchRun"},
        {"user": "a.analyst", "did": "reloadWorkspace"},
        {"user": "b.colleague", "did": "came"},
        {"user": "b.colleague", "did": "log of a run"},
        {"user": "b.colleague", "refused": "read-only"},
        {"user": None, "refused": "host"},
    ]
    assert "Planted" not in json.dumps(signed_on.logged())


def test_where_the_log_cannot_be_written_nothing_is_changed(site):
    site.folder.parent.mkdir(exist_ok=True)
    site.folder.write_text("a file in place of the folder")
    assert graphql(site.app, MUTATION).status == 503
    assert request(site.app, "GET", "/", host="evil.example").status == 403
    assert site.reached == []
