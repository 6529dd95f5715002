"""What the ledger lets go of changes no count: not when all rows are read again, not for labels that are in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.laws.stage import Row, Stage, label, prediction

from bellbuoy.sources.port import Mark, Pull, Want
from bellbuoy.testing import MemorySource

DAY = 24 * 60
DAYS, A_DAY = 9, 5
#: Minutes between predictions as `prediction` makes them.
APART = 17
HORIZON = timedelta(days=3)
#: A label two days late at most, and perhaps a correction.
late = st.lists(st.tuples(st.integers(0, 1), st.integers(-DAY, 2 * DAY)), max_size=2)
histories = st.dictionaries(st.integers(0, DAYS * A_DAY - 1), late)


class Rewritten(MemorySource):
    """A file that is written anew in every cycle: all of its rows are read again."""

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        pull = super().pull(want, {}, until)
        return Pull((replace(rows, again=bool(mark)) for rows in pull), pull.mark)


def key_of(number: int) -> int:
    """Predictions of a day come one after another, then none until the next."""
    day, place = divmod(number, A_DAY)
    return day * DAY // APART + place


def rows_by_day(history: Mapping[int, list[tuple[int, int]]]) -> list[tuple[list[Row], list[Row]]]:
    """What becomes visible in each day: predictions as they are made, labels as they become known."""
    days: list[tuple[list[Row], list[Row]]] = [([], []) for _ in range(DAYS + 3)]
    for number in range(DAYS * A_DAY):
        days[number // A_DAY][0].append(prediction(key_of(number)))
        for value, delay in history.get(number, []):
            known = key_of(number) * APART + delay
            days[max(0, known // DAY)][1].append(label(key_of(number), value, known))
    return days


# Without shrinking: an example takes seconds.
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories)
def test_forgetting_changes_no_count(history: Mapping[int, list[tuple[int, int]]]) -> None:
    days = rows_by_day(history)
    with Stage() as whole, Stage(HORIZON) as short:
        short.predictions, short.labels = Rewritten(batch=50), Rewritten(batch=50)
        assert short.watch.labels is not None
        table = replace(short.watch.labels, source=short.labels)
        short.watch = replace(short.watch, source=short.predictions, labels=table)
        for predictions, labels in days:
            for stage in (whole, short):
                stage.predictions.rows += predictions
                stage.labels.rows += labels
            short.beat()
        whole.beat()
        assert short.facts()["forgotten"] > 0
        assert short.named() == whole.named()
