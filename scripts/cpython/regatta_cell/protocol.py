"""Messages of the cell protocol (docs/PROTOCOL.md, version 1), failures and the checksum."""

from __future__ import annotations

import errno
import json
import os
import sys
from typing import Any, BinaryIO, Iterable

VERSION = 1
LONGEST_LINE = 1 << 20

# Errors of the machine's limits, with what would lift them.
REMEDIES = {
    errno.EMFILE: "raise the limit of open files (ulimit -n) or use fewer tasks",
    errno.ENFILE: "raise fs.file-max or use fewer tasks",
    errno.ENOMEM: "use fewer tasks or a machine with more memory",
}
CANNOT_CREATE = "raise the limit of processes (ulimit -u, pids.max of the cgroup) or use fewer tasks"


class Failure(Exception):
    """What becomes an `error` message: its kind, and a message that says what to do."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message


def failure_of(error: BaseException) -> Failure:
    """The failure that an exception stands for: `limit` if the machine would not carry it, else `crash`."""
    if isinstance(error, Failure):
        return error
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, ImportError):
        return Failure("unavailable", f"{sys.executable} lacks a module: {told}; name another one with --python PATH")
    if isinstance(error, MemoryError):
        return Failure("limit", f"{told}; {REMEDIES[errno.ENOMEM]}")
    if isinstance(error, OSError) and error.errno in REMEDIES:
        return Failure("limit", f"{told}; {REMEDIES[error.errno]}")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return Failure("limit", f"{told}; {CANNOT_CREATE}")
    return Failure("crash", told)


def task_failure(index: int, error: BaseException) -> Failure:
    """The failure of task `index`."""
    failure = failure_of(error)
    return Failure(failure.kind, f"task {index}: {failure.message}")


def checksum(results: Iterable[int]) -> int:
    """The checksum of a run, over the results in the order of their tasks."""
    total = 0
    for index, result in enumerate(results):
        total += (result + 0x9E3779B97F4A7C15) * (2 * index + 1)
    return total % (1 << 64)


class Line:
    """The line to the driver: standard input, and a private copy of standard output.

    Descriptor 1 is pointed at standard error, so that nothing that a library prints can reach the driver.
    """

    def __init__(self) -> None:
        self._answers = os.dup(1)
        os.dup2(2, 1)
        self._questions: BinaryIO = sys.stdin.buffer

    def hear(self) -> dict[str, Any] | None:
        """The driver's next message; none at the end of input."""
        line = self._questions.readline(LONGEST_LINE + 1)
        if not line:
            return None
        if len(line) > LONGEST_LINE:
            raise Failure("crash", f"the driver sent a line of more than {LONGEST_LINE} bytes")
        try:
            message = json.loads(line)
        except ValueError as error:
            raise Failure("crash", f"the driver sent what is not JSON: {error}") from error
        if not isinstance(message, dict):
            raise Failure("crash", "the driver sent JSON that is not an object")
        return message

    def say(self, what: str, **fields: Any) -> None:
        """Answer the driver."""
        left = memoryview(json.dumps({"say": what, **fields}, separators=(",", ":")).encode() + b"\n")
        while left:
            left = left[os.write(self._answers, left) :]
