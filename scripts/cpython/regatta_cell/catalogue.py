"""Which workloads and runners there are. A new one is its class and one line here."""

from __future__ import annotations

import importlib
from typing import Any, Mapping

from .protocol import Failure

WORKLOADS = {
    "primes": "computing:Primes",
    "counting": "computing:Counting",
    "switch": "computing:Switch",
    "empty": "computing:Empty",
    "sleep": "waiting:Sleep",
    "block": "waiting:Block",
    "echo": "waiting:Echo",
    "convoy": "convoy:Convoy",
    "request": "service:Request",
    "serve": "service:Serve",
    "lost-update": "coordination.lost_update:LostUpdate",
    "contention": "coordination.contention:Contention",
    "account": "coordination.account:Account",
    "semaphore": "coordination.semaphore:Semaphore",
    "traffic-light": "coordination.traffic_light:TrafficLight",
    "rwlock": "coordination.rwlock:ReadersAndWriters",
    "barrier": "coordination.barrier:Phases",
    "ping-pong": "coordination.ping_pong:PingPong",
    "producer-consumer": "coordination.producer_consumer:ProducerConsumer",
    "queues": "coordination.queues:Queues",
    "dishes": "coordination.dishes:Dishes",
    "deadlock": "coordination.deadlock:Deadlock",
    "tickets": "coordination.tickets:Tickets",
    "timer": "coordination.timer:Timer",
    "prime-filter": "coordination.pausing:PrimeFilter",
    "square-mapper": "coordination.pausing:SquareMapper",
}

RUNNERS = {
    "python-sequential": "in_sequence:Sequential",
    "python-thread": "threads:Thread",
    "python-thread-pool": "threads:ThreadPool",
    "python-process": "processes:Process",
    "python-process-pool": "processes:ProcessPool",
    "python-asyncio": "event_loop:Asyncio",
    "python-gevent": "greenlets:Gevent",
}

# Of each runner the native one that has the same model, what bounds its parallelism, and whether its workers are processes.
MODELS = {
    "python-sequential": ("sequential", "one", False),
    "python-thread": ("thread", "per-task", False),
    "python-thread-pool": ("thread-pool", "workers", False),
    "python-process": ("process", "per-task", True),
    "python-process-pool": ("process-pool", "workers", True),
    "python-asyncio": ("async-single", "one", False),
    "python-gevent": ("green", "one", False),
}


def find(kind: str, known: Mapping[str, str], name: Any) -> Any:
    """The class by its name in `known`. Only its module is imported, so that a cell carries no other model."""
    if name not in known:
        raise Failure("unavailable", f"no {kind} {name!r} in CPython; there are {', '.join(known)}")
    module, _, class_name = known[name].partition(":")
    return getattr(importlib.import_module("." + module, __package__), class_name)


def workload(name: Any) -> Any:
    """The class of workload `name`."""
    return find("workload", WORKLOADS, name)


def runner(name: Any) -> Any:
    """The class of runner `name`."""
    return find("runner", RUNNERS, name)
