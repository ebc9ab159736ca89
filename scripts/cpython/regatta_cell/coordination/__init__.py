"""Workloads whose tasks share state and coordinate: what must hold in each, and what it costs.

    case            the base class: parameters, latencies, figures
    twin            makes the blocking body of a case out of its awaited one
    of_threads      what threads coordinate with
    of_event_loop   what coroutines of asyncio coordinate with
    of_hub          what greenlets of gevent coordinate with
    monitors        what a world lacks, made as textbooks do
    turns           how fair the turns of a lock were
    watched         locks that note who holds them and who waits for them

All others hold a case each, under its name, and `pausing` holds two. A case asks the module of its world for primitives by
their names: `Lock`, `Queue` and so on.
"""
