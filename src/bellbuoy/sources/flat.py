"""Flatbuffers, as Arrow frames its messages with them: tables of fields in bytes that nobody vouches for.

Everything is read through `struct`, which refuses what lies outside; a lie inside gives wrong numbers, never a crash.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """A table in a flatbuffer: its fields are asked for by number and have a default where they are not there."""

    data: bytes
    at: int

    def whole(self, field: int, code: str, default: int = 0) -> int:
        """A number (`code` as `struct` has it)."""
        place = self._place(field)
        return default if place is None else self._number(code, place)

    def text(self, field: int) -> str | None:
        """A text."""
        place = self._place(field)
        if place is None:
            return None
        start = self._follow(place)
        size = self._number("I", start)
        return self.data[start + 4 : start + 4 + size].decode(errors="replace")

    def record(self, field: int) -> Record | None:
        """A table within."""
        place = self._place(field)
        return None if place is None else Record(self.data, self._follow(place))

    def records(self, field: int) -> list[Record]:
        """A list of tables."""
        return [Record(self.data, self._follow(place)) for place in self._places(field, 4)]

    def numbers(self, field: int, code: str) -> list[tuple[int, ...]]:
        """A list of structures of numbers."""
        return [
            struct.unpack_from(f"<{code}", self.data, place) for place in self._places(field, struct.calcsize(code))
        ]

    def _place(self, field: int) -> int | None:
        table = self.at - self._number("i", self.at)
        if 4 + 2 * field >= self._number("H", table):
            return None
        offset = self._number("H", table + 4 + 2 * field)
        return self.at + offset if offset else None

    def _places(self, field: int, size: int) -> range:
        place = self._place(field)
        if place is None:
            return range(0)
        start = self._follow(place)
        count = self._number("I", start)
        if count * size > len(self.data):
            raise ValueError("a list is longer than the message that it is in")
        return range(start + 4, start + 4 + count * size, size)

    def _follow(self, place: int) -> int:
        return place + self._number("I", place)

    def _number(self, code: str, place: int) -> int:
        if place < 0:
            raise ValueError("something lies before the message that it is in")
        (found,) = struct.unpack_from(f"<{code}", self.data, place)
        return int(found)


def root(data: bytes) -> Record:
    """The table that a flatbuffer is about."""
    return Record(data, struct.unpack_from("<I", data)[0])
