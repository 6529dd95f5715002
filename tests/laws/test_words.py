"""Numbers and moments as pages write them: laws that hold for any of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.web import words

ANY = st.none() | st.floats()
FINITE = st.floats(-1e11, 1e11)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
UNITS = st.sampled_from([None, "EUR", "min"])


@given(ANY, UNITS)
def test_whatever_is_written_has_no_nan_and_no_breaking_space(value: float | None, unit: str | None) -> None:
    told = [words.number(value), words.figure(value, unit), words.share(value), words.count(value), words.age(value)]
    assert not [text for text in told if "nan" in text or "inf" in text or " " in text]


@given(ANY, UNITS)
def test_a_minus_is_written_as_a_minus(value: float | None, unit: str | None) -> None:
    assert not words.figure(value, unit).startswith("-")
    assert not words.change(value, 1.0, unit).startswith("-")


@given(FINITE, st.floats(1e-6, 1e11), UNITS)
def test_a_change_has_its_sign_unless_it_is_written_as_none(value: float, reach: float, unit: str | None) -> None:
    text = words.change(value, reach, unit)
    digits = {letter for letter in text.split("\u00a0")[0] if letter.isdigit()}
    assert (text[0] in "+−") == (digits != {"0"})
    assert text[0] != ("−" if value > 0 else "+" if value < 0 else "x")


@given(st.integers(-(10**9), 10**9))
def test_a_count_says_all_its_digits(value: int) -> None:
    assert int(words.count(value).replace(",", "")) == value


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_is_never_written_as_a_smaller_one(one: float, other: float) -> None:
    low, high = (float(words.share(value).strip("<>%\u00a0 ")) for value in sorted((one, other)))
    assert low <= high


@given(st.floats(0, 1e9))
def test_an_age_is_near_to_itself(seconds: float) -> None:
    number, unit = words.age(seconds).split("\u00a0")
    width = {"s": 1, "min": 60, "h": 3_600, "days": 86_400}[unit]
    assert abs(float(number) * width - seconds) <= width / 2 + 1e-6


@given(FINITE, FINITE, UNITS)
def test_an_interval_has_both_ends_and_its_unit_once(one: float, other: float, unit: str | None) -> None:
    text = words.interval(min(one, other), max(one, other), unit)
    assert text.count(unit or "–") == 1 or (unit is None and " to " in text)


@given(MOMENTS)
def test_a_day_is_one_of_the_calendar(moment: datetime) -> None:
    assert datetime.strptime(words.day(moment), "%d %b %Y").replace(tzinfo=UTC).date() == moment.date()


@given(MOMENTS, st.sampled_from([60, 900, 3_600, 86_400, 604_800]))
def test_a_window_begins_with_its_day(start: datetime, width: int) -> None:
    assert words.day(start) in words.window(start, start + timedelta(seconds=width))


@given(st.integers(0, 10**6))
def test_only_one_is_told_as_one(many: int) -> None:
    assert words.plural(many, "model").endswith("s") == (many != 1)


@given(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True))
def test_a_title_has_no_underscores_and_begins_with_a_large_letter(name: str) -> None:
    title = words.metric_title(name)
    assert "_" not in title
    assert title[0].isdigit() or title[0].isupper() or title == "ECE"
