"""Workloads whose tasks share state and coordinate: lost-update."""

from __future__ import annotations

import asyncio
from typing import Any

from .model import Workload, World, number
from .protocol import Failure


class LostUpdate(Workload):
    """Read a shared number, pause, and write it back less one; with a lock and without."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.tasks = number(params, "tasks")
        self.updates = number(params, "updates", least=1)
        self.pause = number(params, "pause_us") / 1e6
        self.locks = bool(params.get("lock", True))
        self.left = 0
        self.lock: Any = None

    def prepare(self, world: World, at_once: float) -> None:
        self.world = world
        # The lock of an event loop is made within it: before 3.10 it belongs to the loop that is current then.
        self.is_awaited = asyncio.iscoroutinefunction(world.sleep)

    def reset(self) -> None:
        self.left = self.tasks * self.updates
        self.lock = None if self.is_awaited else self.world.lock()

    def task(self, world: Any, index: int) -> int:
        for _ in range(self.updates):
            if self.locks:
                with self.lock:
                    read = self.left
                    self.rest(world)
                    self.left = read - 1
            else:
                read = self.left
                self.rest(world)
                self.left = read - 1
        return self.updates

    def rest(self, world: Any) -> None:
        """Pause, or give way if the pause is 0."""
        world.sleep(self.pause) if self.pause else world.yield_now()

    async def task_async(self, world: Any, index: int) -> int:
        if self.lock is None:
            self.lock = world.lock()
        for _ in range(self.updates):
            if self.locks:
                async with self.lock:
                    read = self.left
                    await self.rest_async(world)
                    self.left = read - 1
            else:
                read = self.left
                await self.rest_async(world)
                self.left = read - 1
        return self.updates

    async def rest_async(self, world: Any) -> None:
        """Pause, or give way if the pause is 0."""
        await (world.sleep(self.pause) if self.pause else world.yield_now())

    def conclude(self) -> dict[str, float]:
        everything = self.tasks * self.updates
        if self.left < 0 or self.left > everything or (self.locks and self.left != 0):
            done = everything - self.left
            raise Failure("wrong-answer", f"{everything} updates under a lock left the number as after {done}")
        return {"lost_updates": float(self.left)}
