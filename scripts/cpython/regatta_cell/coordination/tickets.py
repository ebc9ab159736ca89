"""Workload tickets: buyers take tickets from a stock that is kept in a file; with a lock on it and without."""

from __future__ import annotations

import fcntl
import os
from typing import Any

from ..protocol import Failure
from .case import Case, number, require, whether

# Seconds until a buyer who finds the stock locked tries again. The lock of a file wakes no coroutine, so all models try.
RETRY = 0.0002


class Tickets(Case):
    """Read the number of tickets that are left, pause, and write it back less one. Without the lock buyers sell the same one."""

    # What tasks share lies in files.
    shares_memory = False

    def set_up(self, params: dict[str, Any]) -> None:
        self.tasks = number(params, "buyers", least=1)
        self.tickets = number(params, "tickets")
        self.pause = number(params, "pause_us") / 1e6
        self.locks = whether(params, "lock")
        folder = params.get("folder")
        if not isinstance(folder, str):
            raise Failure("unavailable", "the driver named no folder for the stock")
        self.stock = os.path.join(folder, "stock")
        self.sales = os.path.join(folder, "sales")

    def begin(self, primitives: Any) -> None:
        with open(self.stock, "wb") as stock:
            stock.write(self.tickets.to_bytes(8, "little"))
        with open(self.sales, "wb"):
            pass

    async def task_async(self, world: Any, index: int) -> int:
        stock = os.open(self.stock, os.O_RDWR)
        try:
            while self.locks and not try_lock(stock):
                await world.sleep(RETRY)
            left = int.from_bytes(os.pread(stock, 8, 0), "little")
            await world.sleep(self.pause)
            if left:
                sales = os.open(self.sales, os.O_WRONLY | os.O_APPEND)
                os.write(sales, b"x")
                os.close(sales)
                os.pwrite(stock, (left - 1).to_bytes(8, "little"), 0)
        finally:
            # This lets go of the lock.
            os.close(stock)
        return index

    def check(self) -> dict[str, float]:
        sold, most = os.path.getsize(self.sales), min(self.tickets, self.tasks)
        with open(self.stock, "rb") as stock:
            left = int.from_bytes(stock.read(), "little")
        require(
            not self.locks or (sold, left) == (most, self.tickets - most),
            f"{sold} tickets of {self.tickets} were sold under the lock, and {left} are left",
        )
        require(most <= sold <= self.tasks, f"{sold} tickets were sold to {self.tasks} buyers")
        return {"operations": self.tasks, "oversold": sold - most}


def try_lock(file: int) -> bool:
    """Lock a file if nobody else has; whether it is locked now."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
