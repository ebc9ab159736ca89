"""Runner python-sequential: a plain loop, the baseline of every other runner."""

from __future__ import annotations

from .model import Outcome, Runner
from .protocol import task_failure


class Sequential(Runner):
    """One task after the other."""

    def at_once(self) -> float:
        return 1

    def run(self) -> Outcome:
        task, world = self.workload.task, self.world
        results: list[int] = []
        try:
            for index in range(self.workload.tasks):
                results.append(task(world, index))
        except Exception as error:
            raise task_failure(len(results), error) from error
        return Outcome(results, min(1, len(results)))
