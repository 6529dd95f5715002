from __future__ import annotations

from datetime import timedelta

import pytest

from bellbuoy.alarms.lights import (
    Distance,
    LightState,
    Share,
    Shift,
    bands,
    late_light,
    model_light,
    null_limits,
    pipeline_light,
    usual_gap,
    world_light,
)
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured

GOOD = Measured(0.74, 0.73, 0.75, 10_000)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "better", "glow"),
    [
        (Measured(0.60, 0.56, 0.64, 900), "higher", LightState.TROUBLE),
        (Measured(0.60, 0.40, 0.80, 20), "higher", LightState.OK),
        (Measured(0.70, 0.69, 0.71, 9_000), "higher", LightState.OK),
        (Measured(0.90, 0.88, 0.92, 900), "lower", LightState.TROUBLE),
        (Measured(0.90, 0.88, 0.92, 900), "higher", LightState.OK),
        (Unmeasured("no labels yet"), "higher", LightState.UNKNOWN),
    ],
)
def test_the_model_is_in_trouble_when_the_intervals_part_for_the_worse(
    now: Reading, better: str, glow: LightState
) -> None:
    past = [0.72, 0.75, 0.74, 0.73] if better == "higher" else [0.76, 0.73, 0.74]
    assert model_light("AUC", now, GOOD, better, past).state is glow


def test_a_swing_that_was_there_before_is_no_trouble() -> None:
    past = [0.74, 0.61, 0.62, 0.75, 0.6]
    assert model_light("AUC", Measured(0.61, 0.6, 0.62, 9_000), GOOD, "higher", past).state is LightState.OK


def test_with_little_history_a_fall_is_not_called_yet() -> None:
    verdict = model_light("AUC", Measured(0.61, 0.6, 0.62, 9_000), GOOD, "higher", [0.7])
    assert verdict.state is LightState.UNKNOWN


def test_a_fault_that_goes_on_is_not_its_own_excuse() -> None:
    days = [*[Distance(0.1, 0.05)] * 30, *[Distance(0.5, 0.05)] * 6]
    assert bands(days)[-1] < 0.2


def test_without_a_baseline_the_model_light_says_so() -> None:
    assert "nothing to compare" in model_light("AUC", GOOD, Unmeasured("nothing yet"), "higher").why


def test_a_risen_share_of_nulls_is_trouble_in_the_pipeline() -> None:
    verdict = pipeline_light([Share("wind is null", Measured(0.41, 0.38, 0.44, 900), 0.02)])
    text = "wind is null in 41\u00a0% of rows, usually in 2\u00a0% at most"
    assert (verdict.state, verdict.why) == (LightState.TROUBLE, text)


def test_a_few_rows_with_nulls_are_no_trouble() -> None:
    assert pipeline_light([Share("wind is null", Measured(0.25, 0.03, 0.65, 4), 0.02)]).state is LightState.OK


def test_a_night_without_rows_is_usual_where_nights_are() -> None:
    starts = [day * 24 + hour for day in range(7) for hour in range(5, 24)]
    gap = usual_gap([hour * 3_600 for hour in starts], 3_600)
    assert late_light(6 * HOUR, gap) is None


def test_a_source_that_was_never_so_quiet_is_late() -> None:
    verdict = late_light(30 * HOUR, usual_gap([0, 3_600, 7_200], 3_600))
    assert verdict is not None
    assert verdict.why == "no new rows for 1d6h"


def test_a_column_that_left_its_band_by_far_is_trouble_in_the_world() -> None:
    shifts = [Shift("temp", 0.62, 0.3), Shift("wind", 0.1, 0.1)]
    assert world_light(shifts).why == "temp is distributed differently"


def test_a_column_within_its_band_is_no_trouble() -> None:
    assert world_light([Shift("temp", 0.62, 0.58)]).state is LightState.OK


def test_a_column_that_always_lies_far_away_is_usual_there() -> None:
    days = [Distance(0.84, 0.05)] * 10
    assert bands(days)[-1] > 0.84


def test_a_jump_leaves_the_band_of_the_windows_before() -> None:
    days: list[Distance | None] = [*[Distance(0.1, 0.05)] * 10, None, Distance(0.5, 0.05)]
    assert bands(days)[-1] == pytest.approx(0.12)


def test_a_fault_that_goes_on_does_not_become_usual_on_its_second_day() -> None:
    days = [*[Distance(0.1, 0.05)] * 20, *[Distance(0.5, 0.05)] * 5]
    assert bands(days)[-1] == pytest.approx(0.12)


def test_what_has_gone_on_for_weeks_is_usual_at_last() -> None:
    days = [*[Distance(0.1, 0.05)] * 20, *[Distance(0.5, 0.05)] * 30]
    assert bands(days)[-1] == pytest.approx(0.6)


def test_noise_is_usual_even_where_nothing_has_moved() -> None:
    assert bands([Distance(0.0, 0.2)] * 10)[-1] == 0.2


def test_nothing_is_judged_before_a_week_of_windows() -> None:
    shift = Shift("temp", 0.9, bands([Distance(0.1, 0.05)] * 4)[-1])
    assert world_light([shift]).state is LightState.UNKNOWN


def test_nulls_that_last_are_never_usual() -> None:
    assert null_limits([0.02] * 20 + [0.3] * 60, 0.02)[-1] == pytest.approx(0.024)


def test_a_short_swing_of_nulls_is_known_the_next_time() -> None:
    assert null_limits([0.02] * 20 + [0.3, 0.3, 0.02, 0.02, 0.3], 0.02)[-1] == pytest.approx(0.36)


def test_an_incident_that_is_over_does_not_teach_what_is_usual() -> None:
    assert null_limits([0.02] * 20 + [0.3] * 10 + [0.02], 0.02)[-1] == pytest.approx(0.024)


def test_the_baseline_says_what_is_usual_from_the_first_window_on() -> None:
    assert null_limits([0.4], 0.02) == [0.02]


def test_weeks_of_a_fault_do_not_excuse_it() -> None:
    past = [0.72, 0.7, 0.71, 0.5, 0.49, 0.51, 0.5]
    assert model_light("AUC", Measured(0.5, 0.49, 0.51, 9_000), GOOD, "higher", past).state is LightState.TROUBLE


def test_what_could_not_be_read_is_the_pipelines_trouble() -> None:
    light = pipeline_light([], ["no file matches data/log.csv", "labels cannot be read"])
    assert (light.state, light.why) == (LightState.TROUBLE, "no file matches data/log.csv, and 1 more")
