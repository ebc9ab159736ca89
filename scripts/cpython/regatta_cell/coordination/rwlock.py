"""Workload rwlock: tasks read and write under a read/write lock."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require


class ReadersAndWriters(Case):
    """Read two numbers that are always the same, or change both. Many read at once, and who writes is alone.

    CPython's library has no such lock: this is the one that textbooks make of a condition variable.
    """

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.operations = number(params, "operations", least=1)
        self.readers = number(params, "readers")
        self.inside = range(number(params, "inside"))

    def places(self) -> int:
        return self.tasks * self.operations

    def is_write(self, place: int) -> bool:
        """Whether this operation of all writes."""
        return place % 100 >= self.readers

    def begin(self, primitives: Any) -> None:
        self.lock = primitives.RwLock()
        self.numbers = [0, 0]
        # Who reads. A list grows, shrinks and tells its length in one step each.
        self.reading: list[int] = []
        # By task: the most readers it has seen, and how often the numbers were not the same.
        self.seen = [0] * self.tasks
        self.torn = [0] * self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        now, lock, waited, inside, numbers, reading = world.now, self.lock, self.waited, self.inside, self.numbers, self.reading
        first, most = index * self.operations, 0
        for place in range(first, first + self.operations):
            if self.is_write(place):
                asked = now()
                await lock.acquire_write()
                waited[place] = now() - asked
                number = numbers[0]
                numbers[0] = number + 1
                for _ in inside:
                    pass
                numbers[1] = number + 1
                await lock.release_write()
            else:
                asked = now()
                await lock.acquire_read()
                waited[place] = now() - asked
                reading.append(index)
                most = max(most, len(reading))
                number = numbers[0]
                for _ in inside:
                    pass
                if numbers[1] != number:
                    self.torn[index] += 1
                reading.pop()
                await lock.release_read()
        self.seen[index] = most
        return self.operations

    def check(self) -> dict[str, float]:
        writes, torn = sum(map(self.is_write, range(self.places()))), sum(self.torn)
        require(
            self.numbers == [writes, writes],
            f"{writes} writes under a lock left the numbers at {self.numbers}: the lock did not lock",
        )
        require(not torn, f"{torn} times a reader saw a write that was not complete")
        return {"operations": self.places(), "writes": writes, "most_readers": max(self.seen)}
