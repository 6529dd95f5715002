from __future__ import annotations

from base64 import b64encode

import pytest
from tests.unit.web.sample import SampleReads, ask

from bellbuoy.errors import ConfigError
from bellbuoy.web.guard import allowed
from bellbuoy.web.pages import build_web

TOKENS = ("first-token", "second-tøken")


def basic(password: str) -> str:
    return f"Basic {b64encode(f'anyone:{password}'.encode()).decode()}"


@pytest.mark.parametrize("token", TOKENS)
def test_any_of_the_tokens_opens(token: str) -> None:
    assert allowed(f"Bearer {token}", TOKENS, reading=False)
    assert allowed(f"bearer  {token}", TOKENS, reading=True)


WRONG = (
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer first-toke",
    "first-token",
    "Digest first-token",
    "Basic !",
    "Basic /w==",
)


@pytest.mark.parametrize("header", WRONG)
def test_nothing_else_opens(header: str | None) -> None:
    assert not allowed(header, TOKENS, reading=True)


def test_without_tokens_everybody_may() -> None:
    assert allowed(None, (), reading=False)


def test_a_password_opens_for_reading_only() -> None:
    assert allowed(basic(TOKENS[1]), TOKENS, reading=True)
    assert not allowed(basic(TOKENS[1]), TOKENS, reading=False)


@pytest.mark.parametrize(
    "path", ["/", "/models/delays", "/api/v1/status", "/api/openapi.json", "/api/docs", "/nowhere"]
)
def test_who_has_no_token_is_told_how_to_show_one(path: str) -> None:
    answer = ask(build_web(SampleReads(), name="flights", tokens=TOKENS), path)
    assert answer.status_code == 401
    assert "Authorization: Bearer" in answer.text.replace("&#39;", "'")
    schemes = [challenge.split()[0] for challenge in answer.headers.get_list("www-authenticate")]
    assert schemes == ["Basic", "Bearer"]
    assert "delays" not in answer.text


def test_who_has_a_token_comes_in() -> None:
    app = build_web(SampleReads(), name="flights", tokens=TOKENS)
    assert ask(app, "/api/v1/status", authorization="Bearer first-token").status_code == 200
    assert ask(app, "/", authorization=basic("first-token")).status_code == 200


def test_the_style_of_the_refusal_needs_no_token() -> None:
    assert ask(build_web(SampleReads(), name="flights", tokens=TOKENS), "/static/page.css").status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/../models/delays", "/static/..%2f..%2fpages.py", "/healthz/../api/v1/status"]
)
def test_an_open_path_leads_nowhere_else(path: str) -> None:
    assert ask(build_web(SampleReads(), name="flights", tokens=TOKENS), path).status_code in {401, 404}


@pytest.mark.parametrize("tokens", [[""], ["good", "  "]])
def test_a_blank_token_is_refused_at_the_start(tokens: list[str]) -> None:
    with pytest.raises(ConfigError, match="token is empty"):
        build_web(SampleReads(), name="flights", tokens=tokens)


def test_every_answer_carries_the_headers() -> None:
    app = build_web(SampleReads(), name="flights")
    for path in ("/", "/api/v1/status", "/static/page.js", "/nowhere", "/healthz"):
        headers = ask(app, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
