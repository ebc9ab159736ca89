"""The base of all cases: tasks that share state and coordinate by what their world offers."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import histogram
from ..model import Workload, World, number
from ..protocol import Failure
from .twin import blocking_methods


class Case(Workload):
    """A workload whose tasks coordinate. Its bodies are awaited (`task_async`), and the blocking ones are made of them."""

    shares_memory = True
    # Name of the histogram of `waited`.
    latency: ClassVar[str] = "wait_ns"

    def __init_subclass__(cls) -> None:
        for name, twin in blocking_methods(vars(cls)).items():
            setattr(cls, name, twin)

    def __init__(self, params: dict[str, Any], server: str | None) -> None:
        variant = params.get("primitives", "native")
        if variant != "native":
            raise Failure(
                "unavailable",
                f"CPython has no primitives {variant!r}: its tasks coordinate by those of its standard library, "
                'or of gevent; give primitives = "native"',
            )
        self.set_up(params)

    def set_up(self, params: dict[str, Any]) -> None:
        """Take over the parameters."""
        raise NotImplementedError

    def places(self) -> int:
        """How many latencies the tasks of a run note at most."""
        return 0

    def begin(self, primitives: Any) -> None:
        """Make what the tasks of a run share, of the primitives of their world."""

    def check(self) -> dict[str, float]:
        """The figures of a run; fails if what must always hold does not."""
        raise NotImplementedError

    def prepare(self, world: World, at_once: float) -> None:
        self.primitives: Any = world.primitives() if self.shares_memory else None
        # Latencies in nanoseconds, a place for each. An empty place is 0.
        self.waited = world.numbers(self.places())

    def reset(self) -> None:
        for place in range(len(self.waited)):
            self.waited[place] = 0
        self.begin(self.primitives)

    def conclude(self) -> dict[str, float]:
        return {name: float(figure) for name, figure in self.check().items()}

    def histograms(self) -> dict[str, str]:
        noted = [latency for latency in self.waited if latency]
        return {self.latency: histogram.encode(noted)} if noted else {}


def whether(params: dict[str, Any], name: str) -> bool:
    """The parameter `name`, which is true or false."""
    value = params.get(name)
    if not isinstance(value, bool):
        raise Failure("unavailable", f"parameter {name} must be true or false, not {value!r}")
    return value


def one_of(params: dict[str, Any], name: str, *choices: str) -> str:
    """The parameter `name`, which is one of these words."""
    value = params.get(name)
    if value not in choices:
        raise Failure("unavailable", f"parameter {name} must be one of {', '.join(choices)}, not {value!r}")
    return str(value)


def require(holds: bool, otherwise: str) -> None:
    """Fail with a wrong answer unless what must hold does."""
    if not holds:
        raise Failure("wrong-answer", otherwise)


__all__ = ["Case", "number", "one_of", "require", "whether"]
