"""A model in a process of its own: its scores come back, and nothing else of it does."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from bellbuoy.deployment.rescore import Order, ScoringError, score_again

LONG, SHORT = timedelta(seconds=60), timedelta(seconds=2)


def order(folder: Path, body: str) -> Order:
    """Two rows for a function of a team's own."""
    text = f"import os, signal, subprocess, sys, time\ndef score(rows):\n    {body}\n"
    (folder / "pipeline.py").write_text(text, encoding="utf-8")
    columns, kinds = {"x": [0.25, float("nan")]}, {"x": "number"}
    return Order(str(folder), "regression", (), "one", columns, kinds, function="pipeline:score")


def test_scores_come_back_digit_by_digit(tmp_path: Path) -> None:
    assert score_again(order(tmp_path, "return [0.1 + 0.2, 1e-300]"), LONG) == [[0.1 + 0.2], [1e-300]]


def test_what_is_no_number_comes_back_too(tmp_path: Path) -> None:
    said = np.array(score_again(order(tmp_path, "return rows['x']"), LONG), np.float64)
    assert np.array_equal(said, [[0.25], [np.nan]], equal_nan=True)


def test_what_a_model_prints_is_nobodys_score(tmp_path: Path) -> None:
    assert score_again(order(tmp_path, "print('{'); return [1, 2]"), LONG) == [[1.0], [2.0]]


def test_the_folder_of_the_project_is_where_it_runs(tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text("2", encoding="utf-8")
    assert score_again(order(tmp_path, "return [float(open('two.txt').read())] * 2"), LONG) == [[2.0], [2.0]]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise ValueError('no such feature')", "ValueError: no such feature"),
        ("return [1]", r"scores have the shape \(1, 1\)"),
        ("os._exit(3)", "its process ended with 3 and said nothing"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "its process was ended by signal 9"),
        ("import no_such_module", "No module named 'no_such_module'"),
    ],
)
def test_a_model_that_breaks_is_told_in_a_sentence(tmp_path: Path, body: str, told: str) -> None:
    with pytest.raises(ScoringError, match=told):
        score_again(order(tmp_path, body), LONG)


def test_a_hint_of_the_scorer_reaches_the_caller(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").touch()
    with pytest.raises(ScoringError, match="a pickle runs") as told:
        score_again(replace(order(tmp_path, "pass"), function=None, artefact="model.pkl"), LONG)
    assert told.value.hint == 'load it yourself: function = "pipeline:score"'


def test_a_model_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="took longer than 2s and was ended"):
        score_again(order(tmp_path, "time.sleep(600)"), SHORT)


def test_what_it_started_beside_itself_is_ended_too(tmp_path: Path) -> None:
    body = "child = subprocess.Popen(['sleep', '600']); open('pid', 'w').write(str(child.pid)); time.sleep(600)"
    with pytest.raises(ScoringError, match="was ended"):
        score_again(order(tmp_path, body), timedelta(seconds=3))
    assert not _runs(int((tmp_path / "pid").read_text(encoding="utf-8")))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its memory")
def test_a_model_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="MemoryError"):
        score_again(replace(order(tmp_path, "return bytearray(1 << 30)"), memory_mb=512), LONG)


def _runs(pid: int) -> bool:
    """Whether a process still does something: one that was ended may wait for its parent to notice."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")
