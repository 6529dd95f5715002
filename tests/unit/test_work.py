from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bellbuoy.errors import StateError
from bellbuoy.work import Pace, only_one

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOLDER = """
import sys, time
from pathlib import Path
from bellbuoy.work import only_one

with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_model_that_never_ran_is_due() -> None:
    assert Pace(HOUR).due(NOON)


@pytest.mark.parametrize(
    ("width", "wait"),
    [(timedelta(minutes=1), 5), (timedelta(minutes=15), 15), (HOUR, 30), (timedelta(days=7), 30)],
)
def test_narrow_windows_beat_faster_within_bounds(width: timedelta, wait: int) -> None:
    assert Pace(width).after(NOON, failed=False).due_at == NOON + timedelta(seconds=wait)


def test_failures_put_the_next_try_off_twice_as_long_each_time_up_to_an_hour() -> None:
    pace, waits = Pace(HOUR), []
    for _ in range(8):
        pace = pace.after(NOON, failed=True)
        assert pace.due_at is not None
        waits.append((pace.due_at - NOON) / timedelta(minutes=1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_success_forgives_failures() -> None:
    assert Pace(HOUR, NOON, failures=5).after(NOON, failed=False).failures == 0


def test_another_process_is_refused_while_one_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "delays.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StateError, match="another process is at this model"), only_one(path):
            pass
        holder.kill()


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "delays.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
    with only_one(path):
        assert path.exists()
