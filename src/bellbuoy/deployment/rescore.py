"""Rows scored again by a model in a process of its own, which is ended when it takes too long or too much."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bellbuoy.errors import BellbuoyError
from bellbuoy.windows import format_duration

#: The last lines of what a process said that are told.
_TOLD = 400


class ScoringError(BellbuoyError):
    """A model did not score the rows that it was given; the message says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be scored, by what, and how the answer should look."""

    folder: str  #: the project's, where the artefact and the function are
    task: str
    classes: tuple[str, ...]  #: as the model's file has them; binary: what is not positive, and the positive one
    wanted: str  #: one (score a row), each (class has a score), or classes (that are predicted)
    columns: Mapping[str, Sequence[object]]
    kinds: Mapping[str, str]  #: number, category or moment, by column
    artefact: str | None = None
    function: str | None = None
    trusted: tuple[str, ...] = ()
    memory_mb: int = 4_096


def score_again(order: Order, limit: timedelta) -> list[list[float]] | list[str]:
    """For each row its scores, or the class that is predicted.

    Raises:
        ScoringError: the model cannot be opened, broke, gave something else, or took too long or too much.
    """
    with TemporaryDirectory(prefix="bellbuoy-") as place:
        request, reply = Path(place) / "request.json", Path(place) / "reply.json"
        request.write_text(json.dumps(asdict(order)), encoding="utf-8")
        _run(["-m", "bellbuoy.deployment.scorer", str(request), str(reply)], order.folder, limit)
        answer = json.loads(reply.read_text(encoding="utf-8"))
    if "failed" in answer:
        message, _, hint = answer["failed"].partition("\n  hint: ")
        raise ScoringError(message, where="replay", hint=hint)
    scores: list[list[float]] | list[str] = answer["scores"]
    return scores


def _run(arguments: Sequence[str], folder: str, limit: timedelta) -> None:
    # A session of its own: what the model starts beside itself is ended with it.
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        _, said = process.communicate(timeout=limit.total_seconds())
    except subprocess.TimeoutExpired as why:
        message = f"it took longer than {format_duration(limit)} and was ended"
        raise ScoringError(message, where="replay", hint="raise time_limit, or let rows be fewer") from why
    finally:
        if process.returncode is None:
            _end(process)
    if process.returncode:
        raise ScoringError(_fate(process.returncode, said), where="replay")


def _end(process: subprocess.Popen[str]) -> None:
    """End a process with all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()


def _fate(code: int, said: str) -> str:
    """What became of a process that did not answer."""
    if code < 0:
        return f"its process was ended by signal {-code}"
    lines = [line for line in said.strip().splitlines() if line.strip()]
    return lines[-1][:_TOLD] if lines else f"its process ended with {code} and said nothing"
