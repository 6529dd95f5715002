"""Ctrl-C: how a command ends that was told to."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: What a shell says of a command that Ctrl-C ended.
INTERRUPTED = 128 + signal.SIGINT
#: What shows a terminal's cursor again, which a running count hides.
_CURSOR = b"\x1b[?25h"


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process on the spot while the block runs: for work that leaves no trace when it is killed.

    An exception may get lost in the C code of a driver, and the work would go on.
    """
    before = signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(*_: object) -> None:
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), _CURSOR)
    os._exit(INTERRUPTED)
