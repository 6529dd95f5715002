"""Where a text is being read: what comes next, taken a word or a sign at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = re.compile(r"\s*")
NAME = re.compile(r"[^\W\d][\w.²]*(?:-[\w.²]+)*")
QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""", re.DOTALL)
_DEEPEST = 40


class Stop(Exception):  # noqa: N818 - it stops the reading of one comparison, and never leaves the grammar
    """A comparison cannot be read on."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.hint = message, at, hint


@dataclass
class Cursor:
    """A text, and how far it has been read; `depth` counts brackets that are open."""

    text: str
    at: int = 0
    depth: int = 0

    def deeper(self) -> None:
        """One bracket more is open.

        Raises:
            Stop: there are too many.
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Stop("is nested too deeply", self.at, "make several rules of it")

    def written(self, plain: re.Pattern[str] | None, what: str) -> str:
        """A text in quotes, or a plain one where it may be.

        Raises:
            Stop: neither stands here.
        """
        begin = self.place()
        if (match := QUOTED.match(self.text, self.at)) is not None:
            self.at = match.end()
            return re.sub(r"\\(.)", r"\1", match[1] if match[1] is not None else match[2], flags=re.DOTALL)
        if plain is None or (match := plain.match(self.text, self.at)) is None or not match[0].strip():
            raise Stop(f"{what} should stand here, not {self.rest()}", begin)
        self.at = match.end()
        return match[0]

    def close(self, bracket: str, hint: str = "") -> None:
        """Go on behind a bracket, which must stand here.

        Raises:
            Stop: it does not.
        """
        if not self.takes_sign(bracket):
            raise Stop(f"{bracket} should stand here, not {self.rest()}", self.at, hint)

    def takes_sign(self, sign: str) -> bool:
        """Whether a sign stands here; then it is behind."""
        found = self.peek() == sign
        self.at += found
        return found

    def takes(self, word: str) -> bool:
        """Whether a word stands here, in any case; then it is behind."""
        self.place()
        match = NAME.match(self.text, self.at)
        if match is None or match[0].lower() != word:
            return False
        self.at = match.end()
        return True

    def taken(self, pattern: re.Pattern[str]) -> str | None:
        """What a pattern matches here, which then is behind; None where it does not."""
        self.place()
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match[0]

    def peek(self) -> str:
        """The next letter that is no space; empty at the end."""
        self.place()
        return self.text[self.at : self.at + 1]

    def place(self) -> int:
        """Where the next letter is that is no space."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match is not None else self.at
        return self.at

    def rest(self) -> str:
        """What has not been read yet, short enough for a message."""
        rest = self.text[self.place() :]
        return repr(rest if len(rest) <= 20 else f"{rest[:17]}…") if rest else "the end"
