"""Ends this process with the one that started it, however that ends. Linux only; elsewhere only an orderly end does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """Let the kernel kill this process when the one that started it dies. `parent`: who that was; 0 if unknown."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # A parent that died before the call leaves no signal, but another parent in its place.
        if parent and os.getppid() != parent:
            os._exit(1)
