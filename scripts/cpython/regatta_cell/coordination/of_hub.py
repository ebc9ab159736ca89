"""What greenlets coordinate with: gevent's own, and what it lacks made of its locks.

gevent has no condition variable and no barrier. Programs get those of `threading` by monkey-patching, and cells do not patch.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Any, Deque

from gevent import getcurrent as who
from gevent.event import Event
from gevent.lock import BoundedSemaphore, RLock, Semaphore
from gevent.queue import Full, JoinableQueue as Queue, LifoQueue, PriorityQueue

from . import monitors
from .twin import blocking_class

# Whether waits are awaited.
IS_AWAITED = False

__all__ = [
    "IS_AWAITED",
    "Barrier",
    "Condition",
    "Event",
    "Full",
    "LifoQueue",
    "Lock",
    "PriorityQueue",
    "Queue",
    "RLock",
    "RwLock",
    "Semaphore",
    "wait_for",
    "who",
]

Lock = partial(BoundedSemaphore, 1)


class Condition:
    """A condition variable with its lock. Each wait has a semaphore of its own, which a notification releases."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._waiters: Deque[Any] = deque()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: Any) -> None:
        self._lock.release()

    def wait(self) -> None:
        """Let go of the lock, wait for a notification, and take the lock again."""
        waiter = Semaphore(0)
        self._waiters.append(waiter)
        self._lock.release()
        try:
            waiter.acquire()
        finally:
            self._lock.acquire()

    def notify(self, number: int = 1) -> None:
        """Let so many of those that wait go on, if there are so many; who came first comes first."""
        for _ in range(min(number, len(self._waiters))):
            self._waiters.popleft().release()

    def notify_all(self) -> None:
        """Let all that wait go on."""
        self.notify(len(self._waiters))


Barrier = partial(blocking_class(monitors.Barrier), Condition)
RwLock = partial(blocking_class(monitors.RwLock), Condition)


def wait_for(event: Any, seconds: float) -> bool:
    """Wait for an event, so many seconds at most; whether it has happened."""
    return bool(event.wait(seconds))
