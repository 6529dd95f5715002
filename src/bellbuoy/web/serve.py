"""The web door: listens, and serves pages and API until the process is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from bellbuoy.app.open import App
from bellbuoy.app.up import Address, listen_at
from bellbuoy.web.pages import build_web

#: Seconds that requests under way may take once it is told to stop: a page that listens for news never ends by itself.
_GRACE = 2


def serve(app: App, address: Address, ready: Callable[[str], None]) -> None:
    """Serve a project's dashboard and API; `ready` is told the address once it answers.

    Raises:
        ConfigError: the address cannot be listened on, or a token is blank.
    """
    listener = listen_at(address)
    name = app.project.spec.project.name
    pages = build_web(app.reads, app.pushes, app.bell, name=name, tokens=address.tokens)
    config = uvicorn.Config(
        pages, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE, server_header=False
    )
    server = _Server(config, lambda: ready(_url(listener, address)))
    # Once it has shut down, the server raises the signal that told it to: Ctrl-C is how one stops it, and no fault.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it answers: from then on it takes the signals as well."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as any server, then tell."""
        await super().startup(sockets)
        self._ready()


def _url(listener: socket.socket, address: Address) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{listener.getsockname()[1]}/"  # noqa: S104 - shown only
