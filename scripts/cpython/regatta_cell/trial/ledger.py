"""The ledger of a trial: what became of each task, in a file that all processes of the cell have mapped."""

from __future__ import annotations

import mmap
import os
import threading
import time

# Numbers before the entries: which attempt is under way, and when something was noted last.
HEAD = 2
# Figures of an entry.
BEGUN, PROCESS, THREAD, STRUCK, ENDED, END, TOLD_AT, TOLD = range(8)
FIGURES = 8
ATTEMPTS = 2
MOST_TASKS = 128
NUMBERS = HEAD + ATTEMPTS * MOST_TASKS * FIGURES

# How a task ended, and what came back of it.
DONE, DROPPED = 1, 2
RESULT, ERROR, WRONG = 1, 2, 3


class Ledger:
    """The numbers of a ledger. A process that is forked shares them; one that is spawned opens the file again."""

    def __init__(self, path: str) -> None:
        self.path = path
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8 * NUMBERS)
        self._numbers = memoryview(self._map).cast("Q")

    def __reduce__(self) -> tuple[type[Ledger], tuple[str]]:
        return Ledger, (self.path,)

    def attempt(self) -> int:
        """Which attempt is under way, from 0."""
        return self._numbers[0]

    def begin(self, attempt: int) -> None:
        """Begin an attempt."""
        self._numbers[0] = attempt
        self.touch()

    def touch(self) -> int:
        """Note that something goes on; when that is."""
        now = time.monotonic_ns()
        self._numbers[1] = now
        return now

    def silence_ns(self) -> int:
        """For how long nothing has been noted."""
        return time.monotonic_ns() - self._numbers[1]

    def _at(self, attempt: int, index: int, figure: int) -> int:
        return HEAD + (attempt * MOST_TASKS + index) * FIGURES + figure

    def get(self, attempt: int, index: int, figure: int) -> int:
        """A figure of a task; 0 if it was not noted."""
        return self._numbers[self._at(attempt, index, figure)]

    def begun(self, index: int) -> None:
        """A task begins."""
        attempt = self.attempt()
        self._numbers[self._at(attempt, index, PROCESS)] = os.getpid()
        self._numbers[self._at(attempt, index, THREAD)] = threading.get_native_id()
        self._numbers[self._at(attempt, index, BEGUN)] = self.touch()

    def struck(self, index: int) -> None:
        """The fault begins."""
        self._numbers[self._at(0, index, STRUCK)] = self.touch()

    def ended(self, index: int, end: int) -> None:
        """A task ends, as it should or not."""
        attempt = self.attempt()
        self._numbers[self._at(attempt, index, END)] = end
        self._numbers[self._at(attempt, index, ENDED)] = self.touch()

    def tell(self, attempt: int, index: int, told: int) -> None:
        """Whoever handed in a task hears of it."""
        self._numbers[self._at(attempt, index, TOLD_AT)] = self.touch()
        self._numbers[self._at(attempt, index, TOLD)] = told

    def is_settled(self, attempt: int, tasks: int) -> bool:
        """Whether it is known of all tasks what came back."""
        return all(self.get(attempt, index, TOLD) for index in range(tasks))
