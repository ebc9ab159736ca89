"""Workloads that wait: sleep, block, echo."""

from __future__ import annotations

import time
from typing import Any

from . import histogram, limits
from .model import Workload, World, address, number

ALPHABET = b"abcdefghijklmnopqrstuvwxyz"


class Sleep(Workload):
    """Wait in the model's own way."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.seconds = number(params, "wait_us") / 1e6
        self.tasks = number(params, "tasks")

    def task(self, world: Any, index: int) -> int:
        world.sleep(self.seconds)
        return index

    async def task_async(self, world: Any, index: int) -> int:
        await world.sleep(self.seconds)
        return index


class Block(Workload):
    """Wait by blocking the thread, in every model: what an event loop must not be given."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.seconds = number(params, "wait_us") / 1e6
        self.tasks = number(params, "tasks")

    def task(self, world: Any, index: int) -> int:
        time.sleep(self.seconds)
        return index


class Letters:
    """The requests of an echo conversation and the replies that they must bring."""

    def __init__(self, length: int) -> None:
        self.length = length
        self._lower = ALPHABET * (length // len(ALPHABET) + 2)
        self._upper = self._lower.upper()

    def request(self, index: int, turn: int) -> bytes:
        """Request `turn` of task `index`."""
        first = (index + turn) % len(ALPHABET)
        return self._lower[first : first + self.length - 1] + b"\n"

    def check(self, index: int, turn: int, reply: bytes) -> int:
        """The sum of the bytes of the reply, every one of which is compared."""
        first = (index + turn) % len(ALPHABET)
        if reply != self._upper[first : first + self.length - 1] + b"\n":
            raise ValueError(f"wrong reply to request {turn}: {reply[:60]!r}")
        return sum(reply)


def receive(stream: Any, length: int) -> bytes:
    """Exactly `length` bytes from a blocking stream."""
    reply = stream.recv(length)
    while len(reply) < length:
        more = stream.recv(length - len(reply))
        if not more:
            raise ConnectionError(f"the server hung up after {len(reply)} of {length} bytes")
        reply += more
    return reply


class Echo(Workload):
    """Talk to a server that answers in upper case; one connection a task."""

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        self.tasks = number(params, "connections")
        self.round_trips = number(params, "round_trips")
        self.letters = Letters(number(params, "bytes", least=1))
        self.server_descriptors = limits.of_a_connection(params)
        self.server = address(server)

    def connections(self, begun: int) -> int:
        return begun

    def prepare(self, world: World, at_once: float) -> None:
        self.latencies = world.numbers(self.tasks * self.round_trips)

    def reset(self) -> None:
        for place in range(len(self.latencies)):
            self.latencies[place] = 0

    def task(self, world: Any, index: int) -> int:
        now, letters, latencies = world.now, self.letters, self.latencies
        first = index * self.round_trips
        total = 0
        with world.connect(self.server) as stream:
            for turn in range(self.round_trips):
                request = letters.request(index, turn)
                sent = now()
                stream.sendall(request)
                reply = receive(stream, letters.length)
                latencies[first + turn] = now() - sent
                total += letters.check(index, turn, reply)
        return total

    async def task_async(self, world: Any, index: int) -> int:
        now, letters, latencies = world.now, self.letters, self.latencies
        first = index * self.round_trips
        total = 0
        reader, writer = await world.connect(self.server)
        try:
            for turn in range(self.round_trips):
                request = letters.request(index, turn)
                sent = now()
                writer.write(request)
                await writer.drain()
                reply = await reader.readexactly(letters.length)
                latencies[first + turn] = now() - sent
                total += letters.check(index, turn, reply)
        finally:
            writer.close()
        await writer.wait_closed()
        return total

    def histograms(self) -> dict[str, str]:
        return {"round_trip_ns": histogram.encode(self.latencies)} if self.tasks * self.round_trips else {}
