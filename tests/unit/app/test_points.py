from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

from bellbuoy.app.points import point_document, point_of
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.taken import Taken
from bellbuoy.profiles.series import Slice
from bellbuoy.web.shapes import ReadingShape
from bellbuoy.windows import Window

START = datetime(2024, 3, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=1))
GOOD = Taken(WINDOW, Measured(0.7, 0.6, 0.8, 50), 100, 50, Maturity.MATURE, noise=0.25)
BAD = Taken(WINDOW, Unmeasured("one class only"), 100, 50)


def test_a_measured_reading_is_a_point_with_its_interval() -> None:
    point = point_of(GOOD)
    assert (point.start, point.value, point.low, point.high) == (START, 0.7, 0.6, 0.8)


def test_a_point_tells_how_much_of_its_window_is_known() -> None:
    point = point_of(GOOD)
    assert (point.rows, point.labelled, point.coverage, point.maturity) == (100, 50, 0.5, "mature")


def test_what_was_not_measured_says_why() -> None:
    point = point_of(BAD)
    assert (point.value, point.low, point.high, point.why) == (None, None, None, "one class only")


def test_around_a_distance_lies_the_band_of_what_is_usual() -> None:
    point = point_of(GOOD, noise=True)
    assert (point.value, point.low, point.high) == (0.7, 0.0, 0.25)


def test_a_point_says_of_which_rows_it_is() -> None:
    point = point_of(GOOD, Slice("v2", "city", "Oslo"))
    assert (point.version, point.segment) == ("v2", {"city": "Oslo"})


def test_a_point_of_all_rows_is_of_no_segment() -> None:
    assert (point_of(GOOD).version, point_of(GOOD).segment) == (None, None)


def test_a_document_is_what_the_api_promises() -> None:
    document = point_document(point_of(GOOD, Slice(by="city", segment="Oslo")))
    shape = ReadingShape.model_validate(document)
    assert (shape.value, shape.segment, shape.maturity) == (0.7, {"city": "Oslo"}, "mature")


def test_no_document_has_a_number_that_json_does_not_know() -> None:
    wild = Taken(WINDOW, Measured(math.inf, -math.inf, math.nan, 1), 1)
    document = point_document(point_of(wild))
    assert json.loads(json.dumps(document, allow_nan=False))["value"] is None


def test_moments_in_a_document_are_utc() -> None:
    document = point_document(point_of(BAD))
    assert (document["start"], document["end"]) == ("2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z")
