from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from bellbuoy.app.beats import Beats
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import App, stamp
from bellbuoy.app.project import open_project
from bellbuoy.app.up import watch
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.profiles.step import Counted, Listener
from bellbuoy.store.database import Database
from bellbuoy.testing import FakeClock

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
MODEL = """task = "binary"
grain = "1h"
[predictions]
path = "log.csv"
columns = { time = "ts", score = "score" }
"""


class Scripted(App):
    """An app whose cycles go as a test says: `trouble` is what the next ones raise, by model."""

    trouble: dict[str, Exception]

    def cycle(self, model: str, now: datetime | None = None, listen: Listener | None = None) -> Cycled:  # noqa: ARG002
        """Fail as told, else do nothing."""
        if model in self.trouble:
            raise self.trouble[model]
        return Cycled(model, now or NOON, Counted(rows=7))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Scripted]:
    (tmp_path / "models").mkdir()
    (tmp_path / "bellbuoy.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    for name in ("credit", "fraud"):
        write(tmp_path, name, MODEL)
    database = Database.open("sqlite:///state.db", tmp_path)
    made = Scripted(open_project(tmp_path), database, FakeClock(NOON))
    made.trouble = {}
    yield made
    database.close()


def write(folder: Path, name: str, text: str) -> None:
    (folder / "models" / f"{name}.toml").write_text(text, encoding="utf-8")


def wait(app: App, seconds: float) -> None:
    app.clock.sleep(seconds)


def test_all_models_are_chosen_unless_some_are_named(app: Scripted) -> None:
    assert (Beats(app).chosen([]), Beats(app).chosen(["fraud"])) == (("credit", "fraud"), ["fraud"])


def test_a_model_that_there_is_not_cannot_be_chosen(app: Scripted) -> None:
    with pytest.raises(ConfigError, match="no model is called 'freud'"):
        Beats(app).chosen(["freud"])


def test_at_first_every_model_is_due_and_then_each_at_its_pace(app: Scripted) -> None:
    beats = Beats(app)
    first = beats.due()
    beats.beat("credit")
    then = beats.due()
    wait(app, 31)
    assert (first, then, beats.due()) == (["credit", "fraud"], ["fraud"], ["credit", "fraud"])


def test_only_those_named_are_due(app: Scripted) -> None:
    assert Beats(app).due(["fraud", "gone"]) == ["fraud"]


@pytest.mark.parametrize("why", [SourceError("no server"), ValueError("odd"), OverflowError("date value")])
def test_whatever_goes_wrong_is_told_and_the_next_try_is_put_off(app: Scripted, why: Exception) -> None:
    app.trouble["credit"] = why
    beats = Beats(app)
    assert str(why) in str(beats.beat("credit").failed)
    wait(app, 31)
    assert beats.due(["credit"]) == []
    wait(app, 30)
    assert beats.due(["credit"]) == ["credit"]


def test_a_fault_of_ours_leaves_its_trace_in_the_log(app: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    app.trouble["credit"] = ValueError("odd")
    Beats(app).beat("credit")
    assert "ValueError: odd" in caplog.text


def test_a_model_whose_file_was_mended_is_tried_at_once(app: Scripted) -> None:
    app.trouble["credit"] = SourceError("no such column")
    beats = Beats(app)
    for _ in range(8):
        beats.beat("credit")
    write(app.project.folder, "credit", MODEL.replace('time = "ts"', 'time = "at"'))
    app.reload()
    assert beats.due(["credit"]) == ["credit"]


def test_a_model_whose_file_is_gone_is_not_due(app: Scripted) -> None:
    beats = Beats(app)
    (app.project.folder / "models" / "credit.toml").unlink()
    app.reload()
    assert beats.due() == ["fraud"]


def test_a_file_that_is_wrong_now_is_told_once_and_its_model_left_out(app: Scripted) -> None:
    write(app.project.folder, "credit", MODEL.replace("task", "tsak"))
    told = [str(fault) for fault in app.reload()]
    assert "models/credit.toml:1" in told[0]
    assert (app.models, app.reload()) == (("fraud",), ())


@pytest.mark.parametrize("text", [None, "", "[project]\nnam = 3\n"])
def test_a_project_file_that_is_gone_or_wrong_leaves_all_as_it_was(app: Scripted, text: str | None) -> None:
    file = app.project.folder / "bellbuoy.toml"
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    assert (bool(app.reload()), app.models) == (True, ("credit", "fraud"))


def test_a_project_further_up_does_not_take_the_place_of_one_whose_file_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    (folder / "models").mkdir(parents=True)
    for place, name in ((tmp_path, "outer"), (folder, "inner")):
        (place / "bellbuoy.toml").write_text(f'[project]\nname = "{name}"\n', encoding="utf-8")
    database = Database.open("sqlite:///state.db", folder)
    one = App(open_project(folder), database, FakeClock(NOON))
    (folder / "bellbuoy.toml").unlink()
    one.reload()
    database.close()
    assert one.project.spec.project.name == "inner"


def test_the_stamp_of_a_folder_without_files_is_empty(tmp_path: Path) -> None:
    assert stamp(tmp_path) == ()


def test_the_watch_goes_on_whatever_happens(app: Scripted) -> None:
    stop, told = Event(), list[Cycled]()

    def tell(one: Cycled) -> None:
        told.append(one)
        if len(told) == 1:
            raise BrokenPipeError("nobody listens")

    app.trouble["credit"] = ValueError("odd")
    watching = Thread(target=watch, args=(app, tell, stop))
    watching.start()
    end = time.monotonic() + 20
    while time.monotonic() < end and len(told) < 2:
        time.sleep(0.05)
    alive = watching.is_alive()
    stop.set()
    watching.join(20)
    assert (alive, [one.model for one in told[:2]]) == (True, ["credit", "fraud"])


def test_the_watch_ends_when_it_is_told_to(app: Scripted) -> None:
    stop, told = Event(), list[Cycled]()
    stop.set()
    watch(app, told.append, stop)
    assert told == []
