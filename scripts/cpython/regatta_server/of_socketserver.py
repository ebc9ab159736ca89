"""The servers of the standard library's socketserver: one connection at a time, a thread each, a forked process each."""

from __future__ import annotations

import os
import socketserver
import time
from typing import Any

from .blocking import converse
from .job import BACKLOG, Job, announce


def serve(kind: Any, job: Job) -> None:
    """Serve by one of socketserver's classes."""
    server_process = os.getpid()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if os.getpid() != server_process:
                from regatta_cell.parent import die_with

                die_with(server_process)
            converse(self.request, job, time.sleep)

    class Server(kind):
        request_queue_size = BACKLOG
        allow_reuse_address = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client's fault is not told: there may be many."""

    with Server(("127.0.0.1", 0), Handler) as server:
        announce(server.server_address)
        server.serve_forever()


def plain(job: Job) -> None:
    """One connection after the other, each to its end."""
    serve(socketserver.TCPServer, job)


def threading(job: Job) -> None:
    """A thread for each connection."""

    class Threading(socketserver.ThreadingMixIn, socketserver.TCPServer):
        daemon_threads = True

    serve(Threading, job)


def forking(job: Job) -> None:
    """A forked process for each connection."""

    class Forking(socketserver.ForkingMixIn, socketserver.TCPServer):
        # As many as the machine gives: the default of 40 would make it a pool.
        max_children = 1 << 20
        block_on_close = False

    serve(Forking, job)
