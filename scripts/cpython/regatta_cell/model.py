"""The base classes: a World that tasks wait in, a Workload (what is done) and a Runner (how it is done).

A runner does not know the workload, a workload does not know the runner, and neither of them times a run.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from array import array
from functools import partial
from typing import Any, Callable, List, MutableSequence, NamedTuple

from .protocol import Failure

# Before 3.10.7 os.sched_yield kept the GIL, so no other thread of the interpreter got its turn (CPython gh-96078);
# from 3.11 on time.sleep(0) gives it, but takes the timer slack of the kernel, 80 us.
HAS_SCHED_YIELD = hasattr(os, "sched_yield") and sys.version_info >= (3, 10, 7)


class Flag:
    """A number that all tasks of a run see: 0 at first."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class World:
    """The world in which a task waits, here that of threads: every wait blocks the thread."""

    # Which call yields; part of the sample's `source`.
    yield_name = "sched_yield" if HAS_SCHED_YIELD else "sleep(0)"

    # Monotonic clock, ns, for latencies that are themselves the result; handed in by the recorder.
    now: Callable[[], int] = staticmethod(time.perf_counter_ns)

    # Worlds of coroutines have awaitables in the place of these two.
    sleep: Callable[[float], Any] = staticmethod(time.sleep)
    yield_now: Callable[[], Any] = staticmethod(os.sched_yield if HAS_SCHED_YIELD else partial(time.sleep, 0))

    def connect(self, address: tuple[str, int]) -> socket.socket:
        """A TCP connection that sends at once (TCP_NODELAY)."""
        stream = socket.create_connection(address)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream

    def primitives(self) -> Any:
        """The module of what tasks of this world coordinate with."""
        from .coordination import of_threads

        return of_threads

    def flag(self) -> Any:
        """A flag that every task of the model sees."""
        return Flag()

    def numbers(self, length: int) -> MutableSequence[int]:
        """`length` unsigned 64-bit numbers, all 0, that every task of the model sees."""
        return array("Q", bytes(8 * length))


class Workload:
    """A set of tasks. Its parameters are those of docs/PROTOCOL.md; it is built once in each process that needs it."""

    tasks: int
    # File descriptors that the server holds for each connection.
    server_descriptors = 0
    # Whether its tasks share more than flags and numbers, so that they cannot run in processes of their own.
    shares_memory = False

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        raise NotImplementedError

    def prepare(self, world: World, at_once: float) -> None:
        """Set up what tasks share. `at_once`: how many busy tasks the runner carries side by side."""

    def connections(self, begun: int) -> int:
        """Connections to the server that are open at once when `begun` tasks are begun and not ended."""
        return 0

    def at_once(self) -> int:
        """How many tasks, which all give way, must be in progress at once for the work to come to an end."""
        return 1

    def reset(self) -> None:
        """Put what tasks share back to its first state; before every run."""

    def task(self, world: Any, index: int) -> int:
        """Task `index`, waiting by blocking."""
        raise NotImplementedError

    async def task_async(self, world: Any, index: int) -> int:
        """Task `index` in a coroutine; workloads that wait on their model have a body of its own here."""
        return self.task(world, index)

    def conclude(self) -> dict[str, float]:
        """Check what the tasks of a run left behind; figures of it by name, the unit at the end."""
        return {}

    def turns_taken(self) -> list[list[int]]:
        """Who did the operations of the last run: for each slice of them, how many each task did."""
        return []

    def histograms(self) -> dict[str, str]:
        """Latency histograms of the last run, by name."""
        return {}


def number(params: dict[str, Any], name: str, least: int = 0) -> int:
    """The parameter `name`, a whole number of at least `least`."""
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Failure("unavailable", f"parameter {name} must be a whole number of at least {least}, not {value!r}")
    return value


def address(server: str | None) -> tuple[str, int]:
    """Host and port of the workload's server."""
    host, _, port = (server or "").rpartition(":")
    if not host or not port.isdigit():
        raise Failure("unavailable", f"the workload needs a server HOST:PORT, not {server!r}")
    return host.strip("[]"), int(port)


class Outcome(NamedTuple):
    """What a run gave."""

    # Results in the order of the tasks.
    results: List[int]
    # Distinct threads or processes that started at least one task.
    workers_seen: int


class Runner:
    """One concurrency model: start (its own figure), run, run, close."""

    # Whether its tasks run in processes of their own.
    has_processes = False

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.world: Any = World()
        self.workload: Any = None

    def at_once(self) -> float:
        """How many tasks that never give way it carries side by side."""
        raise NotImplementedError

    def begun(self, tasks: int) -> int:
        """How many of so many tasks it begins before the first has ended, if they wait."""
        return int(min(tasks, self.at_once()))

    def descriptors(self, workload: Workload) -> int:
        """File descriptors that this process holds open at once."""
        return workload.connections(self.begun(workload.tasks))

    def start(self, workload: Workload) -> None:
        """Build what the model keeps between runs, workers really started; after that, `run` creates no more of it."""
        self.workload = workload

    def run(self) -> Outcome:
        """Carry out every task once."""
        raise NotImplementedError

    def close(self) -> None:
        """End the workers, which are at rest; only after a start that went well."""

    def abandon(self) -> None:
        """End worker processes at once, whatever they do; threads end with the cell."""

    def worker_pids(self) -> list[int]:
        """Live worker processes."""
        return []

    def source(self) -> dict[str, str]:
        """What the model is made of, where there is a choice."""
        return {}

    def version(self) -> str:
        """Name and version of a library that carries the model; empty for the standard library."""
        return ""


def check_fit(runner: Runner, workload: Workload) -> None:
    """Raise a failure of kind `unavailable` if the model cannot bring the work to an end."""
    needed, begun = workload.at_once(), max(1, runner.begun(workload.tasks))
    if workload.shares_memory and runner.has_processes:
        raise Failure(
            "unavailable",
            "its tasks share memory, and processes have none in common; python-thread or python-asyncio can do it",
        )
    if needed > begun:
        raise Failure(
            "unavailable",
            f"{needed} of its tasks must be in progress at once, and this runner carries {begun}; "
            f"python-thread-pool with at least {needed} workers, python-thread or python-asyncio can do it",
        )
