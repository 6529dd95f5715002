"""What went wrong, as a page or as JSON, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bellbuoy.app.feedback import NotRungError
from bellbuoy.errors import BellbuoyError, ConfigError
from bellbuoy.web.guard import CHALLENGES, HEADERS
from bellbuoy.web.look import Look
from bellbuoy.web.port import Reads


class UnknownModelError(ConfigError):
    """There is no model of that name; it knows which there are."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        hint = f"the models are {', '.join(names)}" if names else "no model is set up yet: bellbuoy init makes one"
        super().__init__(f"no model is called '{name}'", hint=hint)
        self.names = tuple(names)


@contextmanager
def known(reads: Reads, model: str) -> Iterator[None]:
    """Within it, the KeyError of a model that does not exist becomes an answer that lists those that do."""
    try:
        yield
    except KeyError as why:
        names = sorted(status.name for status in reads.fleet())
        if model in names:  # then it is not about the model, but a fault of ours
            raise
        raise UnknownModelError(model, names) from why


class Faults:
    """Answers for what goes wrong: JSON under /api, pages elsewhere."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def answer(
        self,
        request: Request,
        status: int,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        models: Sequence[str] = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        """One fault: what, where, what to do, and the models to go to instead."""
        told = {**HEADERS, "cache-control": "no-store", **(headers or {})}
        if request.url.path.startswith("/api/") and request.url.path != "/api/docs":
            return JSONResponse({"error": message, "where": where, "hint": hint}, status, told)
        title = HTTPStatus(status).phrase
        facts = {"title": title, "message": message, "where": where, "hint": hint, "models": models}
        return HTMLResponse(self._look.html("fault.html", **facts), status, told)

    def refuse(self, request: Request, status: int) -> Response:
        """401: who asks has shown no token of ours; 403: what was sent came from a page of another server."""
        if status == HTTPStatus.FORBIDDEN:
            hint = "if the dashboard stands behind a proxy, let that keep the Host header as it comes"
            return self.answer(request, status, "a page of another server sent this", hint=hint)
        hint = "send the header 'Authorization: Bearer TOKEN', or give the token as the password when a browser asks"
        response = self.answer(request, 401, "this dashboard asks for a token", hint=hint)
        for challenge in CHALLENGES:
            response.headers.append("www-authenticate", challenge)
        return response

    def install(self, app: FastAPI) -> None:
        """Let every fault of an application become such an answer."""
        app.add_exception_handler(BellbuoyError, self._told)
        app.add_exception_handler(RequestValidationError, self._misasked)
        app.add_exception_handler(HTTPException, self._plain)
        app.add_exception_handler(Exception, self._ours)

    def _told(self, request: Request, fault: Exception) -> Response:
        assert isinstance(fault, BellbuoyError)
        if isinstance(fault, UnknownModelError):
            return self.answer(request, 404, fault.message, hint=fault.hint, models=fault.names)
        status = 404 if isinstance(fault, NotRungError) else 400 if isinstance(fault, ConfigError) else 503
        return self.answer(request, status, fault.message, where=fault.where, hint=fault.hint)

    def _misasked(self, request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)
        parts = [f"{'.'.join(map(str, error['loc'][1:]))}: {error['msg']}" for error in fault.errors()]
        return self.answer(request, 400, "; ".join(parts), hint="/api/docs lists what may be asked, and how")

    def _plain(self, request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        hint = "/ lists the models, /api/docs what programs may ask" if fault.status_code == 404 else ""
        message = "there is nothing at this address" if fault.status_code == 404 else fault.detail
        return self.answer(request, fault.status_code, message, hint=hint, headers=dict(fault.headers or {}))

    def _ours(self, request: Request, fault: Exception) -> Response:
        # The server logs the trace itself; a page must not show it to strangers.
        hint = "the log of the process that serves this page says where; bellbuoy doctor checks the state"
        return self.answer(request, 500, f"this is a fault of ours ({type(fault).__name__})", hint=hint)
