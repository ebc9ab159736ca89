"""What the tests of coordination have in common: a run of a case in this process, its parameters and its right results."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import unittest
from typing import Any, Callable, Iterator, NamedTuple
from unittest import mock

from test_cells import decode, surely_prime

from regatta_cell import catalogue
from regatta_cell.catalogue import WORKLOADS
from regatta_cell.model import World, check_fit
from regatta_cell.protocol import Failure

RUNNERS = ("sequential", "thread", "thread-pool", "asyncio", "gevent")
# Those under which all tasks can be in progress at once.
SIDE_BY_SIDE = RUNNERS[1:]
CASES = [name for name, place in WORKLOADS.items() if place.startswith("coordination.")]
# Those whose tasks share nothing.
APART = ("timer", "tickets", "prime-filter", "square-mapper")

# Where the tickets are: it is gone with this process.
FOLDER = tempfile.TemporaryDirectory()


class Run(NamedTuple):
    """What a run gave."""

    results: list[int]
    figures: dict[str, float]
    # Number of latencies by the name of their histogram.
    noted: dict[str, int]


def is_there(runner: str) -> bool:
    """Whether this interpreter has what the runner needs. All but gevent comes with it."""
    try:
        catalogue.runner("python-" + runner)
    except Failure as failure:
        if "pip install gevent" in failure.message:
            return False
        raise
    return True


def start(workload: str, params: dict[str, Any], runner: str, workers: int) -> tuple[Any, Any]:
    """A runner that has started, and its workload."""
    if not is_there(runner):
        raise unittest.SkipTest("no gevent")
    model = catalogue.runner("python-" + runner)(workers)
    work = catalogue.workload(workload)(params, None)
    check_fit(model, work)
    work.prepare(model.world, model.at_once())
    model.start(work)
    return model, work


def run(
    workload: str,
    params: dict[str, Any],
    runner: str = "thread",
    workers: int = 12,
    change: Callable[[Any, Any], None] = lambda work, world: None,
    **broken: Any,
) -> Run:
    """A run in this process, as a cell makes it. `broken` are primitives that take the place of the world's own."""
    model, work = start(workload, params, runner, workers)
    change(work, model.world)
    with replaced(work.primitives, broken):
        work.reset()
        results = model.run().results
        model.close()
        figures = work.conclude()
    noted = {name: sum(decode(text).values()) for name, text in work.histograms().items()}
    return Run(results, figures, noted)


def replaced(primitives: Any, broken: dict[str, Any]) -> Any:
    """A context in which these take the place of a world's own."""
    return mock.patch.multiple(primitives, **broken) if broken else contextlib.ExitStack()


def ends(work: Callable[[], Any], seconds: float) -> bool:
    """Whether `work` comes to an end in time. If not, its thread is left behind."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def has_threads(world: Any) -> bool:
    """Whether tasks of this world wait by blocking a thread."""
    return type(world) is World


class Steps:
    """Steps of computing that are something else."""

    def __init__(self, instead: Callable[[], Any]) -> None:
        self.instead = instead

    def __iter__(self) -> Iterator[int]:
        self.instead()
        return iter(())


def pause_together(work: Any, world: Any) -> None:
    """Let each pause, and each computing within a lock, be one of all threads together."""
    if has_threads(world):
        gate = threading.Barrier(work.tasks)
        world.sleep = lambda seconds: gate.wait()
        work.inside = Steps(gate.wait)


def fill_up(users: int) -> Callable[[Any, Any], None]:
    """Let threads that are inside wait until there are so many."""

    def change(work: Any, world: Any) -> None:
        if has_threads(world):
            full = threading.Event()

            def wait(seconds: float) -> None:
                if len(work.inside) >= users:
                    full.set()
                full.wait(20)

            world.sleep = wait

    return change


def params_of(workload: str, tasks: int) -> dict[str, Any]:
    """Small parameters of a case with about so many tasks."""
    return {
        "lost-update": {"tasks": tasks, "updates": 5, "pause_us": 0, "lock": True},
        "contention": {"tasks": tasks, "operations": 50, "inside": 10},
        "account": {"pairs": (tasks + 1) // 2, "operations": 25},
        "semaphore": {"users": tasks, "permits": 2, "entries": 5, "hold_us": 0},
        "traffic-light": {
            "cars": tasks,
            "red_us": 2000,
            "connectors": tasks // 2,
            "tries": 3,
            "timeout_us": 1000,
            "connects": tasks == 2,
        },
        "rwlock": {"tasks": tasks, "operations": 50, "readers": 90, "inside": 10},
        "barrier": {"tasks": tasks, "phases": 10},
        "ping-pong": {"round_trips": 10 * tasks},
        "producer-consumer": {
            "producers": (tasks + 1) // 2,
            "consumers": tasks // 2 or 1,
            "items": 20,
            "capacity": 3,
            "ending": "sentinel",
        },
        "queues": {"order": "fifo", "items": 13 * tasks, "capacity": 3, "full": "waits"},
        "dishes": {"dishes": 10 * tasks, "capacity": 2},
        "deadlock": {"tasks": tasks, "rounds": 5, "cure": "order"},
        "timer": {"tasks": tasks, "after_us": 200},
        "tickets": {"buyers": tasks, "tickets": 3, "pause_us": 100, "lock": True, "folder": FOLDER.name},
        "prime-filter": {"tasks": tasks, "numbers": 95, "stride": 10},
        "square-mapper": {"tasks": tasks, "numbers": 95, "stride": 10},
    }[workload]


def results_of(workload: str, params: dict[str, Any]) -> list[int]:
    """What the tasks of a case must give."""
    tasks = params.get("tasks", params.get("users", 0))
    numbers = params.get("numbers", 0)
    if workload == "producer-consumer":
        return [params["items"]] * params["producers"] + [0] * params["consumers"]
    if workload == "account":
        pairs, operations = params["pairs"], params["operations"]
        return [sum(1 + (i // 2 + k) % 10 for k in range(operations)) for i in range(2 * pairs)]
    if workload == "traffic-light":
        tries = 1 if params["connects"] else params["tries"]
        return [0] + [1] * params["cars"] + [tries] * params["connectors"]
    if workload == "queues":
        return [params["items"]] * 2
    if workload == "ping-pong":
        return [params["round_trips"]] * 2
    if workload == "dishes":
        return [params["dishes"]] * 3
    if workload == "tickets":
        return list(range(params["buyers"]))
    if workload == "timer":
        return [1] * tasks
    if workload == "prime-filter":
        return [sum(map(surely_prime, range(i * numbers, (i + 1) * numbers))) for i in range(tasks)]
    if workload == "square-mapper":
        # The sum of the squares below n, by its formula.
        below = [(n - 1) * n * (2 * n - 1) // 6 for n in range(0, (tasks + 1) * numbers, numbers)]
        return [end - begin for begin, end in zip(below, below[1:])]
    each = {"lost-update": "updates", "semaphore": "entries", "barrier": "phases", "deadlock": "rounds"}
    return [params[each.get(workload, "operations")]] * tasks
