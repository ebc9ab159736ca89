"""The workload `fault`: many tasks that compute and wait, one of which comes to grief while it holds a lock."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any, Iterator

from ..model import number
from ..protocol import Failure
from .ledger import DONE, DROPPED, MOST_TASKS, Ledger

FAULTS = ("none", "panic", "abort", "overflow", "loop", "block", "leak", "cancel", "kill", "orphan")
# For longer than any limit of a cell.
FOR_EVER = 3600
# Memory that is taken at once, bytes, and the pieces after which a leak has met no limit: 4 GiB.
PIECE, MOST_PIECES = 1 << 20, 4096
WAITS, STEPS = 3, 2000
FACTOR, MASK = 6_364_136_223_846_793_005, (1 << 64) - 1

# What a leak has taken: nothing frees it before the process ends.
LEAKED: list[bytes] = []


def step(value: int) -> int:
    """What a task computes between two waits."""
    for _ in range(STEPS):
        value = (value * FACTOR + 1) & MASK
    return value


def expected(index: int) -> int:
    """The result of a task, by the sum of a geometric series rather than step by step."""
    steps = WAITS * STEPS
    power = pow(FACTOR, steps, (FACTOR - 1) << 64)
    return (index * power + (power - 1) // (FACTOR - 1)) & MASK


class Fault:
    """The parameters of the workload, and the ledger of its trial."""

    def __init__(self, params: dict[str, Any], ledger: Ledger) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.victim = number(params, "victim")
        self.pause = number(params, "pause_us") / 1e6
        self.kind = params.get("fault")
        self.ledger = ledger
        # How often tasks wrote, as this process sees it.
        self.writes = 0
        if self.kind not in FAULTS:
            raise Failure("unavailable", f"no fault {self.kind!r} in CPython; there are {', '.join(FAULTS)}")
        if self.victim >= self.tasks or self.tasks > MOST_TASKS:
            raise Failure("unavailable", f"at most {MOST_TASKS} tasks, the victim among them")

    @contextlib.contextmanager
    def noted(self, index: int) -> Iterator[None]:
        """Note how a task begins and ends."""
        end = DROPPED
        self.ledger.begun(index)
        try:
            yield
            end = DONE
        finally:
            self.ledger.ended(index, end)

    def is_struck(self, index: int, wait: int) -> bool:
        """Whether the fault comes now."""
        return index == self.victim and wait == 0 and self.ledger.attempt() == 0

    def task(self, sleep: Any, lock: Any, index: int) -> int:
        """A task that waits by blocking: `sleep` and `lock` are those of its model."""
        with self.noted(index):
            value = index
            for wait in range(WAITS):
                sleep(self.pause)
                value = step(value)
                if self.is_struck(index, wait):
                    with lock:
                        self.writes += 1
                        self.ledger.struck(index)
                        if self.strike():
                            sleep(FOR_EVER)
            return value

    async def task_async(self, sleep: Any, lock: Any, index: int) -> int:
        """The same in a coroutine."""
        with self.noted(index):
            value = index
            for wait in range(WAITS):
                await sleep(self.pause)
                value = step(value)
                if self.is_struck(index, wait):
                    async with lock:
                        self.writes += 1
                        self.ledger.struck(index)
                        if self.strike():
                            await sleep(FOR_EVER)
            return value

    def strike(self) -> bool:
        """Have the fault begin; whether the task is to wait until somebody ends it."""
        if self.kind == "panic":
            raise RuntimeError("the task raises, as it was told to")
        if self.kind == "abort":
            os.abort()
        elif self.kind == "overflow":
            dig(0)
        elif self.kind == "loop":
            while True:
                pass
        elif self.kind == "block":
            time.sleep(FOR_EVER)
        elif self.kind == "leak":
            self.leak()
        return self.kind in ("cancel", "kill", "orphan")

    def leak(self) -> None:
        """Take memory until there is no more."""
        for _ in range(MOST_PIECES):
            LEAKED.append(b"x" * PIECE)
            self.ledger.touch()
        raise RuntimeError(f"no limit stopped it before it had {MOST_PIECES} MiB")


def dig(depth: int) -> int:
    """Call itself until the interpreter's stack is full."""
    return dig(depth + 1) + 1
