"""Who may come in, and what browsers are told about every answer."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Callable, Sequence

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

    A password (Basic) counts for reading only: browsers send it along by themselves, from foreign pages too.
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


def _password(encoded: str) -> str:
    try:
        pair = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]


class Guard:
    """The outermost layer: turns away who has no token, and adds `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp, *, tokens: Sequence[str], refuse: Callable[[Request], Response]) -> None:
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

        app = self._app if self._open(scope) else self._refuse(Request(scope))
        await app(scope, receive, marked)

    def _open(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if path == "/healthz" or path.startswith("/static/"):
            return True
        reading = scope["method"] in {"GET", "HEAD"}
        return allowed(Headers(scope=scope).get("authorization"), self._tokens, reading=reading)
