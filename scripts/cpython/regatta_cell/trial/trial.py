"""The cell's end of a trial: two attempts, each bounded by patience, and what was seen of them."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from typing import Any, Callable

from ..model import number
from ..protocol import Failure
from .fault import Fault, expected
from .ledger import ATTEMPTS, ERROR, PROCESS, RESULT, STRUCK, WRONG, Ledger
from .models import MODELS

# How often it is looked what has become of the tasks, seconds.
GLANCE = 0.001
# CPU time after which the kernel kills a process of a trial, seconds.
CPU_SECONDS = 60


def set_limits(memory_bytes: int) -> None:
    """Bound data and CPU time of this process and its workers, and have none of them leave a core file."""
    import resource

    for limit, most in (
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


class Desk:
    """Who is told what becomes of each task, and writes it into the ledger."""

    def __init__(self, ledger: Ledger, fault: Fault) -> None:
        self._ledger = ledger
        self._victim = fault.victim
        self._expected = [expected(index) for index in range(fault.tasks)]
        self.clear(0)

    def clear(self, attempt: int) -> None:
        """Begin an attempt."""
        self._attempt = attempt
        self.cancel: Callable[[], bool] | None = None
        self.was_cancelled = False
        self.is_held: Callable[[], bool] | None = None
        self.errors: dict[int, str] = {}

    def told(self, index: int, result: int) -> None:
        """A result came back."""
        self._ledger.tell(self._attempt, index, RESULT if result == self._expected[index] else WRONG)

    def failed(self, index: int, error: BaseException) -> None:
        """An error came back."""
        self.errors[index] = f"{type(error).__name__}: {error}".rstrip(": ")[:200]
        self._ledger.tell(self._attempt, index, ERROR)

    def can_cancel(self, index: int, cancel: Callable[[], bool]) -> None:
        """Take the way in which the model ends a task from outside. It says whether it could."""
        if index == self._victim:
            self.cancel = cancel

    def can_look(self, lock: Any) -> Any:
        """Take the lock of the tasks, and give it back."""

        def is_held() -> bool:
            if not lock.acquire(False):
                return True
            lock.release()
            return False

        self.is_held = is_held
        return lock

    def can_look_at(self, is_held: Callable[[], bool]) -> None:
        """Take a way to see whether the lock of the tasks is held."""
        self.is_held = is_held


class _Call:
    """Tasks that are handed in once."""

    def __init__(self) -> None:
        self.has_returned = False
        # What the model said of the whole of it; empty if it did not fail.
        self.failure = ""


class Trial:
    """The attempts of a trial under one model."""

    def __init__(self, message: dict[str, Any]) -> None:
        trial = message["trial"]
        self._patience_ns = number(trial, "patience_ms") * 1_000_000
        set_limits(number(trial, "memory_bytes"))
        self._ledger = Ledger(trial["ledger"])
        self._fault = Fault(message.get("params") or {}, self._ledger)
        self._desk = Desk(self._ledger, self._fault)
        name = message.get("runner")
        if name not in MODELS:
            raise Failure("unavailable", f"no trials of {name!r} in CPython; there are {', '.join(MODELS)}")
        self._attempt = MODELS[name](self._fault, number(message, "workers", least=1), self._desk)
        self._begun = 0
        # Whoever hands in the tasks. The kernel ends worker processes with the thread that started them, so it stays.
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()
        self._call: _Call | None = None

    def _serve(self) -> None:
        while True:
            call = self._calls.get()
            try:
                self._attempt()
            except BaseException as error:
                call.failure = f"{type(error).__name__}: {error}".rstrip(": ")[:400]
            call.has_returned = True

    def attempt(self) -> dict[str, Any]:
        """Hand in every task, and wait until it is known what became of each, or nothing has happened for too long."""
        attempt = self._begun
        if attempt == ATTEMPTS:
            raise Failure("crash", f"a trial has {ATTEMPTS} attempts")
        self._begun += 1
        self._fault.writes = 0
        self._ledger.begin(attempt)
        if self._call is not None and not self._call.has_returned:
            return self._report("refused", "whoever handed in the tasks before still waits for them")
        self._desk.clear(attempt)
        call = self._call = _Call()
        self._calls.put(call)
        end = self._wait(attempt, call)
        return self._report(end, call.failure)

    def _wait(self, attempt: int, call: _Call) -> str:
        fault, ledger = self._fault, self._ledger
        outside = self._act if attempt == 0 else None
        while True:
            returned = call.has_returned
            if returned and call.failure:
                return "failed"
            struck = ledger.get(0, fault.victim, STRUCK)
            if outside is not None and struck and time.monotonic_ns() - struck >= self._delay_ns():
                outside()
                outside = None
            if returned and ledger.is_settled(attempt, fault.tasks):
                return "returned"
            if ledger.silence_ns() > self._patience_ns:
                return "unsettled" if returned else "stuck"
            time.sleep(GLANCE)

    def _delay_ns(self) -> int:
        """How long the task waits before something is done to it: it is to be cancelled where it waits, and says that it is about to."""
        return 3_000_000 if self._fault.kind == "cancel" else 0

    def _act(self) -> None:
        """Do to the victim, which waits, what is done to it from outside."""
        if self._fault.kind == "cancel" and self._desk.cancel is not None:
            self._desk.was_cancelled = bool(self._desk.cancel())
        elif self._fault.kind == "kill":
            # It is this process or a worker of it, which has not ended: its task waits.
            os.kill(self._ledger.get(0, self._fault.victim, PROCESS), signal.SIGKILL)
        elif self._fault.kind == "orphan":
            os.kill(os.getpid(), signal.SIGKILL)

    def _report(self, end: str, message: str) -> dict[str, Any]:
        desk = self._desk
        lock = None if desk.is_held is None else ("held" if desk.is_held() else "free")
        errors = {str(index): told for index, told in desk.errors.items()}
        return {
            "end": end,
            "message": message,
            "lock": lock,
            "writes": self._fault.writes,
            "was_cancelled": desk.was_cancelled,
            "errors": errors,
        }
