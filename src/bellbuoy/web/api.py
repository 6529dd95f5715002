"""The HTTP API: what the pages show, for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, cast

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from bellbuoy.web.asked import Question, Questioned, Splits
from bellbuoy.web.faults import known
from bellbuoy.web.port import Document, Reads
from bellbuoy.web.shapes import FaultShape, PartsShape, ReadingShape, ReadingsShape, StatusShape

_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": FaultShape, "description": "The question is wrong; the hint says how to ask"},
    401: {"model": FaultShape, "description": "No token, or none of ours"},
    404: {"model": FaultShape, "description": "No such model; the hint lists those that there are"},
}


def api(reads: Reads) -> APIRouter:
    """The endpoints under /api/v1."""
    router = APIRouter(prefix="/api/v1", responses=_FAULTS)

    @router.get("/status", responses={200: {"model": StatusShape}}, response_class=JSONResponse)
    def status() -> Response:
        """Every model at a glance: three lights with their reasons, newest readings, what is firing."""
        return JSONResponse(reads.status_json())

    @router.get("/models/{model}/readings", responses={200: {"model": ReadingsShape}}, response_class=JSONResponse)
    def readings(model: str, question: Questioned) -> Response:
        """One metric of a model over time, with intervals, label coverage and maturity."""
        return JSONResponse(_readings(reads, model, question))

    @router.get("/models/{model}/readings.csv", responses={200: {"content": {"text/csv": {}}}}, response_class=Response)
    def readings_csv(model: str, question: Questioned) -> Response:
        """The same readings as a CSV file, a line for each window."""
        document = _readings(reads, model, question)
        kind = "estimate" if question.estimate else None
        parts = (model, document["column"], document["metric"], question.view.segment, question.by, kind)
        name = _file_name("-".join(str(part) for part in parts if part))
        headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
        return Response(_csv(document), media_type="text/csv", headers=headers)

    @router.get("/models/{model}/parts", responses={200: {"model": PartsShape}}, response_class=JSONResponse)
    def parts(model: str, split: Splits) -> Response:
        """Where a metric's change came from: segments and versions against what is usual for them, the worst first."""
        with known(reads, model):
            document = reads.parts_json(
                model,
                metric=split.metric,
                by=split.by,
                start=split.start,
                end=split.end,
                as_of=split.as_of,
                segment=split.segment,
                version=split.version,
            )
        return JSONResponse(document)

    return router


def _readings(reads: Reads, model: str, question: Question) -> Document:
    view = question.view
    with known(reads, model):
        return reads.readings_json(
            model,
            metric=view.metric,
            column=view.column,
            grain=view.grain,
            segment=view.segment,
            version=view.version,
            start=view.start,
            end=view.end,
            as_of=view.as_of,
            estimate=question.estimate,
            age=question.age,
            by=question.by,
        )


def _csv(document: Document) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    names = tuple(ReadingShape.model_fields)
    writer.writerow(names)
    for reading in cast(Sequence[Mapping[str, object]], document["readings"]):
        writer.writerow([_cell(reading[name]) for name in names])
    return lines.getvalue()


def _cell(value: object) -> object:
    """As JSON has it: `true`, nothing for null, a segment as `key=value`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ";".join(f"{key}={part}" for key, part in value.items())
    return value


def _file_name(text: str) -> str:
    """Letters, digits and dashes only: it travels in a header."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text)
