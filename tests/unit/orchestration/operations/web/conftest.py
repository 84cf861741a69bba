"""The guard before an app that takes whatever reaches it, as Dagster's does."""

import json

import pytest
from starlette.responses import JSONResponse

from orchestration.operations.web.access import Access, SignOn
from orchestration.operations.web.access_log import AccessLog
from orchestration.operations.web.guard import MAY_CHANGE, Guard
from tests.asgi import HOST, ORIGIN

SECRET = "s" * 40
PROXY_HOST = "sna.example.org"


class Site:
    """A guard, what got through it, and what its log says."""

    def __init__(self, folder, access):
        self.reached = []
        self.folder = folder
        self.app = Guard(self._reach, access, AccessLog(folder))

    async def _reach(self, scope, receive, send):
        seen = {"type": scope["type"], "path": scope["path"], "may_change": scope[MAY_CHANGE], "headers": scope["headers"]}
        self.reached.append(seen)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept", "subprotocol": "graphql-ws"})
            seen["messages"] = []
            while (message := await receive())["type"] != "websocket.disconnect":
                if message["type"] == "websocket.receive":
                    seen["messages"].append(message)
            await send({"type": "websocket.send", "text": "{}"})
            return
        seen["method"], body = scope["method"], b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        seen["body"] = body
        headers = {"Content-Security-Policy": "script-src 'nonce-1'", "Referrer-Policy": "strict-origin-when-cross-origin"}
        await JSONResponse({"reached": True}, headers=headers)(scope, receive, send)

    def logged(self):
        return [json.loads(line) for file in sorted(self.folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path / "web", Access({HOST: ORIGIN, "localhost:3000": "http://localhost:3000"}))


@pytest.fixture
def shown(tmp_path):
    """A read-only site."""
    return Site(tmp_path / "web", Access({HOST: ORIGIN}, read_only=True))


@pytest.fixture
def signed_on(tmp_path):
    """A site behind a reverse proxy with one editor."""
    sign_on = SignOn("x-forwarded-user", SECRET, frozenset({"a.analyst"}))
    return Site(tmp_path / "web", Access({PROXY_HOST: f"https://{PROXY_HOST}"}, sign_on=sign_on))
