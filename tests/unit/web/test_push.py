from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.unit.app.test_push import BODIES, LINES, project_of
from tests.unit.web.sample import SampleReads, ask

from bellbuoy.app.push import Pushed, Pushes
from bellbuoy.clock import SystemClock
from bellbuoy.errors import SourceError
from bellbuoy.web.pages import build_web
from bellbuoy.web.push import MOST_BYTES, PushedShape, push
from bellbuoy.web.shapes import FaultShape

ROW = b'{"id": 1, "score": 0.5}'
Body = bytes | AsyncIterator[bytes]


class Away:
    """Pushes into a disk that is full."""

    def push(self, model: str, table: str, body: bytes, *, content_type: str, key: str | None) -> Pushed:
        del body, content_type, key
        raise SourceError("no space left on device", where=f"{model}/{table}")


def door(pushes: Pushes | Away, *, tokens: tuple[str, ...] = ()) -> FastAPI:
    reads = SampleReads()
    app = build_web(reads, name="flights", tokens=tokens)
    app.include_router(push(pushes, reads))
    return app


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return door(Pushes(project_of(tmp_path), SystemClock()))


def post(app: FastAPI, body: Body = ROW, *, to: str = "delays/predictions", **headers: str) -> httpx.Response:
    """One push, without a network."""
    named = {"content-type": LINES} | {name.replace("_", "-"): value for name, value in headers.items()}

    async def one() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://buoy") as client:
            return await client.post(f"/api/v1/models/{to}", content=body, headers=named)

    return asyncio.run(one())


def fault(answer: httpx.Response) -> FaultShape:
    return FaultShape.model_validate(answer.json())


@pytest.mark.parametrize("kind", BODIES)
def test_rows_are_answered_once_they_are_kept(app: FastAPI, tmp_path: Path, kind: str) -> None:
    answer = post(app, BODIES[kind], content_type=kind)
    assert (answer.status_code, PushedShape.model_validate(answer.json()).accepted) == (202, 2)
    assert list((tmp_path / ".bellbuoy/events/delays/predictions").glob("*.parquet"))


def test_the_answer_says_which_lines_were_refused_and_why(app: FastAPI) -> None:
    answer = post(app, b'{"id": 1}\nhello\n')
    assert answer.status_code == 202
    shape = PushedShape.model_validate(answer.json())
    assert (shape.accepted, shape.refused, [line.line for line in shape.lines]) == (1, 1, [2])


def test_of_very_many_refused_lines_the_first_are_listed(app: FastAPI) -> None:
    shape = PushedShape.model_validate(post(app, ROW + b"\nx" * 500).json())
    assert (shape.refused, len(shape.lines)) == (500, 100)


def test_labels_go_through_their_own_door(app: FastAPI) -> None:
    assert post(app, b'{"id": 1, "label": 1}', to="delays/labels").json()["accepted"] == 1


def test_the_same_key_twice_is_one_push(app: FastAPI) -> None:
    answers = [post(app, idempotency_key="k1") for _ in range(2)]
    assert [(answer.status_code, answer.json()["repeated"]) for answer in answers] == [(202, False), (202, True)]


def test_no_row_at_all_is_400(app: FastAPI) -> None:
    answer = post(app, b"hello")
    assert (answer.status_code, fault(answer).where) == (400, "delays.predictions")


def test_a_key_that_is_too_long_is_400(app: FastAPI) -> None:
    assert post(app, idempotency_key="k" * 256).status_code == 400


def test_a_model_that_is_not_there_is_404(app: FastAPI) -> None:
    answer = post(app, to="nobody/predictions")
    assert answer.status_code == 404
    assert "delays" in fault(answer).hint


def test_a_table_that_is_not_there_is_404(app: FastAPI) -> None:
    assert post(app, to="delays/features").status_code in {404, 405}


def test_rows_that_are_elsewhere_are_409(app: FastAPI) -> None:
    answer = post(app, to="churn/predictions")
    assert answer.status_code == 409
    assert "inbox = true" in fault(answer).hint


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_413(app: FastAPI, declared: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 2**20 + 1):
            yield b" " * 2**20

    answer = post(app, b" " * (MOST_BYTES + 1) if declared else parts())
    assert answer.status_code == 413
    assert fault(answer).hint


@pytest.mark.parametrize(("kind", "encoding"), [("text/plain", "identity"), (LINES, "gzip")])
def test_what_nobody_reads_is_415(app: FastAPI, kind: str, encoding: str) -> None:
    answer = post(app, content_type=kind, content_encoding=encoding)
    assert answer.status_code == 415
    assert fault(answer).hint


def test_rows_that_cannot_be_kept_are_503() -> None:
    answer = post(door(Away()))
    assert (answer.status_code, fault(answer).error) == (503, "no space left on device")


def test_who_has_no_token_pushes_nothing(tmp_path: Path) -> None:
    app = door(Pushes(project_of(tmp_path), SystemClock()), tokens=("secret",))
    answers = [post(app), post(app, authorization="Bearer secret")]
    assert [answer.status_code for answer in answers] == [401, 202]


def test_the_door_is_in_the_list_of_what_programs_may_ask(app: FastAPI) -> None:
    document = json.loads(ask(app, "/api/openapi.json").text)
    assert "application/x-ndjson" in json.dumps(document["paths"]["/api/v1/models/{model}/predictions"])
