"""Workload contention: tasks take one lock, again and again."""

from __future__ import annotations

from array import array
from typing import Any

from .case import Case, number, require
from .turns import fairness, slices


class Contention(Case):
    """Count under a lock. What it costs is the lock, and how even its turns are is the lock's fairness."""

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.operations = number(params, "operations", least=1)
        self.inside = range(number(params, "inside"))

    def places(self) -> int:
        return self.tasks * self.operations

    def begin(self, primitives: Any) -> None:
        self.lock = primitives.Lock()
        self.done = 0
        # Whose turn each operation was, and how many there were when each task began.
        self.turns = array("Q", bytes(8 * self.places()))
        self.begun = [0] * self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        now, lock, waited, turns, inside = world.now, self.lock, self.waited, self.turns, self.inside
        first = index * self.operations
        self.begun[index] = self.done
        for place in range(first, first + self.operations):
            asked = now()
            async with lock:
                waited[place] = now() - asked
                done = self.done
                turns[done] = index
                for _ in inside:
                    pass
                self.done = done + 1
        return self.operations

    def check(self) -> dict[str, float]:
        everything = self.places()
        require(
            self.done == everything,
            f"{everything} operations under a lock counted up to {self.done}: the lock did not lock",
        )
        return {"operations": everything, **fairness(self.turns, self.begun, self.operations)}

    def turns_taken(self) -> list[list[int]]:
        return slices(self.turns, self.tasks)
