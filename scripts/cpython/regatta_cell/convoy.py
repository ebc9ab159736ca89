"""The workload that computes and waits: the latency of one echo task beside tasks that never give way.

Under a GIL the echo task has to wait for the lock after every reply, about a switch interval (5 ms) behind a busy
thread: the convoy effect. Parameters: `beside` (busy tasks), `round_trips`, `bytes`, and `delay_us`, which is the
server's affair. Task 0 talks to the server; tasks 1 to `beside` divide until it is done, and give their own index.
"""

from __future__ import annotations

import time
from typing import Any

from . import histogram, limits
from .model import Workload, World, address, number
from .protocol import Failure
from .waiting import Letters, receive


def divide() -> None:
    """Trial division of a prime: about 20 us between two looks at the flag."""
    for divisor in range(3, 1001, 2):
        if 1000003 % divisor == 0:
            raise ArithmeticError("1000003 is prime")


class Convoy(Workload):
    """One echo task beside busy ones."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.beside = number(params, "beside")
        self.tasks = 1 + self.beside
        self.round_trips = number(params, "round_trips")
        self.letters = Letters(number(params, "bytes", least=1))
        self.server_descriptors = limits.of_a_connection(params)
        self.server = address(server)

    def connections(self, begun: int) -> int:
        return 1

    def prepare(self, world: World, at_once: float) -> None:
        if self.beside and at_once < self.tasks:
            if at_once == 1:
                raise Failure(
                    "unavailable",
                    "the busy tasks of convoy never give way: on one thread the echo task would not run beside them; "
                    "only beside = 0 means anything here",
                )
            raise Failure(
                "unavailable",
                f"convoy needs all its {self.tasks} tasks at once: give it at least {self.tasks} workers, "
                f"not {int(at_once)}, or fewer busy tasks",
            )
        self.done = world.flag()
        self.started = world.numbers(self.beside)
        self.latencies = world.numbers(self.round_trips)

    def reset(self) -> None:
        self.done.value = 0
        for index in range(self.beside):
            self.started[index] = 0

    def task(self, world: Any, index: int) -> int:
        if index:
            done = self.done
            self.started[index - 1] = 1
            while not done.value:
                divide()
            return index
        try:
            # Round trips made before the busy tasks are at work would be those of a task alone.
            while not all(self.started):
                time.sleep(0.0002)
            return self._talk(world)
        finally:
            self.done.value = 1

    def _talk(self, world: Any) -> int:
        now, letters, latencies = world.now, self.letters, self.latencies
        total = 0
        with world.connect(self.server) as stream:
            for turn in range(self.round_trips):
                request = letters.request(0, turn)
                sent = now()
                stream.sendall(request)
                reply = receive(stream, letters.length)
                latencies[turn] = now() - sent
                total += letters.check(0, turn, reply)
        return total

    async def task_async(self, world: Any, index: int) -> int:
        now, letters, latencies = world.now, self.letters, self.latencies
        total = 0
        reader, writer = await world.connect(self.server)
        try:
            for turn in range(self.round_trips):
                request = letters.request(0, turn)
                sent = now()
                writer.write(request)
                await writer.drain()
                reply = await reader.readexactly(letters.length)
                latencies[turn] = now() - sent
                total += letters.check(0, turn, reply)
        finally:
            writer.close()
        await writer.wait_closed()
        return total

    def histograms(self) -> dict[str, str]:
        return {"round_trip_ns": histogram.encode(self.latencies)}
