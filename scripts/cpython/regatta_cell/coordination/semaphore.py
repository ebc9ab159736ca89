"""Workload semaphore: more users than permits."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require


class Semaphore(Case):
    """Take a permit, hold it for a while, and give it back. There are never more inside than there are permits."""

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "users", least=1)
        self.permits = number(params, "permits", least=1)
        self.entries = number(params, "entries", least=1)
        self.hold = number(params, "hold_us") / 1e6

    def places(self) -> int:
        return self.tasks * self.entries

    def begin(self, primitives: Any) -> None:
        self.semaphore = primitives.Semaphore(self.permits)
        # Who is inside. A list grows, shrinks and tells its length in one step each.
        self.inside: list[int] = []
        # The most that each user has seen inside.
        self.seen = [0] * self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        now, semaphore, waited, inside = world.now, self.semaphore, self.waited, self.inside
        first, most = index * self.entries, 0
        for place in range(first, first + self.entries):
            asked = now()
            async with semaphore:
                waited[place] = now() - asked
                inside.append(index)
                most = max(most, len(inside))
                await (world.sleep(self.hold) if self.hold else world.yield_now())
                inside.pop()
        self.seen[index] = most
        return self.entries

    def check(self) -> dict[str, float]:
        most = max(self.seen)
        require(not self.inside, f"{len(self.inside)} users stayed inside")
        require(most <= self.permits, f"{most} users were inside at once, and there are {self.permits} permits")
        return {"operations": self.places(), "most_inside": most}
