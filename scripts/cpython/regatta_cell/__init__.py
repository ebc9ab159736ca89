"""The CPython cell of Regatta, with the standard library only (and gevent, where it is there).

    cell          the conversation with the driver: start, run, run, stop
    protocol      messages, failures and the checksum
    catalogue     which workloads and runners there are: one line each
    recorder      the only code that reads clocks; what a sample says comes from here
    counters      what the kernel counts about a tree of processes
    limits        what the machine would carry, asked before a run
    parent        ends a process with the one that started it
    histogram     HDR histograms, as the Rust side reads them
    model         the base classes: World, Workload, Runner
    computing     workloads that compute: primes, counting, switch, empty
    waiting       workloads that wait: sleep, block, echo
    coordination  the workloads whose tasks share state and coordinate, a file each
    convoy        the workload that does both: echo beside busy tasks
    in_sequence   runner python-sequential
    threads       runners python-thread, python-thread-pool
    processes     runners python-process, python-process-pool
    event_loop    runner python-asyncio
    greenlets     runner python-gevent

A task that never waits on its model is one plain function. One that does has two bodies, blocking and async. A single
async body driven by one `send(None)` was measured and given up: it costs 0.26 us more per task and 0.08 us more per
switch (CPython 3.11), where a task of `empty` takes 0.04 us and a switch 0.25 us. The cases of coordination are many,
so their blocking bodies are made of the async ones when they are imported: see `coordination.twin`.
"""
