"""Where in a TOML text each key stands, so that a fault can name its line; the standard library does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

#: Names of nested keys and places in arrays, from the outside in.
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
#: Up to two quotes may stand right before the three that close, and belong to the text.
_LONG = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"(?!")|"")?|\'\'\'.*?\'\'\'(?:\'(?!\')|\'\')?', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str) -> Mapping[Path, int]:
    """The line, from 1, on which each key, table and array element of a valid TOML text begins."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of a path, or of what it is nearest within: a key that is missing has no line of its own."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Scanner:
    """Reads keys and steps over values. The text is known to be valid, so nothing is checked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.ends = [match.start() for match in re.finditer("\n", text)]
        self.tables: dict[Path, int] = {}  # how many elements each array of tables has so far

    def document(self) -> None:
        table: Path = ()
        self.skip()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip()

    def header(self) -> Path:
        """A table's or an array element's header; gives the path of what follows it."""
        double = self.text.startswith("[[", self.at)
        start, self.at = self.at, self.at + 1 + double
        names = self.key()
        path: Path = ()
        for name in names[:-1]:
            path = self.inside((*path, name))
            self.note(path, start)
        path = (*path, names[-1])
        self.note(path, start)
        if double:
            self.tables[path] = self.tables.get(path, 0) + 1
            path = self.inside(path)
            self.note(path, start)
        self.step("]")
        self.at += double
        return path

    def inside(self, path: Path) -> Path:
        """The newest element where the path is an array of tables, else the path."""
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def pair(self, table: Path) -> None:
        start, path = self.at, table
        for name in self.key():
            path = (*path, name)
            self.note(path, start)
        self.step("=")
        self.value(path)

    def key(self) -> list[str]:
        names = [self.name()]
        while self.peek() == ".":
            self.step(".")
            names.append(self.name())
        return names

    def name(self) -> str:
        self.skip()
        if self.text[self.at] in "\"'":
            quoted = self.take(_QUOTED)
            return next(iter(tomllib.loads(f"{quoted} = 0")))
        return self.take(_BARE)

    def value(self, path: Path) -> None:
        self.skip()
        first = self.text[self.at]
        if first == "[":
            self.array(path)
        elif first == "{":
            self.inline(path)
        elif self.text.startswith(('"""', "'''"), self.at):
            self.take(_LONG)
        else:
            self.take(_QUOTED if first in "\"'" else _PLAIN)

    def array(self, path: Path) -> None:
        self.step("[")
        place = 0
        while self.peek() != "]":
            self.note((*path, place), self.at)
            self.value((*path, place))
            place += 1
            if self.peek() == ",":
                self.step(",")
        self.step("]")

    def inline(self, path: Path) -> None:
        self.step("{")
        while self.peek() != "}":
            self.pair(path)
            if self.peek() == ",":
                self.step(",")
        self.step("}")

    def note(self, path: Path, start: int) -> None:
        self.lines.setdefault(path, bisect_right(self.ends, start - 1) + 1)

    def peek(self) -> str:
        """The next character that means something."""
        self.skip()
        return self.text[self.at]

    def step(self, mark: str) -> None:
        """Past the next character that means something, which is `mark`."""
        self.skip()
        assert self.text[self.at] == mark, (self.at, mark)
        self.at += 1

    def skip(self) -> None:
        self.take(_BLANK)

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match is not None, (self.at, pattern)
        self.at = match.end()
        return match[0]
