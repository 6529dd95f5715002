from __future__ import annotations

import pytest

from bellbuoy.alarms.template import filled, template_faults

WORDS = {"value": 0.123456, "threshold": 0.7, "column": None, "model": "delays", "labels.team": "risk", "segment": ""}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ value }}", "0.1235"),
        ("{{value}} of {{ model }}", "0.1235 of delays"),
        ("{{ value | percent }}", "12.3\u00a0%"),
        ("{{ threshold|percent }}", "70\u00a0%"),
        ("{{ labels.team }}", "risk"),
        ("{{ column }} {{ segment }}", "– –"),
        ("{{ model | percent }}", "delays"),
        ("no gap at all", "no gap at all"),
        ("{{ other }} {{ a b }}", "{{ other }} {{ a b }}"),
    ],
)
def test_gaps_are_filled_in(text: str, says: str) -> None:
    assert filled(text, WORDS) == says


def test_what_is_filled_in_is_not_read_again() -> None:
    assert filled("{{ model }}", {"model": "{{ value }}", "value": 1}) == "{{ value }}"


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("{{ valeu }}", "'valeu' in summary is not known", "did you mean 'value'?"),
        ("{{ labels.taem }}", "'labels.taem' in summary is not known", "did you mean 'labels.team'?"),
        ("{{ zzzzzz }}", "'zzzzzz'", "there are name, model"),
        ("{{ value | percnt }}", "'percnt'", "did you mean 'percent'?"),
        ("{{ value + 1 }}", "{{ value + 1 }} in summary cannot be read", "{{ value }}"),
        ("{{ }}", "cannot be read", "{{ value }}"),
        ("{{ value", "a gap in summary has no end or no beginning", "{{ value }}"),
        ("value }}", "a gap in summary has no end or no beginning", "{{ value }}"),
    ],
)
def test_a_gap_that_cannot_be_filled_in_is_a_fault(text: str, says: str, hint: str) -> None:
    (fault,) = template_faults(text, {"team": "risk"}, "summary")
    assert says in fault.message
    assert hint in fault.hint


def test_all_faults_of_a_text_are_told_and_good_gaps_are_none() -> None:
    text = "{{ value }} {{ labels.team }} {{ one }} {{ two }} {{"
    assert len(list(template_faults(text, {"team": "risk"}, "summary"))) == 3
