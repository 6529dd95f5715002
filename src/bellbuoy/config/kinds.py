"""The kinds of values that project files hold, and `Spec`, which their tables are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from bellbuoy.config.expression import Expression, read_expression
from bellbuoy.config.texts import BUDGET, Budget, read_budget, read_schedule
from bellbuoy.errors import ConfigError
from bellbuoy.windows import format_duration, iso, parse_duration, parse_time

_T = TypeVar("_T")


class Spec(BaseModel):
    """A table of a project file: it cannot be changed, and keys that it does not know are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Task(StrEnum):
    """What a model decides."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class ColumnKind(StrEnum):
    """What a column is counted as."""

    NUMBER = "number"
    CATEGORY = "category"
    MOMENT = "moment"


class ScoreKind(StrEnum):
    """What a score means: a probability, or only an order."""

    PROBABILITY = "probability"
    RANKING = "ranking"


class Severity(StrEnum):
    """How loud an alarm is."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Pack(StrEnum):
    """Which alarms a model starts with."""

    STANDARD = "standard"
    NONE = "none"


class Season(StrEnum):
    """After how long like hours come again."""

    WEEK = "week"


class Deployer(StrEnum):
    """Where a release is put."""

    SERVING = "serving"
    MLFLOW = "mlflow"
    FOLDER = "folder"
    COMMAND = "command"


def refused(message: str, hint: str = "") -> PydanticCustomError:
    """The error by which a validator refuses a value; message and hint reach the person as they are."""
    return PydanticCustomError("refused", "{message}", {"message": message, "hint": hint})


def shown(value: object) -> str:
    """A value of a file, short enough for a message."""
    if isinstance(value, list | tuple):
        return "an array"
    if isinstance(value, Mapping):
        return "a table"
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _from_text(read: Callable[[str], _T], made: type[_T], what: str) -> Callable[[object], _T]:
    """A validator that takes what is `made` already, and reads texts; our errors become pydantic's."""

    def validate(value: object) -> _T:
        if isinstance(value, str):
            try:
                return read(value)
            except ConfigError as why:
                raise refused(why.message, why.hint) from why
        if isinstance(value, made):
            return value
        raise refused(f"must be {what}, not {shown(value)}")

    return validate


_read_duration = _from_text(parse_duration, timedelta, 'a duration such as "15m"')
_read_moment = _from_text(parse_time, datetime, "a time such as 2013-11-04T10:00:00Z")


def _moment(value: object) -> datetime:
    """TOML has moments of its own; one without a zone is UTC, as everywhere."""
    moment = _read_moment(value if type(value) is not date else datetime.combine(value, time()))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _not_nothing(span: timedelta) -> timedelta:
    if span <= timedelta(0):
        raise refused("must be longer than nothing")
    return span


def _span_or_auto(value: object) -> object:
    return value if value == "auto" else _not_nothing(_read_duration(value))


def _span_text(value: timedelta | str) -> str:
    return value if isinstance(value, str) else format_duration(value)


def _zone(name: str) -> str:
    if name == "UTC":  # known even where the machine has no table of zones
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as why:
        raise refused(f"{name!r} is not a time zone", "write it as UTC or Europe/Berlin") from why
    return name


def _shares(shares: tuple[float, ...]) -> tuple[float, ...]:
    if not all(0 < share <= 1 for share in shares) or list(shares) != sorted(set(shares)):
        raise refused("must be growing shares of the traffic, above 0 and up to 1", "write it as [0.1, 0.5]")
    return shares


def _class(value: object) -> object:
    if isinstance(value, bool | int | float | str):
        return value
    raise refused(f"must be a value of the label, not {shown(value)}", 'write it as 1, true or "fraud"')


def _score(value: object) -> object:
    table = (
        isinstance(value, Mapping) and value and all(isinstance(column, str) and column for column in value.values())
    )
    if table or (isinstance(value, str) and value):
        return value
    raise refused("must name a column, or one for each class", 'write it as { good = "score_good", bad = "score_bad" }')


_DURATION_SCHEMA = {
    "type": "string",
    "pattern": r"^\s*((\d+(\.\d+)?\s*[smhdw]\s*)+|P.+)$",
    "examples": ["15m", "6h", "7d"],
}
_AUTO_SCHEMA = {"anyOf": [{"const": "auto"}, _DURATION_SCHEMA], "examples": ["auto", "6h", "7d"]}

#: A length of time, as `15m`, `6h`, `7d` or ISO 8601 `PT15M`; may be nothing.
Duration = Annotated[
    timedelta, BeforeValidator(_read_duration), PlainSerializer(_span_text), WithJsonSchema(_DURATION_SCHEMA)
]
#: A length of time that is longer than nothing.
Span = Annotated[Duration, AfterValidator(_not_nothing), WithJsonSchema(_DURATION_SCHEMA)]
#: The same, or `auto` where it can be learnt from the data.
SpanOrAuto = Annotated[
    timedelta | Literal["auto"],
    BeforeValidator(_span_or_auto),
    PlainSerializer(_span_text),
    WithJsonSchema(_AUTO_SCHEMA),
]
#: A moment in UTC, as TOML or ISO 8601 writes it.
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(iso),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
#: A budget such as `1 false alarm per 30d`.
FalseAlarms = Annotated[
    Budget,
    BeforeValidator(_from_text(read_budget, Budget, 'a budget such as "1 false alarm per 30d"')),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": BUDGET, "examples": ["1 false alarm per 30d"]}),
]
#: A cron expression.
Schedule = Annotated[
    str,
    BeforeValidator(_from_text(read_schedule, str, 'a cron expression such as "0 3 * * *"')),
    WithJsonSchema({"type": "string", "examples": ["0 3 * * *", "@daily"]}),
]
#: What a row is worth, worked out from its columns.
Worth = Annotated[
    Expression,
    BeforeValidator(_from_text(read_expression, Expression, 'an expression such as "-amount"')),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["where(label == prediction, amount, -amount)"]}),
]
Zone = Annotated[str, AfterValidator(_zone)]
#: Numbers are not read from texts, and true is no number.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Shares = Annotated[tuple[Number, ...], AfterValidator(_shares)]
Text = Annotated[str, Field(min_length=1)]
#: A value that a label can have.
ClassValue = Annotated[bool | int | float | str, BeforeValidator(_class)]
#: One column, or for each class the column of its score.
ScoreColumns = Annotated[str | Mapping[str, str], BeforeValidator(_score)]
_FUNCTION = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}$"
_URL = r"^[a-z][a-z0-9+.\-]*:"
#: What a text that does not follow a pattern should have been.
PATTERNS = {
    _FUNCTION: "a function of your own, written as module:function",
    _NAME: "a name of letters, digits, _, - and ., at most 100",
    _URL: "an address that starts with its kind, such as slack:// or sqlite:///",
}
#: A function of the team's own, as `module:function`.
Function = Annotated[str, Field(pattern=_FUNCTION, examples=["pipeline:build"])]
#: A name that can stand in an address.
Name = Annotated[str, Field(pattern=_NAME)]
Url = Annotated[str, Field(pattern=_URL)]
