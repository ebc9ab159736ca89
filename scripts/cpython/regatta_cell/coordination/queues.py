"""Workload queues: items go through a bounded queue and come out in its order."""

from __future__ import annotations

from typing import Any, Tuple

from .case import Case, number, one_of, require

# Multiplies an item's number to its rank. It is odd, so no two numbers have one rank.
SCATTER = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1

# The queues by the name of their order, and whether an item may come out right after another. Items are pairs of rank
# and number. That of the least rank comes out of a priority queue first.
Item = Tuple[int, int]
ORDERS: dict[str, Any] = {
    "fifo": ("Queue", lambda item, last: item[1] == last[1] + 1),
    "lifo": ("LifoQueue", lambda item, last: item[1] + 1 == last[1]),
    "priority": ("PriorityQueue", lambda item, last: item > last),
}


class Queues(Case):
    """Put items in by one task, and take them out by another, which looks at their order.

    They go in batches: as many as fill the queue, and one more. Nobody takes items out while a batch goes in, so the order
    of a batch is known. The one more finds the queue full: it waits, or it is refused, kept, and put in later.
    """

    tasks = 2

    def set_up(self, params: dict[str, Any]) -> None:
        self.order = one_of(params, "order", *ORDERS)
        self.items = number(params, "items", least=1)
        self.capacity = number(params, "capacity", least=1)
        self.refuses = one_of(params, "full", "waits", "refuses") == "refuses"
        self.queue_name, self.follows = ORDERS[self.order]

    def at_once(self) -> int:
        return 2

    def places(self) -> int:
        return self.items

    def begin(self, primitives: Any) -> None:
        self.queue = getattr(primitives, self.queue_name)(self.capacity)
        self.full = primitives.Full
        # They count batches that are in, and batches that are out.
        self.filled, self.emptied = primitives.Semaphore(0), primitives.Semaphore(0)
        # Whether the put of the one more of this batch has come back.
        self.is_over = False
        self.refused = self.overfull = 0
        # The batches as they came out.
        self.taken: list[list[Item]] = [[] for _ in self.batches()]

    def batches(self) -> range:
        """The first numbers of the batches."""
        return range(0, self.items, self.capacity + 1)

    def batch(self, first: int) -> range:
        """The numbers of the items that fill the queue, in the batch that begins at `first`."""
        return range(first, min(first + self.capacity, self.items))

    async def task_async(self, world: Any, index: int) -> int:
        await (self.take_all_async(world) if index else self.put_all_async(world.now))
        return self.items

    async def put_all_async(self, now: Any) -> None:
        """Put all items in."""
        queue, waited = self.queue, self.waited
        for first in self.batches():
            for item in self.batch(first):
                # Who takes it makes a duration of it.
                waited[item] = now()
                await queue.put((item * SCATTER & MASK, item))
            one_more = first + self.capacity
            is_left = one_more < self.items
            if is_left:
                waited[one_more] = now()
                is_left = not self.refuses or self.is_refused(one_more)
            self.is_over = False
            self.filled.release()
            if is_left:
                await queue.put((one_more * SCATTER & MASK, one_more))
                self.is_over = True
            await self.emptied.acquire()

    def is_refused(self, item: int) -> bool:
        """Try to put an item in; whether it was refused."""
        try:
            self.queue.put_nowait((item * SCATTER & MASK, item))
        except self.full:
            self.refused += 1
            return True
        self.overfull += 1
        return False

    async def take_all_async(self, world: Any) -> None:
        """Take all items out."""
        now, queue, waited = world.now, self.queue, self.waited
        for first, taken in zip(self.batches(), self.taken):
            await self.filled.acquire()
            # The one more has a chance to go where it has no room.
            await world.yield_now()
            self.overfull += self.is_over
            for _ in range(first, min(first + self.capacity + 1, self.items)):
                item = await queue.get()
                waited[item[1]] = now() - waited[item[1]]
                taken.append(item)
            self.emptied.release()

    def check(self) -> dict[str, float]:
        require(not self.overfull, f"the queue took one more than it has room for, {self.overfull} times")
        out_of_order = sum(map(self.out_of_order, self.batches(), self.taken))
        require(not out_of_order, f"{out_of_order} items came out of order")
        came = sorted(number for batch in self.taken for _, number in batch)
        require(
            came == list(range(self.items)),
            f"{len(came)} items came out of the queue, and each of {self.items} was to come out once",
        )
        return {"operations": self.items, "refused": self.refused}

    def out_of_order(self, first: int, taken: list[Item]) -> int:
        """How many items of a batch came out of order.

        The one more goes in while others come out. So its place is a matter of luck, unless the first in is the first out.
        """
        one_more = first + self.capacity
        known = [item for item in taken if self.order == "fifo" or item[1] != one_more]
        return sum(not self.follows(item, last) for last, item in zip(known, known[1:]))
