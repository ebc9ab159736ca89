"""One thread that is told by selectors which sockets are ready."""

from __future__ import annotations

import heapq
import itertools
import selectors
import socket
import time

from .job import Job, announce, at_once, listen
from .lines import CHUNK, Lines, TooLong


class Connection:
    """A connection: what came, what is to be written, and the lines whose answers are due later."""

    def __init__(self, sock: socket.socket, now: float) -> None:
        self.sock, self.lines, self.output, self.since = sock, Lines(), b"", now
        self.whole: list[bytes] = []
        self.waits = self.ended = self.closed = False


class Loop:
    """All connections of the server."""

    def __init__(self, job: Job) -> None:
        self.job, self.selector, self.listener = job, selectors.DefaultSelector(), listen()
        self.listener.setblocking(False)
        self.connections: set[Connection] = set()
        # Answers that are due later: time, a number that keeps the order, connection.
        self.due: list[tuple[float, int, Connection]] = []
        self.number = itertools.count()
        self.sweeps_at = time.monotonic() + job.patience_s / 4

    def run(self) -> None:
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        announce(self.listener.getsockname())
        while True:
            at = min([self.sweeps_at, self.due[0][0]] if self.due else [self.sweeps_at])
            for key, _ in self.selector.select(max(0.0, at - time.monotonic())):
                if key.data is None:
                    self.accept()
                else:
                    self.go_on(key.data, True)
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                connection = heapq.heappop(self.due)[2]
                connection.waits = False
                self.go_on(connection, False)
            if now >= self.sweeps_at:
                self.sweep(now)

    def accept(self) -> None:
        try:
            sock, _ = self.listener.accept()
            sock.setblocking(False)
            at_once(sock)
        except OSError:
            return
        connection = Connection(sock, time.monotonic())
        self.connections.add(connection)
        self.selector.register(sock, selectors.EVENT_READ, connection)

    def go_on(self, connection: Connection, is_ready: bool) -> None:
        if connection.closed:
            return
        try:
            if is_ready and not connection.output:
                received = connection.sock.recv(CHUNK)
                connection.ended = not received
                connection.whole += connection.lines.push(received)
            self.answer(connection)
        except BlockingIOError:
            pass
        except (OSError, TooLong):
            return self.close(connection)
        if connection.ended and not connection.waits and not connection.output and not connection.whole:
            return self.close(connection)
        # Who does not read is not read from, and neither is whose answer is not due.
        events = selectors.EVENT_WRITE if connection.output else selectors.EVENT_READ
        try:
            if connection.waits or connection.ended and not connection.output:
                self.selector.unregister(connection.sock)
            else:
                self.selector.modify(connection.sock, events, connection)
        except KeyError:
            if not connection.waits and not connection.ended or connection.output:
                self.selector.register(connection.sock, events, connection)

    def answer(self, connection: Connection) -> None:
        """Write what can be written, line after line."""
        while True:
            if connection.output:
                sent = connection.sock.send(connection.output)
                connection.output = connection.output[sent:]
                if connection.output:
                    return
            if connection.waits or not connection.whole:
                return
            line = connection.whole.pop(0)
            connection.since = time.monotonic()
            connection.output = self.job.answer(line)
            if self.job.wait_s:
                connection.waits = True
                heapq.heappush(self.due, (connection.since + self.job.wait_s, next(self.number), connection))
                return

    def sweep(self, now: float) -> None:
        """Close the connections that have said nothing for too long, or not read."""
        self.sweeps_at = now + self.job.patience_s / 4
        for connection in list(self.connections):
            if not connection.waits and now - connection.since > self.job.patience_s:
                self.close(connection)

    def close(self, connection: Connection) -> None:
        connection.closed = True
        self.connections.discard(connection)
        try:
            self.selector.unregister(connection.sock)
        except KeyError:
            pass
        connection.sock.close()


def serve(job: Job) -> None:
    Loop(job).run()
