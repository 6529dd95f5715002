from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from tests.unit.app.test_push import kept, project_of
from tests.unit.web.test_push import door

from bellbuoy.app.push import Pushes
from bellbuoy.client import Client, Counts, PushError
from bellbuoy.clock import SystemClock

#: Nobody listens here.
NOWHERE = "http://127.0.0.1:9"


@dataclass
class Server:
    """A server that answers with the statuses it was given, then with 202, and remembers what it was sent."""

    statuses: list[int] = field(default_factory=list)
    pushes: list[tuple[str, dict[str, str], list[dict[str, object]]]] = field(default_factory=list)
    url: str = ""
    refused: int = 0
    hold: threading.Event = field(default_factory=threading.Event)

    def rows(self) -> list[dict[str, object]]:
        return [row for _, _, rows in self.pushes for row in rows]

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        self.hold.wait(10)
        rows = [json.loads(line) for line in body.splitlines()]
        self.pushes.append((path, headers, rows))
        status = self.statuses.pop(0) if self.statuses else 202
        lines = [{"line": 1, "why": "it has no id"}] * self.refused
        told = {"accepted": len(rows) - self.refused, "repeated": False, "refused": self.refused, "lines": lines}
        return status, json.dumps(told).encode()


@contextmanager
def serving(server: Server) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, told = server.answer(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.url = f"http://127.0.0.1:{listener.server_address[1]}"
        yield
        server.hold.set()
        listener.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    one.hold.set()
    with serving(one):
        yield one


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.url, "delays", token="secret", interval=0.01) as one:
        yield one


def test_rows_arrive_as_they_were_given(server: Server, client: Client) -> None:
    client.prediction({"id": 1, "score": 0.5})
    assert client.flush(5)
    assert [(path, rows) for path, _, rows in server.pushes] == [
        ("/api/v1/models/delays/predictions", [{"id": 1, "score": 0.5}])
    ]


def test_who_pushes_shows_the_token_and_a_key(server: Server, client: Client) -> None:
    client.label({"id": 1, "label": 1})
    client.flush(5)
    path, headers, _ = server.pushes[0]
    assert path.endswith("/labels")
    assert headers["authorization"] == "Bearer secret"
    assert len(headers["idempotency-key"]) == 32


def test_predictions_and_labels_that_come_by_turns_go_in_one_batch_each(server: Server, client: Client) -> None:
    for number in range(50):
        client.prediction({"id": number})
        client.label({"id": number})
    assert client.flush(10)
    assert [[row["id"] for row in rows] for _, _, rows in server.pushes] == [list(range(50))] * 2


def test_many_rows_go_in_batches(server: Server, client: Client) -> None:
    client.predictions({"id": at} for at in range(2_500))
    assert client.flush(5)
    assert [row["id"] for row in server.rows()] == list(range(2_500))
    assert max(len(rows) for _, _, rows in server.pushes) == 1_000


def test_a_batch_is_sent_again_under_the_same_key_until_it_is_kept(server: Server, client: Client) -> None:
    server.statuses = [503]
    client.prediction({"id": 1})
    assert client.flush(5)
    assert [rows for _, _, rows in server.pushes] == [[{"id": 1}]] * 2
    assert len({headers["idempotency-key"] for _, headers, _ in server.pushes}) == 1
    assert client.counts == Counts(pushed=1)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 415])
def test_what_is_refused_is_not_sent_again(server: Server, client: Client, status: int) -> None:
    server.statuses = [status]
    client.prediction({"id": 1})
    client.flush(5)
    client.prediction({"id": 2})
    client.flush(5)
    assert (len(server.pushes), client.counts) == (2, Counts(pushed=1, refused=1))


def test_refused_lines_are_counted_and_told(server: Server, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    server.refused = 1
    with caplog.at_level(logging.WARNING, "bellbuoy.client"):
        client.predictions([{"x": 1}, {"id": 2}])
        client.flush(5)
    assert client.counts == Counts(pushed=1, refused=1)
    assert "line 1: it has no id" in caplog.text


def test_a_call_does_not_wait_for_a_server_that_hangs(server: Server, client: Client) -> None:
    server.hold.clear()
    client.prediction({"id": 1})
    began = time.perf_counter()
    client.predictions({"id": at} for at in range(1_000))
    assert time.perf_counter() - began < 1
    assert not client.flush(0.05)
    server.hold.set()
    assert client.flush(5)


def test_nothing_is_raised_when_nobody_listens() -> None:
    client = Client(NOWHERE, "delays", interval=0.01, close_timeout=0.1)
    client.prediction({"id": 1})
    assert not client.flush(0.2)
    client.close()
    assert client.counts == Counts(dropped=1)


def test_a_full_buffer_drops_the_newest_and_counts_them() -> None:
    client = Client(NOWHERE, "delays", capacity=3, interval=60, close_timeout=0)
    client.predictions({"id": at} for at in range(5))
    assert client.counts == Counts(dropped=2, waiting=3)
    client.close()


def test_who_asks_for_errors_gets_them(server: Server) -> None:
    server.statuses = [400]
    with Client(server.url, "delays", raise_errors=True) as client:
        client.prediction({"id": 1})
        with pytest.raises(PushError, match="400"):
            client.flush(5)


def test_a_full_buffer_raises_where_that_was_asked_for() -> None:
    client = Client(NOWHERE, "delays", capacity=0, raise_errors=True)
    with pytest.raises(PushError, match="too many are waiting"):
        client.prediction({"id": 1})
    client.close()


def test_closing_sends_what_waits(server: Server) -> None:
    client = Client(server.url, "delays", interval=60)
    client.prediction({"id": 1})
    client.close()
    assert server.rows() == [{"id": 1}]


def test_closing_twice_is_closing_once_and_later_rows_are_dropped(server: Server, client: Client) -> None:
    client.close()
    client.close()
    client.prediction({"id": 1})
    assert (client.counts, server.pushes) == (Counts(dropped=1), [])


def test_a_client_that_was_never_used_has_no_thread(client: Client) -> None:
    del client
    assert "bellbuoy-client" not in [thread.name for thread in threading.enumerate()]


def test_a_row_is_sent_as_it_was_when_it_was_given(server: Server, client: Client) -> None:
    row: dict[str, object] = {"id": 1}
    client.prediction(row)
    row["id"] = 2
    client.flush(5)
    assert server.rows() == [{"id": 1}]


def test_values_of_other_libraries_are_sent_as_json_has_them(server: Server, client: Client) -> None:
    row = {"a": np.float32(0.5), "b": np.int64(7), "c": datetime(2026, 3, 1, tzinfo=UTC), "d": Decimal("1.5")}
    client.prediction({**row, "e": np.bool_(True), "f": {1}})
    client.flush(5)
    assert server.rows() == [
        {"a": 0.5, "b": 7, "c": "2026-03-01T00:00:00+00:00", "d": 1.5, "e": True, "f": "{1}"},
    ]


def test_what_json_cannot_say_at_all_becomes_text(server: Server, client: Client) -> None:
    circle: list[object] = []
    circle.append(circle)
    client.prediction({"id": 1, "x": circle, (1, 2): np.array([1, 2])})  # type: ignore[dict-item]
    assert client.flush(5)
    assert server.rows() == [{"id": 1, "x": "[[...]]", "(1, 2)": "[1 2]"}]


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(PushError, match="no address"):
        Client("ftp://buoy", "delays")


END = """
import sys
from bellbuoy.client import Client
Client(sys.argv[1], "delays", interval=60).prediction({"id": 1})
"""


def test_the_end_of_the_process_sends_what_waits(server: Server) -> None:
    subprocess.run([sys.executable, "-c", END, server.url], check=True)
    assert server.rows() == [{"id": 1}]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_pushes_its_own_rows_and_not_its_parents(server: Server) -> None:
    fork = END + "import os\nclient = Client(sys.argv[1], 'delays', interval=60)\nclient.prediction({'id': 2})\n"
    fork += "if os.fork() == 0:\n    client.prediction({'id': 3})\n    client.close()\n    os._exit(0)\nos.wait()\n"
    subprocess.run([sys.executable, "-W", "ignore", "-c", fork, server.url], check=True)
    assert sorted(map(str, (row["id"] for row in server.rows()))) == ["1", "2", "3"]


def test_it_needs_the_standard_library_only() -> None:
    told = (
        "import sys; import bellbuoy.client; print([n for n in ('duckdb', 'fastapi', 'pydantic') if n in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", told], check=True, capture_output=True).stdout.strip() == b"[]"


def test_rows_come_from_a_service_into_the_inbox(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    server = uvicorn.Server(uvicorn.Config(door(Pushes(project, SystemClock())), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with Client(f"http://127.0.0.1:{port}", "delays", raise_errors=True) as client:
        client.predictions([{"id": at, "score": at / 4} for at in range(4)])
        assert client.flush(10)
    server.should_exit = True
    thread.join()
    assert kept(project, "score", now=SystemClock().now()) == [0.0, 0.25, 0.5, 0.75]
