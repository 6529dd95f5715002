"""What counts depend on in a model's file: when it changes, what was counted before no longer says the same."""

from __future__ import annotations

from collections.abc import Mapping

from bellbuoy.app.plans import segments_of
from bellbuoy.config.roles import listed
from bellbuoy.config.spec import Model
from bellbuoy.sources.port import Note

#: Settings by their keys in the model's file, in the words of JSON.
Settings = Mapping[str, object]


def settings_of(model: Model, kinds: Mapping[str, str]) -> dict[str, object]:
    """What rows and labels are counted by; `kinds` says what each input was seen to be.

    The task and the classes are not among them: counts of other ones cannot be told apart, and a cycle refuses.
    """
    predictions = model.predictions
    columns = predictions.columns.model_dump(mode="json")
    said = {f"predictions.columns.{key}": name for key, name in columns.items() if name is not None}
    said |= {"grain": model.grain.value, "predictions.scores": predictions.scores.value}
    said |= {"predictions.threshold": predictions.threshold, "segments.full": model.segments.full}
    said["segments.by"] = sorted(segments_of(model))
    if model.labels is not None:
        labels = model.labels.columns.model_dump(mode="json")
        said |= {f"labels.columns.{key}": name for key, name in labels.items()}
    if model.value is not None and model.value.expression is not None:
        said["value.expression"] = model.value.expression.text
    return said | {f"features.{name}": kinds.get(name) for name in model.features}


def changed_settings(now: Settings, before: Settings) -> list[str]:
    """Keys of the settings that rows were counted by before and are not now, or the other way round."""
    return sorted(key for key in {*now, *before} if before and _differs(key, now, before))


def note_of_change(changed: list[str]) -> Note:
    """What is told of it."""
    message = (
        f"counted with other settings before ({listed(changed)}): earlier windows stand as they were; "
        "bellbuoy run --once --recount counts them anew"
    )
    return Note("settings-changed", "settings", message)


def _differs(key: str, now: Settings, before: Settings) -> bool:
    if key.startswith("features."):
        # An input that was never seen has no kind yet.
        kinds = {settings[key] for settings in (now, before) if settings.get(key) is not None}
        return len(kinds) > 1 or (key in now) != (key in before)
    if key.startswith("labels."):
        # Labels that are new to the file join what was counted before: nothing is lost.
        return key in now and key in before and now[key] != before[key]
    if key == "value.expression":
        # One that is gone leaves sums behind that nobody asks for.
        return key in now and now[key] != before.get(key)
    return now.get(key) != before.get(key)
