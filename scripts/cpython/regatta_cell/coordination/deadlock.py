"""Workload deadlock: tasks take two locks, with a cure against waiting in a circle, or without."""

from __future__ import annotations

from typing import Any

from .case import Case, number, one_of, require


# How long a task without a cure keeps its first lock before it takes the second, seconds: long enough that tasks meet.
TEMPTATION = 0.001


class Deadlock(Case):
    """Take two locks and count. Tasks that take them in opposite orders may wait for each other for ever.

    There are two cures: one order for all, or one lock that may be taken twice.
    """

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.rounds = number(params, "rounds", least=1)
        self.cure = one_of(params, "cure", "order", "reentrant", "none")

    def places(self) -> int:
        return self.tasks * self.rounds

    def begin(self, primitives: Any) -> None:
        if self.cure == "reentrant":
            self.locks = [primitives.RLock()] * 2
        else:
            self.locks = [primitives.Lock(), primitives.Lock()]
        # Rounds that were done. It is read and written in two steps: whoever holds both locks is alone.
        self.done = 0

    async def task_async(self, world: Any, index: int) -> int:
        now, waited, tempts = world.now, self.waited, self.cure == "none"
        first, second = self.locks[::-1] if tempts and index % 2 else self.locks
        start = index * self.rounds
        for place in range(start, start + self.rounds):
            asked = now()
            async with first:
                await (world.sleep(TEMPTATION) if tempts else world.yield_now())
                async with second:
                    waited[place] = now() - asked
                    done = self.done
                    await world.yield_now()
                    self.done = done + 1
        return self.rounds

    def check(self) -> dict[str, float]:
        require(
            self.done == self.places(),
            f"{self.places()} rounds under two locks counted up to {self.done}: the locks did not lock",
        )
        return {"operations": self.places()}
