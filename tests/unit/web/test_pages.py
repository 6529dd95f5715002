from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from tests.unit.web import sample
from tests.unit.web.markup import EVIL, Balance
from tests.unit.web.sample import SampleReads, ask

from bellbuoy.app.views import ColumnStatus, Light, Mark, ModelPage, ModelStatus, OpenIncident, Part, Point
from bellbuoy.errors import StateError
from bellbuoy.web.look import STATIC
from bellbuoy.web.pages import build_web


def web(reads: SampleReads | None = None) -> FastAPI:
    return build_web(reads or SampleReads(), name="flights")


#: Templates are read once for all pages that are shown.
READS = SampleReads()
SHOWN = web(READS)


def show(page: ModelPage, query: str = "") -> str:
    READS.pages = {page.status.name: page}
    answer = ask(SHOWN, f"/models/{page.status.name}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


PATHS = ("/", "/models/delays", "/models/crew-rest", "/models/fares", "/api/docs", "/models/nobody", "/nowhere")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_whole_and_holds_nothing_that_its_policy_forbids(path: str) -> None:
    answer = ask(web(), path)
    page = Balance(answer.text)
    assert (page.stack, page.inline) == ([], [])
    assert all(source.startswith(("/", "#")) for source in page.sources)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_fleet_shows_the_most_troubled_model_first() -> None:
    html = ask(web(), "/").text
    names = re.findall(r'href="/models/([\w-]+)"', html)
    assert names == ["delays", "fares", "crew-rest", "luggage-class", "cancellations", "no-shows"]
    assert "2 of 6 models in trouble" in html


def test_a_light_is_told_by_a_shape_and_a_word() -> None:
    html = ask(web(), "/").text
    for state, word in (("ok", "OK"), ("trouble", "trouble"), ("unknown", "unknown")):
        assert f'<use href="#{state}"/></svg>{word}</span>' in html


def test_the_same_reason_is_given_once() -> None:
    html = ask(web(), "/").text
    assert html.count("no rows have been read yet") == 1
    assert "model, pipeline, world" in html


def test_an_empty_fleet_says_what_to_do_next() -> None:
    html = ask(web(SampleReads(models=())), "/").text
    assert "bellbuoy init" in html
    assert "bellbuoy demo" in html


def test_a_quiet_fleet_says_so() -> None:
    quiet = [status for status in sample.fleet() if status.name in {"no-shows", "cancellations"}]
    assert "All 2 models are quiet" in ask(web(SampleReads(models=quiet)), "/").text


def test_two_hundred_models_weigh_less_than_300_kilobytes() -> None:
    six = sample.fleet()
    many = [replace(six[n % 6], name=f"{six[n % 6].name}-{n}") for n in range(200)]
    assert len(ask(web(SampleReads(models=many)), "/").content) < 300_000


def test_five_hundred_models_travel_in_less_than_300_kilobytes() -> None:
    six = sample.fleet()
    many = [replace(six[n % 6], name=f"{six[n % 6].name}-{n}") for n in range(500)]
    answer = ask(web(SampleReads(models=many)), "/", accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.num_bytes_downloaded < 300_000


def test_a_model_page_shows_what_the_year_was_like() -> None:
    html = ask(web(), "/models/delays").text
    for told in ("The weather feed broke", "winter storm Nemo", "v2 is champion", "null_rate(wind_speed)", "baseline"):
        assert told in html
    assert "22 columns, 2 beyond the usual" in html
    assert html.index(">wind_speed</a>") < html.index(">visib</a>")
    assert len(html) < 300_000


def test_a_model_without_rows_says_what_to_do() -> None:
    html = ask(web(), "/models/crew-rest").text
    assert "bellbuoy check" in html
    assert "No inputs have been counted yet" in html


def test_a_span_without_windows_offers_to_widen_it() -> None:
    assert "Widen it" in ask(web(), "/models/delays?from=2020-01-01").text


def test_the_url_holds_the_view() -> None:
    reads = SampleReads()
    html = ask(web(reads), "/models/delays?metric=brier&grain=1w&version=v2&from=2013-11-04&to=2013-12-01").text
    assert reads.asked == {
        "metric": "brier",
        "grain": "1w",
        "version": "v2",
        "start": datetime(2013, 11, 4, tzinfo=UTC),
        "end": datetime(2013, 12, 1, tzinfo=UTC),
        "column": None,
        "segment": None,
        "as_of": None,
    }
    assert '<option value="brier" selected>' in html
    assert 'type="date" name="from" value="2013-11-04"' in html


def test_a_segment_is_chosen_from_those_that_there_are() -> None:
    html = ask(web(), "/models/delays?segment=carrier%3DB6").text
    assert '<optgroup label="carrier"><option value="carrier=AA">carrier=AA</option>' in html
    assert '<option value="carrier=B6" selected>' in html
    assert "carrier=B6 only, higher is better" in html


def test_where_nothing_is_counted_by_segment_none_is_offered() -> None:
    assert 'name="segment"' not in show(sample.page("delays", segments={}))


def test_a_column_stays_chosen_and_leads_back_to_the_model() -> None:
    html = ask(web(), "/models/delays?column=wind_speed&metric=null_rate&version=v2").text
    assert '<input type="hidden" name="column" value="wind_speed">' in html
    assert "Null rate of wind_speed" in html
    assert 'href="/models/delays?metric=auc&amp;grain=1d&amp;version=v2#view">Back to AUC of the model' in html


def test_each_column_leads_to_its_chart() -> None:
    html = ask(web(), "/models/delays?grain=1w").text
    assert 'href="/models/delays?metric=p50&amp;column=temp&amp;grain=1w#view">temp</a>' in html
    assert 'href="/models/delays?metric=jensenshannon&amp;column=carrier&amp;grain=1w#view">carrier</a>' in html
    assert html.count("metric=null_rate&amp;column=temp&amp;") == 1


def test_a_segment_goes_along_to_outputs_alone() -> None:
    html = ask(web(), "/models/delays?segment=carrier%3DB6").text
    assert "metric=p50&amp;column=score&amp;segment=carrier%3DB6" in html
    assert "column=temp&amp;segment" not in html


def test_files_are_of_the_same_segment_and_column() -> None:
    html = ask(web(), "/models/delays?column=score&metric=psi&segment=carrier%3DB6").text
    assert "readings.csv?metric=psi&amp;column=score&amp;segment=carrier%3DB6&amp;grain=1d" in html


def test_a_form_forgets_what_a_browser_remembers() -> None:
    assert 'id="view" autocomplete="off"' in ask(web(), "/models/delays").text


@pytest.mark.parametrize("path", ["/", "/models/delays", "/api/docs"])
def test_time_that_stands_still_is_told_on_every_page(path: str) -> None:
    still = web(SampleReads(as_of=datetime(2014, 1, 1, tzinfo=UTC)))
    assert "as of 1 Jan 2014 00:00 UTC</span>" in ask(still, path).text
    assert "as of" not in ask(web(), path).text


def test_a_key_reading_says_which_window_it_is_of() -> None:
    assert '<span class="quiet when">30 Dec 2013</span>' in ask(web(), "/").text
    assert '<span class="quiet when">30 Dec 2013</span>' in ask(web(), "/models/delays").text


def test_a_single_model_is_told_by_the_lights_that_show_trouble() -> None:
    delays = sample.delays()
    both = replace(delays, world=replace(delays.world, state=sample.TROUBLE))
    assert "<h1>Trouble in the pipeline</h1>" in ask(web(SampleReads(models=[delays])), "/").text
    assert "<h1>Trouble in the pipeline and the world</h1>" in ask(web(SampleReads(models=[both])), "/").text


def test_what_nobody_plans_and_nobody_knows_is_not_mentioned() -> None:
    status = replace(sample.delays(), next_build_at=None, champion=None)
    for html in (show(sample.page("delays", status=status)), ask(web(SampleReads(models=[status])), "/").text):
        assert not re.search("build|no champion|<dt>Champion|<dt>Serving", html)


def test_hours_are_kept_where_windows_have_them() -> None:
    html = ask(web(), "/models/delays?grain=1h&from=2013-11-04T06:00:00Z").text
    assert 'type="datetime-local" name="from" value="2013-11-04T06:00"' in html


def test_empty_fields_of_the_form_ask_for_nothing() -> None:
    reads = SampleReads()
    ask(web(reads), "/models/delays?metric=&column=&segment=&grain=&version=&from=&to=")
    assert set(reads.asked.values()) == {None}


def test_the_numbers_link_to_the_same_view_as_csv() -> None:
    html = ask(web(), "/models/delays?version=v2&from=2013-11-04").text
    query = "metric=auc&amp;grain=1d&amp;version=v2&amp;from=2013-11-04T00%3A00%3A00Z"
    assert f'href="/api/v1/models/delays/readings.csv?{query}"' in html


def test_the_table_of_numbers_stops_at_the_newest_thousand() -> None:
    long = sample.auc_points(1) * 4_000
    html = show(sample.page("delays", points=long, estimates=()))
    assert "The newest 1,000 of 4,000 windows" in html
    assert html.count("<tr><td>") == 1_000
    assert len(html) < 300_000


def test_an_unknown_model_is_answered_with_those_that_there_are() -> None:
    answer = ask(web(), "/models/nobody")
    assert answer.status_code == 404
    assert "No model is called" in answer.text
    assert 'href="/models/delays"' in answer.text


@pytest.mark.parametrize("query", ["from=yesterday", "from=2013-02-01&to=2013-01-01"])
def test_a_wrong_question_is_answered_with_how_to_ask(query: str) -> None:
    answer = ask(web(), f"/models/delays?{query}")
    assert answer.status_code == 400
    assert re.search("2013-11-04T10:00:00Z|must be before", answer.text)


def test_a_state_that_cannot_be_read_is_a_page_that_says_so() -> None:
    class Broken(SampleReads):
        def fleet(self) -> tuple[ModelStatus, ...]:
            raise StateError("the state is locked", hint="stop the other process")

    answer = ask(web(Broken()), "/")
    assert answer.status_code == 503
    assert "Stop the other process" in answer.text


@pytest.mark.parametrize("fault", [ZeroDivisionError("secret"), KeyError("secret")])
def test_a_fault_of_ours_shows_no_trace(fault: Exception) -> None:
    class Broken(SampleReads):
        def page(self, *_: object, **__: object) -> ModelPage:
            raise fault

    answer = ask(web(Broken()), "/models/delays")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_names_from_data_cannot_become_markup() -> None:
    point = replace(sample.auc_points(1)[0], value=None, why=EVIL, maturity=EVIL)
    light = Light(sample.TROUBLE, EVIL)
    status = ModelStatus("delays", EVIL, EVIL, light, light, light, EVIL, EVIL, {EVIL: point}, (point,), (point,))
    status = replace(status, champion=EVIL, incidents=(OpenIncident(EVIL, EVIL, EVIL, EVIL, point.start),))
    column = ColumnStatus(EVIL, EVIL, "input", EVIL, EVIL, 0.1, 0.1, 0.1, 0.1, 2.0, EVIL, (point,), (point,))
    mark = Mark(point.start, EVIL, EVIL)
    page = sample.page("delays", status=status, points=(point,), columns=(column,), marks=(mark,), notes=(EVIL,))
    part = Part(EVIL, EVIL, point, point, 0.1, 0.1, 0.1, EVIL)
    page = replace(page, metric=EVIL, metrics=(EVIL,), versions=(EVIL,), version=EVIL, unit=EVIL)
    page = replace(page, estimates=(replace(point, estimate=True),), parts=(part, replace(part, why=None)))
    for html in (show(page), ask(web(SampleReads(models=[replace(status, name=EVIL)])), "/").text):
        assert "<img src=x" not in html
        assert "<script>" not in html
        assert Balance(html).inline == []


def _bare(page: ModelPage) -> ModelPage:
    points = tuple(Point(p.start, p.end, None) for p in page.points[:3])
    column = ColumnStatus("x", "number", "input", None, None, None, None, None, None, 0.0, None, points, points)
    return replace(page, points=points, columns=(column,), baseline=points[0])


def _blank(part: Part) -> Part:
    nothing = replace(part.now, value=None, low=None, high=None, labelled=None, rows=0)
    return replace(part, now=nothing, usual=nothing, contribution=None, mix=None, proven=0.0)


AWKWARD: dict[str, Callable[[ModelPage], ModelPage]] = {
    "nothing known": _bare,
    "one window": lambda page: replace(page, points=page.points[:1]),
    "not a number": lambda page: replace(page, points=tuple(replace(p, value=math.nan) for p in page.points[:9])),
    "infinite": lambda page: replace(page, points=tuple(replace(p, value=math.inf, low=None) for p in page.points[:9])),
    "no versions": lambda page: replace(page, versions=(), marks=()),
    "grain of a later release": lambda page: replace(page, grain="3h"),
    "every number missing": lambda page: replace(page, parts=tuple(map(_blank, page.parts)), estimates=page.points),
    "only estimates": lambda page: replace(page, points=tuple(replace(p, estimate=True) for p in page.points)),
    "span without windows": lambda page: replace(page, points=(), start=page.points[0].start),
    "a key metric never read": lambda page: replace(page, status=replace(page.status, readings={})),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_a_page_stands_whatever_is_missing(name: str) -> None:
    html = show(AWKWARD[name](sample.page()))
    assert Balance(html).stack == []
    assert not re.search(r">\s*(nan|inf|None)\b", html)


def test_a_browser_that_has_the_page_is_not_sent_it_again() -> None:
    app = web()
    first = ask(app, "/")
    again = ask(app, "/", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert ask(app, "/models/delays", if_none_match=first.headers["etag"]).status_code == 200


def test_static_files_may_be_kept_because_their_address_changes() -> None:
    app = web()
    (style,) = re.findall(r'href="(/static/page\.css\?v=\w+)"', ask(app, "/").text)
    answer = ask(app, style)
    assert answer.content == (STATIC / "page.css").read_bytes()
    assert "immutable" in answer.headers["cache-control"]


def test_health_is_told_to_anybody() -> None:
    app = build_web(SampleReads(), name="flights", tokens=["t"])
    assert ask(app, "/healthz").text == "ok\n"
    assert ask(app, "/healthz", "HEAD").status_code == 200
