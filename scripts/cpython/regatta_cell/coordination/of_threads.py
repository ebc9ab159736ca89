"""What threads coordinate with: `threading` and `queue`, and a read/write lock, which the standard library lacks."""

from functools import partial
from queue import Full, LifoQueue, PriorityQueue, Queue
from threading import Barrier, Condition, Event, Lock, RLock, Semaphore, get_ident as who
from typing import Any

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

RwLock = partial(blocking_class(monitors.RwLock), Condition)


def wait_for(event: Any, seconds: float) -> bool:
    """Wait for an event, so many seconds at most; whether it has happened."""
    return bool(event.wait(seconds))
