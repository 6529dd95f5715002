"""Every fault that Bellbuoy tells a person about: what, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BellbuoyError(Exception):
    """The root of all our errors; its text says what is wrong, `where`, and a `hint` of what to do."""

    #: What a command exits with when this error ends it (DESIGN §4).
    exit_code = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """`where: message`, and the hint on a line of its own."""
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class ConfigError(BellbuoyError):
    """The user's files or arguments are wrong."""

    exit_code = 2


class SourceError(BellbuoyError):
    """Rows could not be read. `permanent` says that trying again cannot help."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", permanent: bool = False) -> None:
        super().__init__(message, where=where, hint=hint)
        self.permanent = permanent


class StateError(BellbuoyError):
    """The state store refused: another process was first, or its schema is not ours."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a user's file."""

    message: str
    file: str = ""
    line: int | None = None
    key: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """`file:line: key: message (hint)`, leaving out what is not known."""
        place = ":".join(part for part in (self.file, str(self.line) if self.line else "") if part)
        text = ": ".join(part for part in (place, self.key, self.message) if part)
        return f"{text} ({self.hint})" if self.hint else text


class Faults(ConfigError):  # noqa: N818 - the plural says that it holds several
    """Everything that is wrong with the user's files, all at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
