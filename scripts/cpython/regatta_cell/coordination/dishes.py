"""Workload dishes: three tasks wash, dry and put away, with a queue between each."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require


class Dishes(Case):
    """A pipeline, in which dishes keep their order stage by stage."""

    tasks = 3

    def set_up(self, params: dict[str, Any]) -> None:
        self.dishes = number(params, "dishes", least=1)
        self.capacity = number(params, "capacity", least=1)

    def at_once(self) -> int:
        return 3

    def places(self) -> int:
        return 2 * self.dishes

    def begin(self, primitives: Any) -> None:
        self.washed, self.dried = primitives.Queue(self.capacity), primitives.Queue(self.capacity)
        # By stage: how many dishes came out of their order.
        self.misplaced = [0] * self.tasks
        self.stored = 0

    async def task_async(self, world: Any, index: int) -> int:
        stage = (self.wash_async, self.dry_async, self.put_away_async)[index]
        await stage(world.now)
        return self.dishes

    async def wash_async(self, now: Any) -> None:
        """Hand on the dishes in their order."""
        washed, waited = self.washed, self.waited
        for dish in range(self.dishes):
            # Who takes it makes a duration of it.
            waited[dish] = now()
            await washed.put(dish)

    async def dry_async(self, now: Any) -> None:
        """Take what was washed, and hand it on."""
        washed, dried, waited, dishes = self.washed, self.dried, self.waited, self.dishes
        for turn in range(dishes):
            dish = await washed.get()
            waited[dish] = now() - waited[dish]
            if dish != turn:
                self.misplaced[1] += 1
            waited[dishes + dish] = now()
            await dried.put(dish)

    async def put_away_async(self, now: Any) -> None:
        """Take what was dried."""
        dried, waited, dishes = self.dried, self.waited, self.dishes
        for turn in range(dishes):
            dish = await dried.get()
            waited[dishes + dish] = now() - waited[dishes + dish]
            if dish != turn:
                self.misplaced[2] += 1
            self.stored += 1

    def check(self) -> dict[str, float]:
        misplaced = sum(self.misplaced)
        require(
            self.stored == self.dishes and not misplaced,
            f"{self.stored} of {self.dishes} dishes were put away, and {misplaced} came out of order",
        )
        return {"operations": self.dishes}
