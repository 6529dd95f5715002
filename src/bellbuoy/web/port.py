"""What the pages ask for: the app implements it, tests fake it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bellbuoy.app.feedback import Feedback
from bellbuoy.app.views import Alarm, Incident, ModelPage, ModelStatus

#: One JSON document: only finite numbers, text, booleans, None, lists and objects.
Document = Mapping[str, object]


class Reads(Protocol):
    """Everything that a page or the HTTP API shows; nothing here changes anything.

    What cannot be answered raises a `BellbuoyError`: `ConfigError` where the question is wrong (no such metric, column
    or grain), any other where the outside is (no state store). Both become pages that say what to do.
    """

    @property
    def as_of(self) -> datetime | None:
        """The moment at which time stands still; None where it runs."""
        ...

    def fleet(self) -> Sequence[ModelStatus]:
        """All models, in any order."""
        ...

    def page(
        self,
        model: str,
        *,
        metric: str | None,
        grain: str | None,
        start: datetime | None,
        end: datetime | None,
        version: str | None,
        column: str | None,
        segment: str | None,
        as_of: datetime | None,
    ) -> ModelPage:
        """One model over `[start, end)`, or one column of it; None asks for what suits it, `segment` is `key=value`.

        With `as_of`, what was believed at that moment.

        Raises:
            KeyError: there is no such model.
        """
        ...

    def status_json(self) -> Document:
        """What `bellbuoy status --json` prints (DESIGN §4)."""
        ...

    def readings_json(
        self,
        model: str,
        *,
        metric: str | None,
        column: str | None,
        grain: str | None,
        segment: str | None,
        version: str | None,
        start: datetime | None,
        end: datetime | None,
        as_of: datetime | None,
        estimate: bool,
        age: timedelta | None,
        by: str | None,
    ) -> Document:
        """What `bellbuoy readings MODEL --json` prints (DESIGN §4); `segment` is written `key=value`.

        Raises:
            KeyError: there is no such model.
        """
        ...

    def parts_json(
        self,
        model: str,
        *,
        metric: str | None,
        by: str | None,
        start: datetime | None,
        end: datetime | None,
        as_of: datetime | None,
        segment: str | None,
        version: str | None,
    ) -> Document:
        """What `bellbuoy parts MODEL --json` prints: the parts of the rows, the worst first.

        Raises:
            KeyError: there is no such model.
        """
        ...


class Bell(Protocol):
    """Alarms and incidents, and where people say what they were."""

    def alarms(self, model: str | None = None, *, every: bool = False) -> Sequence[Alarm]:
        """Alarms that are pending or firing, in the order in which they began; or every one.

        Raises:
            KeyError: there is no such model.
        """
        ...

    def incidents(self, model: str | None = None, *, every: bool = False) -> Sequence[Incident]:
        """Open incidents, in the order in which they were opened; or every one.

        Raises:
            KeyError: there is no such model.
        """
        ...

    def incident(self, name: str) -> Incident:
        """One incident by its id, with its timeline.

        Raises:
            NotRungError: there is none.
        """
        ...

    def alarms_json(self, model: str | None = None, *, every: bool = False) -> Document:
        """What `bellbuoy alarms --json` prints.

        Raises:
            KeyError: there is no such model.
        """
        ...

    def incidents_json(self, model: str | None = None, name: str | None = None, *, every: bool = False) -> Document:
        """What `bellbuoy incidents --json` prints (DESIGN §4).

        Raises:
            KeyError: there is no such model.
            NotRungError: there is no such incident.
        """
        ...

    def mark(self, name: str, feedback: Feedback) -> Sequence[str]:
        """Say what an alarm or an incident was; gives what that changes, in sentences.

        Raises:
            NotRungError: there is none of that id.
            ConfigError: there is no such word.
            StateError: the state is busy.
        """
        ...
