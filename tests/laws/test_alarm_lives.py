"""An alarm's life, step by step: whatever is seen, missed, doubted or taken back, its rows say one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bellbuoy.alarms.look import Look
from bellbuoy.alarms.machine import Holds, State
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.step import Subject, judged, newest_of_each, raised_on
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import from_micro, to_micro

START = datetime(2024, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NONE = timedelta(0)
RAISED = {"raised": {"start": 0, "end": 3_600, "labelled": 0.6}}


class Life(RuleBasedStateMachine):
    """The alarms of one rule as a state keeps them, and what is remembered of every look."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, AlarmRow] = {}
        self.now, self.subject = START, Subject("floor")
        self.looks: list[tuple[datetime, Breach]] = []
        self.last: tuple[Look, timedelta] | None = None

    @initialize(rise=st.integers(0, 4), fall=st.integers(0, 4))
    def holds(self, rise: int, fall: int) -> None:
        self.subject = replace(self.subject, holds=Holds(rise * HOUR, fall * HOUR))

    @property
    def standing(self) -> AlarmRow | None:
        return newest_of_each(sorted(self.rows.values(), key=lambda row: row.pending_at or 0)).get("floor")

    def see(self, look: Look, gap: timedelta = NONE) -> None:
        row = judged("m", self.subject, self.standing, look, self.now, gap)
        self.looks.append((self.now, look.breach))
        self.last = (look, gap)
        if row is not None:
            self.rows[row.id] = row

    @rule(breach=st.sampled_from(Breach), hours=st.integers(1, 5), recovered=st.sampled_from(Breach))
    def look(self, breach: Breach, hours: int, recovered: Breach) -> None:
        self.now += hours * HOUR
        self.see(Look(breach, value=0.5, limit=0.7, recovered=recovered))

    @rule(hours=st.integers(1, 5))
    def look_early(self, hours: int) -> None:
        self.now += hours * HOUR
        self.see(Look(Breach.YES, facts=RAISED))

    @rule(breach=st.sampled_from(Breach), hours=st.integers(6, 30))
    def look_after_a_gap(self, breach: Breach, hours: int) -> None:
        self.now += hours * HOUR
        before = self.standing
        self.see(Look(breach), hours * HOUR)
        after = self.standing
        if before is not None and before.state == "pending" and self.subject.holds.rise > NONE:
            assert after is not None
            waited = from_micro(before.since) + hours * HOUR
            assert after.state != "firing" or self.now - waited >= self.subject.holds.rise

    @rule()
    def mature_labels_take_it_back(self) -> None:
        old = self.standing
        if raised_on(old) is None:
            return
        self.now += HOUR
        self.see(Look(Breach.NO, withdrawn="raised on 60 % of labels, withdrawn at 98 %"))
        assert old is not None
        row = self.rows[old.id]
        assert (row.state, row.withdrawn_at, raised_on(row)) == ("resolved", to_micro(self.now), None)

    @rule()
    def mature_labels_confirm_it(self) -> None:
        old = self.standing
        if raised_on(old) is not None:
            self.now += HOUR
            assert old is not None
            self.see(Look(Breach.YES if old.state == "firing" else Breach.NO, confirmed=True))
            assert raised_on(self.rows[old.id]) is None

    @rule()
    def look_again_at_the_same_moment(self) -> None:
        if self.last is None:
            return
        look, gap = self.last
        before = dict(self.rows)
        # A look that took an alarm back is not taken again: it is not asked for any more (`raised_on`).
        if not look.withdrawn:
            self.see(look, gap)
        assert self.rows == before

    @invariant()
    def at_most_one_alarm_is_open(self) -> None:
        assert sum(row.state in {"pending", "firing"} for row in self.rows.values()) <= 1

    @invariant()
    def a_row_has_the_moments_of_its_state(self) -> None:
        for row in self.rows.values():
            assert (row.fired_at is not None) == (row.state in {"firing", "resolved"})
            assert (row.resolved_at is not None) == (row.state == "resolved")
            assert row.withdrawn_at is None or row.state == "resolved"
            assert row.pending_at is not None
            assert row.pending_at <= (row.fired_at or row.since) <= (row.resolved_at or to_micro(self.now))

    @invariant()
    def what_fires_was_broken_when_it_began_to(self) -> None:
        seen = dict(self.looks)
        for row in self.rows.values():
            if row.fired_at is not None:
                assert seen[from_micro(row.fired_at)] is Breach.YES

    @invariant()
    def each_row_is_in_a_state_of_the_machine(self) -> None:
        assert {row.state for row in self.rows.values()} <= set(State)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
