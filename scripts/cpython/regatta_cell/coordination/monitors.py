"""What a world lacks, made as textbooks do: a read/write lock, a barrier and a reentrant lock.

CPython's library has no read/write lock in any of its models.
"""

from __future__ import annotations

from typing import Any, Callable


class RwLock:
    """A lock that many readers hold at once, or one writer. A reader waits behind a writer that waits."""

    def __init__(self, condition: Callable[[], Any]) -> None:
        self._changed = condition()
        self._readers = 0
        self._writes = False
        # Writers that wait.
        self._waiting = 0

    async def acquire_read(self) -> None:
        """Wait until no task writes or waits to write, and take the lock to read."""
        async with self._changed:
            while self._writes or self._waiting:
                await self._changed.wait()
            self._readers += 1

    async def release_read(self) -> None:
        """Let go of the lock that was taken to read."""
        async with self._changed:
            self._readers -= 1
            if not self._readers:
                self._changed.notify_all()

    async def acquire_write(self) -> None:
        """Wait until no other task reads or writes, and take the lock to write."""
        async with self._changed:
            self._waiting += 1
            while self._writes or self._readers:
                await self._changed.wait()
            self._waiting -= 1
            self._writes = True

    async def release_write(self) -> None:
        """Let go of the lock that was taken to write."""
        async with self._changed:
            self._writes = False
            self._changed.notify_all()


class Barrier:
    """A point that `parties` tasks pass together."""

    def __init__(self, condition: Callable[[], Any], parties: int) -> None:
        self._opened = condition()
        self._parties = parties
        self._here = 0
        # How often it has opened.
        self._phase = 0

    async def wait(self) -> int:
        """Wait until all are here; how many were here before this one."""
        async with self._opened:
            before, phase = self._here, self._phase
            self._here += 1
            if self._here == self._parties:
                self._here = 0
                self._phase += 1
                self._opened.notify_all()
            while phase == self._phase:
                await self._opened.wait()
            return before


class ReentrantLock:
    """A lock that its holder may take once more. `who` says which task asks."""

    def __init__(self, lock: Callable[[], Any], who: Callable[[], Any]) -> None:
        self._lock = lock()
        self._who = who
        # Only its holder changes these.
        self._owner: Any = None
        self._depth = 0

    async def __aenter__(self) -> None:
        me = self._who()
        if self._owner is not me:
            await self._lock.acquire()
            self._owner = me
        self._depth += 1

    async def __aexit__(self, *error: Any) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = None
            self._lock.release()
