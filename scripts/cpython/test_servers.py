"""Tests of the servers in CPython, as raw sockets see them: whatever some clients do, the others are served.

    python3 -m unittest discover scripts/cpython
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
import unittest

from regatta_server import MODELS
from regatta_server.lines import LONGEST, Lines, TooLong

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "server.py")
# How long a reply may take on a machine that is busy with other things.
PATIENCE = 60.0
# How long a server bears a client that is silent or slow.
BEARS = 0.8


class Server:
    """A server process."""

    def __init__(self, name: str, wait_us: int, patience: float) -> None:
        terms = {"wait_us": wait_us, "pieces": 3, "patience_ms": int(patience * 1000)}
        job = json.dumps({"workers": 2, "terms": terms})
        command = [sys.executable, "-I", "-u", SCRIPT, name]
        environment = {**os.environ, "REGATTA_JOB": job}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        host, _, port = self.process.stdout.readline().strip().rpartition(":")
        self.address = host, int(port)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, PATIENCE)


def everything(connection: socket.socket) -> bytes:
    """Read to the end of a connection, which may be a reset."""
    found = b""
    try:
        while received := connection.recv(1 << 16):
            found += received
    except ConnectionError:
        pass
    return found


class Servers(unittest.TestCase):
    """Each model, by being in the list of models."""

    def each(self):
        for name in MODELS:
            if "gevent" in name and importlib.util.find_spec("gevent") is None:
                continue
            with self.subTest(name):
                yield name

    def test_lines_are_answered_however_they_come(self) -> None:
        for name in self.each():
            with Server(name, 0, PATIENCE) as server, server.connect() as connection:
                self.assertEqual(server.address[0], "127.0.0.1")
                for part in b"a", b"b\nc\n\nd", b"e\n":
                    connection.sendall(part)
                    time.sleep(0.002)
                connection.sendall(b"x" * (LONGEST - 1) + b"\n" + b"last\nnot ended")
                connection.shutdown(socket.SHUT_WR)
                self.assertEqual(everything(connection), b"AB\nC\n\nDE\n" + b"X" * (LONGEST - 1) + b"\nLAST\n")

    def test_it_waits_before_each_answer(self) -> None:
        for name in self.each():
            with Server(name, 20_000, PATIENCE) as server:
                begun, connections = time.monotonic(), [server.connect() for _ in range(4)]
                for connection in connections:
                    connection.sendall(b"one\ntwo\n")
                    connection.shutdown(socket.SHUT_WR)
                for connection in connections:
                    self.assertEqual(everything(connection), b"ONE\nTWO\n")
                    connection.close()
                self.assertGreaterEqual(time.monotonic() - begun, 0.04)

    def test_whatever_some_clients_do_the_others_are_served(self) -> None:
        for name in self.each():
            with Server(name, 0, BEARS) as server:
                silent, half, slow, endless = (server.connect() for _ in range(4))
                half.sendall(b"half a li")
                threads = [threading.Thread(target=drip, args=(slow,)), threading.Thread(target=flood, args=(endless,))]
                for thread in threads:
                    thread.start()
                good = []
                for _ in range(50):
                    # It speaks at once, so that no busy machine makes it one of the silent ones.
                    good.append(server.connect())
                    good[-1].sendall(b"ahoy\n")
                    good[-1].shutdown(socket.SHUT_WR)
                for connection in good:
                    self.assertEqual(everything(connection), b"AHOY\n")
                for thread in threads:
                    thread.join()
                for connection in silent, half, slow, endless:
                    self.assertEqual(everything(connection), b"", "a line that did not end has no answer")
                for connection in [silent, half, slow, endless, *good]:
                    connection.close()
                self.assertIsNone(server.process.poll())

    def test_who_does_not_read_is_not_read_from_for_ever(self) -> None:
        for name in self.each():
            with Server(name, 0, BEARS) as server, server.connect() as deaf:
                flood(deaf, b"a" * 1023 + b"\n")
                with server.connect() as connection:
                    connection.sendall(b"ahoy\n")
                    self.assertEqual(connection.recv(5), b"AHOY\n")


def drip(connection: socket.socket) -> None:
    """Send a byte now and then, each sooner than the server's patience is at its end."""
    try:
        for _ in range(100):
            connection.sendall(b"a")
            time.sleep(BEARS / 4)
    except OSError:
        return
    raise AssertionError("a byte now and then holds a connection for ever")


def flood(connection: socket.socket, piece: bytes = b"a" * (1 << 16)) -> None:
    """Send until the server takes no more."""
    try:
        for _ in range((64 << 20) // len(piece)):
            connection.sendall(piece)
    except OSError:
        return
    raise AssertionError("it takes 64 MiB")


class Parts(unittest.TestCase):
    """What knows no sockets."""

    def test_lines_come_out_whole_and_not_too_long(self) -> None:
        lines = Lines()
        self.assertEqual([lines.push(part) for part in (b"a", b"b\nc", b"\n\nd")], [[], [b"ab\n"], [b"c\n", b"\n"]])
        self.assertEqual(lines.push(b"x" * (LONGEST - 2) + b"\n"), [b"d" + b"x" * (LONGEST - 2) + b"\n"])
        self.assertRaises(TooLong, lines.push, b"x" * LONGEST)

    def test_a_server_ends_with_who_started_it(self) -> None:
        job = json.dumps({"workers": 1, "terms": {"wait_us": 0, "pieces": 0, "patience_ms": 60_000}})
        script = f"REGATTA_JOB='{job}' '{sys.executable}' -I -u '{SCRIPT}' python-socketserver & read -r line; wait"
        shell = subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertTrue(shell.stdout.readline().startswith(b"127.0.0.1:"))
        shell.kill()
        shell.wait()
        # Whoever has the pipe still lives: it ends with the last of them.
        self.assertEqual(select.select([shell.stdout], [], [], PATIENCE)[0], [shell.stdout])
        self.assertEqual(shell.stdout.read(), b"")
        shell.stdin.close()
        shell.stdout.close()


if __name__ == "__main__":
    unittest.main()
