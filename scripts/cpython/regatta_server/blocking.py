"""A connection where waiting blocks: a thread, a process, or a greenlet."""

from __future__ import annotations

import time
from typing import Any, Callable

from .job import Job, at_once
from .lines import CHUNK, Lines, TooLong


def converse(connection: Any, job: Job, pause: Callable[[float], None]) -> None:
    """Answer each line until the client hangs up, or is silent or slow for too long."""
    lines, begun = Lines(), None
    try:
        at_once(connection)
        connection.settimeout(job.patience_s)
        while True:
            received = connection.recv(CHUNK)
            if not received:
                return
            for line in lines.push(received):
                begun = None
                if job.wait_s:
                    pause(job.wait_s)
                connection.sendall(job.answer(line))
            if lines.part:
                # The clock is asked only where a part of a line has come.
                now = time.monotonic()
                begun = begun or now
                if now - begun > job.patience_s:
                    return
    except (OSError, TooLong):
        # Whatever the client did, the others are served.
        return
