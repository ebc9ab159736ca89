"""Workload traffic-light: cars wait for one event, and connectors try again and again with a timeout."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require, whether


class TrafficLight(Case):
    """Let cars wait for a light, which task 0 sets for all of them at once.

    Connectors wait for another event. The light sets that first of all, or nobody ever does.
    """

    latency = "set_to_run_ns"

    def set_up(self, params: dict[str, Any]) -> None:
        self.cars = number(params, "cars")
        self.red = number(params, "red_us") / 1e6
        self.connectors = number(params, "connectors")
        self.tries = number(params, "tries", least=1)
        self.timeout = number(params, "timeout_us", least=1) / 1e6
        self.connects = whether(params, "connects")
        self.tasks = 1 + self.cars + self.connectors

    def at_once(self) -> int:
        return self.tasks

    def places(self) -> int:
        return self.cars

    def begin(self, primitives: Any) -> None:
        self.green, self.connected = primitives.Event(), primitives.Event()
        # Whether the light has begun, whether it is about to be set, and when it was.
        self.is_lit = self.may_go = False
        self.since = 0
        # By car: whether it went on, and whether it did before the light was set. By connector: whether it gave up.
        self.released = [False] * self.cars
        self.ran_the_red = [False] * self.cars
        self.gave_up = [False] * self.connectors

    async def task_async(self, world: Any, index: int) -> int:
        if index == 0:
            await self.light_async(world)
            return 0
        if index <= self.cars:
            await self.drive_async(world.now, index - 1)
            return 1
        return await self.connect_async(index - 1 - self.cars)

    async def light_async(self, world: Any) -> None:
        """Be red for a time, and let all cars go."""
        if self.connects:
            self.connected.set()
        self.is_lit = True
        await world.sleep(self.red)
        self.may_go = True
        self.since = world.now()
        self.green.set()

    async def drive_async(self, now: Any, car: int) -> None:
        """Wait for the light."""
        waits = not self.green.is_set()
        await self.green.wait()
        # A car that came later has waited for nothing.
        if waits:
            self.waited[car] = now() - self.since
        self.released[car] = True
        self.ran_the_red[car] = not self.may_go

    async def connect_async(self, connector: int) -> int:
        """Try to connect; the number of tries."""
        wait_for, tries = self.primitives.wait_for, 0
        while tries < self.tries:
            # A try before the light has begun does not count: it is no fault of the event, and a matter of luck.
            counts = not self.connects or self.is_lit
            is_connected = await wait_for(self.connected, self.timeout)
            tries += counts or is_connected
            if is_connected:
                return tries
        self.gave_up[connector] = True
        return tries

    def check(self) -> dict[str, float]:
        released, ran_the_red, gave_up = sum(self.released), sum(self.ran_the_red), sum(self.gave_up)
        require(
            released == self.cars and not ran_the_red,
            f"{released} of {self.cars} cars went on, and {ran_the_red} of them before the light was set",
        )
        expected = 0 if self.connects else self.connectors
        require(gave_up == expected, f"{gave_up} of {self.connectors} connectors gave up, {expected} are expected")
        return {"operations": self.cars + self.connectors, "released": released, "gave_up": gave_up}
