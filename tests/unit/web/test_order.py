from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.web import rung, sample

from bellbuoy.app.views import Firing, Light, LightState, ModelStatus
from bellbuoy.web import order

OK, TROUBLE, UNKNOWN = LightState.OK, LightState.TROUBLE, LightState.UNKNOWN
STATES = st.sampled_from(list(LightState))
QUIET = sample.column("temp", "number", None, None)


def status(model: LightState = OK, pipeline: LightState = OK, world: LightState = OK, name: str = "a") -> ModelStatus:
    first, second, third = (Light(state, f"{n} is {state}") for n, state in enumerate((model, pipeline, world)))
    return ModelStatus(name, "binary", None, first, second, third, headline=None, key_metric="auc")


def firing(severity: str, state: str = "firing") -> Firing:
    return Firing("rule", severity, sample.NOW, state, "why")


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ((OK, OK, OK), OK),
        ((OK, UNKNOWN, OK), UNKNOWN),
        ((UNKNOWN, UNKNOWN, TROUBLE), TROUBLE),
        ((TROUBLE, OK, OK), TROUBLE),
    ],
)
def test_a_model_is_as_its_worst_light(states: tuple[LightState, ...], worst: LightState) -> None:
    assert order.worst(status(*states)) is worst


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ((TROUBLE, OK, OK), "the model"),
        ((OK, TROUBLE, TROUBLE), "the pipeline and the world"),
        ((TROUBLE, TROUBLE, TROUBLE), "the model, the pipeline and the world"),
        ((TROUBLE, UNKNOWN, TROUBLE), "the model and the world"),
    ],
)
def test_lights_in_trouble_are_named_in_words(states: tuple[LightState, ...], text: str) -> None:
    assert order.in_trouble(status(*states)) == text


def test_a_green_light_needs_no_reason() -> None:
    assert order.reasons(status()) == []


def test_lights_with_one_reason_give_it_together() -> None:
    nothing = Light(UNKNOWN, "no rows yet")
    assert order.reasons(replace(status(), model=nothing, world=nothing)) == [("model, world", "no rows yet")]


def test_a_reason_that_is_the_headline_is_not_told_again() -> None:
    loud = replace(status(world=TROUBLE), headline="2 is trouble")
    assert order.reasons(loud) == []


def test_the_severest_alarm_comes_first() -> None:
    calm, warned, loud = (status(world=TROUBLE, name=name) for name in "abc")
    fleet = [calm, replace(warned, firing=(firing("warning"),)), replace(loud, firing=(firing("critical"),))]
    assert [one.name for one in order.by_trouble(fleet)] == ["c", "b", "a"]


def test_more_lights_in_trouble_come_before_fewer() -> None:
    fleet = [status(TROUBLE, name="a"), status(TROUBLE, TROUBLE, name="b")]
    assert [one.name for one in order.by_trouble(fleet)] == ["b", "a"]


def test_equals_come_by_name_whatever_their_case() -> None:
    fleet = [status(name=name) for name in ("beta", "Alpha", "gamma", "Delta")]
    assert [one.name for one in order.by_trouble(fleet)] == ["Alpha", "beta", "Delta", "gamma"]


@given(st.permutations([status(a, b, name=f"{a}{b}") for a in LightState for b in LightState]))
def test_the_order_of_models_does_not_depend_on_how_they_come(fleet: list[ModelStatus]) -> None:
    ranks = [order.worst(one) for one in order.by_trouble(fleet)]
    assert ranks == [TROUBLE] * 5 + [UNKNOWN] * 3 + [OK]
    assert order.by_trouble(fleet) == order.by_trouble(reversed(fleet))


@given(st.tuples(STATES, STATES, STATES))
def test_every_light_that_is_not_green_has_its_reason(states: tuple[LightState, LightState, LightState]) -> None:
    told = [name for names, _ in order.reasons(status(*states)) for name in names.split(", ")]
    assert told == [name for name, light in order.lights(status(*states)) if light.state is not OK]


@pytest.mark.parametrize(
    ("troubles", "text"),
    [((0.2, 1.0), "none beyond the usual"), ((0.2, 1.1), "1 beyond the usual"), ((3.0, 1.5), "2 beyond the usual")],
)
def test_columns_beyond_the_usual_are_counted(troubles: tuple[float, ...], text: str) -> None:
    assert order.beyond([replace(QUIET, trouble=trouble) for trouble in troubles]) == text


def test_columns_of_which_nothing_is_known_are_not_called_usual() -> None:
    blank = replace(QUIET, null_rate=None, drift=None, trouble=0.0)
    assert order.beyond([blank]) == "nothing measured in this span"


@pytest.mark.parametrize(
    ("better", "beyond", "effect"),
    [
        ("higher", -0.1, "worse"),
        ("higher", 0.1, "better"),
        ("lower", 0.1, "worse"),
        ("lower", -0.1, "better"),
        ("neither", 0.1, "moved"),
        ("higher", 0.0, ""),
    ],
)
def test_what_a_part_did_depends_on_what_is_better(better: str, beyond: float, effect: str) -> None:
    page = sample.page(better=better)
    assert order.effect(page, replace(page.parts[0], beyond=beyond)) == effect


def test_a_part_that_is_not_judged_did_nothing() -> None:
    page = sample.page()
    assert order.effect(page, replace(page.parts[0], why="too few rows")) == ""


def test_a_column_is_not_divided_into_parts() -> None:
    page = sample.page(parts=(), column="wind_speed")
    assert (order.divides(page), order.divides(replace(page, column=None))) == (False, True)


def test_a_pending_alarm_is_not_a_firing_one() -> None:
    late = replace(
        status(), firing=(replace(firing("critical"), since=sample.NOW - timedelta(days=1), state="pending"),)
    )
    assert (late.fires, replace(late, firing=(firing("info"),)).fires) == (False, True)


def test_verdicts_stand_by_how_likely_they_are_with_their_strongest_evidence_first() -> None:
    found = order.reasons_for(rung.incident())
    weights = {verdict: ([one.weight for one in pro], [one.weight for one in con]) for verdict, pro, con in found}
    assert list(weights) == ["pipeline", "model", "world"]
    assert weights == {"pipeline": ([2.4, 0.9], []), "model": ([0.2], [-0.6]), "world": ([], [-1.1])}


def test_a_verdict_without_a_score_is_told_by_its_evidence() -> None:
    found = order.reasons_for(rung.incident(scores={}))
    assert {verdict for verdict, _, _ in found} == {"pipeline", "model", "world"}


def test_alarms_of_an_open_incident_are_not_told_once_more() -> None:
    opened = rung.incident()
    mine, other = replace(firing("critical"), incident=opened.id), replace(firing("info"), incident="closed")
    seen = replace(status(), firing=(mine, other, firing("warning")), incidents=(rung.in_short(opened),))
    assert [one.severity for one in order.apart(seen)] == ["info", "warning"]


def test_a_reason_that_an_incident_gives_is_not_said_again() -> None:
    opened = rung.in_short(rung.incident(headline="1 is trouble"))
    assert order.reasons(replace(status(pipeline=TROUBLE), incidents=(opened,))) == []
