"""The recorder: the only code that reads clocks and counters. Around a run it reads, in a run it does nothing."""

from __future__ import annotations

import gc
import time
from typing import Any, Callable, Iterable, NamedTuple, Optional, Tuple, TypeVar

from . import counters

Result = TypeVar("Result")


class Reading(NamedTuple):
    """The counters at one moment. CPU time is read next to the run, all others around it."""

    switches: Optional[Tuple[int, int]]
    machine: Optional[Tuple[int, int]]


class Recorder:
    """Measures runs. To be made before there is any other thread, for the sake of the perf counters."""

    # The clock of every time that a cell reports.
    clock: Callable[[], int] = staticmethod(time.perf_counter_ns)

    def __init__(self) -> None:
        # The perf counters; none where they cannot be had, and then why.
        self._clocks: counters.TaskClocks | None = None
        self._why_no_clocks = ""
        try:
            self._clocks = counters.TaskClocks()
        except OSError as error:
            self._why_no_clocks = f"perf_event_open: {error.strerror or error}"

    def time(self, work: Callable[[], Any]) -> int:
        """How long `work` takes, ns."""
        begin = self.clock()
        work()
        return self.clock() - begin

    def measure(self, work: Callable[[], Result], children: Callable[[], list[int]]) -> tuple[Result, dict[str, Any]]:
        """Carry out `work`; its result, and the fields of a sample that tell what it took.

        `children` names the live worker processes. Garbage of the run before is collected first.
        """
        gc.collect()
        before = children()
        reset = all([counters.reset_peak_rss(process) for process in ["self", *before]])
        first = self._read(before)
        cpu = self._cpu(before)
        begin = self.clock()
        result = work()
        wall = self.clock() - begin
        after = children()
        spent = [end - start for start, end in zip(cpu, self._cpu(after))]
        last = self._read(after)
        return result, {
            "wall_ns": wall,
            **self._cpu_fields(spent),
            **self._switch_fields(first, last),
            **self._load_fields(first, last, sum(spent)),
            **self._memory_fields(after),
            "source": self._source(bool(after), reset, first.switches is not None, first.machine is not None),
        }

    def _read(self, children: Iterable[int]) -> Reading:
        return Reading(counters.switches(children), counters.machine_cpu_ns())

    def _cpu(self, children: Iterable[int]) -> list[int]:
        """CPU time of the tree, by core if the counters are there, else as one sum."""
        return self._clocks.read() if self._clocks else [counters.tree_cpu_ns(children)]

    def _cpu_fields(self, spent: list[int]) -> dict[str, Any]:
        return {"cpu_ns": sum(spent), "per_core_ns": spent if self._clocks else None}

    @staticmethod
    def _switch_fields(first: Reading, last: Reading) -> dict[str, Any]:
        if first.switches is None or last.switches is None:
            return {"switches_voluntary": None, "switches_involuntary": None}
        voluntary, involuntary = (max(0, end - start) for start, end in zip(first.switches, last.switches))
        return {"switches_voluntary": voluntary, "switches_involuntary": involuntary}

    @staticmethod
    def _load_fields(first: Reading, last: Reading, own: int) -> dict[str, Any]:
        if first.machine is None or last.machine is None:
            return {"steal_ns": None, "outside_ns": None}
        busy, stolen = (max(0, end - start) for start, end in zip(first.machine, last.machine))
        return {"steal_ns": stolen, "outside_ns": max(0, busy - own)}

    @staticmethod
    def _memory_fields(children: list[int]) -> dict[str, Any]:
        own = counters.peak_rss("self")
        alive = [peak for peak in map(counters.peak_rss, children) if peak is not None]
        return {
            "peak_rss_bytes": counters.largest_rss(ended_children=False) if own is None else own,
            "children_rss_bytes": sum(alive) if alive else counters.largest_rss(ended_children=True),
        }

    def _source(self, children_alive: bool, reset: bool, switches: bool, machine: bool) -> dict[str, str]:
        """Where each figure comes from."""
        on_linux = counters.peak_rss("self") is not None
        live = "rusage, proc-status" if children_alive else "rusage"
        peak = "VmHWM" if reset else "VmHWM since the start"
        return {
            "cpu": "perf-task-clock" if self._clocks else "process-clocks",
            "per_core": "perf-task-clock" if self._clocks else f"none ({self._why_no_clocks})",
            "switches": live if switches else "none",
            "rss": peak if on_linux else "ru_maxrss since the start",
            "children_rss": peak if children_alive and on_linux else "ru_maxrss of the largest ended",
            "load": "proc-stat" if machine else "none",
        }
