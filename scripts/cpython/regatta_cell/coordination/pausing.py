"""Workloads prime-filter and square-mapper: tasks that compute and pause."""

from __future__ import annotations

from typing import Any

from ..computing import is_prime
from .case import Case, number

MASK = (1 << 64) - 1


class Pausing(Case):
    """Go through numbers of one's own, and give way after each stride. Those of all tasks follow one another from 0."""

    shares_memory = False

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "tasks", least=1)
        self.numbers = number(params, "numbers", least=1)
        self.stride = number(params, "stride", least=1)

    def check(self) -> dict[str, float]:
        return {"operations": self.tasks * self.numbers}


class PrimeFilter(Pausing):
    """Count the primes among them."""

    async def task_async(self, world: Any, index: int) -> int:
        yield_now, stride = world.yield_now, self.stride
        first, found = index * self.numbers, 0
        for begin in range(first, first + self.numbers, stride):
            for candidate in range(begin, min(begin + stride, first + self.numbers)):
                if is_prime(candidate):
                    found += 1
            await yield_now()
        return found


class SquareMapper(Pausing):
    """Add up their squares."""

    async def task_async(self, world: Any, index: int) -> int:
        yield_now, stride = world.yield_now, self.stride
        first, total = index * self.numbers, 0
        for begin in range(first, first + self.numbers, stride):
            for root in range(begin, min(begin + stride, first + self.numbers)):
                total += root * root
            await yield_now()
        return total & MASK
