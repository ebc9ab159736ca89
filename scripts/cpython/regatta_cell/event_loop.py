"""Runner python-asyncio: coroutines on one event loop, one asyncio task a task."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from .model import Outcome, Runner, Workload, World
from .protocol import task_failure


async def connect(address: tuple[str, int]) -> Any:
    """Reader and writer of a TCP connection; asyncio sends at once (TCP_NODELAY) by itself."""
    return await asyncio.open_connection(*address)


class LoopWorld(World):
    """The world of coroutines: every wait is awaited."""

    yield_name = "asyncio.sleep(0)"
    sleep = staticmethod(asyncio.sleep)
    yield_now = staticmethod(partial(asyncio.sleep, 0))
    connect = staticmethod(connect)  # type: ignore[assignment]

    def primitives(self) -> Any:
        from .coordination import of_event_loop

        return of_event_loop


class Asyncio(Runner):
    """One event loop, kept between runs."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.world = LoopWorld()

    def at_once(self) -> float:
        return 1

    def begun(self, tasks: int) -> int:
        return tasks

    def start(self, workload: Workload) -> None:
        super().start(workload)
        self._loop = asyncio.new_event_loop()
        # Before 3.10, locks and the like belong to the loop that is current when they are made.
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.sleep(0))

    def run(self) -> Outcome:
        results = self._loop.run_until_complete(self._everything())
        return Outcome(results, min(1, len(results)))

    async def _everything(self) -> list[int]:
        task, world, create = self.workload.task_async, self.world, self._loop.create_task
        tasks = [create(task(world, index)) for index in range(self.workload.tasks)]
        try:
            return list(await asyncio.gather(*tasks))
        except Exception:
            failed = [done.exception() if done.done() and not done.cancelled() else None for done in tasks]
            # What is left waits for nobody any more.
            for left in tasks:
                left.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for index, error in enumerate(failed):
                if error is not None:
                    raise task_failure(index, error) from error
            raise

    def close(self) -> None:
        self._loop.close()
