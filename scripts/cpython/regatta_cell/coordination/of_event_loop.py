"""What coroutines of an event loop coordinate with: `asyncio`, and what it lacks made of its condition.

`asyncio` has a barrier from Python 3.11 on. It has no reentrant lock, and no read/write lock.
"""

import asyncio
from asyncio import Condition, Event, Lock, LifoQueue, PriorityQueue, Queue, QueueFull as Full, Semaphore
from asyncio import current_task as who
from functools import partial
from typing import Any

from . import monitors

# Whether waits are awaited.
IS_AWAITED = True

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

Barrier: Any = getattr(asyncio, "Barrier", partial(monitors.Barrier, Condition))
RLock = partial(monitors.ReentrantLock, Lock, who)
RwLock = partial(monitors.RwLock, Condition)


async def wait_for(event: Any, seconds: float) -> bool:
    """Wait for an event, so many seconds at most; whether it has happened."""
    try:
        return await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        return False
