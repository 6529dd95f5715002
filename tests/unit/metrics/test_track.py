"""The record of estimates is what they really did."""

from __future__ import annotations

from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.track import Track, track_record


def pair(off: float, half: float = 0.5) -> tuple[Reading, Reading]:
    """An estimate, and a truth that is so far from it."""
    return Measured(1.0, 1.0 - half, 1.0 + half, 10), Measured(1.0 + off, 0.0, 2.0, 10)


def record(pairs: list[tuple[Reading, Reading]]) -> Track:
    found = track_record(pairs)
    assert found is not None
    return found


def test_nine_of_ten_estimates_were_within_the_ninth_distance() -> None:
    found = record([pair(off / 100) for off in range(1, 11)])
    assert (found.windows, found.share, round(found.within, 9)) == (10, 0.9, 0.09)


def test_which_side_an_estimate_was_off_does_not_matter() -> None:
    assert record([pair(off / 100) for off in range(-5, 6)]).within == record([pair(0.0)] + [pair(0.05)] * 10).within


def test_the_share_of_truths_within_the_interval_is_told() -> None:
    assert record([pair(0.4)] * 9 + [pair(0.6)]).covered == 0.9
    assert record([pair(0.5)] * 10).covered == 1.0


def test_fewer_than_ten_are_no_record() -> None:
    assert track_record([pair(0.1)] * 9) is None
    assert track_record([]) is None


def test_what_was_not_measured_is_not_compared() -> None:
    blank: Reading = Unmeasured("one class only")
    pairs = [pair(0.1)] * 10 + [(blank, pair(0.1)[1]), (pair(0.1)[0], blank)]
    assert record(pairs).windows == 10
    assert track_record(pairs[1:]) is None
