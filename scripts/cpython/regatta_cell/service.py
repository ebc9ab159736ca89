"""Workload request: computes and waits in turn, as a service does for each request."""

from __future__ import annotations

from typing import Any

from . import histogram
from .model import Workload, World, number

# The reference burn of docs/PROTOCOL.md: in each step, four states are multiplied and added to.
FACTOR = 6364136223846793005
TERM = 1442695040888963407
MASK = (1 << 64) - 1
PIECE = range(8)
# Pieces in a millisecond where nobody has measured it.
GUESS = 400


def piece(index: int) -> int:
    """One piece of computing: the sum of the states of task `index` after its steps."""
    first = 4 * index
    a, b, c, d = first & MASK, first + 1 & MASK, first + 2 & MASK, first + 3 & MASK
    for _ in PIECE:
        a = a * FACTOR + TERM & MASK
        b = b * FACTOR + TERM & MASK
        c = c * FACTOR + TERM & MASK
        d = d * FACTOR + TERM & MASK
    return a + b + c + d & MASK


def compute(index: int, pieces: int) -> int:
    """The result of one of so many pieces, all of which must be the same."""
    result = piece(index)
    for _ in range(pieces - 1):
        if piece(index) != result:
            raise ValueError("a piece of computing gave another result")
    return result


class Request(Workload):
    """Compute and wait, in turn."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.tasks = number(params, "requests")
        steps = number(params, "steps", least=1)
        per_ms = number(params, "pieces_per_ms") if "pieces_per_ms" in params else GUESS
        pieces, wait_us = number(params, "cpu_us") * per_ms // 1000, number(params, "wait_us")

        def part(whole: int, turn: int) -> int:
            return whole * (turn + 1) // steps - whole * turn // steps

        # Of each turn, the pieces and the wait in seconds.
        self.turns = [(max(1, part(pieces, turn)), part(wait_us, turn) / 1e6) for turn in range(steps)]

    def prepare(self, world: World, at_once: float) -> None:
        self.latencies = world.numbers(self.tasks)

    def reset(self) -> None:
        for place in range(len(self.latencies)):
            self.latencies[place] = 0

    def task(self, world: Any, index: int) -> int:
        now = world.now
        begun = now()
        result = 0
        for pieces, seconds in self.turns:
            result = compute(index, pieces)
            if seconds:
                world.sleep(seconds)
        self.latencies[index] = now() - begun
        return result

    async def task_async(self, world: Any, index: int) -> int:
        now = world.now
        begun = now()
        result = 0
        for pieces, seconds in self.turns:
            result = compute(index, pieces)
            if seconds:
                await world.sleep(seconds)
        self.latencies[index] = now() - begun
        return result

    def histograms(self) -> dict[str, str]:
        return {"task_ns": histogram.encode(self.latencies)} if self.tasks else {}


class Serve(Workload):
    """What a server does for each request, without a server: by this the harness finds out how much computing a time is."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.requests = number(params, "requests", least=1)
        self.tasks = number(params, "connections") * self.requests
        self.bytes = number(params, "bytes", least=1)
        per_ms = number(params, "pieces_per_ms") if "pieces_per_ms" in params else GUESS
        self.pieces, self.wait_s = number(params, "cpu_us") * per_ms // 1000, number(params, "wait_us") / 1e6

    def handle(self, index: int) -> int:
        """Compute, and answer request `index`: the sum of the bytes of its reply."""
        first = index // self.requests + index % self.requests
        line = bytes(97 + (first + place) % 26 for place in range(self.bytes - 1)) + b"\n"
        if self.pieces:
            compute(0, self.pieces)
        return sum(line.upper())

    def task(self, world: Any, index: int) -> int:
        result = self.handle(index)
        if self.wait_s:
            world.sleep(self.wait_s)
        return result

    async def task_async(self, world: Any, index: int) -> int:
        result = self.handle(index)
        if self.wait_s:
            await world.sleep(self.wait_s)
        return result
