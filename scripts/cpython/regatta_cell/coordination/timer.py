"""Workload timer: run something after a time."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require


class Timer(Case):
    """Wait for a time that differs from task to task, and note how late it is then."""

    latency = "lateness_ns"

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.after_us = number(params, "after_us")

    def places(self) -> int:
        return self.tasks

    def begin(self, primitives: Any) -> None:
        self.early = [0] * self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        now = world.now
        after_us = (index + 1) * self.after_us
        begun = now()
        await world.sleep(after_us / 1e6)
        late = now() - begun - 1000 * after_us
        self.waited[index] = max(1, late)
        return 1

    def check(self) -> dict[str, float]:
        return {"operations": self.tasks}
