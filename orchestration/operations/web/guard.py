"""The ASGI layer in front of Dagster's webserver: Dagster does not see what it refuses.

Only `/graphql` takes POST and WebSockets; every other address is read. So nothing changes anything without passing `graphql`.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

from orchestration.operations.web import graphql, headers
from orchestration.operations.web.access import SECRET_HEADER, Headers
from orchestration.operations.web.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from orchestration.operations.web.access import Access, User
    from orchestration.operations.web.access_log import AccessLog

GRAPHQL = "/graphql"
# Whether the one who asks may change anything: in the scope of a request, for Dagster's own permissions.
MAY_CHANGE = "sna.may_change"
# Nobody needs them here: results of assets and checks come from runs alone, and there are no notebooks.
CLOSED = ("report_asset_", "notebook", "dagit")
# What a person takes away besides looking at pages.
DOWNLOADS = {"/logs/": "log of a run", "/download_debug/": "debug file of a run"}
POLICY_VIOLATION = 1008
# Bodies are queries of a few KB, kept in memory until they are judged.
BODY_SECONDS = 30.0


class Guard:
    """Dagster's webserver as browsers reach it."""

    def __init__(self, app: ASGIApp, access: Access, log: AccessLog) -> None:
        self._app, self._access, self._log = app, access, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = self._access.origins.get((Headers(scope).one("host") or "").lower())
        path = str(scope["path"])
        keep = not path.startswith((GRAPHQL, *DOWNLOADS))
        send = headers.closed(send, origin, keep=keep)
        user: User | None = None
        try:
            user = self._access.admit(scope)
            _routed(scope)
            receive = await self._asked(scope, receive, user)
        except RefusedError as refused:
            self._log.refused(user.name if user else None, refused.reason)
            # Whatever of a body was not read must not be taken for the next request.
            answer = PlainTextResponse(f"{refused}\n", refused.status, {"Cache-Control": "no-store", "Connection": "close"})
            await answer(scope, receive, send)
            return
        await self._app(_passed(scope, self._access, user), receive, send)

    async def _asked(self, scope: Scope, receive: Receive, user: User) -> Receive:
        """Check and log a request; returns the `receive` from which the app reads its body."""
        path = str(scope["path"])
        changes: tuple[str, ...] = ()
        if path == GRAPHQL and scope["method"] == "POST":
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await _body(receive)
            except TimeoutError:
                raise RefusedError(408, "too slow", f"A request has {BODY_SECONDS:.0f} seconds to arrive.") from None
            changes = graphql.by_post(Headers(scope).one("content-type"), body).changes
            receive = _again(body, receive)
        elif path == GRAPHQL:
            graphql.by_get(scope["query_string"])
        if changes and not user.may_change:
            raise RefusedError(403, "read-only", "This web UI is read-only for you: nothing can be started, stopped or removed.")
        did = [*changes] or [what for start, what in DOWNLOADS.items() if path.startswith(start)]
        try:
            self._log.came(user.name)
            for what in did:
                self._log.did(user.name, what)
        except OSError as error:
            raise RefusedError(503, "log", "The access log cannot be written, so nothing is done; check the disk.") from error
        return receive

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        user: User | None = None
        try:
            user = self._access.admit(scope)
            if scope["path"] != GRAPHQL:
                raise RefusedError(404, "address", "There is no WebSocket at this address.")
        except RefusedError as refused:
            self._log.refused(user.name if user else None, refused.reason)
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
            return
        socket = _Socket(receive, send, lambda reason: self._log.refused(user.name, reason))
        await self._app(_passed(scope, self._access, user), socket.receive, socket.send)


class _Socket:
    """A WebSocket over which only subscriptions are started; anything else ends it."""

    def __init__(self, receive: Receive, send: Send, refused: Callable[[str], None]) -> None:
        self._receive, self._send, self._refused = receive, send, refused
        self._ended = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        try:
            graphql.by_socket(message.get("text"))
        except RefusedError as refused:
            self._refused(refused.reason)
            self._ended = True
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": str(refused)})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
        return message

    async def send(self, message: Message) -> None:
        if not self._ended:
            await self._send(message)


def _routed(scope: Scope) -> None:
    """Refuse what no page of the UI asks for.

    However an address is spelt, one that comes near a closed route is refused: Starlette's patterns take `/graphql` with a line
    break for `/graphql`, and a proxy may decode once more, or take away what follows a semicolon.

    Raises:
        RefusedError: the method, or the address.
    """
    path, method = str(scope["path"]), scope["method"]
    if not path.startswith("/") or not path.isprintable() or "\\" in path:
        raise RefusedError(400, "address", "The address is not one of this service.")
    spelt = unquote(unquote(path)).lower().replace("\\", "/").split("/")
    parts = [part for part in (re.split("[;?#]", part)[0] for part in spelt) if part not in ("", ".")]
    if ".." in parts:
        raise RefusedError(400, "address", "The address is not one of this service.")
    first = parts[0].strip() if parts else ""
    if first.startswith(CLOSED) or any("report_asset_" in part for part in parts):
        raise RefusedError(404, "closed address", "This address is closed here.")
    if first == "graphql" and path != GRAPHQL:
        raise RefusedError(404, "address", f"GraphQL is at {GRAPHQL}.")
    if method not in (("GET", "POST") if path == GRAPHQL else ("GET", "HEAD")):
        raise RefusedError(405, "method", "This address does not take this method.")
    sent = Headers(scope)
    chunked, sizes = sent.all("transfer-encoding"), sent.all("content-length")
    if method != "POST" and (chunked or any(size != "0" for size in sizes)):
        raise RefusedError(400, "body", "Only POST has a body.")
    if chunked and sizes:  # a proxy and this server could see its end in different places
        raise RefusedError(400, "body", "Send the size of a body once.")


def _passed(scope: Scope, access: Access, user: User) -> Scope:
    """The request as Dagster gets it: with what the user may do, without the proxy's secret."""
    passed = {**scope, "headers": list(scope["headers"]), MAY_CHANGE: user.may_change}
    if access.sign_on:
        del MutableHeaders(scope=passed)[SECRET_HEADER]
    return passed


async def _body(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "cut off", "The request ended before its body did.")
        parts.append(message.get("body", b""))
        if (size := size + len(parts[-1])) > graphql.MOST_BYTES:
            raise RefusedError(413, "too large", f"A request has at most {graphql.MOST_BYTES >> 20} MiB.")
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns a body that was read already, and then what comes after it."""
    sent = False

    async def receive_again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
