"""`bellbuoy up`: cycles in the background, and the dashboard and API in front, in one process."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from threading import Event, Thread
from typing import Protocol

from bellbuoy.app.beats import Beats
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import App
from bellbuoy.config.spec import Web
from bellbuoy.errors import BellbuoyError, ConfigError

_LOG = logging.getLogger(__name__)
#: Seconds between looks at what is due.
_LOOK = 1.0
#: Seconds that a cycle under way may take when the process is told to stop; a killed cycle leaves no trace either.
_PATIENCE = 20
#: How doors that serve are found, as plug-ins are: the whole does not know what stands above it.
_GROUP = "bellbuoy.doors"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and who may come in."""

    host: str
    port: int
    tokens: tuple[str, ...] = ()


class Door(Protocol):
    """Something that serves an app until it is told to stop; `ready` is told the address once it does."""

    def __call__(self, app: App, address: Address, ready: Callable[[str], None]) -> None:
        """Serve."""
        ...


def address_of(app: App, host: str | None = None, port: int | None = None) -> Address:
    """Where the project's file says, unless somebody says otherwise.

    Raises:
        ConfigError: others could reach it, and no token keeps them out.
    """
    return address_in(app.project.spec.web, host, port)


def address_in(web: Web, host: str | None = None, port: int | None = None) -> Address:
    """As `address_of`, from the settings alone.

    Raises:
        ConfigError: others could reach it, and no token keeps them out.
    """
    chosen = Address(host or web.host, web.port if port is None else port, web.tokens)
    if chosen.host not in {"127.0.0.1", "::1", "localhost"} and not chosen.tokens:
        hint = 'give tokens = ["${BELLBUOY_TOKEN}"] in [web], or listen on 127.0.0.1'
        raise ConfigError(f"tokens are needed when others can reach {chosen.host}", where="web.tokens", hint=hint)
    return chosen


def listen_at(address: Address) -> socket.socket:
    """A socket that listens already: a port that is taken is told before anything else happens.

    Raises:
        ConfigError: nothing can listen at this address.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen(128)
    except OSError as why:
        listener.close()
        reason = (why.strerror or str(why)).lower()
        hint = "is bellbuoy up already? --port 0 takes any free one"
        raise ConfigError(f"cannot listen: {reason}", where=f"{address.host}:{address.port}", hint=hint) from why
    return listener


def serve(app: App, address: Address, ready: Callable[[str], None], tell: Callable[[Cycled], None]) -> None:
    """Serve, and run the cycles that are due, until the process is told to stop; `tell` hears of every cycle.

    Raises:
        ConfigError: nothing can listen at this address.
    """
    door = _door()
    stop = Event()
    cycles = Thread(target=watch, args=(app, tell, stop), name="cycles", daemon=True)

    def answering(url: str) -> None:
        # Only now: a signal that comes while the server still starts must find no cycle half-loaded.
        cycles.start()
        ready(url)

    try:
        door(app, address, answering)
    finally:
        stop.set()
        if cycles.is_alive():
            cycles.join(_PATIENCE)


def watch(app: App, tell: Callable[[Cycled], None], stop: Event) -> None:
    """Run the cycles that are due until told to stop; `tell` hears of each. Nothing that goes wrong ends it."""
    beats = Beats(app)
    while not stop.is_set():
        try:
            _look(app, beats, tell, stop)
        except Exception:  # noqa: BLE001 - nobody is there to catch it, and one odd moment must not end the watch
            _LOG.exception("the watch stumbled by a fault of ours, and goes on")
        stop.wait(_LOOK)


def _look(app: App, beats: Beats, tell: Callable[[Cycled], None], stop: Event) -> None:
    for fault in app.reload():
        _LOG.warning("%s", fault)
    for name in beats.due():
        if stop.is_set():
            return
        tell(beats.beat(name))


def _door() -> Door:
    found = next(iter(entry_points(group=_GROUP, name="web")), None)
    if found is None:
        raise BellbuoyError("the dashboard is not installed", hint="install bellbuoy with pip")
    door: Door = found.load()
    return door
