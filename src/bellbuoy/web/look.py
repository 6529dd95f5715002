"""Templates to HTML: one environment, one way to answer with a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bellbuoy import __version__
from bellbuoy.web import asked, beside, draw, order, words

_HERE = Path(__file__).parent
#: The files that pages load, served under /static.
STATIC = _HERE / "static"


class Look:
    """Renders the templates of one project's dashboard; `as_of` tells the moment if its time stands still."""

    def __init__(self, project: str, as_of: Callable[[], datetime | None]) -> None:
        self._pages = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.globals.update(
            project=project,
            as_of=as_of,
            edition=_edition(),
            asked=asked,
            draw=draw,
            words=words,
            order=order,
            beside=beside,
            bellbuoy=__version__,
        )
        self._pages.filters["worst"] = order.worst

    def page(self, request: Request, template: str, **facts: object) -> Response:
        """A page with its ETag; 304 without a body if the browser has it already."""
        html = self.html(template, **facts)
        tag = f'W/"{blake2b(html.encode(), digest_size=12).hexdigest()}"'
        # no-cache: keep it, but ask each time whether it still holds.
        headers = {"etag": tag, "cache-control": "private, no-cache"}
        if tag in {given.strip() for given in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(html, headers=headers)

    def html(self, template: str, **facts: object) -> str:
        """The text of a page."""
        return self._pages.get_template(template).render(**facts)


def _edition() -> str:
    """Changes whenever a static file does, so that browsers may keep them for good."""
    files = sorted(path for path in STATIC.iterdir() if path.is_file())
    return blake2b(b"".join(path.read_bytes() for path in files), digest_size=6).hexdigest()
