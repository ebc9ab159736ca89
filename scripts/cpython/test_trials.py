"""Trials of CPython: each fault under each model ends in a verdict, in a cell that may be lost. Run it as a program."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from regatta_cell.trial import fault as faults  # noqa: E402
from regatta_cell.trial.ledger import NUMBERS, RESULT, TOLD, Ledger  # noqa: E402

TASKS, VICTIM = 12, 4
# Nobody waits for it where a fault ends by itself.
LONG, SHORT = 30_000, 500


class Attempts:
    """A cell with both attempts of a trial, as far as it got."""

    def __init__(self, runner, kind, patience_ms=LONG):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ledger")
            with open(path, "wb") as file:
                file.write(bytes(8 * NUMBERS))
            self.ledger = Ledger(path)
            trial = {"ledger": path, "patience_ms": patience_ms, "memory_bytes": 384 << 20}
            params = {"tasks": TASKS, "victim": VICTIM, "fault": kind, "pause_us": 500}
            start = {"do": "start", "protocol": 1, "workload": "fault", "params": params, "runner": runner}
            lines = [{**start, "workers": 2, "trial": trial}, {"do": "attempt"}, {"do": "attempt"}]
            cell = subprocess.run(
                [sys.executable, "-I", "-u", os.path.join(HERE, "cell.py")],
                input="".join(json.dumps(line) + "\n" for line in lines),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                universal_newlines=True,
                timeout=300,
            )
        self.answers = [json.loads(line) for line in cell.stdout.splitlines()]

    def __getitem__(self, attempt):
        return self.answers[attempt + 1]

    def has_died(self):
        return len(self.answers) < 3

    def returned(self, attempt=0):
        return sum(self.ledger.get(attempt, index, TOLD) == RESULT for index in range(TASKS))


IN_PROCESS = ["python-sequential", "python-thread", "python-thread-pool", "python-asyncio"]
ALL = IN_PROCESS + ["python-process", "python-process-pool"]


class Trials(unittest.TestCase):
    def test_the_results_are_those_of_another_route(self):
        for index in range(20):
            self.assertEqual(faults.step(faults.step(faults.step(index))), faults.expected(index))

    def test_without_a_fault_all_results_come_back_twice(self):
        for runner in ALL:
            attempts = Attempts(runner, "none")
            self.assertEqual((attempts.returned(0), attempts.returned(1)), (TASKS, TASKS), runner)
            self.assertEqual(attempts[0]["writes"], int(runner in IN_PROCESS), "a process writes to its own copy")

    def test_an_exception_and_a_stack_that_overflows_cost_the_task(self):
        for kind in ("panic", "overflow"):
            for runner in ALL:
                attempts = Attempts(runner, kind)
                if runner == "python-sequential":
                    self.assertEqual(attempts[0]["end"], "failed")
                    continue
                self.assertEqual((attempts.returned(0), attempts.returned(1)), (TASKS - 1, TASKS), (runner, kind))
                self.assertEqual(attempts[0]["lock"], "free", (runner, kind))
                self.assertIn(str(VICTIM), attempts[0]["errors"], (runner, kind))

    def test_an_abort_costs_the_process_it_happens_in(self):
        for kind in ("abort", "kill"):
            for runner in IN_PROCESS:
                self.assertTrue(Attempts(runner, kind).has_died(), (runner, kind))
            attempts = Attempts("python-process", kind)
            self.assertEqual((attempts.returned(0), attempts.returned(1)), (TASKS - 1, TASKS), kind)
            self.assertEqual(attempts[0]["lock"], "held", "nobody gives back a lock of multiprocessing for the dead")

    def test_a_pool_that_lost_a_worker_is_broken(self):
        attempts = Attempts("python-process-pool", "kill")
        self.assertEqual((attempts[1]["end"], attempts.returned(1)), ("failed", 0))
        self.assertIn("BrokenProcessPool", attempts[1]["message"])

    def test_a_leak_is_stopped_by_the_limit(self):
        for runner in ("python-thread-pool", "python-process", "python-asyncio"):
            attempts = Attempts(runner, "leak")
            self.assertFalse(attempts.has_died(), runner)
            self.assertEqual(attempts[0]["end"], "returned", runner)

    def test_what_never_ends_is_given_up(self):
        for kind in ("loop", "block"):
            self.assertEqual(Attempts("python-thread", kind, SHORT)[0]["end"], "unsettled", kind)
            attempts = Attempts("python-asyncio", kind, SHORT)
            self.assertEqual((attempts[0]["end"], attempts[1]["end"]), ("stuck", "refused"), kind)

    def test_who_can_cancel(self):
        for runner, can in (("python-thread", False), ("python-thread-pool", False), ("python-process-pool", False)):
            self.assertEqual(Attempts(runner, "cancel", SHORT)[0]["was_cancelled"], can, runner)
        for runner in ("python-asyncio", "python-process"):
            attempts = Attempts(runner, "cancel")
            self.assertTrue(attempts[0]["was_cancelled"], runner)
            self.assertEqual((attempts.returned(0), attempts.returned(1)), (TASKS - 1, TASKS), runner)


if __name__ == "__main__":
    unittest.main()
