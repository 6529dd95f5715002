from __future__ import annotations

import pytest
from pydantic import ValidationError

from bellbuoy.config.faults import Wrong, explained, nearest, placed, written
from bellbuoy.config.lines import Path, key_lines
from bellbuoy.config.spec import Model, ProjectFile, Spec
from bellbuoy.errors import Fault


def wrongs(spec: type[Spec], **data: object) -> dict[str, Wrong]:
    """What is wrong with a file's data, by the key as it is written."""
    with pytest.raises(ValidationError) as told:
        spec.model_validate(data)
    return {written(one.path): one for one in explained(told.value, spec)}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("task",), "task"),
        (("alarms", "rule", 0, "when"), "alarms.rule[0].when"),
        (("features", "wind speed", "kind"), 'features."wind speed".kind'),
        (("features", "größe"), 'features."größe"'),
        (("routes", 2, "to", 1), "routes[2].to[1]"),
        (("features", ""), 'features.""'),
    ],
)
def test_a_path_is_written_as_in_a_file(path: Path, text: str) -> None:
    assert written(path) == text


def test_a_word_that_is_near_is_offered() -> None:
    assert nearest("prot", ["host", "port"]) == "did you mean 'port'?"


def test_a_word_in_capitals_is_near_to_the_same_in_small_letters() -> None:
    assert nearest("PORT", ["host", "port"]) == "did you mean 'port'?"


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert (nearest("zzz", ["host", "port"]), nearest("port", [])) == ("", "")


def test_faults_are_in_the_order_of_the_file() -> None:
    lines = key_lines("a = 1\nb = 2\nc = 3\n")
    faults = placed([Wrong(("c",), "late"), Wrong(("a",), "early")], "x.toml", lines)
    assert faults == [Fault("early", "x.toml", 1, "a"), Fault("late", "x.toml", 3, "c")]


def test_nothing_is_told_twice() -> None:
    twice = [Wrong(("a",), "is odd", "mend it")] * 2
    assert len(placed(twice, "x.toml", key_lines("a = 1\n"))) == 1


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    (fault,) = placed([Wrong(("web", "port"), "is missing")], "x.toml", key_lines("a = 1\n[web]\nhost = 'b'\n"))
    assert (fault.line, fault.key) == (2, "web.port")


def test_an_unknown_key_is_told_with_the_one_that_was_meant() -> None:
    found = wrongs(ProjectFile, project={"name": "a"}, web={"prot": 1})
    assert (found["web.prot"].message, found["web.prot"].hint) == ("unknown key", "did you mean 'port'?")


def test_a_key_in_the_wrong_table_is_told_where_it_belongs() -> None:
    found = wrongs(Model, task="binary", threshold=0.4, predictions={"path": "a.parquet"})
    assert found["threshold"].hint == "it belongs at predictions.threshold"


def test_a_key_like_no_other_is_told_with_those_that_there_are() -> None:
    hint = wrongs(ProjectFile, project={"name": "a"}, web={"zzz": 1})["web.zzz"].hint
    assert hint.startswith("known here: ")
    assert {"host", "port", "tokens"} <= set(hint.removeprefix("known here: ").split(", "))


def test_a_missing_key_is_told_as_missing() -> None:
    assert wrongs(Model)["task"].message == "is missing"


@pytest.mark.parametrize(
    ("web", "key", "message"),
    [
        ({"port": "x"}, "web.port", "must be a whole number, not"),
        ({"host": 1}, "web.host", "must be text, not"),
        ({"tokens": "secret"}, "web.tokens", "must be an array, not"),
    ],
)
def test_a_value_of_another_type_is_told_in_plain_words(web: dict[str, object], key: str, message: str) -> None:
    assert wrongs(ProjectFile, project={"name": "a"}, web=web)[key].message.startswith(message)


def test_a_value_where_a_table_should_be_is_told() -> None:
    assert wrongs(ProjectFile, project="flights")["project"].message.startswith("must be a table, not")


def test_a_word_that_is_no_choice_is_told_with_the_choices_and_the_nearest() -> None:
    found = wrongs(Model, task="binari", predictions={"path": "a.parquet"})["task"]
    assert (found.message, found.hint) == (
        "'binari' is not one of binary, multiclass, regression",
        "did you mean 'binary'?",
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = wrongs(Model, tsak="binary", grain="2h", predictions={"path": 3})
    assert {"task", "tsak", "grain", "predictions.path"} <= set(found)
