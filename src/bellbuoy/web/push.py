"""The door for rows: services push predictions and labels, and hear when they are kept."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Header
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bellbuoy.app.push import LABELS, PREDICTIONS, READERS, FormatError, NoInboxError, Pushed
from bellbuoy.errors import BellbuoyError
from bellbuoy.web.faults import known
from bellbuoy.web.port import Reads
from bellbuoy.web.shapes import FaultShape, Shape

#: The largest body that is taken, in bytes. Rows of one push are in memory while they are written.
MOST_BYTES = 32 << 20
#: So many refused lines are listed; the others are counted.
MOST_REFUSED = 100


class RefusedShape(Shape):
    """A row that was not taken."""

    line: int = Field(description="Its number, from 1 on")
    why: str


class PushedShape(Shape):
    """What became of the rows of one push."""

    accepted: int = Field(description="Rows that are on the disk now")
    repeated: bool = Field(description="True: rows came under this Idempotency-Key before, and are not kept once more")
    refused: int = Field(description="Rows that were not taken")
    lines: list[RefusedShape] = Field(description="The first of those that were not taken, and why")


class Pushes(Protocol):
    """What keeps the rows: the app implements it."""

    def push(self, model: str, table: str, body: bytes, *, content_type: str, key: str | None) -> Pushed:
        """Keep the rows of a body; they are on the disk when it returns.

        Raises:
            KeyError: there is no such model.
            NoInboxError: its rows are somewhere else.
            FormatError: the content type is none that is read.
            ConfigError: no row at all could be taken.
            SourceError: the rows cannot be kept.
        """
        ...


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Rows that are pushed again under the same key, within seven days, are kept once",
    ),
]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": PushedShape, "description": "The rows are kept, but for those that are listed"},
    400: {"model": FaultShape, "description": "No row could be taken"},
    401: {"model": FaultShape, "description": "No token, or none of ours"},
    404: {"model": FaultShape, "description": "No such model; the hint lists those that there are"},
    409: {"model": FaultShape, "description": "The model's file says that its rows are not pushed"},
    413: {"model": FaultShape, "description": f"The body is larger than {MOST_BYTES >> 20} MiB"},
    415: {"model": FaultShape, "description": "The body is of a type that is not read"},
    503: {"model": FaultShape, "description": "The rows could not be kept; trying again, with the same key, will do"},
}
_BODY = {"requestBody": {"required": True, "content": {kind: {} for kind in READERS}}}


def push(pushes: Pushes, reads: Reads) -> APIRouter:
    """The endpoints that take rows, under /api/v1."""
    router = APIRouter(prefix="/api/v1", responses=_ANSWERS)
    options: dict[str, Any] = {"status_code": 202, "response_class": JSONResponse, "openapi_extra": _BODY}

    @router.post("/models/{model}/predictions", **options)
    async def predictions(model: str, request: Request, key: Key = None) -> Response:
        """Push predictions: one row each, as NDJSON, a JSON array or an Arrow IPC stream; answered once it is kept."""
        return await _take(pushes, reads, model, PREDICTIONS, request, key)

    @router.post("/models/{model}/labels", **options)
    async def labels(model: str, request: Request, key: Key = None) -> Response:
        """Push labels, with the id of their prediction: in any order, late, and again when they are corrected."""
        return await _take(pushes, reads, model, LABELS, request, key)

    return router


async def _take(pushes: Pushes, reads: Reads, model: str, table: str, request: Request, key: str | None) -> Response:
    body = await _body(request)
    if body is None:
        return _refusal(413, f"the body is larger than {MOST_BYTES >> 20} MiB", hint="push fewer rows at a time")
    if request.headers.get("content-encoding", "identity") != "identity":
        return _refusal(415, "packed bodies are not read", where="Content-Encoding", hint="send the body as it is")
    content_type = request.headers.get("content-type", "")

    def keep() -> Pushed:
        with known(reads, model):
            return pushes.push(model, table, body, content_type=content_type, key=key)

    try:
        pushed = await run_in_threadpool(keep)
    except NoInboxError as why:
        return _told(409, why)
    except FormatError as why:
        return _told(415, why)
    return JSONResponse(_answer(pushed), 202)


async def _body(request: Request) -> bytes | None:
    """The whole body; None as soon as it is too large, whatever its header says."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MOST_BYTES:
        return None
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            return None
    return b"".join(parts)


def _answer(pushed: Pushed) -> dict[str, object]:
    lines = [{"line": one.line, "why": one.why} for one in pushed.refused[:MOST_REFUSED]]
    counts = {"accepted": pushed.accepted, "repeated": pushed.repeated, "refused": len(pushed.refused)}
    return {**counts, "lines": lines}


def _told(status: int, why: BellbuoyError) -> Response:
    return _refusal(status, why.message, where=why.where, hint=why.hint)


def _refusal(status: int, error: str, *, where: str = "", hint: str = "") -> Response:
    return JSONResponse({"error": error, "where": where, "hint": hint}, status)
