"""Tests of the cases of coordination: each under every runner, and with primitives that are broken on purpose.

    python3 scripts/cpython/test_coordination.py

The interpreter that runs the tests is the one that is tested. No test asserts an absolute time.
"""

from __future__ import annotations

import asyncio
import contextlib
import dis
import itertools
import threading
import traceback
import unittest
from functools import partial
from typing import Any, Callable, Iterator, NamedTuple
from unittest import mock

from test_cells import Cell, decode, eventually, oracle, surely_prime

from regatta_cell import catalogue
from regatta_cell.catalogue import WORKLOADS
from regatta_cell.coordination import monitors, of_event_loop, of_threads
from regatta_cell.coordination.account import Account
from regatta_cell.coordination.turns import fairness, jain_index
from regatta_cell.coordination.twin import blocking, blocking_class
from regatta_cell.model import World, check_fit
from regatta_cell.protocol import Failure

RUNNERS = ("sequential", "thread", "thread-pool", "asyncio", "gevent")
# Those under which all tasks can be in progress at once.
SIDE_BY_SIDE = RUNNERS[1:]
CASES = [name for name, place in WORKLOADS.items() if place.startswith("coordination.")]
# Those whose tasks share nothing.
APART = ("timer", "prime-filter", "square-mapper")


class Run(NamedTuple):
    """What a run gave."""

    results: list[int]
    figures: dict[str, float]
    # Number of latencies by the name of their histogram.
    noted: dict[str, int]


def start(workload: str, params: dict[str, Any], runner: str, workers: int) -> tuple[Any, Any]:
    """A runner that has started, and its workload."""
    try:
        model = catalogue.runner("python-" + runner)(workers)
    except Failure as failure:
        if "pip install gevent" in failure.message:
            raise unittest.SkipTest("no gevent") from None
        raise
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


def everyone(tasks: int) -> Iterator[int]:
    """The numbers of tasks to try."""
    return iter({1, 2, tasks})


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


class EveryCaseUnderEveryRunner(unittest.TestCase):
    """Results, figures and latencies. A method per pair is added below."""

    def check(self, workload: str, runner: str) -> None:
        for tasks in (1, 2, 12):
            params = params_of(workload, tasks)
            with self.subTest(params=params):
                expected = results_of(workload, params)
                try:
                    model, work = start(workload, params, runner, workers=len(expected))
                except Failure as failure:
                    self.assertEqual(("unavailable", "sequential"), (failure.kind, runner))
                    self.assertIn("must be in progress at once", failure.message)
                    continue
                for _ in range(2):
                    work.reset()
                    outcome = model.run()
                    self.assertEqual(expected, outcome.results)
                    figures, histograms = work.conclude(), work.histograms()
                    self.assertTrue(all(isinstance(figure, float) for figure in figures.values()), figures)
                    self.assertGreater(figures["operations"], 0)
                    self.assertLessEqual(set(histograms), {"wait_ns", work.latency})
                    noted = sum(sum(decode(text).values()) for text in histograms.values())
                    # The first turn is not handed over, and a car that comes late does not wait.
                    self.assertLessEqual(noted, work.places() - (workload == "ping-pong"))
                    if workload != "traffic-light":
                        self.assertGreaterEqual(noted, work.places() - 1)
                model.close()


def add_pairs() -> None:
    """One test a pair, so that a new case is covered by being registered."""
    for workload in CASES:
        for runner in RUNNERS:

            def test(self: Any, workload: str = workload, runner: str = runner) -> None:
                self.check(workload, runner)

            setattr(EveryCaseUnderEveryRunner, f"test_{workload}_{runner}".replace("-", "_"), test)


add_pairs()


class NoLock:
    """A lock that does not lock, for every world."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        pass

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *error: Any) -> None:
        pass


class NoBarrier:
    """A barrier that lets everybody pass."""

    def __init__(self, parties: int) -> None:
        pass

    def wait(self) -> int:
        return 1


class NoBarrierAwaited(NoBarrier):
    """The same for coroutines."""

    async def wait(self) -> int:  # type: ignore[override]
        return 1


class NoRwLock:
    """A read/write lock that does not lock."""

    def go(self) -> None:
        pass

    acquire_read = release_read = acquire_write = release_write = go


class NoRwLockAwaited:
    """The same for coroutines."""

    async def go(self) -> None:
        pass

    acquire_read = release_read = acquire_write = release_write = go


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


def changed_queue(primitives: Any, is_awaited: bool, change: Callable[[int, Any], list[Any]]) -> Any:
    """A queue that puts what `change` makes of the number of an item and of the item."""

    class Changed(primitives.Queue):  # type: ignore[misc]
        numbers = itertools.count(1)

        def changed(self, item: Any) -> list[Any]:
            return change(next(self.numbers), item)

        if is_awaited:

            async def put(self, item: Any) -> None:
                for each in self.changed(item):
                    await super().put(each)

        else:

            def put(self, item: Any, *more: Any) -> None:
                for each in self.changed(item):
                    super().put(each, *more)

    return Changed


class BrokenPrimitives(unittest.TestCase):
    """That each case catches what breaks its invariant."""

    def expect_wrong(self, message: str, workload: str, params: dict[str, Any], runner: str, **more: Any) -> None:
        with self.subTest(workload=workload, runner=runner):
            with self.assertRaisesRegex(Failure, message) as caught:
                run(workload, params, runner, **more)
            self.assertEqual("wrong-answer", caught.exception.kind)

    def each_world(self, *runners: str) -> Iterator[tuple[str, Any]]:
        """Runners and the primitives of their worlds."""
        for runner in runners or ("thread", "thread-pool", "asyncio", "gevent"):
            try:
                yield runner, catalogue.runner("python-" + runner)(1).world.primitives()
            except Failure as failure:
                self.assertIn("pip install gevent", failure.message)

    def test_a_lock_that_does_not_lock(self) -> None:
        params = {"tasks": 5, "updates": 2, "pause_us": 100, "lock": True}
        for runner, _ in self.each_world():
            more = {"change": pause_together, "Lock": NoLock}
            self.expect_wrong("did not lock", "lost-update", params, runner, **more)
            if runner in ("thread", "thread-pool"):
                self.expect_wrong("did not lock", "contention", params_of("contention", 8), runner, **more)
            else:
                self.expect_wrong("did not lock", "deadlock", params_of("deadlock", 2), runner, Lock=NoLock)

    def test_a_read_write_lock_that_does_not_lock(self) -> None:
        def write(work: Any, world: Any) -> None:
            work.inside = Steps(lambda: setattr(work, "value", work.value + 1))

        params = {"tasks": 8, "operations": 6, "readers": 50, "inside": 1, "gives_way": True}
        for runner, _ in self.each_world():
            broken = NoRwLockAwaited if runner == "asyncio" else NoRwLock
            more = {"change": pause_together, "RwLock": broken}
            self.expect_wrong("writes counted up to", "rwlock", params, runner, **more)
        params = {"tasks": 1, "operations": 6, "readers": 100, "inside": 1}
        self.expect_wrong("and 6 readers saw one go on", "rwlock", params, "thread", change=write)

    def test_a_semaphore_with_one_permit_too_many(self) -> None:
        for runner, primitives in self.each_world():
            more = lambda permits, real=primitives.Semaphore: real(permits + 1)  # noqa: E731
            params = {"users": 8, "permits": 2, "entries": 1, "hold_us": 100}
            given = {"change": fill_up(3), "Semaphore": more}
            self.expect_wrong("3 users were inside at once", "semaphore", params, runner, **given)
            if runner in ("asyncio", "gevent"):
                self.expect_wrong("out of order", "ping-pong", {"round_trips": 20}, runner, Semaphore=more)

    def test_a_barrier_that_does_not_hold(self) -> None:
        for runner, _ in self.each_world():
            broken = NoBarrierAwaited if runner == "asyncio" else NoBarrier
            self.expect_wrong("in another phase", "barrier", params_of("barrier", 4), runner, Barrier=broken)

    def test_a_queue_that_drops_or_doubles(self) -> None:
        for runner, primitives in self.each_world():
            for change in (lambda n, item: [item][n == 7 :], lambda n, item: [item] * (1 + (n == 7))):
                for ending in ("sentinel", "task-done"):
                    queue = changed_queue(primitives, runner == "asyncio", change)
                    params = {**params_of("producer-consumer", 5), "ending": ending}
                    self.expect_wrong("was to come out once", "producer-consumer", params, runner, Queue=queue)

    def test_a_queue_in_another_order(self) -> None:
        for runner, primitives in self.each_world():
            held: list[Any] = []

            def swap(n: int, item: Any, held: list[Any] = held) -> list[Any]:
                if n == 7:
                    held.append(item)
                return [] if n == 7 else [item, *held[n - 8 :]]

            queue = changed_queue(primitives, runner == "asyncio", swap)
            self.expect_wrong("came out of order", "dishes", params_of("dishes", 4), runner, Queue=queue)

    def test_a_timer_that_does_not_wait(self) -> None:
        def hurry(work: Any, world: Any) -> None:
            world.sleep = lambda seconds: world.yield_now()

        for runner, _ in self.each_world():
            params = {"tasks": 3, "after_us": 1_000_000}
            self.expect_wrong("before its time", "timer", params, runner, change=hurry)

    def expect_stuck(self, workload: str, params: dict[str, Any], runner: str, primitives: Any, **broken: Any) -> None:
        """Expect that a run does not end. gevent says so itself, for nothing can wake a greenlet then."""

        def carry_out() -> None:
            with contextlib.suppress(Exception):
                run(workload, params, runner, change=withdraw_first)
                ended.append(True)

        ended: list[bool] = []
        with self.subTest(workload=workload, runner=runner), replaced(primitives, broken):
            ends(carry_out, 0.5)
            self.assertFalse(ended)

    def test_an_event_that_forgets_a_waiter(self) -> None:
        # The threads of a pool would be waited for at the end of this program.
        for runner, primitives in self.each_world("thread", "asyncio", "gevent"):

            class Forgets(primitives.Event):  # type: ignore[misc]
                numbers = itertools.count()
                real = primitives.Event

                def wait(self, *timeout: Any) -> Any:
                    return self.real().wait() if next(self.numbers) == 2 else super().wait(*timeout)

            self.expect_stuck("traffic-light", params_of("traffic-light", 4), runner, primitives, Event=Forgets)

    def test_a_condition_that_loses_its_notifications(self) -> None:
        for runner, primitives in self.each_world("asyncio", "gevent"):

            class Loses(primitives.Condition):  # type: ignore[misc]
                def notify(self, number: int = 1) -> None:
                    pass

                def notify_all(self) -> None:
                    pass

            self.expect_stuck("account", params_of("account", 4), runner, primitives, Condition=Loses)

    def test_two_locks_in_opposite_orders(self) -> None:
        for runner, primitives in self.each_world("asyncio", "gevent"):
            self.expect_stuck("deadlock", {"tasks": 2, "rounds": 1, "cure": "none"}, runner, primitives)


def withdraw_first(work: Any, world: Any) -> None:
    """Let each task that deposits have its turn after the one that withdraws, so that withdrawals wait for certain."""
    if isinstance(work, Account):
        task, task_async = work.task, work.task_async
        work.task = lambda world, index: task(world, index ^ 1)  # type: ignore[method-assign]
        work.task_async = lambda world, index: task_async(world, index ^ 1)  # type: ignore[method-assign]


class Cases(unittest.TestCase):
    """What single cases show."""

    def each_runner(self, *runners: str) -> Iterator[str]:
        for runner in runners or SIDE_BY_SIDE:
            with self.subTest(runner=runner):
                yield runner

    def test_updates_are_lost_without_a_lock_even_under_a_gil(self) -> None:
        params = {"tasks": 5, "updates": 2, "pause_us": 20_000, "lock": False}
        for runner in self.each_runner():
            # Tasks that pause together read the same number, and all but one of their updates are lost.
            given = run("lost-update", params, runner, change=pause_together)
            self.assertEqual(10, given.figures["operations"])
            self.assertGreater(given.figures["lost_updates"], 0)
        params = {**params, "pause_us": 0}
        for runner in self.each_runner("asyncio", "gevent"):
            self.assertEqual(8, run("lost-update", params, runner).figures["lost_updates"])
        self.assertEqual(0, run("lost-update", params, "sequential").figures["lost_updates"])

    def test_withdrawals_wait_for_funds(self) -> None:
        params = {"pairs": 3, "operations": 25}
        for runner in self.each_runner():
            given = run("account", params, runner, change=withdraw_first)
            self.assertEqual((results_of("account", params), {"wait_ns": 75}), (given.results, given.noted))
            self.assertEqual(150, given.figures["operations"])
            if runner in ("asyncio", "gevent"):
                self.assertGreater(given.figures["waits"], 0)

    def test_no_more_than_the_permits_are_inside(self) -> None:
        params = {"users": 8, "permits": 3, "entries": 2, "hold_us": 100}
        for runner in self.each_runner():
            given = run("semaphore", params, runner, change=fill_up(3))
            self.assertEqual({"operations": 16, "most_inside": 3}, given.figures)

    def test_a_light_lets_all_go_and_connectors_give_up_or_connect(self) -> None:
        params = {"cars": 3, "red_us": 20_000, "connectors": 2, "tries": 3, "timeout_us": 2000}
        for connects in (True, False):
            for runner in self.each_runner():
                given = run("traffic-light", {**params, "connects": connects}, runner)
                self.assertEqual([0, 1, 1, 1] + [1 if connects else 3] * 2, given.results)
                figures = {"operations": 5, "released": 3, "gave_up": 0 if connects else 2}
                self.assertEqual(figures, given.figures)
                # A car that comes after the light was set waits for nothing, which under a loop none does.
                if runner in ("asyncio", "gevent"):
                    self.assertEqual({"set_to_run_ns": 3}, given.noted)

    def test_the_share_of_writes(self) -> None:
        for readers, writes in [(100, 0), (99, 4), (90, 40), (50, 200), (0, 400)]:
            params = {"tasks": 4, "operations": 100, "readers": readers, "inside": 0, "gives_way": True}
            for runner in self.each_runner():
                figures = run("rwlock", params, runner).figures
                self.assertEqual((400, writes), (figures["operations"], figures["writes"]))
                self.assertEqual(readers > 0, "most_readers" in figures)
                if runner in ("asyncio", "gevent") and readers == 100:
                    self.assertEqual(4, figures["most_readers"])

    def test_each_order_of_a_queue_and_each_answer_of_a_full_one(self) -> None:
        for order in ("fifo", "lifo", "priority"):
            for full in ("waits", "refuses"):
                params = {"order": order, "items": 50, "capacity": 6, "full": full}
                for runner in self.each_runner():
                    given = run("queues", params, runner)
                    # Seven batches find the queue full, and one item is left over.
                    figures = {"operations": 50, "refused": 7 if full == "refuses" else 0}
                    self.assertEqual(([50, 50], figures, {"wait_ns": 50}), given)

    def test_a_queue_is_seen_in_another_order_and_with_more_room(self) -> None:
        params = {"order": "fifo", "items": 50, "capacity": 6, "full": "refuses"}
        for runner in self.each_runner():
            primitives = catalogue.runner("python-" + runner)(1).world.primitives()
            roomy = lambda capacity, real=primitives.Queue: real(capacity + 1)  # noqa: E731
            for message, order, queue in [
                ("out of order", "fifo", primitives.LifoQueue),
                ("out of order", "lifo", primitives.PriorityQueue),
                ("out of order", "priority", primitives.Queue),
                ("one more than it has room for", "fifo", roomy),
            ]:
                name = {"fifo": "Queue", "lifo": "LifoQueue", "priority": "PriorityQueue"}[order]
                with self.assertRaisesRegex(Failure, message) as caught:
                    run("queues", {**params, "order": order}, runner, **{name: queue})
                self.assertEqual("wrong-answer", caught.exception.kind)

    def test_both_endings_of_consumers(self) -> None:
        for ending in ("sentinel", "task-done"):
            params = {"producers": 3, "consumers": 2, "items": 40, "capacity": 5, "ending": ending}
            for runner in self.each_runner():
                given = run("producer-consumer", params, runner)
                self.assertEqual([40, 40, 40, 0, 0], given.results)
                self.assertTrue(1 <= given.figures["most_in_queue"] <= 5, given)

    def test_cures_of_a_deadlock(self) -> None:
        for cure in ("order", "reentrant"):
            for runner in self.each_runner():
                self.assertEqual([4] * 6, run("deadlock", {"tasks": 6, "rounds": 4, "cure": cure}, runner).results)

    def test_fairness(self) -> None:
        # Task 0 is done after six turns, when task 1 had two. What comes after that does not count.
        turns = [0, 1, 1, 0, 0, 0, 1, 1]
        self.assertEqual({"jain_index": 36 / 40, "longest_turn": 3}, fairness(turns, [0, 0], 4))
        # A task that begins after the first is done does not compete.
        self.assertEqual({"jain_index": 1, "longest_turn": 2}, fairness([0, 0, 1, 1], [0, 2], 2))
        self.assertEqual([1, 1 / 3], [jain_index([5, 5, 5]), jain_index([9, 0, 0])])


class Monitors(unittest.TestCase):
    """What is made of a condition variable here, in each world."""

    def test_a_barrier_made_of_a_condition(self) -> None:
        params = {"tasks": 5, "phases": 20}
        blocking_barrier = partial(blocking_class(monitors.Barrier), threading.Condition)
        self.assertEqual([20] * 5, run("barrier", params, "thread", Barrier=blocking_barrier).results)
        awaited = partial(monitors.Barrier, asyncio.Condition)
        self.assertEqual([20] * 5, run("barrier", params, "asyncio", Barrier=awaited).results)

    def test_many_read_at_once_and_one_writes(self) -> None:
        lock, log = of_threads.RwLock(), []

        def write() -> None:
            lock.acquire_write()
            log.append("write")
            lock.release_write()

        def read() -> None:
            lock.acquire_read()
            log.append("read")
            lock.release_read()

        lock.acquire_read()
        self.assertTrue(ends(read, 20))
        writer = threading.Thread(target=write)
        writer.start()
        eventually(lambda: lock._waiting)
        # A reader waits behind the writer that waits.
        reader = threading.Thread(target=read)
        reader.start()
        self.assertEqual(["read"], log)
        lock.release_read()
        writer.join()
        reader.join()
        self.assertEqual(["read", "write", "read"], log)

    def test_a_reentrant_lock_of_an_event_loop(self) -> None:
        log = []

        async def hold(name: str, lock: Any) -> None:
            async with lock:
                async with lock:
                    await asyncio.sleep(0)
                    log.append(name)
                await asyncio.sleep(0)
                log.append(name)

        async def both() -> None:
            lock = of_event_loop.RLock()
            await asyncio.gather(hold("a", lock), hold("b", lock))

        asyncio.run(both())
        self.assertEqual(["a", "a", "b", "b"], log)

    def test_the_condition_of_a_hub(self) -> None:
        try:
            import gevent

            from regatta_cell.coordination import of_hub
        except ImportError:
            self.skipTest("no gevent")
        condition, log = of_hub.Condition(), []

        def wait(name: int) -> None:
            with condition:
                condition.wait()
                log.append(name)

        waiting = [gevent.spawn(wait, name) for name in range(3)]
        gevent.sleep(0)
        with condition:
            condition.notify()
            self.assertEqual([], log)
        for _ in range(10):
            gevent.sleep(0)
        self.assertEqual([0], log)
        with condition:
            condition.notify_all()
            condition.notify()
        gevent.joinall(waiting)
        self.assertEqual([0, 1, 2], log)


class ThroughTheProtocol(unittest.TestCase):
    """That a cell carries them out, or says why it does not."""

    def test_a_case(self) -> None:
        for runner in SIDE_BY_SIDE:
            with self.subTest(runner=runner), Cell() as cell:
                params = {**params_of("contention", 3), "primitives": "native"}
                ready = cell.start("contention", params, runner)
                if "pip install gevent" in ready.get("message", ""):
                    continue
                sample = cell.run()
                self.assertEqual("sample", sample["say"], sample)
                self.assertEqual((3, oracle([50] * 3)), (sample["tasks"], sample["checksum"]))
                self.assertEqual(150, sample["figures"]["operations"])
                self.assertEqual(150, sum(decode(sample["histograms"]["wait_ns"]).values()))
                self.assertEqual(0, cell.stop())

    def test_processes_share_no_memory(self) -> None:
        for runner in ("process", "process-pool"):
            for workload in CASES:
                params = params_of(workload, 3)
                with self.subTest(runner=runner, workload=workload), Cell() as cell:
                    ready = cell.start(workload, params, runner)
                    if workload in APART:
                        self.assertEqual("ready", ready["say"], ready)
                        self.assertEqual(oracle(results_of(workload, params)), cell.run()["checksum"])
                    else:
                        self.assertEqual(("error", "unavailable"), (ready["say"], ready["kind"]))
                        self.assertIn("processes have none in common", ready["message"])

    def test_other_primitives_are_none_of_cpython(self) -> None:
        for workload in CASES:
            with self.subTest(workload=workload), self.assertRaises(Failure) as caught:
                run(workload, {**params_of(workload, 2), "primitives": "portable"})
            self.assertEqual("unavailable", caught.exception.kind)
            self.assertIn("portable", caught.exception.message)

    def test_a_pool_that_is_too_small(self) -> None:
        with self.assertRaises(Failure) as caught:
            run("barrier", {"tasks": 4, "phases": 2}, "thread-pool", workers=3)
        self.assertEqual("unavailable", caught.exception.kind)
        self.assertIn("at least 4 workers", caught.exception.message)

    def test_parameters_that_are_none(self) -> None:
        for workload, wrong in [
            ("lost-update", {"lock": 1}),
            ("lost-update", {"updates": 0}),
            ("deadlock", {"cure": "prayer"}),
            ("producer-consumer", {"ending": None}),
        ]:
            with self.subTest(workload=workload, wrong=wrong), self.assertRaises(Failure) as caught:
                run(workload, {**params_of(workload, 2), **wrong})
            self.assertEqual("unavailable", caught.exception.kind)
            self.assertIn(next(iter(wrong)), caught.exception.message)


class Twins(unittest.TestCase):
    """That a blocking body is what a program of its own would have."""

    def test_a_body_is_the_same_as_one_by_hand(self) -> None:
        class Hand:
            async def work_async(self, world: Any) -> int:
                """Work."""
                async with self.lock:
                    read = self.left
                    await self.pause_async(world)
                    self.left = await world.less(read) - 1
                return await (world.sleep(1) if read else self.rest_async())

            def work(self, world: Any) -> int:
                """Work."""
                with self.lock:
                    read = self.left
                    self.pause(world)
                    self.left = world.less(read) - 1
                return world.sleep(1) if read else self.rest()

        made = blocking(Hand.work_async)
        self.assertEqual(Hand.work.__code__.co_code, made.__code__.co_code)
        self.assertEqual(
            [step.argval for step in dis.get_instructions(Hand.work) if step.opname.startswith("LOAD_")],
            [step.argval for step in dis.get_instructions(made) if step.opname.startswith("LOAD_")],
        )
        self.assertEqual(("work", "Work."), (made.__name__, made.__doc__))

    def test_errors_name_the_line_of_the_source(self) -> None:
        class Hand:
            async def fail_async(self) -> None:
                raise ValueError("here")

        try:
            blocking(Hand.fail_async)(Hand())
        except ValueError as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
        self.assertEqual(('raise ValueError("here")', "fail"), (place.line, place.name))
        self.assertEqual(__file__, place.filename)

    def test_a_body_that_closes_over_something_is_refused(self) -> None:
        word = "outside"

        async def say() -> str:
            return word

        with self.assertRaisesRegex(TypeError, "word"):
            blocking(say)


if __name__ == "__main__":
    unittest.main()
