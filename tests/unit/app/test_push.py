from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from tests.contract.sources.worlds import drawn

from bellbuoy.app.project import OpenProject, open_project
from bellbuoy.app.push import FormatError, NoInboxError, Pushed, Pushes, Refused
from bellbuoy.errors import ConfigError
from bellbuoy.sources.opening import open_source
from bellbuoy.sources.port import Kind, Want
from bellbuoy.testing import FakeClock, Value
from bellbuoy.windows import iso

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LINES, ARRAY, STREAM = "application/x-ndjson", "application/json", "application/vnd.apache.arrow.stream"
PUSHED = """task = "binary"
[predictions]
inbox = true
columns = { id = "id", time = "ts", score = "score" }
[labels]
inbox = true
columns = { id = "id", label = "label", time = "known" }
"""
ELSEWHERE = 'task = "binary"\n[predictions]\npath = "log.parquet"\ncolumns = { time = "ts", score = "score" }\n'


def project_of(folder: Path) -> OpenProject:
    (folder / "models").mkdir()
    (folder / "bellbuoy.toml").write_text('[project]\nname = "flights"\n')
    (folder / "models" / "delays.toml").write_text(PUSHED)
    (folder / "models" / "churn.toml").write_text(ELSEWHERE)
    return open_project(folder)


@pytest.fixture
def project(tmp_path: Path) -> OpenProject:
    return project_of(tmp_path)


@pytest.fixture
def pushes(project: OpenProject) -> Pushes:
    return Pushes(project, FakeClock(NOW))


def push(pushes: Pushes, body: bytes, kind: str = LINES, table: str = "predictions") -> Pushed:
    return pushes.push("delays", table, body, content_type=kind)


def kept(project: OpenProject, name: str, kind: Kind = Kind.NUMBER, *, now: datetime = NOW) -> list[Value]:
    source = open_source(project.place(project.models["delays"].predictions), project.folder)
    return drawn(source.pull(Want({name: kind}), {}, now), name)


def stream(**columns: object) -> bytes:
    table = pa.table(columns)
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


BODIES = {
    LINES: b'{"id": 1, "score": 0.25}\n{"id": 2, "score": 0.5}\n',
    ARRAY: b'[{"id": 1, "score": 0.25}, {"id": 2, "score": 0.5}]',
    STREAM: stream(id=[1, 2], score=[0.25, 0.5]),
}


@pytest.mark.parametrize("kind", BODIES)
def test_rows_are_kept_however_they_are_written(project: OpenProject, pushes: Pushes, kind: str) -> None:
    assert push(pushes, BODIES[kind], kind) == Pushed(2)
    assert kept(project, "score") == [0.25, 0.5]


def test_a_bad_line_never_loses_the_good_ones(project: OpenProject, pushes: Pushes) -> None:
    body = b'{"id": 1, "score": 0.25}\n\n{"id": oops}\n[1]\n{"score": 0.5}\n{"id": 2, "score": 0.75}'
    pushed = push(pushes, body)
    assert (pushed.accepted, [refused.line for refused in pushed.refused]) == (2, [3, 4, 5])
    assert kept(project, "score") == [0.25, 0.75]


def test_a_refusal_says_what_is_missing(pushes: Pushes) -> None:
    assert push(pushes, b'{"id": 1, "label": 1}\n{}\n', table="labels").refused == (
        Refused(2, "it has no id and no label"),
    )


def test_deep_nesting_is_one_bad_line(pushes: Pushes) -> None:
    body = b'{"id": 1}\n' + b"[" * 200_000 + b'\n{"id": ' + b"9" * 10_000 + b"}\n"
    assert [refused.line for refused in push(pushes, body).refused] == [2, 3]


def test_when_no_row_can_be_taken_that_is_a_fault(pushes: Pushes) -> None:
    with pytest.raises(ConfigError, match="line 1: it is no JSON"):
        push(pushes, b"hello\nworld\n")


@pytest.mark.parametrize("kind", [ARRAY, STREAM])
def test_a_body_that_cannot_be_read_at_all_is_a_fault(pushes: Pushes, kind: str) -> None:
    with pytest.raises(ConfigError, match="the body is no"):
        push(pushes, b"{hello", kind)


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_without_rows_is_none(pushes: Pushes, kind: str) -> None:
    body = {LINES: b"\n", ARRAY: b"[]", STREAM: stream(id=pa.array([], pa.int64()))}[kind]
    assert push(pushes, body, kind) == Pushed(0)


def test_what_does_not_say_when_it_was_made_was_made_now(project: OpenProject, pushes: Pushes) -> None:
    push(pushes, b'{"id": 1}\n{"id": 2, "ts": "2020-01-01T00:00:00Z"}\n')
    assert kept(project, "ts", Kind.CATEGORY) == [iso(NOW), "2020-01-01T00:00:00Z"]


def test_numbers_that_json_does_not_have_are_numbers(project: OpenProject, pushes: Pushes) -> None:
    push(pushes, json.dumps([{"id": 1, "score": float("nan")}, {"id": 2, "score": float("inf")}]).encode(), ARRAY)
    assert list(map(str, kept(project, "score"))) == ["nan", "inf"]


def test_a_repeated_push_says_so(tmp_path: Path) -> None:
    pushes = Pushes(project_of(tmp_path), FakeClock(datetime(2200, 1, 1, tzinfo=UTC)))
    told = [pushes.push("delays", "predictions", b'{"id": 1}', content_type=LINES, key="k") for _ in range(2)]
    assert [pushed.repeated for pushed in told] == [False, True]


@pytest.mark.parametrize("table", ["predictions", "labels"])
def test_rows_that_are_elsewhere_are_not_taken(pushes: Pushes, table: str) -> None:
    with pytest.raises(NoInboxError) as refused:
        pushes.push("churn", table, b"{}", content_type=LINES)
    assert f"inbox = true under [{table}]" in refused.value.hint


@pytest.mark.parametrize("kind", ["", "text/plain", "text/csv"])
def test_what_nobody_reads_is_refused_with_what_is_read(pushes: Pushes, kind: str) -> None:
    with pytest.raises(FormatError) as refused:
        push(pushes, b"{}", kind)
    assert LINES in refused.value.hint


def test_a_model_that_is_not_there_is_not_known(pushes: Pushes) -> None:
    with pytest.raises(KeyError):
        pushes.push("nobody", "labels", b"{}", content_type=LINES)
