"""Workloads that compute: primes, counting, switch, empty."""

from __future__ import annotations

from math import isqrt
from typing import Any

from .model import Workload, number

# A list that teaching texts on Python's pools pass on, extending the one in the documentation of concurrent.futures.
KNOWN_13 = (
    1116281,
    1297337,
    104395303,
    472882027,
    533000389,
    817504243,
    982451653,
    112272535095293,
    112582705942171,
    112272535095293,
    115280095190773,
    115797848077099,
    1099726899285419,
)


def is_prime(n: int) -> bool:
    """Trial division over odd divisors up to the square root."""
    if n < 3 or n % 2 == 0:
        return n == 2
    for divisor in range(3, isqrt(n) + 1, 2):
        if n % divisor == 0:
            return False
    return True


class Primes(Workload):
    """Count primes in slices of a range, or test a known list of 13 numbers five times over."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.known = params.get("preset") == "known-13"
        if self.known:
            self.tasks = 5 * len(KNOWN_13)
        else:
            self.first = number(params, "start")
            self.length = number(params, "length")
            self.tasks = number(params, "tasks")

    def task(self, world: Any, index: int) -> int:
        if self.known:
            return int(is_prime(KNOWN_13[index % len(KNOWN_13)]))
        begin = self.first + index * self.length // self.tasks
        end = self.first + (index + 1) * self.length // self.tasks
        count = 0
        for n in range(begin, end):
            if is_prime(n):
                count += 1
        return count


class Counting(Workload):
    """Count down to 0, one by one."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.start = number(params, "from")
        self.tasks = number(params, "tasks")

    def task(self, world: Any, index: int) -> int:
        n = self.start
        steps = 0
        while n > 0:
            n -= 1
            steps += 1
        return steps


class Switch(Workload):
    """Give way, again and again."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.yields = number(params, "yields")
        self.tasks = number(params, "tasks")

    def task(self, world: Any, index: int) -> int:
        yield_now = world.yield_now
        yielded = 0
        for _ in range(self.yields):
            yield_now()
            yielded += 1
        return yielded

    async def task_async(self, world: Any, index: int) -> int:
        yield_now = world.yield_now
        yielded = 0
        for _ in range(self.yields):
            await yield_now()
            yielded += 1
        return yielded


class Empty(Workload):
    """Nothing but be created, carried out and counted."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.tasks = number(params, "tasks")

    def task(self, world: Any, index: int) -> int:
        return index
