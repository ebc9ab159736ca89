"""Runners python-thread and python-thread-pool: threads of the interpreter, one a task or a few for all."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor

from .model import Outcome, Runner, Workload
from .protocol import task_failure


class Thread(Runner):
    """One thread a task, all started, then all joined."""

    def at_once(self) -> float:
        return math.inf

    def run(self) -> Outcome:
        task, world = self.workload.task, self.world
        results = [0] * self.workload.tasks
        errors: list[tuple[int, BaseException]] = []

        def carry_out(index: int) -> None:
            try:
                results[index] = task(world, index)
            except BaseException as error:
                errors.append((index, error))

        # Daemons, so that what a failed run leaves behind cannot keep the cell alive.
        threads = [threading.Thread(target=carry_out, args=(index,), daemon=True) for index in range(len(results))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for index, error in errors:
            raise task_failure(index, error) from error
        return Outcome(results, len(threads))


class ThreadPool(Runner):
    """A ThreadPoolExecutor, kept between runs; one submission a task."""

    def at_once(self) -> float:
        return self.workers

    def start(self, workload: Workload) -> None:
        super().start(workload)
        self._pool = ThreadPoolExecutor(self.workers)
        # Nobody passes before all have come, so every thread of the pool is really there.
        gate = threading.Barrier(self.workers)
        for future in [self._pool.submit(gate.wait) for _ in range(self.workers)]:
            future.result()

    def run(self) -> Outcome:
        task, world = self.workload.task, self.world
        owners = [0] * self.workload.tasks
        identify = threading.get_ident

        def carry_out(index: int) -> int:
            owners[index] = identify()
            return task(world, index)

        futures = [self._pool.submit(carry_out, index) for index in range(len(owners))]
        results: list[int] = []
        try:
            for future in futures:
                results.append(future.result())
        except Exception as error:
            raise task_failure(len(results), error) from error
        return Outcome(results, len(set(owners)))

    def close(self) -> None:
        self._pool.shutdown()
