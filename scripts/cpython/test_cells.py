"""Tests of the CPython cell: every workload under every runner, through the protocol, against oracles of their own.

    python3 scripts/cpython/test_cells.py

The interpreter that runs the tests is the one that is tested. No test asserts an absolute time.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import multiprocessing
import os
import platform
import resource
import signal
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib
from pathlib import Path
from typing import Any, Callable, Iterator
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from regatta_cell import counters, histogram  # noqa: E402
from regatta_cell.catalogue import RUNNERS, WORKLOADS  # noqa: E402
from regatta_cell.computing import KNOWN_13, is_prime  # noqa: E402
from regatta_cell.protocol import failure_of  # noqa: E402
from regatta_cell.recorder import Recorder  # noqa: E402

ON_LINUX = sys.platform == "linux"
MODULUS = 1 << 64


class EchoServer(socketserver.ThreadingTCPServer):
    """Answers every line in upper case, `delay` seconds after it came."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, delay: float = 0.0, change: Callable[[bytes], bytes] = bytes.upper) -> None:
        super().__init__(("127.0.0.1", 0), EchoHandler)
        self.delay = delay
        self.change = change
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def name(self) -> str:
        """HOST:PORT, as in the message `start`."""
        return "%s:%d" % self.server_address[:2]

    def __exit__(self, *error: Any) -> None:
        self.shutdown()
        super().__exit__(*error)


class EchoHandler(socketserver.StreamRequestHandler):
    """One connection of the server."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            for line in self.rfile:
                if self.server.delay:  # type: ignore[attr-defined]
                    time.sleep(self.server.delay)  # type: ignore[attr-defined]
                self.wfile.write(self.server.change(line))  # type: ignore[attr-defined]
        except ConnectionError:
            pass  # A client that was not content hung up.


class Cell:
    """The driver's side of a cell process."""

    def __init__(self, *flags: str, early: str | None = None, **more: Any) -> None:
        runner = [] if early is None else [early]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", *flags, "-u", str(HERE / "cell.py"), *runner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,
        )

    def __enter__(self) -> Cell:
        return self

    def __exit__(self, *error: Any) -> None:
        self.process.kill()
        self.process.communicate()

    def send(self, message: Any) -> None:
        """Send a message, or a raw line."""
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, message: Any) -> dict[str, Any]:
        """Send a message and take the answer."""
        self.send(message)
        return json.loads(self.process.stdout.readline() or b'{"say":"end"}')

    def start(
        self, workload: str, params: dict[str, Any], runner: str, workers: int = 2, **more: Any
    ) -> dict[str, Any]:
        """Start the cell."""
        message = {"do": "start", "protocol": 1, "workload": workload, "params": params, "runner": "python-" + runner}
        return self.ask({**message, "workers": workers, "options": {}, "server": None, **more})

    def run(self) -> dict[str, Any]:
        """A run."""
        return self.ask({"do": "run"})

    def stop(self) -> int:
        """End the cell in good order; its exit code."""
        self.send({"do": "stop"})
        return self.process.wait(20)


def small_primes(begin: int, end: int) -> int:
    """How many primes there are in a range, by a sieve."""
    sieve = bytearray([1]) * max(end, 2)
    sieve[0:2] = b"\0\0"
    for n in range(2, int(end**0.5) + 1):
        sieve[n * n :: n] = bytes(len(sieve[n * n :: n]))
    return sum(sieve[begin:end])


def surely_prime(n: int) -> bool:
    """Miller-Rabin with the bases that decide every n below 3.3e24 (Sorenson and Webster, 2015)."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    if n < 2 or n in bases or any(n % base == 0 for base in bases):
        return n in bases
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(pow(b, odd, n) == 1 or any(pow(b, odd << k, n) == n - 1 for k in range(twos)) for b in bases)


def letters_sum(index: int, round_trips: int, length: int) -> int:
    """The sum of all bytes of all replies of an echo task, letter by letter."""
    total = 0
    for turn in range(round_trips):
        for place in range(length - 1):
            total += ord("A") + (index + turn + place) % 26
        total += ord("\n")
    return total


def burnt(index: int, steps: int) -> int:
    """The result of a piece of computing of a request: the same steps as one sum of powers a state."""
    factor, term = 6364136223846793005, 1442695040888963407
    grown = sum(term * factor**power for power in range(steps))
    return sum((4 * index + lane) * factor**steps + grown for lane in range(4)) % MODULUS


def oracle(results: list[int]) -> int:
    """The checksum, as PROTOCOL.md puts it, reduced at every step."""
    total = 0
    for index, result in enumerate(results):
        total = (total + (result + 0x9E3779B97F4A7C15) % MODULUS * (2 * index + 1)) % MODULUS
    return total


def cases(workload: str) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """Parameters of a workload with no task, one and a few, and the results of the tasks."""
    for tasks in (0, 1, 5):
        everyone = range(tasks)
        if workload == "primes":
            slices = [(10**5 + i * 1001 // tasks, 10**5 + (i + 1) * 1001 // tasks) for i in everyone]
            params = {"start": 10**5, "length": 1001, "tasks": tasks, "preset": None}
            yield params, [small_primes(begin, end) for begin, end in slices]
        elif workload == "counting":
            yield {"from": 1000, "tasks": tasks}, [1000] * tasks
        elif workload == "switch":
            yield {"yields": 7 * min(1, tasks // 5), "tasks": tasks}, [7 * min(1, tasks // 5)] * tasks
        elif workload == "empty":
            yield {"tasks": tasks}, list(everyone)
        elif workload in ("sleep", "block"):
            yield {"wait_us": 2000, "tasks": tasks}, list(everyone)
        elif workload == "echo":
            params = {"connections": tasks, "round_trips": 30, "bytes": 10 + 990 * (tasks == 1), "delay_us": 0}
            yield params, [letters_sum(i, 30, params["bytes"]) for i in everyone]
        elif workload == "request":
            params = {"cpu_us": 90, "wait_us": 1500, "requests": tasks, "steps": 3, "pieces_per_ms": 100}
            yield params, [burnt(i, 8) for i in everyone]
        elif workload == "serve":
            # What a server does for a request, without a server.
            params = {"connections": tasks, "requests": 1, "bytes": 9, "cpu_us": 50, "wait_us": 1000}
            yield params, [letters_sum(i, 1, 9) for i in everyone]
        elif workload == "convoy":
            yield {"beside": tasks // 2, "round_trips": 4, "bytes": 8}, [letters_sum(0, 4, 8), 1, 2][: 1 + tasks // 2]


def decode(histogram_text: str) -> dict[int, int]:
    """The counts of a histogram, by the lowest value of their bucket."""
    cookie, length = struct.unpack_from(">Ii", base64.b64decode(histogram_text))
    assert cookie == 0x1C849314
    packed = base64.b64decode(histogram_text)[8:]
    assert len(packed) == length
    data = zlib.decompress(packed)
    cookie, length, offset, figures, lowest, highest, ratio = struct.unpack_from(">IiiiQQd", data)
    assert (cookie, offset, figures, lowest, highest, ratio) == (0x1C849313, 0, 3, 1, 60 * 10**9, 1.0)
    left, index, found = list(data[40:]), 0, {}
    assert len(left) == length
    while left:
        number = shift = 0
        while True:
            byte = left.pop(0)
            number |= (byte if shift == 56 else byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 56:
                break
        number = number >> 1 ^ -(number & 1)
        if number < 0:
            index -= number
            continue
        bucket = max(0, index // 1024 - 1)
        found[(index - bucket * 1024) << bucket] = number
        index += 1
    return found


def alive(pid: int) -> bool:
    """Whether a process runs: it is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """The live children of a process."""
    found = []
    for other in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path(f"/proc/{other}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat[1]) == pid and stat[0] != "Z":
            found.append(int(other))
    return found


def eventually(true: Callable[[], Any], seconds: float = 15) -> Any:
    """Wait until `true()` is."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


class EveryWorkloadUnderEveryRunner(unittest.TestCase):
    """Checksums, number of tasks and of workers. A method per pair is added below."""

    server: EchoServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = EchoServer().__enter__()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.__exit__()

    def check(self, workload: str, runner: str) -> None:
        for params, results in cases(workload):
            tasks = len(results)
            workers = max(1, tasks) if runner in ("thread", "process") else 3
            with self.subTest(params=params), Cell() as cell:
                ready = cell.start(workload, params, runner, workers, server=self.server.name)
                if "pip install gevent" in ready.get("message", ""):
                    self.skipTest("no gevent")
                if workload == "convoy" and tasks > 1 and runner in ("sequential", "asyncio", "gevent"):
                    self.assertEqual(("error", "unavailable"), (ready["say"], ready["kind"]))
                    self.assertIn("never give way", ready["message"])
                    continue
                self.assertEqual("ready", ready["say"], ready)
                self.assertGreaterEqual(ready["start_ns"], 0)
                for _ in range(2):
                    self.check_sample(cell.run(), runner, workload, results)
                self.assertEqual(0, cell.stop())
                self.assertEqual(b"", cell.process.stdout.read())
                self.assertEqual(b"", cell.process.stderr.read())

    def check_sample(self, sample: dict[str, Any], runner: str, workload: str, results: list[int]) -> None:
        tasks = len(results)
        self.assertEqual("sample", sample["say"], sample)
        self.assertEqual(tasks, sample["tasks"])
        self.assertEqual(oracle(results), sample["checksum"])
        self.assertGreater(sample["wall_ns"], 0)
        self.assertGreater(sample["cpu_ns"], 0)
        if runner in ("thread", "process"):
            self.assertEqual(tasks, sample["workers_seen"])
        elif runner.endswith("pool"):
            self.assertLessEqual(min(1, tasks), sample["workers_seen"])
            self.assertLessEqual(sample["workers_seen"], 3)
        else:
            self.assertEqual(min(1, tasks), sample["workers_seen"])
        latencies = {"convoy": 4, "echo": 30 * tasks, "request": tasks}.get(workload, 0)
        if latencies:
            name = "task_ns" if workload == "request" else "round_trip_ns"
            self.assertEqual(latencies, sum(decode(sample["histograms"][name]).values()))
        else:
            self.assertEqual({}, sample["histograms"])


def add_pairs() -> None:
    """One test a pair, so that a new workload or runner is covered by being registered."""
    for workload, place in WORKLOADS.items():
        if place.startswith("coordination."):
            continue  # They have tests of their own: test_coordination.py.
        for name in RUNNERS:
            runner = name[len("python-") :]

            def test(self: Any, workload: str = workload, runner: str = runner) -> None:
                self.check(workload, runner)

            setattr(EveryWorkloadUnderEveryRunner, f"test_{workload}_{runner.replace('-', '_')}", test)


add_pairs()


class Primes(unittest.TestCase):
    """The body of primes beside other routes to the same answer."""

    def test_small_numbers(self) -> None:
        self.assertEqual([n for n in range(200) if surely_prime(n)], [n for n in range(200) if is_prime(n)])

    def test_the_known_list(self) -> None:
        self.assertEqual((13, 1116281, 1099726899285419), (len(KNOWN_13), KNOWN_13[0], KNOWN_13[-1]))
        self.assertEqual([surely_prime(n) for n in KNOWN_13], [is_prime(n) for n in KNOWN_13])

    def test_preset_has_65_tasks(self) -> None:
        with Cell() as cell:
            cell.start("primes", {"start": 0, "length": 0, "tasks": 9, "preset": "known-13"}, "process-pool")
            sample = cell.run()
        self.assertEqual(
            (65, oracle([int(surely_prime(n)) for n in KNOWN_13 * 5])), (sample["tasks"], sample["checksum"])
        )


class Waits(unittest.TestCase):
    """That models wait as they should: ratios of times, with wide margins."""

    def waits(self, workload: str, runner: str, workers: int = 2) -> float:
        """How many waits long a run of six waits is, the shortest of three."""
        with Cell() as cell:
            ready = cell.start(workload, {"wait_us": 50_000, "tasks": 6}, runner, workers)
            if ready["say"] == "error" and runner == "gevent":
                self.skipTest("no gevent")
            return min(cell.run()["wall_ns"] for _ in range(3)) / 50e6

    def test_sleep(self) -> None:
        for runner, least, most in [
            ("sequential", 5.9, 9),
            ("thread", 0.9, 3),
            ("thread-pool", 2.9, 5),
            ("process", 0.9, 4),
            ("process-pool", 2.9, 5),
            ("asyncio", 0.9, 3),
            ("gevent", 0.9, 3),
        ]:
            with self.subTest(runner=runner):
                waits = self.waits("sleep", runner)
                self.assertTrue(least < waits < most, f"{waits:.2f} waits")

    def test_block_stalls_a_loop(self) -> None:
        for runner in ("asyncio", "gevent"):
            with self.subTest(runner=runner):
                self.assertGreater(self.waits("block", runner), 5.9)
        self.assertLess(self.waits("block", "thread"), 3)

    def test_all_workers_of_a_pool_are_there(self) -> None:
        for runner in ("thread-pool", "process-pool"):
            with self.subTest(runner=runner), Cell() as cell:
                cell.start("sleep", {"wait_us": 100_000, "tasks": 8}, runner, 4)
                if ON_LINUX:
                    # Before the first run, so that no run pays for them.
                    pid = cell.process.pid
                    threads = len(os.listdir(f"/proc/{pid}/task")) - 1
                    self.assertEqual(4, len(children(pid)) if runner == "process-pool" else threads)
                self.assertEqual(4, cell.run()["workers_seen"])


class Failures(unittest.TestCase):
    """That what fails is told, with kind and message, and that the cell goes on listening."""

    def expect(self, answer: dict[str, Any], kind: str, *words: str) -> None:
        self.assertEqual(("error", kind), (answer["say"], answer.get("kind")), answer)
        for word in words:
            self.assertIn(word, answer["message"])

    def test_unknown_names(self) -> None:
        with Cell() as cell:
            self.expect(cell.start("knitting", {}, "thread"), "unavailable", "knitting", "primes")
        with Cell() as cell:
            self.expect(cell.start("empty", {"tasks": 1}, "carrier-pigeon"), "unavailable", "carrier-pigeon")

    def test_bad_start(self) -> None:
        for change, word in [
            ({"protocol": 2}, "protocol 1"),
            ({"params": {"tasks": -1}}, "tasks"),
            ({"params": {}}, "tasks"),
            ({"workers": 0}, "workers"),
            ({"options": {"colour": 1}}, "colour"),
            ({"profile_log": "/nowhere"}, "profiles"),
            ({"workload": "echo", "params": {"connections": 1, "round_trips": 1, "bytes": 1}}, "server"),
        ]:
            with self.subTest(change=change), Cell() as cell:
                message = {"do": "start", "protocol": 1, "workload": "empty", "params": {"tasks": 1}, "workers": 1}
                self.expect(cell.ask({**message, "runner": "python-thread", **change}), "unavailable", word)

    def test_bad_messages_do_not_end_the_cell(self) -> None:
        with Cell() as cell:
            self.expect(cell.ask(b"not json"), "crash", "JSON")
            self.expect(cell.ask(b"[1]"), "crash", "object")
            self.expect(cell.ask({"do": "dance"}), "crash", "dance")
            self.expect(cell.ask({"do": "run"}), "crash", "before a start")
            self.assertEqual("ready", cell.start("empty", {"tasks": 3}, "sequential")["say"])
            self.assertEqual(3, cell.run()["tasks"])
            self.assertEqual(0, cell.stop())

    def test_a_task_that_fails(self) -> None:
        params = {"connections": 3, "round_trips": 2, "bytes": 4}
        with EchoServer(change=lambda line: line.upper().replace(b"D", b"?")) as server:
            for name in RUNNERS:
                with self.subTest(runner=name), Cell() as cell:
                    ready = cell.start("echo", params, name[len("python-") :], 3, server=server.name)
                    if ready["say"] == "ready":
                        # Task 0 asks for ABC and BCD, so its second reply is the first wrong one in its order.
                        self.expect(cell.run(), "crash", "task ", "wrong reply")

    def test_a_server_that_is_not_there(self) -> None:
        with EchoServer() as server:
            name = server.name
        for runner in ("sequential", "thread-pool", "process", "asyncio"):
            with self.subTest(runner=runner), Cell() as cell:
                cell.start("echo", {"connections": 1, "round_trips": 1, "bytes": 4}, runner, server=name)
                self.expect(cell.run(), "crash", "task 0", "ConnectionRefusedError")

    def test_convoy_needs_all_its_tasks_at_once(self) -> None:
        for runner in ("thread-pool", "process-pool"):
            with self.subTest(runner=runner), Cell() as cell:
                ready = cell.start(
                    "convoy", {"beside": 2, "round_trips": 1, "bytes": 4}, runner, 2, server="127.0.0.1:9"
                )
                self.expect(ready, "unavailable", "at least 3 workers")

    def test_convoy_whose_echo_fails_ends(self) -> None:
        for runner in ("thread", "process", "process-pool"):
            with self.subTest(runner=runner), Cell() as cell:
                cell.start("convoy", {"beside": 1, "round_trips": 1, "bytes": 4}, runner, 2, server="127.0.0.1:9")
                self.expect(cell.run(), "crash", "task 0")

    @unittest.skipUnless(ON_LINUX, "finds processes in /proc")
    def test_a_worker_that_dies(self) -> None:
        for runner in ("process", "process-pool"):
            with self.subTest(runner=runner), Cell() as cell:
                cell.start("sleep", {"wait_us": 3_000_000, "tasks": 2}, runner)
                cell.send({"do": "run"})
                eventually(lambda: len(children(cell.process.pid)) == 2)
                time.sleep(0.1)
                for pid in children(cell.process.pid):
                    # A pool ends the others itself when one has died.
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self.expect(json.loads(cell.process.stdout.readline()), "crash", "task 0", "SIGKILL")
                self.assertEqual(0, cell.stop())

    @unittest.skipUnless(ON_LINUX, "limits of Linux")
    def test_limits(self) -> None:
        def limited(files: int) -> Callable[[], None]:
            return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, 40), files))

        with Cell(preexec_fn=limited(40)) as cell:
            self.expect(cell.start("empty", {"tasks": 100}, "process", 100), "limit", "this needs 200", "ulimit -Hn")
        # The soft limit is raised to the hard one, so 100 connections are few; but the server holds twice as many.
        params = {"connections": 100, "round_trips": 1, "bytes": 4, "delay_us": 1}
        for runner in ("thread", "process", "asyncio"):
            with self.subTest(runner=runner), Cell(preexec_fn=limited(250)) as cell:
                ready = cell.start("echo", params, runner, 100, server="127.0.0.1:9")
                if runner == "process":
                    self.expect(ready, "limit", "this needs 200 file descriptors")
                else:
                    self.expect(ready, "limit", "the server, for 100 connections at once", "needs 200", "ulimit -Hn")
            with self.subTest(runner=runner), Cell(preexec_fn=limited(350)) as cell:
                self.assertEqual("ready", cell.start("echo", params, runner, 100, server="127.0.0.1:9")["say"])
        for runner in ("sequential", "thread-pool", "process-pool"):
            with self.subTest(runner=runner), Cell(preexec_fn=limited(100)) as cell:
                self.assertEqual("ready", cell.start("echo", params, runner, 2, server="127.0.0.1:9")["say"])
        self.assertEqual("limit", failure_of(RuntimeError("can't start new thread")).kind)
        self.assertEqual("limit", failure_of(MemoryError()).kind)
        self.assertEqual("crash", failure_of(OSError(errno.ECONNRESET, "reset")).kind)

    def test_a_runner_that_is_imported_early(self) -> None:
        for early in ("python-asyncio", "python-thread", "no-such-runner"):
            with self.subTest(early=early), Cell(early=early) as cell:
                self.assertEqual("ready", cell.start("empty", {"tasks": 1}, "asyncio")["say"])
        with Cell("-S", early="python-gevent") as cell:
            ready = cell.start("empty", {"tasks": 1}, "gevent")
            self.expect(ready, "unavailable", "pip install gevent", "--python")

    def test_without_gevent(self) -> None:
        with Cell("-S") as cell:
            ready = cell.start("empty", {"tasks": 1}, "gevent")
            self.expect(ready, "unavailable", "pip install gevent", "--python")

    def test_an_old_interpreter(self) -> None:
        source = (HERE / "cell.py").read_text().replace("OLDEST = (3, 8)", "OLDEST = (9, 9)")
        answer = subprocess.run([sys.executable, "-c", source], input=b"{}\n", stdout=subprocess.PIPE, timeout=20)
        self.expect(json.loads(answer.stdout), "unavailable", "too old", "9.9", "--python")

    def test_a_missing_module(self) -> None:
        source = "import sys; sys.modules['ctypes'] = None; sys.argv[1:] = []\n" + (
            HERE / "cell.py"
        ).read_text().replace("__file__", repr(str(HERE / "cell.py")))
        answer = subprocess.run([sys.executable, "-c", source], input=b"{}\n", stdout=subprocess.PIPE, timeout=20)
        self.expect(json.loads(answer.stdout), "unavailable", "ctypes", "--python")


class Endings(unittest.TestCase):
    """That a cell ends when it should, and takes its workers along."""

    def test_end_of_input(self) -> None:
        for name in RUNNERS:
            with self.subTest(runner=name), Cell() as cell:
                cell.start("empty", {"tasks": 4}, name[len("python-") :])
                workers = children(cell.process.pid) if ON_LINUX else []
                cell.process.stdin.close()
                self.assertEqual(0, cell.process.wait(20))
                self.assertFalse([pid for pid in workers if alive(pid)])
                cell.process.stdin = None

    @unittest.skipUnless(ON_LINUX, "PR_SET_PDEATHSIG is Linux")
    def test_no_orphans(self) -> None:
        for runner in ("process", "process-pool"):
            for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
                with self.subTest(runner=runner, how=how.name), Cell() as cell:
                    cell.start("sleep", {"wait_us": 30_000_000, "tasks": 2}, runner)
                    cell.send({"do": "run"})
                    self.assertTrue(eventually(lambda: len(children(cell.process.pid)) == 2))
                    time.sleep(0.1)
                    workers = children(cell.process.pid)
                    cell.process.send_signal(how)
                    self.assertEqual(-how, cell.process.wait(20))
                    self.assertTrue(eventually(lambda: not [pid for pid in workers if alive(pid)]))

    @unittest.skipUnless(ON_LINUX, "PR_SET_PDEATHSIG is Linux")
    def test_the_cell_ends_with_its_driver_in_the_middle_of_a_run(self) -> None:
        for runner in ("sequential", "thread", "process", "process-pool", "asyncio"):
            start = {"do": "start", "protocol": 1, "workload": "sleep", "params": {"wait_us": 60_000_000, "tasks": 2}}
            start.update(runner="python-" + runner, workers=2)
            # A driver that is killed in the middle of a run, when the cell does not listen.
            program = f"""
import json, os, subprocess, sys
cell = subprocess.Popen([sys.executable, "-I", "-u", sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for message in ({start!r}, {{"do": "run"}}):
    cell.stdin.write(json.dumps(message).encode() + b"\\n")
    cell.stdin.flush()
    if message["do"] == "start":
        assert b"ready" in cell.stdout.readline()
print(cell.pid, flush=True)
sys.stdin.read()
"""
            command = [sys.executable, "-c", program, str(HERE / "cell.py")]
            with self.subTest(runner=runner), subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            ) as driver:
                pid = int(driver.stdout.readline())
                if "process" in runner:
                    self.assertTrue(eventually(lambda: len(children(pid)) == 2))
                # The run has begun once the cell waits for anything but a message.
                time.sleep(0.3)
                left = [pid, *children(pid)]
                driver.kill()
                self.assertTrue(eventually(lambda: not [pid for pid in left if alive(pid)], 30), left)

    def test_nothing_else_on_standard_output(self) -> None:
        program = (
            f"import os, sys; sys.path.insert(0, {str(HERE)!r}); sys.dont_write_bytecode = True\n"
            "from regatta_cell.protocol import Line\n"
            "line = Line(); print('garbage'); os.system('echo more garbage'); line.say('ready')"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20
        )
        self.assertEqual({"say": "ready"}, json.loads(done.stdout))
        self.assertIn(b"more garbage", done.stderr)


class Isolation(unittest.TestCase):
    """That neither the current directory nor variables of the environment bring in a module."""

    @contextlib.contextmanager
    def trap(self) -> Iterator[tuple[dict[str, Any], Path]]:
        """How to start a process where modules lie in wait, and the file that they write to when they are executed."""
        with tempfile.TemporaryDirectory() as folder:
            mark = Path(folder, "mark")
            for name in ("json", "ctypes", "multiprocessing", "sitecustomize", "usercustomize", "gevent", "runpy"):
                Path(folder, name + ".py").write_text(f"open({str(mark)!r}, 'a').write(__name__ + ' ')\n")
            Path(folder, "regatta_cell").mkdir()
            Path(folder, "regatta_cell", "__init__.py").write_text(Path(folder, "json.py").read_text())
            more = {"PYTHONPATH": folder, "PYTHONSTARTUP": str(Path(folder, "json.py"))}
            yield {"cwd": folder, "env": {**os.environ, **more}}, mark

    def executed(self, mark: Path) -> str:
        return mark.read_text() if mark.exists() else ""

    def test_cells(self) -> None:
        for name in RUNNERS:
            with self.subTest(runner=name), self.trap() as (where, mark):
                with Cell(**where) as cell:
                    if cell.start("empty", {"tasks": 2}, name[len("python-") :])["say"] == "ready":
                        self.assertEqual(2, cell.run()["tasks"])
                self.assertEqual("", self.executed(mark))

    def test_about(self) -> None:
        with self.trap() as (where, mark):
            command = [sys.executable, "-I", str(HERE / "cell.py"), "about"]
            about = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=30, **where).stdout)
            self.assertEqual("", self.executed(mark))
        self.assertEqual(platform.python_implementation(), about["name"])
        self.assertTrue(about["version"].startswith(platform.python_version()))
        self.assertIn(about["gil"], (True, False))

    def test_workers_of_every_start_method(self) -> None:
        program = f"""
import sys; sys.path.insert(0, {str(HERE)!r}); sys.dont_write_bytecode = True
from regatta_cell import computing, processes
if __name__ == "__main__":
    processes.start_method = lambda: sys.argv[1]
    for name in ("Process", "ProcessPool"):
        runner = getattr(processes, name)(2)
        runner.start(computing.Empty({{"tasks": 2}}, None))
        print(runner.run().results)
        runner.close()
"""
        for method in multiprocessing.get_all_start_methods():
            with self.subTest(method=method), self.trap() as (where, mark):
                command = [sys.executable, "-I", "-B", "-c", program, method]
                done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True, **where)
                self.assertEqual(["[0, 1]"] * 2, done.stdout.decode().splitlines())
                self.assertEqual("", self.executed(mark))

    @unittest.skipUnless(sys.prefix == sys.base_prefix, "a virtual environment does not see the user's packages")
    def test_packages_of_the_user_are_found_and_hide_nothing(self) -> None:
        with tempfile.TemporaryDirectory() as base:
            env = {**os.environ, "PYTHONUSERBASE": base}
            where = subprocess.run([sys.executable, "-m", "site", "--user-site"], stdout=subprocess.PIPE, env=env)
            folder = Path(where.stdout.decode().strip())
            folder.mkdir(parents=True)
            (folder / "gevent.py").write_text("")
            (folder / "json.py").write_text("raise SystemExit('this is not the json that was wanted')")
            command = [sys.executable, "-I", str(HERE / "cell.py"), "about"]
            about = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=30, env=env)
        self.assertTrue(json.loads(about.stdout)["gevent"])


class Recording(unittest.TestCase):
    """That the figures of a sample mean what they say."""

    def sample(self, workload: str, params: dict[str, Any], runner: str, **more: Any) -> dict[str, Any]:
        """The second sample of a cell."""
        with Cell() as cell:
            self.assertEqual("ready", cell.start(workload, params, runner, **more)["say"])
            cell.run()
            return cell.run()

    def test_sleep_takes_no_cpu_time(self) -> None:
        for runner in ("sequential", "thread", "process-pool", "asyncio"):
            with self.subTest(runner=runner):
                sample = self.sample("sleep", {"wait_us": 200_000, "tasks": 2}, runner)
                self.assertLess(sample["cpu_ns"], 0.2 * sample["wall_ns"])

    def test_computing_takes_cpu_time_wherever_it_is_done(self) -> None:
        params = {"from": 2_000_000, "tasks": 2}
        # The nearest of five to the wall time, for the machine may be busy with other things.
        samples = [self.sample("counting", params, "sequential") for _ in range(5)]
        alone = max(samples, key=lambda sample: sample["cpu_ns"] / sample["wall_ns"])
        self.assertTrue(0.3 < alone["cpu_ns"] / alone["wall_ns"] < 1.1, alone)
        for runner in ("thread-pool", "process", "process-pool"):
            with self.subTest(runner=runner):
                sample = self.sample("counting", params, runner)
                self.assertTrue(0.5 < sample["cpu_ns"] / alone["cpu_ns"] < 3, (sample, alone))

    @unittest.skipUnless(ON_LINUX, "the kernel's accounts are Linux's")
    def test_each_fresh_page_is_a_fault_in_this_process_and_in_its_children(self) -> None:
        pages = 2_000
        own = "import mmap; memory = mmap.mmap(-1, {0} * mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        own += "if hasattr(mmap, 'MADV_NOHUGEPAGE'): memory.madvise(mmap.MADV_NOHUGEPAGE)\n"
        own = (own + "for page in range({0}): memory[page * mmap.PAGESIZE] = 1").format(pages)
        for work in (lambda: exec(own, {}), lambda: subprocess.run([sys.executable, "-c", own], check=True)):
            before = counters.faults([])
            work()
            after = counters.faults([])
            self.assertIsNotNone(before)
            self.assertGreaterEqual(sum(after) - sum(before), pages)
            self.assertLess(sum(after) - sum(before), 10 * pages)

    def test_fields(self) -> None:
        sample = self.sample("switch", {"yields": 100, "tasks": 2}, "process-pool")
        if ON_LINUX:
            self.assertGreater(sample["peak_rss_bytes"], 1 << 20)
            self.assertGreater(sample["children_rss_bytes"], 1 << 20)
            self.assertGreater(sample["switches_voluntary"], 0)
            switches = sample["switches_voluntary"] + sample["switches_involuntary"]
            self.assertEqual(switches, sample["counts"]["switches"])
            self.assertIn(sample["source"]["start_method"], ("fork", "forkserver", "spawn"))
        if sample["per_core_ns"] is not None:
            self.assertEqual("perf-task-clock", sample["source"]["cpu"])
            self.assertEqual(sample["cpu_ns"], sum(sample["per_core_ns"]))
            self.assertEqual(len(counters.online_cpus()), len(sample["per_core_ns"]))
        for name, value in sample["source"].items():
            self.assertIsInstance(value, str, name)

    def test_every_start_method(self) -> None:
        program = f"""
import sys; sys.path.insert(0, {str(HERE)!r}); sys.dont_write_bytecode = True
from regatta_cell import convoy, processes
if __name__ == "__main__":
    processes.start_method = lambda: sys.argv[1]
    for name in ("Process", "ProcessPool"):
        runner = getattr(processes, name)(2)
        work = convoy.Convoy({{"beside": 1, "round_trips": 2, "bytes": 3}}, sys.argv[2])
        work.prepare(runner.world, runner.at_once())
        runner.start(work)
        print(runner.run().results, min(work.latencies) > 0)
        work.reset()
        print(runner.run().results)
        runner.close()
"""
        results = str([letters_sum(0, 2, 3), 1])
        for method in multiprocessing.get_all_start_methods():
            with self.subTest(method=method), EchoServer() as server:
                command = [sys.executable, "-B", "-c", program, method, server.name]
                done = subprocess.run(command, stdout=subprocess.PIPE, timeout=30, check=True)
                self.assertEqual(2 * [results + " True", results], done.stdout.decode().splitlines())

    def test_version(self) -> None:
        with Cell() as cell:
            version = cell.start("empty", {"tasks": 1}, "sequential")["version"]
        self.assertRegex(version, r"^(CPython \d+\.\d+\.\d+\S*(, free-threaded)?, GIL (enabled|disabled)|PyPy .*)$")

    def test_switch_interval(self) -> None:
        with Cell() as cell:
            ready = cell.start("empty", {"tasks": 1}, "thread", options={"switch_interval_us": 500})
            self.assertEqual("ready", ready["say"])

    def test_both_ways_of_counting_agree(self) -> None:
        """perf counters, and the clocks of the processes, over the same work in processes live and ended."""
        program = f"""
import os, sys; sys.path.insert(0, {str(HERE)!r}); sys.dont_write_bytecode = True
from regatta_cell import counters, processes, computing
try:
    perf = counters.TaskClocks()
except OSError as error:
    print("none", error); raise SystemExit
for name in ("Process", "ProcessPool"):
    runner = getattr(processes, name)(2)
    runner.start(computing.Counting({{"from": 1000000, "tasks": 6}}, None))
    before = sum(perf.read()), counters.tree_cpu_ns(runner.worker_pids())
    runner.run()
    after = sum(perf.read()), counters.tree_cpu_ns(runner.worker_pids())
    print(after[0] - before[0], after[1] - before[1])
    runner.close()
"""
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=30, check=True)
        if done.stdout.startswith(b"none"):
            self.skipTest(done.stdout.decode())
        ended, alive = [int(perf) / int(clocks) for perf, clocks in map(bytes.split, done.stdout.splitlines())]
        # The counters of some kernels (Linux 6.18) miss the end of a process.
        self.assertTrue(0.5 < ended < 1.1, ended)
        self.assertTrue(0.9 < alive < 1.1, alive)

    def test_without_perf_counters(self) -> None:
        with mock.patch.dict(counters.PERF_EVENT_OPEN, {platform.machine(): 100_000}):
            recorder = Recorder()
        result, fields = recorder.measure(lambda: sum(range(300_000)), list)
        self.assertEqual(sum(range(300_000)), result)
        self.assertIsNone(fields["per_core_ns"])
        self.assertGreater(fields["cpu_ns"], 0)
        self.assertEqual("process-clocks", fields["source"]["cpu"])
        self.assertIn("perf_event_open", fields["source"]["per_core"])

    @unittest.skipUnless(ON_LINUX, "/proc")
    def test_clock_of_another_process(self) -> None:
        """The arithmetic of CPU clocks beside the ticks of /proc, which are coarser by far."""
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
            try:
                time.sleep(0.3)
                low = counters.process_ticks_ns(busy.pid)
                exact = counters.process_cpu_ns(busy.pid)
                high = counters.process_ticks_ns(busy.pid)
            finally:
                busy.kill()
        tick = 10**9 // os.sysconf("SC_CLK_TCK")
        self.assertTrue(low - 2 * tick <= exact <= high + 2 * tick, (low, exact, high))
        self.assertEqual(0, counters.process_cpu_ns(busy.pid))


class Histograms(unittest.TestCase):
    """The format of latencies."""

    def test_counts(self) -> None:
        values = [0, 1, 1, 2047, 2048, 2049, 4096, 5_000_000, 10**12]
        found = decode(histogram.encode(values))
        expected = {1: 3, 2047: 1, 2048: 2, 4096: 1, 4_997_120: 1, 59_995_324_416: 1}
        self.assertEqual(expected, found)

    def test_many_of_one(self) -> None:
        self.assertEqual({7: 100_000}, decode(histogram.encode([7] * 100_000)))

    def test_none(self) -> None:
        self.assertEqual({}, decode(histogram.encode([])))

    def test_numbers_of_every_length(self) -> None:
        self.assertEqual([b"\x00", b"\x01", b"\x02", b"\xff\x01"], [histogram.zigzag(n) for n in (0, -1, 1, -128)])
        self.assertEqual(b"\xfe" + 7 * b"\xff" + b"\xff", histogram.zigzag((1 << 63) - 1))


if __name__ == "__main__":
    unittest.main()
