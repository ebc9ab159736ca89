"""Workload timer: run something after a time."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require

# Nanoseconds by which a timer may be early: loops take along what is due within the resolution of their clock.
TOLERANCE = 1000


class Timer(Case):
    """Wait for a time that differs from task to task, and note how late it is then."""

    shares_memory = False
    latency = "lateness_ns"

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.after_us = number(params, "after_us", least=1)

    def places(self) -> int:
        return self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        now = world.now
        after_us = (index + 1) * self.after_us
        due = now() + 1000 * after_us
        await world.sleep(after_us / 1e6)
        late = now() - due
        require(late > -TOLERANCE, f"it ran {-late} ns before its time")
        self.waited[index] = max(1, late)
        return 1

    def check(self) -> dict[str, float]:
        return {"operations": self.tasks}
