"""The conversation with the driver: start, run, run, stop."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from . import catalogue, limits, protocol
from .model import check_fit, number
from .parent import die_with
from .protocol import Failure, Line, failure_of
from .recorder import Recorder


def interpreter() -> str:
    """What runs the work: implementation, version, build, and whether there is a GIL now."""
    # The modules platform and sysconfig know all this too, but take as long to load as the rest of the cell.
    name, version = sys.implementation.name, sys.version.split()[0]
    if name == "pypy":
        release = ".".join(map(str, sys.pypy_version_info[:3]))  # type: ignore[attr-defined]
        return f"PyPy {release} (Python {version}), GIL enabled"
    if name != "cpython":
        return f"{name} {version}"
    free = "t" in getattr(sys, "abiflags", "")
    enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    build = "t, free-threaded" if free else ""
    return f"CPython {version}{build}, GIL {'enabled' if enabled else 'disabled'}"


def hello() -> dict[str, Any]:
    """The fields of `hello`. Regatta's driver knows CPython's runners by itself; this is for whoever names a Python with --cell."""
    enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    runners = [
        {
            "name": name,
            "model": model,
            "parallelism": parallelism,
            "processes": processes,
            "gil": bool(enabled),
            "options": ["switch_interval_us"],
        }
        for name, (model, parallelism, processes) in catalogue.MODELS.items()
    ]
    return {"protocol": protocol.VERSION, "language": "Python", "version": interpreter(), "runners": runners}


class Cell:
    """One workload under one runner."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        # There from the first `start` on.
        self._runner: Any = None
        # There after a `start` of a trial.
        self._trial: Any = None
        # There after a `start` that went well.
        self._workload: Any = None
        # Where tasks note whom they wait for, if they are watched.
        self._graph: Any = None

    def start(self, message: dict[str, Any]) -> dict[str, Any]:
        """Build what the model keeps; the fields of `ready`."""
        if message.get("protocol") != protocol.VERSION:
            raise Failure(
                "unavailable", f"this cell speaks protocol {protocol.VERSION}, not {message.get('protocol')!r}"
            )
        if self._runner is not None:
            raise Failure("crash", "the driver sent start twice")
        if message.get("profile_log") is not None:
            raise Failure("unavailable", "CPython's cells record no profiles")
        if message.get("trial") is not None:
            from .trial.trial import Trial

            self._trial = Trial(message)
            return {"start_ns": 0, "version": interpreter()}
        params, server = message.get("params") or {}, message.get("server")
        if isinstance(message.get("folder"), str):
            params = {**params, "folder": message["folder"]}
        workload = catalogue.workload(message.get("workload"))(params, server)
        runner = self._runner = catalogue.runner(message.get("runner"))(number(message, "workers", least=1))
        set_options(message.get("options") or {})
        runner.world.now = self._recorder.clock
        check_fit(runner, workload)
        limits.check(runner, workload)
        workload.prepare(runner.world, runner.at_once())
        if message.get("watch") and workload.shares_memory:
            from .coordination import watched

            self._graph = watched.watch(workload, runner.world.now)
        start_ns = self._recorder.time(lambda: runner.start(workload))
        self._workload = workload
        return {"start_ns": start_ns, "version": ", ".join(filter(None, [interpreter(), runner.version()]))}

    def run(self) -> dict[str, Any]:
        """Carry out every task once; the fields of `sample`."""
        if self._workload is None:
            raise Failure("crash", "the driver sent run before a start that went well")
        runner, workload = self._runner, self._workload
        workload.reset()
        outcome, measured = self._recorder.measure(runner.run, runner.worker_pids)
        measured["source"].update(runner.source(), **{"yield": runner.world.yield_name})
        return {
            "tasks": len(outcome.results),
            "checksum": protocol.checksum(outcome.results),
            "workers_seen": outcome.workers_seen,
            **measured,
            "figures": {"switch_interval_us": round(sys.getswitchinterval() * 1e6, 3), **workload.conclude()},
            "histograms": workload.histograms(),
            "turns": workload.turns_taken(),
        }

    def deadlock(self) -> dict[str, Any] | None:
        """The fields of `deadlock`, if that is why the last run failed."""
        return self._graph.deadlock() if self._graph is not None else None

    def attempt(self) -> dict[str, Any]:
        """Carry out every task once where one may come to grief; the fields of `attempted`."""
        if self._trial is None:
            raise Failure("crash", "the driver sent attempt without a trial in start")
        return self._trial.attempt()

    def close(self, well: bool) -> None:
        """End the workers; without waiting for their work if all did not go well."""
        if self._runner is not None:
            self._runner.close() if well else self._runner.abandon()


def set_options(options: dict[str, Any]) -> None:
    """Options of every runner: `switch_interval_us`, after which a thread that waits for the GIL asks for it."""
    for name in options:
        if name != "switch_interval_us":
            raise Failure("unavailable", f"no option {name!r} in CPython; there is switch_interval_us")
        sys.setswitchinterval(number(options, name, least=1) / 1e6)


def converse(line: Line, cell: Cell) -> bool:
    """Answer messages until there are no more; whether all went well."""
    well = True
    while True:
        try:
            message = line.hear()
            if message is None:
                return well
            do = message.get("do")
            if do == "stop":
                return well
            if do == "start":
                line.say("ready", **cell.start(message))
            elif do == "hello":
                line.say("hello", **hello())
            elif do == "attempt":
                line.say("attempted", **cell.attempt())
            elif do == "run":
                line.say("sample", **cell.run())
            else:
                raise Failure("crash", f"the driver sent a message that is not of the protocol: do = {do!r}")
        except Exception as error:
            well = False
            deadlock = cell.deadlock()
            if deadlock is not None:
                line.say("deadlock", **deadlock)
                continue
            failure = failure_of(error)
            if failure.kind == "crash":
                import traceback  # It takes long to import, and mostly there is no use for it.

                traceback.print_exc()
            line.say("error", kind=failure.kind, message=failure.message)


def import_early(names: list[str]) -> None:
    """Import what these runners need before the driver is listened to: many cells can do it at once, but start in turn."""
    for name in names:
        try:
            catalogue.runner(name)
        except Exception:
            pass  # The answer to `start` says it.


def main(runners: list[str]) -> None:
    """A cell process, from its first line of input to its end. It may be told which runners `start` can name."""
    # It ends with the driver even in the middle of a run, when it does not listen.
    die_with(os.getppid())
    # As in any other program of a terminal, Ctrl-C ends the cell at once and without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    line = Line()
    cell = Cell(Recorder())
    import_early(runners)
    cell.close(well=converse(line, cell))
    sys.stderr.flush()
    # Without waiting for threads that a failed run left behind.
    os._exit(0)
