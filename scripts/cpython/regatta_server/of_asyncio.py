"""A coroutine for each connection on one event loop (asyncio)."""

from __future__ import annotations

import asyncio
import time

from .job import BACKLOG, Job, announce, at_once, listen
from .lines import CHUNK, Lines, TooLong


async def run(job: Job) -> None:
    """Serve for ever."""
    since: dict[asyncio.StreamWriter, float] = {}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = Lines()
        since[writer] = time.monotonic()
        try:
            at_once(writer.get_extra_info("socket"))
            while True:
                received = await reader.read(CHUNK)
                if not received:
                    break
                for line in lines.push(received):
                    if job.wait_s:
                        await asyncio.sleep(job.wait_s)
                    since[writer] = time.monotonic()
                    writer.write(job.answer(line))
                    await writer.drain()
        except (OSError, TooLong):
            # Whatever the client did, the others are served.
            pass
        finally:
            del since[writer]
            writer.close()

    async def sweep() -> None:
        """Close the connections that have said nothing for too long, or not read."""
        while True:
            await asyncio.sleep(job.patience_s / 4)
            now = time.monotonic()
            for writer, last in list(since.items()):
                if now - last > job.patience_s:
                    writer.transport.abort()

    listener = listen()
    server = await asyncio.start_server(converse, sock=listener, backlog=BACKLOG)
    announce(listener.getsockname())
    async with server:
        await asyncio.gather(server.serve_forever(), sweep())


def serve(job: Job) -> None:
    asyncio.run(run(job))
