"""What every answer of the web UI forbids the browser that shows it.

Dagster shows Markdown that may quote a delivery. A picture in it that is loaded from elsewhere would say who looks at what, and
could carry a value away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import Message, Send

# Beside Dagster's own policy, whose scripts need a nonce: a browser lets through only what both allow.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self' {sockets}",
        "object-src 'none'",
        "frame-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def closed(send: Send, origin: str | None, *, keep: bool) -> Send:
    """`send`, with these headers in every answer.

    Args:
        origin: of the pages; their WebSockets are named as well, since not every browser counts them as `'self'`.
        keep: whether the browser may keep the answer.
    """
    sockets = "ws" + origin.removeprefix("http") if origin else ""

    async def send_closed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.append("Content-Security-Policy", POLICY.format(sockets=sockets).replace(" ;", ";"))
            headers.update(ALWAYS)
            if not keep:
                headers["Cache-Control"] = "no-store"
        await send(message)

    return send_closed
