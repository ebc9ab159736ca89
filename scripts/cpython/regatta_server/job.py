"""What a server is told, and what it does with a line."""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

# Connections that may wait to be accepted.
BACKLOG = 4096


class Job:
    """What a server does with each line, and what it bears."""

    def __init__(self, text: str) -> None:
        terms = json.loads(text)["terms"]
        self.wait_s = terms["wait_us"] / 1e6
        self.patience_s = terms["patience_ms"] / 1e3
        self.pieces = terms["pieces"]
        if self.pieces:
            # Only who computes needs it.
            from regatta_cell.service import compute

            self.compute = compute

    def answer(self, line: bytes) -> bytes:
        """Compute as much as an answer takes. The answer is the line in upper case."""
        if self.pieces:
            self.compute(0, self.pieces)
        return line.upper()


def announce(address: Any) -> None:
    """Say where the server listens."""
    sys.stdout.write(f"{address[0]}:{address[1]}\n")
    sys.stdout.flush()


def listen() -> socket.socket:
    """A socket that listens on a free port of the loopback interface."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(BACKLOG)
    return listener


def at_once(connection: socket.socket) -> None:
    """Send what is written at once (Nagle's algorithm off)."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
