"""Alarms and incidents over the web: for programs, and as pages on which people say what they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bellbuoy.app.feedback import MARKS, Feedback
from bellbuoy.errors import ConfigError
from bellbuoy.web.asked import of_incident
from bellbuoy.web.faults import known
from bellbuoy.web.look import Look
from bellbuoy.web.port import Bell, Reads
from bellbuoy.web.shapes import AlarmsShape, FaultShape, IncidentsShape, MarkedShape, MarkShape

#: The largest form that is read, in bytes.
MOST_BYTES = 16 << 10
#: Incidents that are over, as the list shows them.
MOST_CLOSED = 200
_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": FaultShape, "description": "The question is wrong; the hint says how to ask"},
    401: {"model": FaultShape, "description": "No token, or none of ours"},
    404: {"model": FaultShape, "description": "No such model, incident or alarm"},
}
_REFUSALS = _FAULTS | {403: {"model": FaultShape, "description": "A page of another server sent this"}}
_All = Annotated[bool, Query(alias="all", description="Those that are over as well")]


def bell_api(bell: Bell, reads: Reads) -> APIRouter:
    """The endpoints that tell what rings and rang, under /api/v1, and take what it was."""
    router = APIRouter(prefix="/api/v1", responses=_FAULTS)

    @router.get("/models/{model}/alarms", responses={200: {"model": AlarmsShape}}, response_class=JSONResponse)
    def alarms(model: str, *, every: _All = False) -> Response:
        """Alarms of a model that are pending or firing; or every one."""
        with known(reads, model):
            return JSONResponse(bell.alarms_json(model, every=every))

    @router.get("/incidents", responses={200: {"model": IncidentsShape}}, response_class=JSONResponse)
    def incidents(
        model: Annotated[str | None, Query(description="Of this model only")] = None, *, every: _All = False
    ) -> Response:
        """Open incidents with their verdicts, suspects and alarms; or every one."""
        if not model:
            return JSONResponse(bell.incidents_json(every=every))
        with known(reads, model):
            return JSONResponse(bell.incidents_json(model, every=every))

    @router.get("/incidents/{name:path}", responses={200: {"model": IncidentsShape}}, response_class=JSONResponse)
    def incident(name: str) -> Response:
        """One incident by its id, with its timeline."""
        return JSONResponse(bell.incidents_json(name=name))

    def mark(name: str, said: MarkShape) -> Response:
        changed = bell.mark(name, Feedback(said.mark, said.note, said.by))
        return JSONResponse({**said.model_dump(), "lessons": list(changed)})

    answers: dict[str, Any] = {"responses": _REFUSALS | {200: {"model": MarkedShape}}, "response_class": JSONResponse}

    @router.post("/incidents/{name:path}/mark", **answers)
    def mark_incident(name: str, said: MarkShape) -> Response:
        """Say whether an incident was real, false or expected; limits heed it from the next cycle on."""
        return mark(name, said)

    @router.post("/alarms/{name:path}/mark", **answers)
    def mark_alarm(name: str, said: MarkShape) -> Response:
        """Say whether an alarm was real, false or expected; limits heed it from the next cycle on."""
        return mark(name, said)

    return router


def bell_pages(bell: Bell, reads: Reads, look: Look) -> APIRouter:
    """The pages of incidents, and the form on which people say what they were."""
    pages = APIRouter()

    @pages.get("/models/{model}/incidents")
    def inbox(request: Request, model: str) -> Response:
        with known(reads, model):
            every, ringing = bell.incidents(model, every=True), bell.alarms(model)
        opened = [one for one in every if one.state == "open"]
        over = sorted((one for one in every if one.state != "open"), key=lambda one: one.opened_at, reverse=True)
        loose = [alarm for alarm in ringing if alarm.incident is None and alarm.fired_at is not None]
        facts = {"model": model, "opened": opened[::-1], "over": over[:MOST_CLOSED], "many": len(over), "loose": loose}
        return look.page(request, "incidents.html", **facts)

    @pages.get("/models/{model}/incidents/{place:path}")
    def incident(request: Request, model: str, place: str) -> Response:
        found = bell.incident(f"{model}/{place}")
        return look.page(request, "incident.html", incident=found, marks=MARKS)

    @pages.post("/models/{model}/marks")
    async def mark(request: Request, model: str) -> Response:
        """What the form sends: `of` is the id, `place` the page that it stands on."""
        form = await _form(request)
        said = Feedback(form.get("mark", ""), form.get("note", ""), form.get("by") or None)
        await run_in_threadpool(bell.mark, form.get("of", ""), said)
        return RedirectResponse(of_incident(f"{model}/{form.get('place', '')}"), 303)

    return pages


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a form as browsers send it by default.

    Raises:
        ConfigError: it is no such form, or too long for one.
    """
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise ConfigError("this takes a form", where="content-type", hint="programs say it under /api/v1")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise ConfigError("that is too long", where="note", hint="say it in fewer words")
    return dict(parse_qsl(body.decode("utf-8", "replace")))
