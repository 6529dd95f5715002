from __future__ import annotations

from pathlib import Path

import pytest

from bellbuoy.errors import SourceError
from bellbuoy.sources.delta import DeltaSource
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.inbox import InboxSource
from bellbuoy.sources.opening import open_inbox, open_source
from bellbuoy.sources.port import Place
from bellbuoy.sources.sql import SqlSource

PLACES = {
    FileSource: Place(path="a.csv"),
    DeltaSource: Place(delta="t"),
    SqlSource: Place(sql="log", url="sqlite:///db"),
    InboxSource: Place(inbox="m/labels"),
}


@pytest.mark.parametrize("kind", PLACES)
def test_a_place_is_opened_by_its_kind_and_nothing_is_read_yet(tmp_path: Path, kind: type[object]) -> None:
    assert type(open_source(PLACES[kind], tmp_path)) is kind


@pytest.mark.parametrize("place", [Place(), Place(path="a.csv", delta="t")])
def test_a_table_is_in_exactly_one_place(tmp_path: Path, place: Place) -> None:
    with pytest.raises(SourceError, match="places are given") as refused:
        open_source(place, tmp_path)
    assert refused.value.permanent


@pytest.mark.parametrize("place", [Place(), Place(path="a.csv")])
def test_rows_can_be_put_into_an_inbox_alone(tmp_path: Path, place: Place) -> None:
    with pytest.raises(SourceError):
        open_inbox(place, tmp_path)


def test_the_events_may_be_elsewhere(tmp_path: Path) -> None:
    inbox = InboxSource(Place(inbox="m/labels", events=str(tmp_path / "far")), tmp_path / "project")
    assert inbox.address == str(tmp_path / "far" / "m" / "labels")
