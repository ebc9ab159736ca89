"""Bytes in, whole lines out, within a bound."""

from __future__ import annotations

# Longest line, bytes, the line feed included.
LONGEST = 1 << 16
# Bytes that are read at once.
CHUNK = 4096


class TooLong(Exception):
    """A line is longer than any client may send."""


class Lines:
    """What came on a connection and is no whole line yet."""

    def __init__(self) -> None:
        self.part = b""

    def push(self, received: bytes) -> list[bytes]:
        """Take what was read. Return the lines that are whole by that."""
        lines = (self.part + received).split(b"\n")
        self.part = lines.pop()
        if len(self.part) >= LONGEST or any(len(line) >= LONGEST for line in lines):
            raise TooLong
        return [line + b"\n" for line in lines]
