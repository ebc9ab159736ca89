"""Tests of the cases of coordination: each under every runner, and what single cases show.

    python3 scripts/cpython/test_coordination.py

The interpreter that runs the tests is the one that is tested. No test asserts an absolute time.
"""

from __future__ import annotations

import unittest
from typing import Any, Iterator

from case_runs import (
    APART,
    CASES,
    RUNNERS,
    SIDE_BY_SIDE,
    fill_up,
    is_there,
    params_of,
    pause_together,
    results_of,
    run,
    start,
)
from test_cells import Cell, decode, oracle

from regatta_cell import catalogue
from regatta_cell.coordination import watched
from regatta_cell.coordination.turns import fairness, jain_index
from regatta_cell.protocol import Failure


class EveryCaseUnderEveryRunner(unittest.TestCase):
    """Results, figures and latencies. A method per pair is added below."""

    def check(self, workload: str, runner: str) -> None:
        for tasks in (1, 2, 12):
            params = params_of(workload, tasks)
            with self.subTest(params=params):
                expected = results_of(workload, params)
                try:
                    model, work = start(workload, params, runner, workers=len(expected))
                except Failure as failure:
                    self.assertEqual(("unavailable", "sequential"), (failure.kind, runner))
                    self.assertIn("must be in progress at once", failure.message)
                    continue
                for _ in range(2):
                    work.reset()
                    outcome = model.run()
                    self.assertEqual(expected, outcome.results)
                    figures, histograms = work.conclude(), work.histograms()
                    self.assertTrue(all(isinstance(figure, float) for figure in figures.values()), figures)
                    self.assertGreater(figures["operations"], 0)
                    self.assertLessEqual(set(histograms), {"wait_ns", work.latency})
                    noted = sum(sum(decode(text).values()) for text in histograms.values())
                    # The first turn is not handed over, and a car that comes late does not wait.
                    self.assertLessEqual(noted, work.places() - (workload == "ping-pong"))
                    if workload != "traffic-light":
                        self.assertGreaterEqual(noted, work.places() - 1)
                model.close()


def add_pairs() -> None:
    """One test a pair, so that a new case is covered by being registered."""
    for workload in CASES:
        for runner in RUNNERS:

            def test(self: Any, workload: str = workload, runner: str = runner) -> None:
                self.check(workload, runner)

            setattr(EveryCaseUnderEveryRunner, f"test_{workload}_{runner}".replace("-", "_"), test)


add_pairs()


class Cases(unittest.TestCase):
    """What single cases show."""

    def each_runner(self, *runners: str) -> Iterator[str]:
        for runner in filter(is_there, runners or SIDE_BY_SIDE):
            with self.subTest(runner=runner):
                yield runner

    def test_updates_are_lost_without_a_lock_even_under_a_gil(self) -> None:
        params = {"tasks": 5, "updates": 2, "pause_us": 20_000, "lock": False}
        for runner in self.each_runner():
            # Tasks that pause together read the same number, and all but one of their updates are lost.
            given = run("lost-update", params, runner, change=pause_together)
            self.assertEqual(10, given.figures["operations"])
            self.assertGreater(given.figures["lost_updates"], 0)
        params = {**params, "pause_us": 0}
        for runner in self.each_runner("asyncio", "gevent"):
            self.assertEqual(8, run("lost-update", params, runner).figures["lost_updates"])
        self.assertEqual(0, run("lost-update", params, "sequential").figures["lost_updates"])

    def test_withdrawals_wait_for_funds(self) -> None:
        params = {"pairs": 3, "operations": 25}
        for runner in self.each_runner():
            given = run("account", params, runner)
            self.assertEqual((results_of("account", params), {"wait_ns": 75}), (given.results, given.noted))
            self.assertEqual(150, given.figures["operations"])
            if runner in ("asyncio", "gevent"):
                self.assertGreater(given.figures["waits"], 0)

    def test_no_more_than_the_permits_are_inside(self) -> None:
        params = {"users": 8, "permits": 3, "entries": 2, "hold_us": 100}
        for runner in self.each_runner():
            given = run("semaphore", params, runner, change=fill_up(3))
            self.assertEqual({"operations": 16, "most_inside": 3}, given.figures)

    def test_a_light_lets_all_go_and_connectors_give_up_or_connect(self) -> None:
        params = {"cars": 3, "red_us": 20_000, "connectors": 2, "tries": 3, "timeout_us": 2000}
        for connects in (True, False):
            for runner in self.each_runner():
                given = run("traffic-light", {**params, "connects": connects}, runner)
                self.assertEqual([0, 1, 1, 1] + [1 if connects else 3] * 2, given.results)
                figures = {"operations": 5, "released": 3, "gave_up": 0 if connects else 2}
                self.assertEqual(figures, given.figures)
                # A car that comes after the light was set waits for nothing, which under a loop none does.
                if runner in ("asyncio", "gevent"):
                    self.assertEqual({"set_to_run_ns": 3}, given.noted)

    def test_the_share_of_writes(self) -> None:
        for readers, writes in [(100, 0), (99, 4), (90, 40), (50, 200), (0, 400)]:
            params = {"tasks": 4, "operations": 100, "readers": readers, "inside": 0, "gives_way": True}
            for runner in self.each_runner():
                figures = run("rwlock", params, runner).figures
                self.assertEqual((400, writes), (figures["operations"], figures["writes"]))
                self.assertEqual(readers > 0, "most_readers" in figures)
                if runner in ("asyncio", "gevent") and readers == 100:
                    self.assertEqual(4, figures["most_readers"])

    def test_each_order_of_a_queue_and_each_answer_of_a_full_one(self) -> None:
        for order in ("fifo", "lifo", "priority"):
            for full in ("waits", "refuses"):
                params = {"order": order, "items": 50, "capacity": 6, "full": full}
                for runner in self.each_runner():
                    given = run("queues", params, runner)
                    # Seven batches find the queue full, and one item is left over.
                    figures = {"operations": 50, "refused": 7 if full == "refuses" else 0}
                    self.assertEqual(([50, 50], figures, {"wait_ns": 50}), given)

    def test_a_queue_is_seen_in_another_order_and_with_more_room(self) -> None:
        params = {"order": "fifo", "items": 50, "capacity": 6, "full": "refuses"}
        for runner in self.each_runner():
            primitives = catalogue.runner("python-" + runner)(1).world.primitives()
            roomy = lambda capacity, real=primitives.Queue: real(capacity + 1)  # noqa: E731
            for message, order, queue in [
                ("out of order", "fifo", primitives.LifoQueue),
                ("out of order", "lifo", primitives.PriorityQueue),
                ("out of order", "priority", primitives.Queue),
                ("one more than it has room for", "fifo", roomy),
            ]:
                name = {"fifo": "Queue", "lifo": "LifoQueue", "priority": "PriorityQueue"}[order]
                with self.assertRaisesRegex(Failure, message) as caught:
                    run("queues", {**params, "order": order}, runner, **{name: queue})
                self.assertEqual("wrong-answer", caught.exception.kind)

    def test_both_endings_of_consumers(self) -> None:
        for ending in ("sentinel", "task-done"):
            params = {"producers": 3, "consumers": 2, "items": 40, "capacity": 5, "ending": ending}
            for runner in self.each_runner():
                given = run("producer-consumer", params, runner)
                self.assertEqual([40, 40, 40, 0, 0], given.results)
                self.assertTrue(1 <= given.figures["most_in_queue"] <= 5, given)

    def test_cures_of_a_deadlock(self) -> None:
        for cure in ("order", "reentrant"):
            for runner in self.each_runner():
                self.assertEqual([4] * 6, run("deadlock", {"tasks": 6, "rounds": 4, "cure": cure}, runner).results)

    def test_a_watched_deadlock_is_named(self) -> None:
        for runner in self.each_runner():
            for cure in ("none", "order", "reentrant"):
                with self.subTest(runner=runner, cure=cure):
                    model, work = start("deadlock", {"tasks": 6, "rounds": 3, "cure": cure}, runner, 6)
                    graph = watched.watch(work, model.world.now)
                    work.reset()
                    if cure != "none":
                        self.assertEqual([3] * 6, model.run().results)
                        self.assertIsNone(graph.deadlock())
                        continue
                    with self.assertRaises(Failure) as caught:
                        model.run()
                    self.assertEqual("deadlock", caught.exception.kind)
                    found = graph.deadlock() or {}
                    first, second = found["circle"]
                    self.assertEqual((first["task"] % 2, second["task"] % 2), (first["task"] % 2, 1 - first["task"] % 2))
                    self.assertEqual({"A", "B"}, {first["holds"], second["holds"]})
                    self.assertEqual(first["holds"], second["waits_for"])
                    self.assertEqual(second["holds"], first["waits_for"])
                    for task in found["circle"]:
                        own = [tuple(step[2:]) for step in found["steps"] if step[0] == task["task"]]
                        wanted = [("asks", task["holds"]), ("holds", task["holds"]), ("asks", task["waits_for"])]
                        self.assertEqual(wanted, own[-3:])

    def test_readers_are_in_the_way_of_writers_only(self) -> None:
        graph = watched.Graph(lambda: 0, lambda: None)
        lock, other = graph.add(), graph.add()
        graph.hold(1, lock, False)
        graph.hold(3, other, True)
        graph.wait(2, lock, False)
        graph.hold(2, lock, False)
        graph.wait(3, lock, True)
        with self.assertRaises(Failure):
            graph.wait(2, other, True)
        circle = [{"task": 2, "holds": "A", "waits_for": "B"}, {"task": 3, "holds": "B", "waits_for": "A"}]
        self.assertEqual(circle, (graph.deadlock() or {})["circle"])
        self.assertEqual(["A", "Z", "AA", "AZ", "BA"], [watched.name_of(number) for number in (0, 25, 26, 51, 52)])

    def test_fairness(self) -> None:
        # Task 0 is done after six turns, when task 1 had two. What comes after that does not count.
        turns = [0, 1, 1, 0, 0, 0, 1, 1]
        self.assertEqual({"jain_index": 36 / 40, "longest_turn": 3}, fairness(turns, [0, 0], 4))
        # A task that begins after the first is done does not compete.
        self.assertEqual({"longest_turn": 2}, fairness([0, 0, 1, 1], [0, 2], 2))
        self.assertEqual([1, 1 / 3], [jain_index([5, 5, 5]), jain_index([9, 0, 0])])


class ThroughTheProtocol(unittest.TestCase):
    """That a cell carries them out, or says why it does not."""

    def test_a_case(self) -> None:
        for runner in SIDE_BY_SIDE:
            with self.subTest(runner=runner), Cell() as cell:
                params = {**params_of("contention", 3), "primitives": "native"}
                ready = cell.start("contention", params, runner)
                if "pip install gevent" in ready.get("message", ""):
                    continue
                sample = cell.run()
                self.assertEqual("sample", sample["say"], sample)
                self.assertEqual((3, oracle([50] * 3)), (sample["tasks"], sample["checksum"]))
                self.assertEqual(150, sample["figures"]["operations"])
                self.assertEqual(150, sum(decode(sample["histograms"]["wait_ns"]).values()))
                self.assertEqual(0, cell.stop())

    def test_processes_share_no_memory(self) -> None:
        for runner in ("process", "process-pool"):
            for workload in CASES:
                params = params_of(workload, 3)
                with self.subTest(runner=runner, workload=workload), Cell() as cell:
                    ready = cell.start(workload, params, runner)
                    if workload in APART:
                        self.assertEqual("ready", ready["say"], ready)
                        self.assertEqual(oracle(results_of(workload, params)), cell.run()["checksum"])
                    else:
                        self.assertEqual(("error", "unavailable"), (ready["say"], ready["kind"]))
                        self.assertIn("processes have none in common", ready["message"])

    def test_other_primitives_are_none_of_cpython(self) -> None:
        for workload in CASES:
            with self.subTest(workload=workload), self.assertRaises(Failure) as caught:
                run(workload, {**params_of(workload, 2), "primitives": "portable"})
            self.assertEqual("unavailable", caught.exception.kind)
            self.assertIn("portable", caught.exception.message)

    def test_a_pool_that_is_too_small(self) -> None:
        with self.assertRaises(Failure) as caught:
            run("barrier", {"tasks": 4, "phases": 2}, "thread-pool", workers=3)
        self.assertEqual("unavailable", caught.exception.kind)
        self.assertIn("at least 4 workers", caught.exception.message)

    def test_parameters_that_are_none(self) -> None:
        for workload, wrong in [
            ("lost-update", {"lock": 1}),
            ("lost-update", {"updates": 0}),
            ("deadlock", {"cure": "prayer"}),
            ("producer-consumer", {"ending": None}),
        ]:
            with self.subTest(workload=workload, wrong=wrong), self.assertRaises(Failure) as caught:
                run(workload, {**params_of(workload, 2), **wrong})
            self.assertEqual("unavailable", caught.exception.kind)
            self.assertIn(next(iter(wrong)), caught.exception.message)


if __name__ == "__main__":
    unittest.main()
