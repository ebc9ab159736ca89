"""Locks that note who holds them and who waits for them: how a deadlock gets its name.

It is for a pass that is not timed. A task that would close a circle fails instead of waiting. So its locks are let go, and the
other tasks come to an end.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from ..protocol import Failure
from .twin import blocking_class

# Most steps of a task that are kept: the last ones.
KEPT = 64
# Most tasks of a circle whose steps are told.
TOLD = 64


def name_of(number: int) -> str:
    """The name of the lock with this number: A to Z, then AA and so on."""
    more, letter = divmod(number, 26)
    return (name_of(more - 1) if more else "") + chr(ord("A") + letter)


class Graph:
    """Who waits for whom, and what each task did until a circle was closed."""

    def __init__(self, now: Callable[[], int], who: Callable[[], Any]) -> None:
        self._now = now
        # What the world calls the task that asks, and the index of each.
        self._who = who
        self._mutex = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, before another run."""
        self._index: Dict[Any, int] = {}
        # By number of the lock: tasks that hold it, and whether each does so alone.
        self._holders: List[List[Tuple[int, bool]]] = []
        # What each task waits for, and whether it wants it alone.
        self._waiting: Dict[int, Tuple[int, bool]] = {}
        self._steps: Dict[int, Deque[Tuple[int, int, str, str]]] = {}
        self._circle: Optional[List[Tuple[int, int]]] = None
        self._closed_ns = 0
        # When the first task began.
        self._zero: Optional[int] = None

    def enter(self, index: int) -> None:
        """Say which task is in progress: for the thread, the coroutine or the greenlet that asks."""
        with self._mutex:
            self._index[self._who()] = index
            if self._zero is None:
                self._zero = self._now()

    def current(self) -> Optional[int]:
        """The task in progress; none outside of tasks."""
        try:
            return self._index.get(self._who())
        except RuntimeError:
            # An event loop has ended, and what is left of its tasks is thrown away.
            return None

    def add(self) -> int:
        """Add a lock, and return its number."""
        with self._mutex:
            self._holders.append([])
            return len(self._holders) - 1

    def _since(self) -> int:
        """Nanoseconds since the first task began."""
        return self._now() - self._zero if self._zero is not None else 0

    def _note(self, task: int, what: str, lock: int) -> None:
        # What tasks do after the first circle is how they come to an end.
        if self._circle is None:
            steps = self._steps.setdefault(task, deque(maxlen=KEPT))
            steps.append((task, self._since(), what, name_of(lock)))

    def wait(self, task: int, lock: int, alone: bool) -> None:
        """Enter a task as waiting; fails if it would wait for ever."""
        with self._mutex:
            self._waiting[task] = (lock, alone)
            self._note(task, "asks", lock)
            path: List[Tuple[int, int]] = []
            if not self._leads_back(task, task, path, set()):
                return
            del self._waiting[task]
            if self._circle is None:
                first = path.index(min(path))
                self._circle = path[first:] + path[:first]
                self._closed_ns = self._since()
        raise Failure("deadlock", f"it would wait for {name_of(lock)} for ever")

    def _leads_back(self, task: int, goal: int, path: List[Tuple[int, int]], seen: set) -> bool:
        """Whether what `task` waits for leads back to `goal`; leaves the tasks on the way in `path`, each with its lock."""
        if task not in self._waiting or task in seen:
            return False
        seen.add(task)
        lock, alone = self._waiting[task]
        path.append((task, lock))
        for holder, holds_alone in self._holders[lock]:
            # Who asks to read is not in the way of another who reads.
            if (alone or holds_alone) and (holder == goal or self._leads_back(holder, goal, path, seen)):
                return True
        path.pop()
        return False

    def hold(self, task: int, lock: int, alone: bool) -> None:
        """Enter a task as holding a lock, and as going on."""
        with self._mutex:
            self._waiting.pop(task, None)
            self._holders[lock].append((task, alone))
            self._note(task, "holds", lock)

    def holds(self, task: int, lock: int) -> bool:
        """Whether a task holds a lock."""
        with self._mutex:
            return any(holder == task for holder, _ in self._holders[lock])

    def let_go(self, task: int, lock: int) -> None:
        """Enter a task as no longer holding a lock."""
        with self._mutex:
            holders = self._holders[lock]
            place = next((place for place, (holder, _) in enumerate(holders) if holder == task), None)
            if place is not None:
                del holders[place]
                self._note(task, "lets-go", lock)

    def deadlock(self) -> Optional[Dict[str, Any]]:
        """The fields of a `deadlock` message; none if no circle was closed."""
        with self._mutex:
            if self._circle is None:
                return None
            # Each holds what the one before it waits for.
            before = self._circle[-1:] + self._circle[:-1]
            circle = [
                {"task": task, "holds": name_of(holds), "waits_for": name_of(lock)}
                for (task, lock), (_, holds) in zip(self._circle, before)
            ]
            steps = [step for task, _ in self._circle[:TOLD] for step in self._steps.get(task, ())]
            return {"circle": circle, "steps": sorted(steps, key=lambda s: s[1]), "closed_ns": self._closed_ns}


class Lock:
    """A lock that notes who holds it. It wraps one that its holder may take once more, too: that wait is none."""

    def __init__(self, graph: Graph, lock: Any) -> None:
        self._graph = graph
        self._lock = lock
        self._number = graph.add()
        self._may_again = False

    async def __aenter__(self) -> None:
        task = self._graph.current()
        if task is not None and not (self._may_again and self._graph.holds(task, self._number)):
            self._graph.wait(task, self._number, True)
        await self._lock.__aenter__()
        if task is not None:
            self._graph.hold(task, self._number, True)

    async def __aexit__(self, *error: Any) -> None:
        task = self._graph.current()
        if task is not None:
            self._graph.let_go(task, self._number)
        await self._lock.__aexit__(*error)


class RwLock:
    """A read/write lock that notes who holds it."""

    def __init__(self, graph: Graph, lock: Any) -> None:
        self._graph = graph
        self._lock = lock
        self._number = graph.add()

    async def acquire_read(self) -> None:
        task = self._graph.current()
        if task is not None:
            self._graph.wait(task, self._number, False)
        await self._lock.acquire_read()
        if task is not None:
            self._graph.hold(task, self._number, False)

    async def release_read(self) -> None:
        task = self._graph.current()
        if task is not None:
            self._graph.let_go(task, self._number)
        await self._lock.release_read()

    async def acquire_write(self) -> None:
        task = self._graph.current()
        if task is not None:
            self._graph.wait(task, self._number, True)
        await self._lock.acquire_write()
        if task is not None:
            self._graph.hold(task, self._number, True)

    async def release_write(self) -> None:
        task = self._graph.current()
        if task is not None:
            self._graph.let_go(task, self._number)
        await self._lock.release_write()


class Primitives:
    """The primitives of a world, with locks that are watched. All else is the world's own: nobody holds it."""

    def __init__(self, primitives: Any, graph: Graph) -> None:
        self._primitives = primitives
        self._graph = graph
        blocks = not primitives.IS_AWAITED
        self._lock: Any = blocking_class(Lock) if blocks else Lock
        self._rwlock: Any = blocking_class(RwLock) if blocks else RwLock

    def Lock(self) -> Any:
        return self._lock(self._graph, self._primitives.Lock())

    def RLock(self) -> Any:
        lock = self._lock(self._graph, self._primitives.RLock())
        lock._may_again = True
        return lock

    def RwLock(self) -> Any:
        return self._rwlock(self._graph, self._primitives.RwLock())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._primitives, name)


def watch(workload: Any, now: Callable[[], int]) -> Graph:
    """Have the tasks of a workload note what they hold and what they wait for."""
    graph = Graph(now, workload.primitives.who)
    workload.primitives = Primitives(workload.primitives, graph)
    reset, task, task_async = workload.reset, workload.task, workload.task_async

    def reset_watched() -> None:
        graph.clear()
        reset()

    def task_watched(world: Any, index: int) -> int:
        graph.enter(index)
        return task(world, index)

    async def task_async_watched(world: Any, index: int) -> int:
        graph.enter(index)
        return await task_async(world, index)

    workload.reset, workload.task, workload.task_async = reset_watched, task_watched, task_async_watched
    return graph
