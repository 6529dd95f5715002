"""Who may come in, and what browsers are told about every answer."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bellbuoy.errors import ConfigError

#: Sent with every answer. Nothing runs, styles or loads that this server did not serve as a file.
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
#: Asks a browser for a password (the token; any user name), and tells a program that a bearer token will do. They go
#: out as two headers: of two challenges in one, Chromium reads the first only.
CHALLENGES = ('Basic realm="bellbuoy", charset="UTF-8"', 'Bearer realm="bellbuoy"')


def check_tokens(tokens: Sequence[str]) -> None:
    """Refuse tokens that would let everybody in.

    Raises:
        ConfigError: a token is blank, as when the environment variable that should hold it is not set.
    """
    if any(not token.strip() for token in tokens):
        raise ConfigError(
            "a token is empty", where="web.tokens", hint="set the environment variable that it names, or leave it out"
        )


def allowed(header: str | None, tokens: Sequence[str], *, reading: bool) -> bool:
    """Whether an Authorization header carries one of the tokens; without tokens everybody may.

    A password (Basic) counts for reading only, and for what a form on our own pages sends (`from_our_page`): browsers
    send it along by themselves, from foreign pages too.
    """
    if not tokens:
        return True
    scheme, _, rest = (header or "").partition(" ")
    given = rest.strip() if scheme.lower() == "bearer" else ""
    if reading and scheme.lower() == "basic":
        given = _password(rest)
    # All of them are compared, each in constant time: how long it takes says nothing about which one was near.
    matches = [hmac.compare_digest(given.encode(), token.encode()) for token in tokens]
    return any(matches)


def from_our_page(headers: Headers) -> bool:
    """Whether a browser says that one of this server's own pages sent this; no program says so by accident."""
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    # Browsers leave that out on plain HTTP, but not where a form was sent from.
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def from_foreign_page(headers: Headers) -> bool:
    """Whether a browser says that another server's page sent this; programs say nothing of the kind."""
    return ("sec-fetch-site" in headers or "origin" in headers) and not from_our_page(headers)


def _password(encoded: str) -> str:
    try:
        pair = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]


class Guard:
    """The outermost layer: turns away who has no token, and what foreign pages send; adds `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp, *, tokens: Sequence[str], refuse: Callable[[Request, int], Response]) -> None:
        self._app = app
        self._tokens = tuple(tokens)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for key, value in HEADERS.items():
                    headers.setdefault(key, value)
            await send(message)

        status = self._refused(scope)
        app = self._app if status is None else self._refuse(Request(scope), status)
        await app(scope, receive, marked)

    def _refused(self, scope: Scope) -> int | None:
        """The status that a request is turned away with; None: it may come in."""
        path, headers = scope["path"], Headers(scope=scope)
        if path == "/healthz" or path.startswith("/static/"):
            return None
        reading = scope["method"] in {"GET", "HEAD"}
        if not allowed(headers.get("authorization"), self._tokens, reading=reading or from_our_page(headers)):
            return 401
        # Where everybody may, so may whatever page this person's browser has open.
        return 403 if not self._tokens and not reading and from_foreign_page(headers) else None
