"""Requests to an ASGI app as a server would pass them on, with what no well-behaved client sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

HOST = "127.0.0.1:3000"
ORIGIN = "http://127.0.0.1:3000"
JSON = ("Content-Type", "application/json")
# A header may occur twice, so they are a list.
Given = Iterable[tuple[str, str]]


@dataclass
class Answer:
    """What came back.

    Attributes:
        headers: by their names in small letters; of a repeated one every value.
    """

    status: int = 0
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def scope_of(kind: str, target: str, headers: Given, **more: Any) -> dict[str, Any]:
    """A request as uvicorn describes it; `target` is what the request line has."""
    raw, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 3000),
        "state": {},
        **more,
    }


def request(
    app: ASGIApp,
    method: str,
    target: str,
    headers: Given = (),
    body: bytes = b"",
    *,
    host: str | None = HOST,
    chunk: int = 1 << 16,
) -> Answer:
    """One HTTP request, its body in pieces.

    Args:
        host: of the header `Host`; None for none.
    """
    scope = scope_of("http", target, [*([("Host", host)] if host is not None else []), *headers], method=method)
    pieces = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
    answer = Answer()

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.Event().wait()  # the client stays for the whole answer
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            for name, value in message["headers"]:
                answer.headers.setdefault(name.decode().lower(), []).append(value.decode("latin-1"))
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    asyncio.run(app(scope, receive, send))
    return answer


def graphql(app: ASGIApp, query: str, headers: Given = (), **variables: Any) -> Answer:
    """A query as the pages of the UI send it."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return request(app, "POST", "/graphql", [("Origin", ORIGIN), JSON, *headers], body)


@dataclass
class Conversation:
    """What a WebSocket got.

    Attributes:
        accepted: whether the handshake was.
        closed: code with which the server closed it.
    """

    accepted: bool = False
    closed: int | None = None
    got: list[Any] = field(default_factory=list)


def websocket(
    app: ASGIApp, headers: Given, messages: Iterable[Any] = (), target: str = "/graphql", *, host: str = HOST, wait: float = 0
) -> Conversation:
    """A WebSocket that says everything it has to say, waits so many seconds for answers, and leaves.

    Args:
        messages: text, bytes, or what becomes JSON.
    """
    scope = scope_of("websocket", target, [("Host", host), *headers], subprotocols=["graphql-ws"])
    found = Conversation()
    waiting: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    for message in messages:
        if isinstance(message, bytes):
            waiting.append({"type": "websocket.receive", "bytes": message})
        else:
            waiting.append({"type": "websocket.receive", "text": message if isinstance(message, str) else json.dumps(message)})

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(wait)
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        if message["type"] == "websocket.accept":
            found.accepted = True
        elif message["type"] == "websocket.send":
            found.got.append(json.loads(message["text"]))
        elif message["type"] == "websocket.close":
            found.closed = message["code"]

    asyncio.run(app(scope, receive, send))
    return found
