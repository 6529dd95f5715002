"""The command as it is installed: exit codes, streams, and what it costs to be asked for help."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from bellbuoy.app.check import Level, check_project
from bellbuoy.windows import parse_time

BELLBUOY = Path(sys.executable).parent / "bellbuoy"
MODEL = """task = "binary"
[predictions]
path = "log.csv"
columns = { id = "id", time = "ts", score = "score" }
[features]
age = { kind = "number" }
[labels]
path = "truth.csv"
columns = { id = "id", label = "label" }
"""
NOW = parse_time("2030-01-01")
LOG = "id,ts,age,score\n1,2024-03-01T00:00:00,30,0.7\n2,2024-03-01T01:00:00,,0.2\n2,2024-03-01T01:00:00,,0.2\n"
TRUTH = "id,label\n1,1\n2,0\n"


def bellbuoy(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BELLBUOY, *arguments], capture_output=True, text=True, check=False, timeout=60)


def project_of(folder: Path, model: str = MODEL, log: str = LOG) -> Path:
    (folder / "models").mkdir()
    (folder / "bellbuoy.toml").write_text('[project]\nname = "flights"\n', encoding="utf-8")
    (folder / "models" / "delays.toml").write_text(model, encoding="utf-8")
    (folder / "log.csv").write_text(log, encoding="utf-8")
    (folder / "truth.csv").write_text(TRUTH, encoding="utf-8")
    return folder


def messages(shown: subprocess.CompletedProcess[str], level: str) -> list[str]:
    return [one["message"] for one in json.loads(shown.stdout)["findings"] if one["level"] == level]


def cpu_seconds(*command: str | Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_costs_next_to_nothing() -> None:
    assert min(cpu_seconds(BELLBUOY, "--help") for _ in range(3)) < 0.6


def test_the_import_costs_next_to_nothing() -> None:
    assert min(cpu_seconds(sys.executable, "-c", "import bellbuoy") for _ in range(3)) < 0.3


def test_a_sound_project_checks_out_and_is_told_in_words(tmp_path: Path) -> None:
    shown = bellbuoy("check", "--project", project_of(tmp_path))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "A binary decision from score; 1 is positive." in shown.stdout


def test_a_check_warns_of_ids_that_repeat_and_still_passes(tmp_path: Path) -> None:
    shown = bellbuoy("check", "--json", "--project", project_of(tmp_path))
    assert messages(shown, "warning") == ["id repeats in 1 of 3 rows; only the first counts"]
    assert "2 of 2 have their prediction" in messages(shown, "ok")


def test_a_check_works_from_a_folder_below(tmp_path: Path) -> None:
    folder = project_of(tmp_path) / "models"
    shown = subprocess.run([BELLBUOY, "check"], cwd=folder, capture_output=True, text=True, check=False)
    assert shown.returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('score = "score"', 'score = "scroe"', "column 'scroe' is not there"),
        ('time = "ts"', 'time = "age"', "age must be a moment, and is a number"),
        ("age = {", "weight = {", "column 'weight' is not there"),
        ('label = "label"', 'label = "lable"', "column 'lable' is not there"),
        ('"log.csv"', '"lgo.csv"', None),
        ('"binary"', '"binarry"', "task: 'binarry' is not one of binary, multiclass, regression"),
    ],
)
def test_a_check_exits_with_two_where_something_cannot_run(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    shown = bellbuoy("check", "--json", "--project", project_of(tmp_path, MODEL.replace(old, new)))
    assert shown.returncode == 2
    assert message is None or message in messages(shown, "fault")
    assert messages(shown, "fault") != []


def test_labels_whose_ids_are_of_another_type_are_a_fault(tmp_path: Path) -> None:
    log = LOG.replace("\n1,", "\na1,").replace("\n2,", "\na2,")
    shown = bellbuoy("check", "--json", "--project", project_of(tmp_path, log=log))
    (fault,) = messages(shown, "fault")
    assert fault == "ids are whole numbers, and texts in the predictions: nothing would join"


def test_a_rule_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    whens = ("auc is low", "null_rate(agee) > 1%")
    rules = "".join(f'[[alarms.rule]]\nname = "rule-{at}"\nwhen = "{when}"\n' for at, when in enumerate(whens))
    shown = bellbuoy("check", "--json", "--project", project_of(tmp_path, MODEL + rules))
    broken = "'auc is low' is not a rule: at 11, a comparison should stand here, not the end"
    assert messages(shown, "fault") == [broken, "column 'agee' is not watched"]


def test_one_bad_model_does_not_keep_the_others_from_being_checked(tmp_path: Path) -> None:
    (project_of(tmp_path) / "models" / "bad.toml").write_text("task = 1\n", encoding="utf-8")
    shown = bellbuoy("check", "--json", "--project", tmp_path)
    assert shown.returncode == 2
    assert list(json.loads(shown.stdout)["watched"]) == ["delays"]


def test_a_model_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    shown = bellbuoy("check", "dleays", "--project", project_of(tmp_path))
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "models: delays" in shown.stderr


def test_an_empty_log_is_no_fault(tmp_path: Path) -> None:
    shown = bellbuoy("check", "--json", "--project", project_of(tmp_path, log="id,ts,age,score\n"))
    assert (shown.returncode, "no rows yet" in messages(shown, "warning")) == (0, True)


def found(folder: Path, level: Level = Level.WARNING) -> list[str]:
    checked = check_project(folder, NOW)
    return [one.message for one in checked.findings if one.level is level]


def test_scores_beyond_one_are_no_probabilities(tmp_path: Path) -> None:
    folder = project_of(tmp_path, log=LOG.replace("0.7", "7.5"))
    assert found(folder, Level.FAULT) == ["score goes from 0.2 to 7.5, and a probability lies in 0..1"]


def test_rows_without_a_time_are_told(tmp_path: Path) -> None:
    log = LOG + "3,,40,0.5\n"
    assert "ts is null in 1 of 4 rows, which cannot be used" in found(project_of(tmp_path, log=log))


def test_a_positive_class_that_no_label_has_is_told(tmp_path: Path) -> None:
    folder = project_of(tmp_path, 'positive = "fraud"\n' + MODEL)
    assert "no label is 'fraud', which is said to be positive; seen: 0, 1" in found(folder)


def test_labels_without_predictions_are_told(tmp_path: Path) -> None:
    folder = project_of(tmp_path)
    (folder / "truth.csv").write_text("id,label\n7,1\n8,0\n", encoding="utf-8")
    assert "no label has its prediction" in found(folder)


def test_a_reference_set_that_lacks_a_column_is_told(tmp_path: Path) -> None:
    folder = project_of(tmp_path, MODEL + '[baseline]\nreference = "normal.csv"\n')
    (folder / "normal.csv").write_text("id,ts,score\n1,2024-01-01T00:00:00,0.5\n", encoding="utf-8")
    assert found(folder)[-2:] == [
        "no column age: it cannot be compared with what is normal",
        "no column label: performance has nothing to be compared with",
    ]


def test_an_input_that_is_counted_as_something_else_is_told(tmp_path: Path) -> None:
    log = LOG.replace("T00:00:00,30", "T00:00:00,old").replace(",,0.2", ",young,0.2")
    assert "age is counted as number, and the data has it as category" in found(project_of(tmp_path, log=log))


def test_labels_that_are_no_class_are_told(tmp_path: Path) -> None:
    model = MODEL.replace('"binary"', '"multiclass"').replace('"score"', '{ "0" = "score", "2" = "score" }')
    assert "labels that are no class: 1" in found(project_of(tmp_path, model))


def test_a_project_without_models_is_no_fault(tmp_path: Path) -> None:
    (project_of(tmp_path) / "models" / "delays.toml").unlink()
    assert found(tmp_path) == ["no model is watched yet"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = project_of(tmp_path, MODEL.replace("truth.csv", "data/truht.csv"))
    assert any("data/truht.csv" in message for message in found(folder, Level.FAULT))


@pytest.mark.parametrize(("name", "content"), [("log2.csv", b""), ("log2.parquet", b"PAR1")])
def test_a_file_among_good_ones_that_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    folder = project_of(tmp_path, MODEL.replace("log.csv", "log*"))
    (folder / name).write_bytes(content)
    assert any(f"{name} cannot be read" in message for message in found(folder))


@pytest.mark.parametrize(("ours", "theirs", "matched"), [("{}", "{}.0", 2), ("{}", "00{}", 2), ("a{}", "a{}", 2)])
def test_ids_that_a_cycle_would_join_are_no_fault(tmp_path: Path, ours: str, theirs: str, matched: int) -> None:
    folder = project_of(tmp_path, MODEL.replace("truth.csv", "truth.parquet"))
    rows = [f"{ours.format(number)},2024-03-01T00:00:00,30,0.7" for number in (1, 2)]
    (folder / "log.csv").write_text("\n".join(["id,ts,age,score", *rows]), encoding="utf-8")
    truth = pa.table({"id": [theirs.format(number) for number in (1, 2)], "label": [0, 1]})
    parquet.write_table(truth, folder / "truth.parquet")
    assert found(folder, Level.FAULT) == []
    assert f"{matched} of 2 have their prediction" in found(folder, Level.OK)


def test_a_rule_on_a_segment_that_no_row_is_in_is_told(tmp_path: Path) -> None:
    rule = '[segments]\nby = ["city"]\n[[alarms.rule]]\nname = "rome"\nwhen = \'rows{city="Rom"} < 5\'\n'
    log = LOG.replace("score", "score,city").replace("0.7", "0.7,Rome").replace("0.2", "0.2,Oslo")
    (warning,) = [
        one for one in check_project(project_of(tmp_path, MODEL + rule, log), NOW).findings if "rome" in one.where
    ]
    assert (warning.level, warning.message, warning.hint) == (
        Level.WARNING,
        "no row has city = Rom",
        "did you mean 'Rome'?",
    )


def test_a_positive_class_that_no_label_has_is_told_with_those_that_it_could_be(tmp_path: Path) -> None:
    folder = project_of(tmp_path)
    (folder / "truth.csv").write_text("id,label\n1,late\n2,ok\n", encoding="utf-8")
    hints = [one.hint for one in check_project(folder, NOW).findings if "said to be positive" in one.message]
    assert sorted(hints[0].split(" or ")) == ['positive = "late"', 'positive = "ok"']


def test_a_column_that_only_older_files_have_is_no_fault(tmp_path: Path) -> None:
    folder = project_of(tmp_path, MODEL.replace("log.csv", "log*.csv"))
    (folder / "log2.csv").write_text("id,ts,score\n9,2024-03-02T00:00:00,0.4\n", encoding="utf-8")
    assert "column 'age' is not in the newest file" in found(folder)
    assert found(folder, Level.FAULT) == []
