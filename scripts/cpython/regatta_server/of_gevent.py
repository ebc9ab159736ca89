"""A greenlet for each connection on one thread (gevent)."""

from __future__ import annotations

from typing import Any

import gevent
from gevent.server import StreamServer

from .blocking import converse
from .job import BACKLOG, Job, announce


def serve(job: Job) -> None:
    def handle(connection: Any, _address: Any) -> None:
        try:
            converse(connection, job, gevent.sleep)
        finally:
            connection.close()

    server = StreamServer(("127.0.0.1", 0), handle, backlog=BACKLOG)
    server.start()
    announce(server.address)
    server.serve_forever()
