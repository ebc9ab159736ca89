"""Workload rwlock: tasks read and write under a read/write lock."""

from __future__ import annotations

from typing import Any

from ..protocol import Failure
from .case import Case, number, require, whether

# Spreads what writes over the operations. It has no factor in common with 100.
SPREAD = 61


class ReadersAndWriters(Case):
    """Read one value in most operations, and write it in the others. Many read at once, and who writes is alone.

    CPython's library has no such lock: this is the one that textbooks make of a condition variable.
    """

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.operations = number(params, "operations", least=1)
        self.readers = number(params, "readers")
        self.inside = range(number(params, "inside"))
        self.gives_way = "gives_way" in params and whether(params, "gives_way")
        if self.readers > 100:
            raise Failure("unavailable", f"parameter readers must be at most 100 percent, not {self.readers}")

    def places(self) -> int:
        return self.tasks * self.operations

    def writes(self, operation: int) -> bool:
        """Whether an operation writes. They are numbered through all tasks, and of each hundred as many write."""
        return operation % 100 * SPREAD % 100 >= self.readers

    def begin(self, primitives: Any) -> None:
        self.lock = primitives.RwLock()
        # Counts writes. It is read and written in two steps, so that a lock which lets too many in is seen.
        self.value = 0
        # Who reads. A list grows, shrinks and tells its length in one step each.
        self.reading: list[int] = []
        # By task: the most readers it has seen, and how often the value changed while it read.
        self.seen = [0] * self.tasks
        self.changed = [0] * self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        first = index * self.operations
        for operation in range(first, first + self.operations):
            if self.writes(operation):
                await self.write_async(world, operation)
            else:
                await self.read_async(world, index, operation)
        return self.operations

    async def write_async(self, world: Any, operation: int) -> None:
        """Count a write."""
        asked = world.now()
        await self.lock.acquire_write()
        self.waited[operation] = world.now() - asked
        before = self.value
        for _ in self.inside:
            pass
        if self.gives_way:
            await world.yield_now()
        self.value = before + 1
        await self.lock.release_write()

    async def read_async(self, world: Any, index: int, operation: int) -> None:
        """Read the value twice."""
        asked = world.now()
        await self.lock.acquire_read()
        self.waited[operation] = world.now() - asked
        self.reading.append(index)
        self.seen[index] = max(self.seen[index], len(self.reading))
        before = self.value
        for _ in self.inside:
            pass
        if self.gives_way:
            await world.yield_now()
        if self.value != before:
            self.changed[index] += 1
        self.reading.pop()
        await self.lock.release_read()

    def check(self) -> dict[str, float]:
        writes, changed = sum(map(self.writes, range(self.places()))), sum(self.changed)
        require(
            self.value == writes and not changed,
            f"{writes} writes counted up to {self.value}, and {changed} readers saw one go on",
        )
        figures: dict[str, float] = {"operations": self.places(), "writes": writes}
        if any(self.seen):
            figures["most_readers"] = max(self.seen)
        return figures
