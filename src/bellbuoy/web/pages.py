"""The dashboard: one FastAPI application of pages, the HTTP API and their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from bellbuoy import __version__
from bellbuoy.web import asked, order
from bellbuoy.web.api import api
from bellbuoy.web.bell import bell_api, bell_pages
from bellbuoy.web.endpoints import endpoints
from bellbuoy.web.faults import Faults, known
from bellbuoy.web.guard import Guard, check_tokens
from bellbuoy.web.look import STATIC, Look
from bellbuoy.web.port import Bell, Reads
from bellbuoy.web.push import Pushes, push

#: Rows of the table of numbers under a chart; the CSV file has all.
MOST_NUMBERS = 1_000


def build_web(
    reads: Reads, pushes: Pushes | None = None, bell: Bell | None = None, *, name: str, tokens: Sequence[str] = ()
) -> FastAPI:
    """The web application of a project; `name` is the project's. Without `pushes` no rows are taken.

    Without `bell`, no alarms and incidents are told.

    With `tokens`, everything but /healthz and /static asks for one of them.

    Raises:
        ConfigError: a token is blank.
    """
    check_tokens(tokens)
    look = Look(name, lambda: reads.as_of)
    faults = Faults(look)
    app = FastAPI(
        title=f"Bellbuoy: {name}",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(api(reads))
    if pushes is not None:
        app.include_router(push(pushes, reads))
    if bell is not None:
        app.include_router(bell_api(bell, reads))
        app.include_router(bell_pages(bell, reads, look), include_in_schema=False)
    app.include_router(_pages(reads, look), include_in_schema=False)
    app.mount("/static", _Files(directory=STATIC), name="static")
    faults.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(Guard, tokens=tuple(tokens), refuse=faults.refuse)
    return app


def _pages(reads: Reads, look: Look) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def fleet(request: Request) -> Response:
        return look.page(request, "fleet.html", fleet=order.by_trouble(reads.fleet()))

    @router.get("/models/{model}")
    def model(request: Request, model: str, view: asked.Asked) -> Response:
        with known(reads, model):
            page = reads.page(
                model,
                metric=view.metric,
                grain=view.grain,
                start=view.start,
                end=view.end,
                version=view.version,
                column=view.column,
                segment=view.segment,
                as_of=view.as_of,
            )
        return look.page(request, "model.html", page=page, most_numbers=MOST_NUMBERS)

    @router.get("/api/docs")
    def docs(request: Request) -> Response:
        return look.page(request, "docs.html", endpoints=endpoints(request.app))

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def healthz() -> Response:
        """Says that the process answers; it does not look at the state."""
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    return router


class _Files(StaticFiles):
    """Static files that browsers keep for good: their address changes with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - passed on as they come
        """A file, or that the browser has it."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
