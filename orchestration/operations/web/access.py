"""Access to the web UI, decided by the headers of a request alone."""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration.home.environment import SettingsError
from orchestration.operations.web.refusal import RefusedError

if TYPE_CHECKING:
    from orchestration.operations.configuration import Web

ADDRESS = "127.0.0.1"
SECRET_HEADER = "x-sna-proxy-secret"
LEAST_SECRET = 32
# As sign-ons name people: no space, and nothing that could end a line of the log or begin another field of it.
USER = re.compile(r"[\w.@+-]{1,100}", re.ASCII)
# These say more than a page: a page of another site may lead a person to the UI, and may not fetch anything of it.
FETCHED = ("/graphql", "/logs/", "/download_debug/")
NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@dataclass(frozen=True)
class User:
    """Who asks.

    Attributes:
        name: as the sign-on says it; None for the account that runs the service.
        may_change: whether they may start, stop or remove anything.
    """

    name: str | None
    may_change: bool


@dataclass(frozen=True)
class SignOn:
    """The reverse proxy that says who asks, known by a secret that only it and this service have."""

    user_header: str
    secret: str = field(repr=False)
    editors: frozenset[str]


@dataclass(frozen=True)
class Access:
    """Which names the service answers to, and who may change anything.

    Attributes:
        origins: of each `Host` that is answered, the one `Origin` that its pages have.
    """

    origins: Mapping[str, str]
    read_only: bool = False
    sign_on: SignOn | None = None

    @classmethod
    def declared(cls, web: Web, port: int, *, read_only: bool = False) -> Access:
        """As operations.yaml declares it, for a service on that port of 127.0.0.1.

        Raises:
            SettingsError: the variable with the proxy's secret is not set, or too short.
        """
        if (proxy := web.sign_on) is None:
            hosts = [f"{name}{'' if port == 80 else f':{port}'}" for name in (ADDRESS, "localhost")]
            return cls({host: f"http://{host}" for host in hosts}, web.read_only or read_only)
        secret = os.environ.get(proxy.secret_variable, "")
        if len(secret) < LEAST_SECRET or not secret.isascii() or not secret.isprintable():
            raise SettingsError(
                f"{proxy.secret_variable} holds {len(secret)} characters; set it to the secret that the reverse proxy sends, at"
                f" least {LEAST_SECRET} printable ASCII characters (for example of `openssl rand -hex 32`)."
            )
        sign_on = SignOn(proxy.user_header.lower(), secret, frozenset(proxy.editors))
        # Two names for one place would be two origins: behind a proxy, its name is the only one.
        return cls({proxy.address.removeprefix("https://"): proxy.address}, web.read_only or read_only, sign_on)

    def described(self, port: int) -> list[str]:
        """What is unlike a service for this machine alone, one line each."""
        lines = ["The web UI is read-only: nothing can be started, stopped or removed in it."] if self.read_only else []
        if self.sign_on:
            lines.append(
                f"Sign-on by the reverse proxy, which passes requests on to {ADDRESS}:{port}; all other requests are refused."
            )
            if not self.read_only:
                editors = ", ".join(sorted(self.sign_on.editors)) or "nobody"
                lines.append(f"{editors} may start, stop and remove in the web UI; all others have read access.")
        return lines

    def admit(self, scope: Mapping[str, Any]) -> User:
        """Who asks, once it is sure that a page of this service or a program on this machine does.

        Raises:
            RefusedError: another site's page, or somebody without sign-on.
        """
        headers = Headers(scope)
        origin = self.origins.get((headers.one("host") or "").lower())
        if origin is None:
            raise RefusedError(403, "host", f"This service answers as {' and '.join(self.origins.values())} only.")
        must_say = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if (must_say or headers.all("origin")) and headers.one("origin") != origin:
            raise RefusedError(403, "origin", f"Send the header Origin: {origin}; pages of other sites are not answered.")
        self._same_site(headers, scope)
        return self._signed_on(headers)

    def _same_site(self, headers: Headers, scope: Mapping[str, Any]) -> None:
        """What browsers say themselves of a request that carries no `Origin`, such as that for a picture.

        Other ports of this machine are the same site, so only the same origin and what a person typed will do.
        """
        if not headers.all("sec-fetch-site") or headers.one("sec-fetch-site") in ("same-origin", "none"):
            return
        leads_here = scope.get("method") == "GET" and all(headers.one(name) == value for name, value in NAVIGATION.items())
        if not leads_here or str(scope["path"]).startswith(FETCHED):
            raise RefusedError(
                403, "fetched by another site", "Pages of other sites may link to this one, but not fetch anything from it."
            )

    def _signed_on(self, headers: Headers) -> User:
        if self.sign_on is None:
            return User(None, not self.read_only)
        sent = (headers.one(SECRET_HEADER) or "").encode("latin-1", "replace")
        if not hmac.compare_digest(sent, self.sign_on.secret.encode()):
            raise RefusedError(403, "not from the proxy", "Use the sign-on of your organisation.")
        name = headers.one(self.sign_on.user_header) or ""
        if not USER.fullmatch(name):
            raise RefusedError(
                403, "no user", "The sign-on names no user, or one with other characters than letters, digits and .@+-_"
            )
        return User(name, not self.read_only and name in self.sign_on.editors)


class Headers:
    """Headers of a request, of which a repeated one counts as none: two readers could take different ones of them."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._raw = [(name.lower(), value) for name, value in scope["headers"]]

    def all(self, name: str) -> list[str]:
        """Every value of a header, in the order of the request."""
        return [value.decode("latin-1") for key, value in self._raw if key == name.encode()]

    def one(self, name: str) -> str | None:
        """The value of a header that occurs exactly once; otherwise None."""
        found = self.all(name)
        return found[0] if len(found) == 1 else None
