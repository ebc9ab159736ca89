"""The recorder: the only code that reads clocks and counters. Around a run it reads, in a run it does nothing.

CPU time comes from the perf counters, unless processes ended in the run: what a process costs as it ends (the kernel
takes its memory apart) may be missing from the counters. On Linux 6.18 that was 14 % of an empty task in a process of
its own, and 43 % with 300 MB in the parent. The clocks of the processes have all of it, so they are used then;
`per_core_ns` has no other source and falls short of `cpu_ns` by as much.
"""

from __future__ import annotations

import gc
import time
from typing import Any, Callable, NamedTuple, Optional, Tuple, TypeVar

from . import counters

Result = TypeVar("Result")


class Reading(NamedTuple):
    """The counters at one moment, but for the perf counters, which are read next to the run."""

    # Voluntary and involuntary.
    switches: Optional[Tuple[int, int]]
    # Minor and major page faults.
    faults: Optional[Tuple[int, int]]
    # Of the machine: busy and stolen, ns.
    machine: Optional[Tuple[int, int]]
    # CPU time of the process tree by the clocks of its processes, and the part of those that have ended, ns.
    tree: int
    ended: int


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
        reset = all([counters.reset_peak_rss("self"), *map(counters.reset_peak_rss, before)])
        first = self._read(before)
        cores = self._cores()
        begin = self.clock()
        result = work()
        wall = self.clock() - begin
        spent = [end - start for start, end in zip(cores, self._cores())]
        after = children()
        last = self._read(after)
        by_perf = bool(spent) and first.ended == last.ended
        cpu = sum(spent) if by_perf else last.tree - first.tree
        return result, {
            "wall_ns": wall,
            "cpu_ns": cpu,
            "per_core_ns": spent or None,
            **self._count_fields(first, last),
            **self._load_fields(first, last, cpu),
            **self._memory_fields(after),
            "source": {
                "cpu": "perf-task-clock" if by_perf else "process-clocks",
                **self._source(bool(after), reset, first.switches is not None, first.machine is not None),
            },
        }

    @staticmethod
    def _read(children: list[int]) -> Reading:
        return Reading(
            counters.switches(children),
            counters.faults(children),
            counters.machine_cpu_ns(),
            counters.tree_cpu_ns(children),
            counters.ended_cpu_ns(),
        )

    def _cores(self) -> list[int]:
        """CPU time of the tree by core; empty without perf counters."""
        return self._clocks.read() if self._clocks else []

    @staticmethod
    def _count_fields(first: Reading, last: Reading) -> dict[str, Any]:
        if first.switches is None or last.switches is None:
            return {"switches_voluntary": None, "switches_involuntary": None}
        voluntary, involuntary = (max(0, end - start) for start, end in zip(first.switches, last.switches))
        counts = {"switches": voluntary + involuntary}
        if first.faults is not None and last.faults is not None:
            minor, major = (max(0, end - start) for start, end in zip(first.faults, last.faults))
            counts.update(faults_minor=minor, faults_major=major)
        return {"switches_voluntary": voluntary, "switches_involuntary": involuntary, "counts": counts}

    @staticmethod
    def _load_fields(first: Reading, last: Reading, own: int) -> dict[str, Any]:
        if first.machine is None or last.machine is None:
            return {"steal_ns": None, "outside_ns": None, "busy_ns": None}
        busy, stolen = (max(0, end - start) for start, end in zip(first.machine, last.machine))
        return {"steal_ns": stolen, "outside_ns": max(0, busy - own), "busy_ns": busy}

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
            "per_core": "perf-task-clock" if self._clocks else f"none ({self._why_no_clocks})",
            "switches": live if switches else "none",
            "faults": live.replace("status", "stat") if switches else "none",
            "rss": peak if on_linux else "ru_maxrss since the start",
            "children_rss": peak if children_alive and on_linux else "ru_maxrss of the largest ended",
            "load": "proc-stat" if machine else "none",
        }
