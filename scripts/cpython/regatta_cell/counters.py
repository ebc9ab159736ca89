"""What the kernel counts about a tree of processes: CPU time, context switches, page faults, memory, the machine's load.

Every function here reads once and keeps nothing; where Linux is missing, it answers none and the recorder says so.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import time
from typing import Iterable

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

# perf_event_open(2) by machine, and its constants (linux/perf_event.h).
PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
PERF_TYPE_SOFTWARE = 1
PERF_COUNT_SW_TASK_CLOCK = 1
PERF_FLAG_FD_CLOEXEC = 8
INHERIT = 1 << 1
EXCLUDE_KERNEL = 1 << 5

# Bytes of RAM in a page of rusage.ru_maxrss: kilobytes, but bytes on macOS.
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class PerfEventAttr(ctypes.Structure):
    """struct perf_event_attr in its first version (PERF_ATTR_SIZE_VER0, 64 bytes); every kernel takes it."""

    _fields_ = [
        ("type", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("config", ctypes.c_uint64),
        ("sample_period", ctypes.c_uint64),
        ("sample_type", ctypes.c_uint64),
        ("read_format", ctypes.c_uint64),
        ("flags", ctypes.c_uint64),
        ("wakeup_events", ctypes.c_uint32),
        ("bp_type", ctypes.c_uint32),
        ("config1", ctypes.c_uint64),
    ]


def online_cpus() -> list[int]:
    """The logical cores that are online, by number."""
    with open("/sys/devices/system/cpu/online") as file:
        cpus: list[int] = []
        for part in file.read().strip().split(","):
            first, _, last = part.partition("-")
            cpus += range(int(first), int(last or first) + 1)
        return cpus


class TaskClocks:
    """The perf counter TASK_CLOCK of this thread and all that descends from it, on each logical core.

    To be opened before there is any other thread, for threads that already run are not counted. It counts all CPU
    time, that in the kernel too, although `exclude_kernel` is set; with that bit no privilege is needed
    (perf_event_paranoid up to 2). Raises OSError with the reason where it cannot be had.
    """

    def __init__(self) -> None:
        machine = os.uname().machine if hasattr(os, "uname") else ""
        call = PERF_EVENT_OPEN.get(machine)
        if sys.platform != "linux" or call is None or sys.maxsize < 1 << 32:
            raise OSError(f"not known for {sys.platform} on {machine or 'this machine'}")
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = ctypes.c_long
        attr = PerfEventAttr(
            type=PERF_TYPE_SOFTWARE,
            size=ctypes.sizeof(PerfEventAttr),
            config=PERF_COUNT_SW_TASK_CLOCK,
            flags=INHERIT | EXCLUDE_KERNEL,
        )
        self._descriptors: list[int] = []
        for cpu in online_cpus():
            descriptor = libc.syscall(
                ctypes.c_long(call),
                ctypes.byref(attr),
                ctypes.c_long(0),
                ctypes.c_long(cpu),
                ctypes.c_long(-1),
                ctypes.c_ulong(PERF_FLAG_FD_CLOEXEC),
            )
            if descriptor < 0:
                number = ctypes.get_errno()
                self.close()
                raise OSError(number, os.strerror(number))
            self._descriptors.append(descriptor)
        self._try_out()

    def _try_out(self) -> None:
        """Compare with the clock of the process over 2 ms of work: some sandboxes count nothing, or something else."""
        begin, counted = time.process_time_ns(), sum(self.read())
        while time.process_time_ns() - begin < 2_000_000:
            pass
        counted = sum(self.read()) - counted
        spent = time.process_time_ns() - begin
        if not 0.8 * spent < counted < 1.25 * spent:
            self.close()
            raise OSError(f"it counted {counted} ns where the process used {spent} ns")

    def read(self) -> list[int]:
        """CPU time since the opening, ns, one for each logical core that is online."""
        return [int.from_bytes(os.read(descriptor, 8), sys.byteorder) for descriptor in self._descriptors]

    def close(self) -> None:
        """Give the counters back."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []


def process_cpu_ns(pid: int) -> int:
    """CPU time of a live process, all its threads, ns; 0 if it has ended.

    Linux names the CPU clock of a process by arithmetic on its id: CPUCLOCK_SCHED (2) of ~pid, as the C library does
    in clock_getcpuclockid(3). Where that is refused, its clock ticks from /proc are used.
    """
    try:
        return time.clock_gettime_ns(~pid << 3 | 2)
    except (OSError, AttributeError):
        return process_ticks_ns(pid)


def process_ticks_ns(pid: int) -> int:
    """CPU time of a live process by its clock ticks (10 ms), ns; 0 if it has ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * (1_000_000_000 // os.sysconf("SC_CLK_TCK"))
    except OSError:
        return 0


def ended_cpu_ns() -> int:
    """CPU time of the children that have been waited for, ns."""
    if resource is None:
        return 0
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((ended.ru_utime + ended.ru_stime) * 1e9)


def tree_cpu_ns(children: Iterable[int]) -> int:
    """CPU time of this process, of its children that have been waited for, and of these live ones, ns."""
    return time.process_time_ns() + ended_cpu_ns() + sum(process_cpu_ns(pid) for pid in children)


def switches(children: Iterable[int]) -> tuple[int, int] | None:
    """Voluntary and involuntary context switches of this process, of its ended children and of these live ones."""
    if resource is None:
        return None
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    voluntary, involuntary = own.ru_nvcsw + ended.ru_nvcsw, own.ru_nivcsw + ended.ru_nivcsw
    for pid in children:
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/status") as file:
                    counts = dict(re.findall(r"^(\w+_ctxt_switches):\s*(\d+)", file.read(), re.MULTILINE))
                voluntary += int(counts["voluntary_ctxt_switches"])
                involuntary += int(counts["nonvoluntary_ctxt_switches"])
        except (OSError, KeyError):
            pass
    return voluntary, involuntary


def faults(children: Iterable[int]) -> tuple[int, int] | None:
    """Minor and major page faults of this process, of its ended children and of these live ones with their ended ones."""
    if resource is None:
        return None
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    minor, major = own.ru_minflt + ended.ru_minflt, own.ru_majflt + ended.ru_majflt
    for pid in children:
        try:
            with open(f"/proc/{pid}/stat") as file:
                counts = [int(field) for field in file.read().rpartition(")")[2].split()[7:11]]
            minor += counts[0] + counts[1]
            major += counts[2] + counts[3]
        except (OSError, ValueError, IndexError):
            pass
    return minor, major


def reset_peak_rss(process: int | str) -> bool:
    """Let the peak memory of a process begin anew; whether the kernel did so."""
    try:
        with open(f"/proc/{process}/clear_refs", "w") as file:
            file.write("5")
        return True
    except OSError:
        return False


def peak_rss(process: int | str) -> int | None:
    """Peak memory (VmHWM) of a live process since the last reset, bytes."""
    try:
        with open(f"/proc/{process}/status") as file:
            found = re.search(r"^VmHWM:\s*(\d+) kB", file.read(), re.MULTILINE)
        return int(found[1]) * 1024 if found else None
    except OSError:
        return None


def largest_rss(ended_children: bool) -> int | None:
    """Largest memory ever of this process, or of the largest child that was waited for, bytes; none without one."""
    if resource is None:
        return None
    who = resource.RUSAGE_CHILDREN if ended_children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss * MAXRSS_UNIT or None


def machine_cpu_ns() -> tuple[int, int] | None:
    """CPU time that the whole machine was busy, and that was stolen from it, ns, in clock ticks of 10 ms."""
    try:
        with open("/proc/stat") as file:
            ticks = [int(field) for field in file.readline().split()[1:]]
        tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
        user, nice, system, _idle, _wait, interrupts, soft, steal = ticks[:8]
        return (user + nice + system + interrupts + soft) * tick, steal * tick
    except (OSError, ValueError):
        return None
