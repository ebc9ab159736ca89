"""Runners python-process and python-process-pool: processes of the interpreter, one a task or a few for all.

Workers end with the cell, however it ends: see `parent`.
"""

from __future__ import annotations

import errno
import math
import multiprocessing
import os
import signal
import struct
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, MutableSequence

from .model import Outcome, Runner, Workload, World
from .parent import die_with
from .protocol import CANNOT_CREATE, Failure, failure_of, task_failure

# A result as it goes through the pipe: index, ok or not, value. With the message of a failure behind it, it stays
# below PIPE_BUF (at least 512 bytes), so that processes can share one pipe without tearing each other's results.
RESULT = struct.Struct("=Q?Q")
LONGEST_MESSAGE = 400


def start_method() -> str:
    """`fork` where it is safe (Linux, and no second thread here), else the platform's default."""
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return multiprocessing.get_start_method()


def end_all(processes: list[Any]) -> None:
    """Kill these processes and wait for them."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def deaths(processes: list[Any]) -> str:
    """How these processes ended, as far as they have."""
    for process in processes:
        process.join(1)
    codes = sorted({process.exitcode for process in processes if process.exitcode})
    return " and ".join(
        f"signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"exit code {code}" for code in codes
    )


class ProcessWorld(World):
    """The world of threads, but what tasks share lies in memory that processes share."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def flag(self) -> Any:
        return self._context.RawValue("B", 0)

    def numbers(self, length: int) -> MutableSequence[int]:
        return self._context.RawArray("Q", length)


class Processes(Runner):
    """What both runners share: how a process is started."""

    has_processes = True

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.method = start_method()
        self.context: Any = multiprocessing.get_context(self.method)
        self.world = ProcessWorld(self.context)
        # The parent that workers see; with a fork server it is another process than this one.
        self.parent = 0 if self.method == "forkserver" else os.getpid()

    def descriptors(self, workload: Workload) -> int:
        # Two pipes to each process; the connections are theirs.
        return 2 * self.begun(workload.tasks)

    def abandon(self) -> None:
        end_all(multiprocessing.active_children())

    def source(self) -> dict[str, str]:
        return {"start_method": self.method}


def report(parent: int, workload: Workload, world: World, index: int, results: Any) -> None:
    """The whole life of a process of python-process: carry out one task, send its result."""
    die_with(parent)
    try:
        message = RESULT.pack(index, True, workload.task(world, index))
    except BaseException as error:
        failure = failure_of(error)
        text = f"{failure.kind} {failure.message}".encode()[:LONGEST_MESSAGE]
        message = RESULT.pack(index, False, 0) + text
    results.send_bytes(message)


class Process(Processes):
    """One process a task, all started, results through one pipe, then all joined."""

    def at_once(self) -> float:
        return math.inf

    def run(self) -> Outcome:
        workload, world, context, parent = self.workload, self.world, self.context, self.parent
        reader, writer = context.Pipe(duplex=False)
        processes: list[Any] = []
        messages: list[bytes] = []
        try:
            for index in range(workload.tasks):
                process = context.Process(target=report, args=(parent, workload, world, index, writer), daemon=True)
                process.start()
                processes.append(process)
            writer.close()
            try:
                # The pipe ends when the last process has ended, in whatever way.
                while True:
                    messages.append(reader.recv_bytes())
            except EOFError:
                pass
            for process in processes:
                process.join()
        except OSError as error:
            end_all(processes)
            if error.errno == errno.EAGAIN:
                raise Failure("limit", f"process {len(processes)} was not created: {error}; {CANNOT_CREATE}") from error
            raise
        finally:
            reader.close()
            writer.close()
        return Outcome(self._results(messages, processes), len(processes))

    @staticmethod
    def _results(messages: list[bytes], processes: list[Any]) -> list[int]:
        """The results in the order of their tasks."""
        results: dict[int, int] = {}
        for message in messages:
            index, ok, value = RESULT.unpack_from(message)
            if not ok:
                kind, _, text = message[RESULT.size :].decode(errors="replace").partition(" ")
                raise task_failure(index, Failure(kind, text))
            results[index] = value
        for index, process in enumerate(processes):
            if index not in results:
                raise Failure("crash", f"task {index}: its process died without a result: {deaths([process])}")
        return [results[index] for index in range(len(processes))]


# What a worker of the pool carries out, and where all workers meet at first; set once, when the worker starts.
_work: Any = None
_gate: Any = None


def enter_pool(parent: int, workload: Workload, world: World, gate: Any) -> None:
    """The first thing in a worker of the pool: take the work over, so that a task travels as its index alone."""
    global _work, _gate
    die_with(parent)
    _work = workload.task, world
    _gate = gate


def meet() -> None:
    """The first task of every worker of the pool: wait until all are there."""
    _gate.wait()


def carry_out(index: int) -> tuple[int, int]:
    """A task in a worker of the pool: its result, and by whom."""
    task, world = _work
    return task(world, index), os.getpid()


class ProcessPool(Processes):
    """A ProcessPoolExecutor, kept between runs; one submission a task."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        # All worker processes; none before the start.
        self._workers: list[Any] = []

    def at_once(self) -> float:
        return self.workers

    def start(self, workload: Workload) -> None:
        super().start(workload)
        others = multiprocessing.active_children()
        entry = (self.parent, workload, self.world, self.context.Barrier(self.workers))
        self._pool = ProcessPoolExecutor(self.workers, self.context, enter_pool, entry)
        try:
            for future in [self._pool.submit(meet) for _ in range(self.workers)]:
                future.result()
        except BrokenProcessPool as error:
            raise Failure("crash", f"a worker process died as it started: {error}") from error
        except OSError as error:
            end_all(multiprocessing.active_children())
            if error.errno == errno.EAGAIN:
                raise Failure("limit", f"a worker process was not created: {error}; {CANNOT_CREATE}") from error
            raise
        self._workers = [process for process in multiprocessing.active_children() if process not in others]

    def run(self) -> Outcome:
        results: list[int] = []
        owners: set[int] = set()
        try:
            for future in [self._pool.submit(carry_out, index) for index in range(self.workload.tasks)]:
                result, owner = future.result()
                results.append(result)
                owners.add(owner)
        except BrokenProcessPool as error:
            told = deaths(self._workers) or str(error)
            raise Failure("crash", f"task {len(results)} or later: a worker process died: {told}") from error
        except Exception as error:
            raise task_failure(len(results), error) from error
        return Outcome(results, len(owners))

    def close(self) -> None:
        self._pool.shutdown()

    def worker_pids(self) -> list[int]:
        return [process.pid for process in self._workers]
