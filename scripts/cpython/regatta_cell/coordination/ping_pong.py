"""Workload ping-pong: two tasks hand over to each other by two semaphores."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require


class PingPong(Case):
    """Take turns in strict order: a1 b1 a2 b2."""

    tasks = 2
    latency = "handover_ns"

    def set_up(self, params: dict[str, Any]) -> None:
        self.round_trips = number(params, "round_trips", least=1)

    def at_once(self) -> int:
        return 2

    def places(self) -> int:
        return 2 * self.round_trips

    def begin(self, primitives: Any) -> None:
        self.turns = primitives.Semaphore(1), primitives.Semaphore(0)
        # Only whose turn it is touches these.
        self.done = 0
        self.handed = 0
        self.out_of_order = 0

    async def task_async(self, world: Any, index: int) -> int:
        now, waited, mine, other = world.now, self.waited, self.turns[index], self.turns[1 - index]
        for turn in range(index, 2 * self.round_trips, 2):
            await mine.acquire()
            # Nobody hands over to the first turn.
            if turn:
                waited[turn] = now() - self.handed
            if self.done != turn:
                self.out_of_order += 1
            self.done = turn + 1
            self.handed = now()
            other.release()
        return self.round_trips

    def check(self) -> dict[str, float]:
        require(
            self.done == self.places() and not self.out_of_order,
            f"{self.done} turns were taken, {self.places()} are expected, and {self.out_of_order} were out of order",
        )
        return {"operations": self.places()}
