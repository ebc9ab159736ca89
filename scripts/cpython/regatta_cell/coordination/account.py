"""Workload account: even tasks withdraw and wait for funds, odd ones deposit."""

from __future__ import annotations

from typing import Any

from .case import Case, number, require

# Amounts are from 1 to this, in turn.
LARGEST = 10


class Account(Case):
    """Move money through one account. Beside each task that withdraws there is one that deposits the same amounts."""

    def set_up(self, params: dict[str, Any]) -> None:
        self.pairs = number(params, "pairs", least=1)
        self.operations = number(params, "operations", least=1)
        self.tasks = 2 * self.pairs

    def at_once(self) -> int:
        return self.tasks

    def places(self) -> int:
        return self.pairs * self.operations

    def begin(self, primitives: Any) -> None:
        # It guards what follows.
        self.changed = primitives.Condition()
        self.balance = self.deposited = self.withdrawn = 0
        # Withdrawals that had to wait for funds, and those after which the balance was below zero.
        self.waits = self.overdrawn = 0

    async def task_async(self, world: Any, index: int) -> int:
        pair = index // 2
        amounts = [1 + (pair + operation) % LARGEST for operation in range(self.operations)]
        if index % 2:
            await self.deposit_async(amounts)
        else:
            await self.withdraw_async(world.now, amounts, pair * self.operations)
        return sum(amounts)

    async def deposit_async(self, amounts: list[int]) -> None:
        """Pay in. All look who wait for funds, for it may be enough for any of them."""
        changed = self.changed
        for amount in amounts:
            async with changed:
                self.balance += amount
                self.deposited += amount
                changed.notify_all()

    async def withdraw_async(self, now: Any, amounts: list[int], first: int) -> None:
        """Wait for funds, and pay out."""
        changed, waited = self.changed, self.waited
        for place, amount in enumerate(amounts, first):
            asked = now()
            async with changed:
                if self.balance < amount:
                    self.waits += 1
                    while self.balance < amount:
                        await changed.wait()
                self.balance -= amount
                self.withdrawn += amount
                if self.balance < 0:
                    self.overdrawn += 1
            waited[place] = now() - asked

    def check(self) -> dict[str, float]:
        require(not self.overdrawn, f"the balance was below zero after {self.overdrawn} withdrawals")
        require(
            not self.balance and self.deposited == self.withdrawn,
            f"{self.deposited} was deposited and {self.withdrawn} withdrawn, and {self.balance} is left",
        )
        return {"operations": self.tasks * self.operations, "waits": self.waits}
