"""What the machine would carry, asked before a run: file descriptors of this process, and of the workload's server."""

from __future__ import annotations

import os
from typing import Any

from .protocol import Failure

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

# File descriptors kept free for pipes, counters, epoll and the like.
KEPT = 64


def of_a_connection(params: dict[str, Any]) -> int:
    """File descriptors that the server holds for a connection: its socket, and the timer of its delay."""
    return 2 if params.get("delay_us") else 1


def descriptors_left() -> float:
    """File descriptors that this process may still open, after its soft limit was raised to the hard one."""
    if resource is None:
        return float("inf")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    except (OSError, ValueError):
        pass
    if soft == resource.RLIM_INFINITY:
        return float("inf")
    try:
        return soft - len(os.listdir("/proc/self/fd"))
    except OSError:
        return soft


def check(runner: Any, workload: Any) -> None:
    """Raise a failure of kind `limit` if descriptors would run out, here or in the server, which has the same limit."""
    left = descriptors_left()
    connections = workload.connections(runner.begun(workload.tasks))
    needs = [
        ("this", runner.descriptors(workload)),
        (f"the server, for {connections} connections at once,", connections * workload.server_descriptors),
    ]
    for who, needed in needs:
        if needed and needed + KEPT > left:
            raise Failure(
                "limit",
                f"{who} needs {needed} file descriptors, and the hard limit of open files (RLIMIT_NOFILE) leaves {left}; "
                "raise it with `ulimit -Hn`, or use fewer tasks",
            )
