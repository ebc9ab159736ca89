"""Workload lost-update: tasks read a number, pause, and write it back less one; with a lock and without."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require, whether


class LostUpdate(Case):
    """Take one from a shared number. Without the lock, what another task wrote in the pause is lost."""

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.updates = number(params, "updates", least=1)
        self.pause = number(params, "pause_us") / 1e6
        self.locks = whether(params, "lock")

    def begin(self, primitives: Any) -> None:
        self.left = self.tasks * self.updates
        self.lock = primitives.Lock()

    async def task_async(self, world: Any, index: int) -> int:
        for _ in range(self.updates):
            if self.locks:
                async with self.lock:
                    await self.update_async(world)
            else:
                await self.update_async(world)
        return self.updates

    async def update_async(self, world: Any) -> None:
        """Read, pause or give way, and write."""
        read = self.left
        await (world.sleep(self.pause) if self.pause else world.yield_now())
        self.left = read - 1

    def check(self) -> dict[str, float]:
        everything = self.tasks * self.updates
        done = everything - self.left
        require(
            0 <= self.left <= everything and not (self.locks and self.left),
            f"{everything} updates under a lock left the number as after {done}: the lock did not lock",
        )
        return {"operations": everything, "lost_updates": self.left}
