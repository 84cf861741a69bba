"""A request that is not passed on."""

from __future__ import annotations


class RefusedError(Exception):
    """The message says what to do, and repeats nothing of the request.

    Attributes:
        status: of the HTTP answer.
        reason: a word for the access log.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason
