from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.web.sample import SampleReads, ask

from bellbuoy.web.endpoints import endpoints
from bellbuoy.web.pages import build_web
from bellbuoy.web.shapes import FaultShape, PartsShape, ReadingsShape, StatusShape


def test_status_has_the_shape_that_is_promised() -> None:
    answer = ask(build_web(SampleReads(), name="flights"), "/api/v1/status")
    shape = StatusShape.model_validate_json(answer.content)
    assert {model.name: model.pipeline for model in shape.models}["delays"] == "trouble"


def test_readings_have_the_shape_that_is_promised() -> None:
    answer = ask(build_web(SampleReads(), name="flights"), "/api/v1/models/delays/readings?metric=auc")
    shape = ReadingsShape.model_validate_json(answer.content)
    assert len(shape.readings) == 364
    assert shape.readings[201].why == "no rows"


def test_a_question_reaches_the_readings_whole() -> None:
    query = "column=temp&segment=origin%3DJFK&as_of=2013-11-04&estimate=true&age=2d&by=carrier"
    asked: dict[str, object] = {}

    class Keeping(SampleReads):
        def readings_json(self, model: str, **question: object) -> dict[str, object]:
            asked.update(question)
            return {"model": model}

    ask(build_web(Keeping(), name="flights"), f"/api/v1/models/delays/readings?{query}")
    assert asked["column"] == "temp"
    assert asked["segment"] == "origin=JFK"
    assert asked["as_of"] == datetime(2013, 11, 4, tzinfo=UTC)
    assert (asked["estimate"], asked["age"], asked["by"]) == (True, timedelta(days=2), "carrier")


def test_csv_has_the_same_readings_a_line_each() -> None:
    app = build_web(SampleReads(), name="flights")
    answer = ask(app, "/api/v1/models/delays/readings.csv?metric=auc")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    readings = ask(app, "/api/v1/models/delays/readings?metric=auc").json()["readings"]
    assert [float(line["value"]) if line["value"] else None for line in lines] == [r["value"] for r in readings]
    assert lines[201]["why"] == "no rows"
    assert lines[0]["estimate"] == "false"
    assert answer.headers["content-disposition"] == 'attachment; filename="delays-auc.csv"'


def test_a_file_holds_the_estimates_where_they_are_asked_for() -> None:
    answer = ask(build_web(SampleReads(), name="flights"), "/api/v1/models/delays/readings.csv?estimate=true")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {line["estimate"] for line in lines} == {"true", "false"}
    assert {"bound", "expected_coverage"} < set(lines[0])
    assert 'filename="delays-auc-estimate.csv"' in answer.headers["content-disposition"]


def test_estimates_come_with_their_track_record() -> None:
    answer = ask(build_web(SampleReads(), name="flights"), "/api/v1/models/delays/readings?estimate=true")
    shape = ReadingsShape.model_validate_json(answer.content)
    assert shape.track
    assert (shape.track.windows, shape.readings[-1].estimate) == (250, True)


def test_parts_have_the_shape_that_is_promised() -> None:
    answer = ask(build_web(SampleReads(), name="flights"), "/api/v1/models/delays/parts?by=carrier")
    shape = PartsShape.model_validate_json(answer.content)
    assert [part.value for part in shape.parts] == ["B6", "UA", "VX", "OO"]
    assert shape.parts[-1].usual is None


def test_a_question_about_parts_reaches_them_whole() -> None:
    reads = SampleReads()
    query = "metric=brier&by=origin&from=2013-11-01&to=2013-12-01&as_of=2013-12-24&segment=carrier%3DB6&version=v2"
    ask(build_web(reads, name="flights"), f"/api/v1/models/delays/parts?{query}")
    days = {"start": (2013, 11, 1), "end": (2013, 12, 1), "as_of": (2013, 12, 24)}
    moments = {name: datetime(*day, tzinfo=UTC) for name, day in days.items()}
    assert reads.asked == {"metric": "brier", "by": "origin", "segment": "carrier=B6", "version": "v2", **moments}


def test_without_a_word_all_parts_are_asked_for() -> None:
    reads = SampleReads()
    ask(build_web(reads, name="flights"), "/api/v1/models/delays/parts?metric=&by=&from=&to=&as_of=")
    assert set(reads.asked.values()) == {None}


def test_a_file_of_a_part_is_named_so() -> None:
    query = "metric=psi&column=score&segment=carrier%3DB6"
    answer = ask(build_web(SampleReads(), name="flights"), f"/api/v1/models/delays/readings.csv?{query}")
    assert answer.headers["content-disposition"] == 'attachment; filename="delays-score-psi-carrier-B6.csv"'


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/models/nobody/readings", 404),
        ("/api/v1/models/nobody/readings.csv", 404),
        ("/api/v1/models/delays/readings?from=soon", 400),
        ("/api/v1/models/delays/readings?estimate=perhaps", 400),
        ("/api/v1/models/nobody/parts", 404),
        ("/api/v1/models/delays/parts?from=2013-12-01&to=2013-11-01", 400),
        ("/api/v1/models/delays/readings?as_of=tuesday", 400),
        ("/api/v1/models/delays/readings?age=young", 400),
        ("/api/v1/nothing", 404),
    ],
)
def test_a_fault_is_json_with_a_hint(path: str, status: int) -> None:
    answer = ask(build_web(SampleReads(), name="flights"), path)
    assert answer.status_code == status
    assert FaultShape.model_validate_json(answer.content).hint


def test_an_unknown_model_is_answered_with_those_that_there_are() -> None:
    answer = ask(build_web(SampleReads(), name="flights"), "/api/v1/models/nobody/readings")
    assert "delays" in answer.json()["hint"]


def test_the_openapi_document_describes_every_answer() -> None:
    document = ask(build_web(SampleReads(), name="flights"), "/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/v1/status",
        "/api/v1/models/{model}/readings",
        "/api/v1/models/{model}/readings.csv",
        "/api/v1/models/{model}/parts",
    }
    assert "ReadingsShape" in document["components"]["schemas"]


def test_the_docs_page_lists_parameters_and_keys() -> None:
    app = build_web(SampleReads(), name="flights")
    readings = next(one for one in endpoints(app) if one.path.endswith("/readings"))
    names = {field.name for field in readings.parameters}
    assert {"model", "metric", "from", "as_of", "estimate"} <= names
    assert {"readings", "readings[].coverage"} <= {field.name for field in readings.answers}
    html = ask(app, "/api/docs").text
    assert "/api/v1/models/{model}/readings.csv" in html
    assert "readings[].maturity" in html
