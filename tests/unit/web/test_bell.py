"""Alarms and incidents over the web, and the forms on which people say what they were."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI
from tests.unit.web.markup import EVIL, Balance
from tests.unit.web.rung import COST, LESSON, LOOSE, LOSS, SampleBell, alarm, incident, over
from tests.unit.web.sample import SampleReads, ask

from bellbuoy.app.feedback import Feedback
from bellbuoy.app.views import Blast, Event, Evidence, Suspect
from bellbuoy.errors import StateError
from bellbuoy.incidents.values import Verdict
from bellbuoy.web.bell import MOST_BYTES, MOST_CLOSED
from bellbuoy.web.pages import build_web
from bellbuoy.web.shapes import AlarmsShape, FaultShape, IncidentsShape

ONE = incident()
PAGE = "/models/delays/incidents/2013-12-23T06:00:00Z/1"
FORM = {"content_type": "application/x-www-form-urlencoded"}
OURS = {"origin": "http://buoy", **FORM}


def web(bell: SampleBell | None = None, *tokens: str) -> FastAPI:
    return build_web(SampleReads(), None, bell or SampleBell(), name="flights", tokens=tokens)


def shown(bell: SampleBell, path: str = PAGE) -> str:
    answer = ask(web(bell), path)
    assert answer.status_code == 200
    return answer.text


def send(bell: SampleBell, fields: dict[str, str], **headers: str) -> httpx.Response:
    return ask(web(bell), "/models/delays/marks", "POST", urlencode(fields), **(OURS | headers))


# -- for programs


@pytest.mark.parametrize(("query", "many"), [("", 1), ("?all=1", 2), ("?model=delays", 1), ("?model=fares&all=1", 0)])
def test_incidents_have_the_shape_that_is_promised(query: str, many: int) -> None:
    shape = IncidentsShape.model_validate_json(ask(web(), f"/api/v1/incidents{query}").content)
    assert len(shape.incidents) == many
    assert {name for one in shape.incidents for name in one.alarms} == {one.id for one in shape.alarms}


def test_what_marks_have_changed_stands_with_an_incident_and_with_the_alarms() -> None:
    bell = SampleBell([replace(ONE, lessons=(LESSON,))])
    (one,) = IncidentsShape.model_validate_json(ask(web(bell), "/api/v1/incidents").content).incidents
    told = AlarmsShape.model_validate_json(ask(web(bell), "/api/v1/models/delays/alarms").content)
    assert [lesson.text for lesson in (*one.lessons, *told.lessons)] == [LESSON.text] * 2
    assert f"<li>{LESSON.text}" in shown(bell)


def test_a_page_where_nothing_was_marked_says_nothing_of_marks() -> None:
    assert 'class="learnt"' not in shown(SampleBell())


def test_one_incident_is_told_with_its_timeline() -> None:
    answer = ask(web(), f"/api/v1/incidents/{quote(ONE.id)}")
    (one,) = IncidentsShape.model_validate_json(answer.content).incidents
    assert (one.id, len(one.timeline), one.suspects[0].column) == (ONE.id, 3, "wind_speed")


@pytest.mark.parametrize(("query", "many"), [("", 4), ("?all=true", 5)])
def test_alarms_have_the_shape_that_is_promised(query: str, many: int) -> None:
    shape = AlarmsShape.model_validate_json(ask(web(), f"/api/v1/models/delays/alarms{query}").content)
    assert len(shape.alarms) == many


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/incidents?model=nobody", 404),
        ("/api/v1/models/nobody/alarms", 404),
        ("/api/v1/incidents/delays/2013/9", 404),
        ("/api/v1/incidents?all=perhaps", 400),
    ],
)
def test_what_is_not_there_is_a_fault_with_a_hint(path: str, status: int) -> None:
    answer = ask(web(), path)
    assert answer.status_code == status
    assert FaultShape.model_validate_json(answer.content).hint


@pytest.mark.parametrize(("kind", "name"), [("incidents", ONE.id), ("alarms", LOOSE.id), ("alarms", alarm().id)])
def test_a_program_may_say_what_it_was(kind: str, name: str) -> None:
    bell = SampleBell()
    body = json.dumps({"mark": "false", "note": "a test", "by": "Ann"})
    answer = ask(web(bell), f"/api/v1/{kind}/{quote(name)}/mark", "POST", body, content_type="application/json")
    assert (answer.status_code, answer.json()["mark"]) == (200, "false")
    assert answer.json()["lessons"] == [LESSON.text]
    assert bell.said == [(name, Feedback("false", "a test", "Ann"))]


@pytest.mark.parametrize(
    ("body", "status"),
    [('{"mark": "maybe"}', 400), ("{}", 400), ("mark=real", 400), ('{"mark": "real", "colour": "red"}', 400)],
)
def test_a_word_that_there_is_not_is_refused(body: str, status: int) -> None:
    bell = SampleBell()
    answer = ask(web(bell), f"/api/v1/incidents/{ONE.id}/mark", "POST", body, content_type="application/json")
    assert (answer.status_code, bell.said) == (status, [])


def test_a_mark_on_nothing_is_not_found() -> None:
    answer = ask(web(), "/api/v1/alarms/delays/x/mark", "POST", '{"mark": "real"}', content_type="application/json")
    assert answer.status_code == 404


def test_without_a_bell_there_is_nothing_to_ask() -> None:
    app = build_web(SampleReads(), name="flights")
    assert [ask(app, path).status_code for path in ("/api/v1/incidents", PAGE)] == [404, 404]


def test_the_docs_page_tells_of_incidents_and_marks() -> None:
    html = ask(web(), "/api/docs").text
    assert "/api/v1/incidents/{name}/mark" in html
    assert "incidents[].suspects[].owner" in html


# -- who may say it


def basic(password: str) -> str:
    return f"Basic {b64encode(f'ann:{password}'.encode()).decode()}"


SAID = urlencode({"of": ONE.id, "mark": "real"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://buoy"}, 303),
        ({"sec_fetch_site": "same-origin", "origin": "https://proxied.example"}, 303),
        ({}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://buoy:8080"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site", "origin": "http://buoy"}, 403),
    ],
)
def test_without_tokens_only_foreign_pages_are_turned_away(headers: dict[str, str], status: int) -> None:
    bell = SampleBell()
    answer = ask(web(bell), "/models/delays/marks", "POST", SAID, **(FORM | headers))
    assert (answer.status_code, len(bell.said)) == (status, int(status == 303))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer secret"}, 303),
        ({"authorization": "Bearer secret", "origin": "https://evil.example"}, 303),
        ({"authorization": basic("secret"), "origin": "http://buoy"}, 303),
        ({"authorization": basic("secret"), "sec_fetch_site": "same-origin"}, 303),
        ({"authorization": basic("secret")}, 401),
        ({"authorization": basic("secret"), "origin": "https://evil.example"}, 401),
        ({"authorization": basic("secret"), "sec_fetch_site": "cross-site", "origin": "http://buoy"}, 401),
        ({"authorization": basic("wrong"), "origin": "http://buoy"}, 401),
        ({"origin": "http://buoy"}, 401),
    ],
)
def test_a_password_counts_for_what_our_own_form_sends(headers: dict[str, str], status: int) -> None:
    bell = SampleBell()
    answer = ask(web(bell, "secret"), "/models/delays/marks", "POST", SAID, **(FORM | headers))
    assert (answer.status_code, len(bell.said)) == (status, int(status == 303))


def test_a_refusal_of_a_foreign_page_says_what_may_be_the_matter() -> None:
    answer = ask(web(), "/models/delays/marks", "POST", SAID, origin="https://evil.example", **FORM)
    assert "a page of another server sent this" in answer.text.lower()
    assert "proxy" in answer.text


def test_rows_cannot_be_pushed_from_a_foreign_page_either() -> None:
    answer = ask(web(), "/api/v1/models/delays/predictions", "POST", "[]", origin="https://evil.example")
    assert answer.status_code == 403


# -- pages


def test_the_list_has_what_is_open_before_what_is_over() -> None:
    html = shown(SampleBell(), "/models/delays/incidents")
    assert "1 incident is open" in html
    assert html.index(ONE.headline) < html.index(LOOSE.why) < html.index(over().headline)
    assert f'href="{PAGE}"' in html


def test_an_alarm_of_an_incident_is_not_told_apart_from_it() -> None:
    html = shown(SampleBell(), "/models/delays/incidents")
    assert [alarm().why in html, LOOSE.name in html] == [False, True]


def test_a_quiet_model_says_so() -> None:
    html = shown(SampleBell([], ()), "/models/delays/incidents")
    assert "No incident is open" in html
    assert "There has been none" in html


def test_of_many_that_are_over_the_newest_are_listed() -> None:
    html = shown(SampleBell([over(n) for n in range(MOST_CLOSED + 5)], ()), "/models/delays/incidents")
    assert f"{MOST_CLOSED + 5} incidents, the newest {MOST_CLOSED}" in html
    assert (f"({MOST_CLOSED + 4})" in html, "(3)" in html) == (True, False)


def test_an_incident_says_what_is_wrong_whose_it_is_and_why() -> None:
    html = shown(SampleBell())
    told = (
        ONE.headline,
        "owned by weather-team",
        "86\u00a0% sure",
        "lost values in the same hour",
        "Reaches 41\u00a0% of the rows",
        "AUC reads 0.021 worse than before (estimated)",
        "About 1,200 EUR lost so far",
        "Since 23 Dec 2013 05:00 UTC",
    )
    assert [text for text in told if text not in html] == []


def test_evidence_stands_with_its_verdict_for_it_or_against_it() -> None:
    text = shown(SampleBell())
    first = text.index("It may be")
    order = ("+2.4", "+0.9", "The model", "+0.2", "−0.6", "The world", "−1.1")
    places = [text.index(part, first) for part in order]
    assert places == sorted(places)


def test_a_verdict_that_was_revised_has_its_history() -> None:
    assert "unclear (40\u00a0%) on 23 Dec 2013 06:00 UTC, then pipeline (86\u00a0%)" in shown(SampleBell())
    assert "revised" not in shown(SampleBell([incident(beliefs=ONE.beliefs[:1])]))


def test_an_alarm_leads_to_the_readings_that_it_judged() -> None:
    html = shown(SampleBell())
    assert 'href="/models/delays?metric=null_rate&amp;column=wind_speed#view"' in html
    assert "psi-like" not in html


def test_a_withdrawn_alarm_says_so() -> None:
    taken_back = alarm(state="resolved", resolved_at=ONE.opened_at, withdrawn_at=ONE.opened_at)
    assert "by mature labels" in shown(SampleBell([incident(alarms=(taken_back,))]))


def test_the_word_that_stands_is_chosen_on_the_form() -> None:
    html = shown(SampleBell([incident(mark="false")]))
    assert re.findall(r'value="(\w+)" checked', html) == ["false"]
    assert "marked false" in html


def test_an_incident_of_which_nothing_is_known_has_a_page_too() -> None:
    bare = dict.fromkeys(("suspects", "evidence", "before", "beliefs", "alarms", "timeline"), ())
    html = shown(SampleBell([incident(**bare, scores={}, blast=Blast(), owner=None, closed_at=None)]))
    assert "Nobody in particular" in html
    assert not re.search(r">\s*(nan|inf|None)\b", html)


@pytest.mark.parametrize(
    "path", ["/models/nobody/incidents", "/models/delays/incidents/never", "/models/nobody/incidents/2013/1"]
)
def test_an_incident_that_there_is_not_is_not_found(path: str) -> None:
    assert ask(web(), path).status_code == 404


def test_the_fleet_and_the_model_lead_to_the_open_incident() -> None:
    for path in ("/", "/models/delays"):
        assert f'<a href="{PAGE}">{ONE.headline}</a>' in shown(SampleBell(), path)
    assert 'href="/models/delays/incidents">1 open</a>' in shown(SampleBell(), "/models/delays")


def test_words_from_data_cannot_become_markup() -> None:
    bad = alarm(EVIL, EVIL, why=EVIL, severity=EVIL, mark=EVIL, segment={EVIL: EVIL})
    one = incident(
        headline=EVIL,
        owner=EVIL,
        severity=EVIL,
        verdict=EVIL,
        mark=EVIL,
        suspects=(Suspect(EVIL, EVIL, {EVIL: EVIL}, EVIL, EVIL, EVIL),),
        evidence=(Evidence(Verdict.MODEL, 1.0, EVIL),),
        blast=Blast(0.1, {**LOSS, "metric": EVIL, "how": EVIL}, {**COST, "unit": EVIL, "how": EVIL}),
        before=(Event(ONE.opened_at, EVIL, EVIL),),
        timeline=(Event(ONE.opened_at, EVIL, EVIL, EVIL),),
        alarms=(bad,),
    )
    bell = SampleBell([one, over(headline=EVIL)], (alarm(EVIL, EVIL, incident=None, why=EVIL),))
    for html in (shown(bell), shown(bell, "/models/delays/incidents")):
        assert "<img src=x" not in html
        assert Balance(html).inline == []


@pytest.mark.parametrize("path", [PAGE, "/models/delays/incidents"])
def test_every_element_is_closed(path: str) -> None:
    assert Balance(shown(SampleBell(), path)).stack == []


# -- the form


def test_what_is_said_on_the_form_is_kept_and_the_page_shown_again() -> None:
    bell = SampleBell()
    fields = {"of": ONE.id, "mark": "expected", "note": "Ümläut & =", "by": "Ann", "place": ONE.place}
    answer = send(bell, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert bell.said == [(ONE.id, Feedback("expected", "Ümläut & =", "Ann"))]


def test_from_the_list_one_comes_back_to_the_list() -> None:
    answer = send(SampleBell(), {"of": LOOSE.id, "mark": "real"})
    assert answer.headers["location"] == "/models/delays/incidents"


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example/", "\\evil.example", "../../../evil"])
def test_the_way_back_never_leads_elsewhere(place: str) -> None:
    answer = send(SampleBell(), {"of": ONE.id, "mark": "real", "place": place})
    assert answer.headers["location"].startswith("/models/delays/incidents/")


def test_a_form_of_another_kind_is_refused() -> None:
    answer = send(SampleBell(), {"of": ONE.id, "mark": "real"}, content_type="text/plain")
    assert answer.status_code == 400


def test_a_form_that_is_too_long_is_refused() -> None:
    answer = send(SampleBell(), {"of": ONE.id, "mark": "real", "note": "x" * MOST_BYTES})
    assert (answer.status_code, "too long" in answer.text) == (400, True)


def test_a_form_about_nothing_is_not_found() -> None:
    assert send(SampleBell(), {"mark": "real"}).status_code == 404


def test_a_busy_state_is_told_as_something_to_try_again() -> None:
    class Busy(SampleBell):
        def mark(self, *_: object) -> list[str]:
            raise StateError("the state is busy", hint="try again")

    answer = send(Busy(), {"of": ONE.id, "mark": "real"})
    assert (answer.status_code, "Try again" in answer.text) == (503, True)
