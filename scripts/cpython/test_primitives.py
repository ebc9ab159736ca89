"""Tests of what cases of coordination are made of: primitives that a world lacks, and the blocking twins of awaited bodies.

    python3 scripts/cpython/test_primitives.py

The interpreter that runs the tests is the one that is tested. No test asserts an absolute time.
"""

from __future__ import annotations

import asyncio
import dis
import threading
import traceback
import unittest
from functools import partial
from typing import Any

from case_runs import ends, run
from test_cells import eventually

from regatta_cell.coordination import monitors, of_event_loop, of_threads
from regatta_cell.coordination.twin import blocking, blocking_class


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
