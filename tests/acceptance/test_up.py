"""`bellbuoy up` as its user has it: one process that watches, shows and takes rows, until it is stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.acceptance.town import BELLBUOY, DAYS, END, MODEL, ROWS, bellbuoy, predictions, town, write

from bellbuoy import Client
from bellbuoy.windows import iso

NOW = iso(END)
#: Narrow windows are looked at every few seconds.
QUICK = MODEL.replace('grain = "1d"', 'grain = "5m"')
INBOX = QUICK.replace('path = "data/log*.csv"\ncursor = "seen_at"', "inbox = true").replace(
    'path = "data/truth*.csv"', "inbox = true"
)


@dataclass
class Running:
    """A process that serves a project."""

    project: Path
    url: str
    process: subprocess.Popen[str]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=30)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def start(project: Path, *more: str) -> Running:
    command = [str(BELLBUOY), "up", "--project", str(project), "--port", "0", "--json", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        text = "".join(iter(process.stdout.readline, "}\n")) + "}"
    return Running(project, json.loads(text)["url"], process)


def until(said: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if said():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    one = start(town(tmp_path_factory.mktemp("up")), "--now", NOW)
    assert until(lambda: "v2" in one.get("").text)
    yield one
    one.stop()


@pytest.mark.parametrize("path", ["", "models/credit", "api/docs", "healthz", "api/v1/status"])
def test_every_page_answers(running: Running, path: str) -> None:
    assert running.get(path).status_code == 200


def test_the_page_and_the_api_tell_the_same_numbers(running: Running) -> None:
    reading = running.get("api/v1/models/credit/readings").json()["readings"][0]
    assert f"{reading['value']:.3g}" in running.get("models/credit").text


def test_an_unknown_model_is_answered_with_those_that_there_are(running: Running) -> None:
    answer = running.get("models/debit")
    assert (answer.status_code, "credit" in answer.text) == (404, True)


def test_a_model_that_is_added_is_watched_without_a_restart(running: Running) -> None:
    (running.project / "models" / "second.toml").write_text(MODEL, encoding="utf-8")
    assert until(lambda: running.get("models/second").status_code == 200)


def test_a_port_that_is_taken_is_told_and_exits_2(running: Running) -> None:
    port = running.url.rstrip("/").rpartition(":")[2]
    shown = bellbuoy("up", "--project", running.project, "--port", port)
    assert (shown.returncode, "address already in use" in shown.stderr) == (2, True)


def test_a_door_that_others_can_reach_needs_a_token(running: Running) -> None:
    shown = bellbuoy("up", "--project", running.project, "--host", "0.0.0.0", "--port", "0")
    assert (shown.returncode, "tokens are needed" in shown.stderr) == (2, True)


def test_a_second_process_does_no_harm(running: Running) -> None:
    shown = bellbuoy("run", "--once", "--project", running.project, "--now", NOW, "--model", "credit", "--json")
    cycle = json.loads(shown.stdout)["cycles"][0]
    assert cycle["rows"] == 0


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    assert start(town(tmp_path), "--now", NOW).stop() == 0


def test_new_rows_turn_up_while_it_runs(tmp_path: Path) -> None:
    one = start(town(tmp_path, model=QUICK))
    try:
        assert until(lambda: _rows(one) == DAYS * ROWS)
        write(one.project / "data" / "log2.csv", predictions(END, 7, first=9_000))
        assert until(lambda: _rows(one) == (DAYS + 7) * ROWS, 120)
    finally:
        one.stop()


def test_rows_that_a_service_pushes_are_counted(tmp_path: Path) -> None:
    one = start(town(tmp_path, model=INBOX))
    try:
        with Client(one.url, "credit", raise_errors=True) as client:
            for row in predictions(days=2):
                client.prediction(row)
        assert until(lambda: _rows(one) == 2 * ROWS, 120)
    finally:
        one.stop()


def _rows(one: Running) -> int:
    readings = one.get("api/v1/models/credit/readings?metric=rows").json()["readings"]
    return sum(int(reading["value"]) for reading in readings)
