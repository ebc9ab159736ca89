"""Runner python-gevent: greenlets on gevent's hub, one a task. Nothing is monkey-patched."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from .model import Outcome, Runner, Workload, World
from .protocol import Failure, task_failure

try:
    import gevent
    import gevent.socket
except ImportError as missing:
    raise Failure(
        "unavailable",
        f"gevent cannot be imported by {sys.executable} ({missing}): run '{sys.executable} -m pip install gevent', "
        "or name an interpreter that has it with --python PATH",
    ) from missing


class HubWorld(World):
    """The world of greenlets: every wait switches to the hub."""

    yield_name = "gevent.sleep(0)"
    sleep = staticmethod(gevent.sleep)
    yield_now = staticmethod(partial(gevent.sleep, 0))

    def primitives(self) -> Any:
        from .coordination import of_hub

        return of_hub

    def connect(self, address: tuple[str, int]) -> Any:
        stream = gevent.socket.create_connection(address)
        stream.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
        return stream


class Gevent(Runner):
    """The hub of the main thread, kept between runs."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.world = HubWorld()

    def at_once(self) -> float:
        return 1

    def begun(self, tasks: int) -> int:
        return tasks

    def start(self, workload: Workload) -> None:
        super().start(workload)
        gevent.sleep(0)

    def run(self) -> Outcome:
        task, world, spawn = self.workload.task, self.world, gevent.spawn
        greenlets = [spawn(task, world, index) for index in range(self.workload.tasks)]
        gevent.joinall(greenlets)
        results: list[int] = []
        for index, greenlet in enumerate(greenlets):
            if greenlet.exception is not None:
                raise task_failure(index, greenlet.exception) from greenlet.exception
            results.append(greenlet.value)
        return Outcome(results, min(1, len(results)))

    def version(self) -> str:
        return f"gevent {gevent.__version__}"
