"""What a wrong or a changed setting costs: nothing that was not counted right is kept, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import DAYS, END, MODEL, ROWS, START, bellbuoy, labels, predictions, town, write
from tests.unit.cli.test_main import run as command

from bellbuoy.app.beats import Beats
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.store.database import Beat
from bellbuoy.windows import iso

AT = END + timedelta(days=2)
ALL = DAYS * ROWS


def run(project: Path, hours: int = 0, *, anew: bool = False) -> Cycled:
    with open_app(project, FrozenClock(AT)) as app:
        return (app.recount if anew else app.cycle)("credit", AT + timedelta(hours=hours))


def beat(project: Path) -> Cycled:
    with open_app(project, FrozenClock(AT)) as app:
        return Beats(app).beat("credit")


def say(project: Path, text: str) -> Path:
    (project / "models" / "credit.toml").write_text(text, encoding="utf-8")
    return project


def reading(project: Path, metric: str = "auc", **more: Any) -> list[float | None]:
    with open_app(project, FrozenClock(AT)) as app:
        points = app.reads.readings_json("credit", metric=metric, **more)["readings"]
    return [point["value"] for point in points]  # type: ignore[attr-defined]


def changes(done: Cycled) -> list[str]:
    return [note.message for note in done.notes if note.code == "settings-changed"]


WRONG = {
    'label = "label"': 'label = "lable"',
    'time = "known_at"': 'time = "know_at"',
    'time = "ts"': 'time = "tss"',
    '{ id = "id", time': '{ id = "idd", time',
    '{ id = "id", label': '{ id = "idd", label',
    'score = "score"': 'score = "scroe"',
    'score = "score",': 'score = "score", prediction = "socre",',
    'cursor = "seen_at"': 'cursor = "sene_at"',
}


@pytest.mark.parametrize("old", WRONG)
def test_a_wrong_name_of_an_essential_column_consumes_nothing(tmp_path: Path, old: str) -> None:
    project = town(tmp_path, model=MODEL.replace(old, WRONG[old]))
    refused = beat(project)
    done = run(say(project, MODEL))
    assert (refused.exit_code, done.counted.rows, done.counted.matched) == (2, ALL, ALL)


@pytest.mark.parametrize(("old", "near"), [('label = "label"', "label"), ('time = "ts"', "ts")])
def test_a_wrong_name_is_told_with_the_nearest(tmp_path: Path, old: str, near: str) -> None:
    project = town(tmp_path, model=MODEL.replace(old, WRONG[old]))
    assert f"is not there (did you mean '{near}'?)" in str(beat(project).failed)


def test_all_wrong_names_are_told_at_once(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL.replace('"ts"', '"tss"').replace('"label"', '"lable"'))
    told = str(beat(project).failed)
    assert "predictions.columns.time" in told
    assert "labels.columns.label" in told


def test_a_wrong_name_is_the_pipelines_trouble_until_it_is_mended(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL.replace('"label"', '"lable"'))
    beat(project)
    with open_app(project, FrozenClock(AT)) as app:
        broken = app.reads.status("credit").pipeline
    run(say(project, MODEL), 1)
    with open_app(project, FrozenClock(AT + timedelta(hours=1))) as app:
        mended = app.reads.status("credit").pipeline
    assert (broken.state.value, mended.state.value) == ("trouble", "ok")
    assert "'lable' is not there" in broken.why


def test_a_wrong_name_that_comes_later_stops_what_ran(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    write(project / "data" / "truth2.csv", labels(predictions(END, 1, first=9_000)))
    assert beat(say(project, MODEL.replace('"label"', '"lable"'))).wrong
    assert run(say(project, MODEL), 1).counted.labels == ROWS


@pytest.mark.parametrize("gone", ["score", "ts", "id"])
def test_an_essential_column_may_vanish_once_it_was_there(tmp_path: Path, gone: str) -> None:
    project = town(tmp_path)
    run(project)
    more = predictions(END, 1, first=9_000)
    write(project / "data" / "log2.csv", [{k: v for k, v in row.items() if k != gone} for row in more])
    assert run(project, 24).counted.rows == ROWS


def test_a_column_that_only_older_files_have_was_there(tmp_path: Path) -> None:
    project = town(tmp_path)
    write(project / "data" / "log2.csv", [{"id": 1, "ts": iso(END), "seen_at": iso(END)}])
    assert run(project).failed is None


def test_a_key_that_comes_late_in_json_lines_is_there(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL.replace("truth*.csv", "truth.ndjson"))
    rows = [{"id": row["id"], "known_at": row["known_at"]} for row in labels(predictions())] * 8
    late = {**labels(predictions())[0], "label": 1}
    lines = "\n".join(json.dumps(row) for row in [*rows, late])
    (project / "data" / "truth.ndjson").write_text(lines, encoding="utf-8")
    assert run(project).counted.matched == 1


@pytest.mark.parametrize("content", ["", "id,lable,known_at\n"])
def test_a_table_without_rows_stops_nothing(tmp_path: Path, content: str) -> None:
    project = town(tmp_path)
    (project / "data" / "truth.csv").write_text(content, encoding="utf-8")
    assert (run(project).failed, run(project).counted.rows) == (None, 0)


def test_an_inbox_before_the_first_push_is_no_fault(tmp_path: Path) -> None:
    model = MODEL.replace('path = "data/log*.csv"\ncursor = "seen_at"', "inbox = true")
    assert (beat(town(tmp_path, model=model)).exit_code, beat(tmp_path).notes[0].code) == (0, "nothing-yet")


def missing(project: Path) -> None:
    (project / "data" / "truth.csv").unlink()


def unreadable(project: Path) -> None:
    (project / "data" / "log2.csv").write_bytes(b"")


def no_reference(project: Path) -> None:
    (project / "data" / "normal.csv").write_bytes(b"\x00\xff")


@pytest.mark.parametrize("spoil", [missing, unreadable, no_reference])
def test_what_cannot_be_read_is_an_exit_code_and_the_rest_counts(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    project = town(tmp_path)
    spoil(project)
    done = run(project)
    assert (done.exit_code, done.failed, done.counted.rows) == (1, None, ALL)


def test_a_run_of_nothing_but_faulty_files_prints_no_table(tmp_path: Path) -> None:
    shown = bellbuoy("run", "--once", "--project", say(town(tmp_path), "task = 1\n"))
    assert (shown.returncode, shown.stdout) == (2, "")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('label = "label"', 'label = "id"', "labels.columns.label"),
        ('score = "score"', 'score = "income"', "predictions.columns.score"),
        ("threshold = 0.5", "threshold = 0.6", "predictions.threshold"),
        ('grain = "1d"', 'grain = "1h"', "grain"),
        ('by = ["city"]', "by = []", "segments.by"),
        ('kind = "category"', 'kind = "number"', "features.city"),
        ("[features.city]", "[features.version]", "features.city, features.version"),
    ],
)
def test_a_changed_setting_is_told_once(tmp_path: Path, old: str, new: str, key: str) -> None:
    project = town(tmp_path)
    run(project)
    say(project, MODEL.replace(old, new))
    told = [changes(run(project, hours)) for hours in (1, 2)]
    assert [f"({key})" in str(one) for one in told] == [True, False]


@pytest.mark.parametrize(("old", "new"), [("", "# a comment\n"), ("ml-team", "risk-team"), ("data-team", "me")])
def test_what_changes_no_count_is_not_told(tmp_path: Path, old: str, new: str) -> None:
    project = town(tmp_path)
    run(project)
    assert changes(run(say(project, MODEL.replace(old, new, 1)), 1)) == []


def test_labels_that_are_new_to_the_file_are_no_change(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL.replace(MODEL[MODEL.index("[labels]") : MODEL.index("[baseline]")], ""))
    run(project)
    done = run(say(project, MODEL), 1)
    assert (changes(done), done.counted.matched) == ([], ALL)


def test_a_recount_is_as_if_the_file_had_always_said_so(tmp_path: Path) -> None:
    changed = MODEL.replace("threshold = 0.5", "threshold = 0.7").replace('grain = "1d"', 'grain = "1h"')
    fresh, project = town(tmp_path / "fresh", model=changed), town(tmp_path / "old")
    run(fresh)
    run(project)
    done = run(say(project, changed), anew=True)
    assert (done.counted.rows, changes(done)) == (ALL, [])
    for metric in ("auc", "recall", "rows", "coverage"):
        assert reading(project, metric) == reading(fresh, metric)


def test_windows_of_two_grains_are_never_added_up(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL.replace('grain = "1d"', 'grain = "1h"'))
    run(project)
    write(project / "data" / "log2.csv", predictions(END, 1, first=9_000))
    run(say(project, MODEL), 24)
    assert reading(project, "rows") == [ROWS] * (DAYS + 1)


class Killed(BaseException):
    """What a process meets that is killed in the middle of a cycle."""


def test_a_recount_that_is_killed_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = town(tmp_path)
    run(project)
    before = reading(project)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Beat, "finish", killed)
        with pytest.raises(Killed):
            run(project, 1, anew=True)
    write(project / "data" / "truth2.csv", labels(predictions())[:1])
    assert (run(project, 2).counted.labels, reading(project)) == (0, before)


def test_a_recount_forgets_nothing_that_cannot_be_read_again(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    before = reading(project)
    (project / "data" / "truth.csv").unlink()
    with pytest.raises(SourceError, match="not counted anew, as no file matches"):
        run(project, 1, anew=True)
    assert reading(project) == before


def test_a_recount_takes_other_classes(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    say(project, "positive = 0\n" + MODEL)
    with pytest.raises(ConfigError, match="so far"):
        run(project, 1)
    assert run(project, 1, anew=True).counted.matched == ALL


def test_a_recount_is_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project, now = town(tmp_path), iso(AT)
    run(project)
    arguments = ("run", "--recount", "--project", str(project), "--now", now, "--json")
    assert command(monkeypatch, *arguments) == 2
    assert command(monkeypatch, *arguments, "--once", "--model", "credit") == 0
    assert json.loads(capsys.readouterr().out.split("\n}\n", 1)[1])["cycles"][0]["rows"] == ALL


def test_time_that_begins_before_the_start_is_no_reason_to_refuse(tmp_path: Path) -> None:
    with open_app(town(tmp_path), FrozenClock(START)) as app:
        assert app.cycle("credit", START - timedelta(days=1)).counted.rows == 0
