"""How each model hands in the tasks of a trial, as its users do, and what it says of each.

A model is built once and called once an attempt. A call comes back when all tasks are handed in, or, where it is the model's nature
that the caller waits, when all have ended. An exception is how the model says that the whole of it failed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any, Callable

from ..parent import die_with
from ..protocol import Failure
from .fault import Fault

Attempt = Callable[[], None]


def sequential(fault: Fault, workers: int, desk: Any) -> Attempt:
    """One task after the other."""

    def attempt() -> None:
        lock = desk.can_look(threading.Lock())
        for index in range(fault.tasks):
            desk.told(index, fault.task(time.sleep, lock, index))

    return attempt


def thread(fault: Fault, workers: int, desk: Any) -> Attempt:
    """A thread for each task, which tells its own result."""

    def carry_out(lock: Any, index: int) -> None:
        try:
            result = fault.task(time.sleep, lock, index)
        except BaseException as error:
            desk.failed(index, error)
        else:
            desk.told(index, result)

    def attempt() -> None:
        lock = desk.can_look(threading.Lock())
        for index in range(fault.tasks):
            threading.Thread(target=carry_out, args=(lock, index), daemon=True).start()

    return attempt


def hand_in(executor: Executor, fault: Fault, desk: Any, task: Callable[[int], int]) -> None:
    """Hand all tasks to an executor. Their futures say what becomes of them, and can be asked to cancel them."""

    def heard(index: int, future: Future[int]) -> None:
        try:
            result = future.result()
        except BaseException as error:
            desk.failed(index, error)
        else:
            desk.told(index, result)

    for index in range(fault.tasks):
        future = executor.submit(task, index)
        desk.can_cancel(index, future.cancel)
        future.add_done_callback(partial(heard, index))


def thread_pool(fault: Fault, workers: int, desk: Any) -> Attempt:
    """A ThreadPoolExecutor."""
    executor = ThreadPoolExecutor(workers)

    def attempt() -> None:
        lock = desk.can_look(threading.Lock())
        hand_in(executor, fault, desk, partial(fault.task, time.sleep, lock))

    return attempt


def context() -> Any:
    """How processes are started: forked where there is a fork, for the ledger and the lock are then simply there."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else None)


def one_task(parent: int, fault: Fault, lock: Any, index: int, results: Any) -> None:
    """The whole life of a process with one task."""
    die_with(parent)
    results.send(fault.task(time.sleep, lock, index))


def process(fault: Fault, workers: int, desk: Any) -> Attempt:
    """A process for each task, and a thread that waits for it."""
    own, parent = context(), os.getpid()

    def look_after(worker: Any, reader: Any, index: int) -> None:
        try:
            result = reader.recv()
        except EOFError:
            worker.join()
            desk.failed(index, RuntimeError(f"its process ended with exit code {worker.exitcode}"))
        else:
            desk.told(index, result)
            worker.join()

    def kill(worker: Any) -> bool:
        worker.kill()
        return True

    def attempt() -> None:
        lock = desk.can_look(own.Lock())
        for index in range(fault.tasks):
            reader, writer = own.Pipe(duplex=False)
            worker = own.Process(target=one_task, args=(parent, fault, lock, index, writer), daemon=True)
            worker.start()
            writer.close()
            desk.can_cancel(index, partial(kill, worker))
            threading.Thread(target=look_after, args=(worker, reader, index), daemon=True).start()

    return attempt


# What a worker of a pool was given as it started.
WORKER: list[Any] = []


def enter_pool(parent: int, fault: Fault, lock: Any) -> None:
    """The start of a worker of a pool."""
    die_with(parent)
    WORKER[:] = [fault, lock]


def pool_task(index: int) -> int:
    """A task in a worker of a pool."""
    fault, lock = WORKER
    return fault.task(time.sleep, lock, index)


def process_pool(fault: Fault, workers: int, desk: Any) -> Attempt:
    """A ProcessPoolExecutor."""
    own = context()
    lock = own.Lock()
    executor = ProcessPoolExecutor(workers, own, enter_pool, (os.getpid(), fault, lock))

    def attempt() -> None:
        desk.can_look(lock)
        hand_in(executor, fault, desk, pool_task)

    return attempt


def event_loop(fault: Fault, workers: int, desk: Any) -> Attempt:
    """Tasks of asyncio on an event loop that the caller drives until all have ended."""
    loop = asyncio.new_event_loop()

    def heard(index: int, task: Any) -> None:
        if task.cancelled():
            desk.failed(index, asyncio.CancelledError())
        elif task.exception() is not None:
            desk.failed(index, task.exception())
        else:
            desk.told(index, task.result())

    def cancel(task: Any) -> bool:
        loop.call_soon_threadsafe(task.cancel)
        return True

    async def everything() -> None:
        lock = asyncio.Lock()
        desk.can_look_at(lock.locked)
        tasks = []
        for index in range(fault.tasks):
            task = loop.create_task(fault.task_async(asyncio.sleep, lock, index))
            task.add_done_callback(partial(heard, index))
            desk.can_cancel(index, partial(cancel, task))
            tasks.append(task)
        await asyncio.gather(*tasks, return_exceptions=True)

    return lambda: loop.run_until_complete(everything())


def greenlets(fault: Fault, workers: int, desk: Any) -> Attempt:
    """Greenlets of gevent on the hub of the caller, who waits until all have ended."""
    try:
        import gevent
        import gevent.lock
    except ImportError as missing:
        raise Failure("unavailable", f"gevent cannot be imported by {sys.executable} ({missing})") from missing

    def heard(index: int, greenlet: Any) -> None:
        if isinstance(greenlet.value, gevent.GreenletExit):
            desk.failed(index, greenlet.value)
        elif greenlet.exception is not None:
            desk.failed(index, greenlet.exception)
        else:
            desk.told(index, greenlet.value)

    def attempt() -> None:
        lock = gevent.lock.BoundedSemaphore(1)
        desk.can_look_at(lock.locked)
        loop = gevent.get_hub().loop

        def kill(greenlet: Any) -> bool:
            loop.run_callback_threadsafe(partial(greenlet.kill, block=False))
            return True

        spawned = []
        for index in range(fault.tasks):
            greenlet = gevent.spawn(fault.task, gevent.sleep, lock, index)
            greenlet.link(partial(heard, index))
            desk.can_cancel(index, partial(kill, greenlet))
            spawned.append(greenlet)
        gevent.joinall(spawned)
        gevent.sleep(0)

    return attempt


MODELS: dict[str, Callable[[Fault, int, Any], Attempt]] = {
    "python-sequential": sequential,
    "python-thread": thread,
    "python-thread-pool": thread_pool,
    "python-process": process,
    "python-process-pool": process_pool,
    "python-asyncio": event_loop,
    "python-gevent": greenlets,
}
