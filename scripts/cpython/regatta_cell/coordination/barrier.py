"""Workload barrier: tasks work in phases, and none begins a phase before all have ended the one before."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require


class Phases(Case):
    """Come to a barrier, and pass it with all others."""

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.phases = number(params, "phases", least=1)

    def at_once(self) -> int:
        return self.tasks

    def places(self) -> int:
        return self.tasks * self.phases

    def begin(self, primitives: Any) -> None:
        self.barrier = primitives.Barrier(self.tasks)
        # Who came, phase after phase. A list grows and tells its length in one step each.
        self.came: list[int] = []
        # By task: how often the barrier named it the leader, and how often it was in another phase than the others.
        self.led = [0] * self.tasks
        self.astray = [0] * self.tasks

    async def task_async(self, world: Any, index: int) -> int:
        now, barrier, waited, came = world.now, self.barrier, self.waited, self.came
        tasks, first = self.tasks, index * self.phases
        for phase in range(self.phases):
            came.append(index)
            asked = now()
            place = await barrier.wait()
            waited[first + phase] = now() - asked
            if not place:
                self.led[index] += 1
            # All have come to this phase. This task has not come to the next one, so not all have.
            if not tasks * (phase + 1) <= len(came) < tasks * (phase + 2):
                self.astray[index] += 1
        return self.phases

    def check(self) -> dict[str, float]:
        astray, leaders = sum(self.astray), sum(self.led)
        require(not astray, f"{astray} times a task was in another phase than the others")
        require(leaders == self.phases, f"{leaders} tasks led, and each of {self.phases} phases has one that does")
        return {"operations": self.places(), "leaders": leaders}
