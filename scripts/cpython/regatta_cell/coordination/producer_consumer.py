"""Workload producer-consumer: some tasks make items, others take them, and a bounded queue is between them."""

from __future__ import annotations

from typing import Any

from .case import Case, number, one_of, require

# What a consumer takes for the end.
SENTINEL = -1


class ProducerConsumer(Case):
    """Handle each item once. The last producer to finish ends the consumers.

    It puts a sentinel for each of them behind the items. With the ending "task-done" it first waits until all items are done.
    """

    def set_up(self, params: dict[str, Any]) -> None:
        self.producers = number(params, "producers", least=1)
        self.consumers = number(params, "consumers", least=1)
        self.items = number(params, "items", least=1)
        self.capacity = number(params, "capacity", least=1)
        self.joins = one_of(params, "ending", "sentinel", "task-done") == "task-done"
        self.tasks = self.producers + self.consumers

    def at_once(self) -> int:
        return self.tasks

    def places(self) -> int:
        return self.producers * self.items

    def begin(self, primitives: Any) -> None:
        self.queue = primitives.Queue(self.capacity)
        self.lock = primitives.Lock()
        self.producing = self.producers
        # Puts that have come back, and takes that have begun. A list grows and tells its length in one step each. Their
        # difference is at most what is in the queue, however calls overlap.
        self.puts: list[None] = []
        self.takes: list[None] = []
        # By producer: the most items that were in the queue. By consumer: what it took.
        self.seen = [0] * self.producers
        self.taken: list[list[int]] = [[] for _ in range(self.consumers)]

    async def task_async(self, world: Any, index: int) -> int:
        if index >= self.producers:
            await self.consume_async(world.now, self.taken[index - self.producers])
            return 0
        await self.produce_async(world.now, index)
        async with self.lock:
            self.producing -= 1
            is_last = not self.producing
        if is_last:
            if self.joins:
                await self.queue.join()
            for _ in range(self.consumers):
                await self.queue.put(SENTINEL)
        return self.items

    async def produce_async(self, now: Any, index: int) -> None:
        """Put all items of a producer."""
        queue, waited, puts, takes, most = self.queue, self.waited, self.puts, self.takes, 0
        first = index * self.items
        for item in range(first, first + self.items):
            # The consumer makes a duration of it.
            waited[item] = now()
            await queue.put(item)
            puts.append(None)
            most = max(most, len(puts) - len(takes))
        self.seen[index] = most

    async def consume_async(self, now: Any, taken: list[int]) -> None:
        """Take items up to the end."""
        queue, waited, takes, joins = self.queue, self.waited, self.takes, self.joins
        while True:
            takes.append(None)
            item = await queue.get()
            if item == SENTINEL:
                return
            waited[item] = now() - waited[item]
            taken.append(item)
            if joins:
                queue.task_done()

    def check(self) -> dict[str, float]:
        came, most = sorted(item for taken in self.taken for item in taken), max(self.seen)
        require(
            came == list(range(self.places())),
            f"{len(came)} items came out of the queue, and each of {self.places()} was to come out once",
        )
        require(most <= self.capacity, f"{most} items were in the queue at once, and it has room for {self.capacity}")
        return {"operations": self.places(), "most_in_queue": most}
