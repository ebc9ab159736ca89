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
        # By task: how often it was the one that the barrier names, and how often it passed too early.
        self.led = [0] * self.tasks
        self.early = [0] * self.tasks

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
            if len(came) < tasks * (phase + 1):
                self.early[index] += 1
        return self.phases

    def check(self) -> dict[str, float]:
        early, leaders = sum(self.early), sum(self.led)
        require(not early, f"{early} times a task passed the barrier before all had come")
        require(leaders == self.phases, f"{self.phases} phases had {leaders} leaders")
        return {"operations": self.places(), "leaders": leaders}
