"""What is believed of an incident is kept in its row and read back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bellbuoy.incidents.facts import Belief, beliefs_of, believed, facts_of, judgement_of
from bellbuoy.incidents.values import Blast, Cost, Evidence, Judgement, Loss, Suspect, Verdict
from bellbuoy.store.port import IncidentRow

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOSS: Loss = {
    "metric": "auc", "value": 0.02, "low": 0.01, "high": 0.03, "how": "realised", "against": "before",
    "from": "2024-03-04T11:00:00Z", "rows": 900,
}  # fmt: skip
COST: Cost = {"value": 120.0, "low": 80.0, "high": 160.0, "unit": "EUR", "how": "realised", "rows": 900}
JUDGEMENT = Judgement(
    Verdict.PIPELINE,
    0.8,
    "income lost its values",
    suspects=(Suspect("income", owner="crm", why="null in 40 %", score=2.5), Suspect(segment={"city": ""}, host="b-2")),
    evidence=(Evidence(Verdict.PIPELINE, 1.8, "nulls of one column"), Evidence(Verdict.WORLD, -1.0, "no other moved")),
    scores={Verdict.PIPELINE: 0.8, Verdict.WORLD: 0.2},
    blast=Blast(0.4, LOSS, COST, "2024-03-04T11:00:00Z"),
    before=({"at": "2024-03-04T11:00:00Z", "text": "version v3 came"},),
    weights={"m/nulls/income/1": 0.3},
)
BELIEFS = (Belief(NOON, "unclear", 0.4), Belief(NOON + HOUR, "pipeline", 0.8))


def row_of(judgement: Judgement, beliefs: tuple[Belief, ...] = BELIEFS) -> IncidentRow:
    said = str(judgement.verdict), judgement.confidence, judgement.headline
    return IncidentRow("m/i/1", 0, None, "open", "warning", *said, facts=facts_of(judgement, beliefs))


def through_json(row: IncidentRow) -> IncidentRow:
    """As the store gives a row back."""
    return replace(row, facts=json.loads(json.dumps(row.facts)))


@pytest.mark.parametrize("judgement", [JUDGEMENT, Judgement(Verdict.UNCLEAR, 0.3, "something is odd")])
def test_a_judgement_comes_back_as_it_was(judgement: Judgement) -> None:
    assert judgement_of(through_json(row_of(judgement))) == judgement


@pytest.mark.parametrize("beliefs", [(), BELIEFS])
def test_the_history_of_verdicts_comes_back_as_it_was(beliefs: tuple[Belief, ...]) -> None:
    assert beliefs_of(through_json(row_of(JUDGEMENT, beliefs))) == beliefs


def test_a_row_without_facts_has_an_empty_judgement() -> None:
    seen = judgement_of(replace(row_of(JUDGEMENT), facts={}))
    assert (seen.verdict, seen.suspects, seen.blast) == (Verdict.PIPELINE, (), Blast())


def test_what_is_not_known_of_the_reach_is_kept_as_nothing() -> None:
    facts = facts_of(replace(JUDGEMENT, blast=Blast(0.4)), ())
    assert facts["blast"] == {"share": 0.4, "loss": None, "money": None, "since": None}


@pytest.mark.parametrize(
    ("verdict", "confidence", "many"),
    [
        (Verdict.PIPELINE, 0.8, 2),
        (Verdict.PIPELINE, 0.85, 2),
        (Verdict.PIPELINE, 0.95, 3),
        (Verdict.PIPELINE, 0.6, 3),
        (Verdict.WORLD, 0.8, 3),
    ],
)
def test_a_belief_is_new_where_the_verdict_is_or_it_is_clearly_more_or_less_sure(
    verdict: Verdict, confidence: float, many: int
) -> None:
    found = believed(BELIEFS, replace(JUDGEMENT, verdict=verdict, confidence=confidence), NOON + 2 * HOUR)
    assert (len(found), found[:2]) == (many, BELIEFS)


def test_the_first_belief_is_new() -> None:
    assert believed((), JUDGEMENT, NOON) == (Belief(NOON, "pipeline", 0.8),)


def test_a_confidence_that_creeps_is_told_once_it_has_come_far() -> None:
    beliefs: tuple[Belief, ...] = (Belief(NOON, "pipeline", 0.5),)
    for step in range(1, 9):
        beliefs = believed(beliefs, replace(JUDGEMENT, confidence=0.5 + 0.04 * step), NOON + step * HOUR)
    assert [round(one.confidence, 2) for one in beliefs] == [0.5, 0.62, 0.74]
