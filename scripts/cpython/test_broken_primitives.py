"""Tests that each case of coordination catches what breaks its invariant: primitives that are broken on purpose.

    python3 scripts/cpython/test_broken_primitives.py

The interpreter that runs the tests is the one that is tested. No test asserts an absolute time.
"""

from __future__ import annotations

import contextlib
import itertools
import unittest
from typing import Any, Callable, Iterator

from case_runs import Steps, ends, fill_up, is_there, params_of, pause_together, replaced, run

from regatta_cell import catalogue
from regatta_cell.protocol import Failure


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
            if is_there(runner):
                yield runner, catalogue.runner("python-" + runner)(1).world.primitives()

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
                run(workload, params, runner)
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


if __name__ == "__main__":
    unittest.main()
