//! The runners that a Python interpreter has. Their names are known even where there is no interpreter.

use regatta_runners::Parallelism;

/// The family of the first interpreter. That of a further one is this, an `@` and its name.
pub(crate) const FAMILY: &str = "cpython";

/// The runner that an interpreter has only if it can import gevent.
pub(crate) const GEVENT: &str = "python-gevent";

/// The options that all of them have.
pub(crate) const OPTIONS: &[&str] = &["switch_interval_us"];

/// A runner of an interpreter.
#[derive(Debug)]
pub(crate) struct PythonRunner {
    /// Its name under the first interpreter. A further interpreter adds an `@` and its name.
    pub(crate) name: &'static str,
    /// The native runner that has the same concurrency model.
    pub(crate) model: &'static str,
    /// What bounds its parallelism.
    pub(crate) parallelism: Parallelism,
    /// Whether its workers are processes.
    pub(crate) processes: bool,
    /// How it does the work, in one sentence.
    pub(crate) about: &'static str,
}

impl PythonRunner {
    const fn new(name: &'static str, model: &'static str, parallelism: Parallelism, about: &'static str) -> Self {
        Self { name, model, parallelism, processes: false, about }
    }

    const fn in_processes(self) -> Self {
        Self { processes: true, ..self }
    }
}

/// All of them, in the order in which they are shown.
pub(crate) const RUNNERS: [PythonRunner; 7] = {
    use Parallelism::{One, PerTask, Workers};
    [
        PythonRunner::new("python-sequential", "sequential", One, "one task after the other in CPython"),
        PythonRunner::new(
            "python-thread",
            "thread",
            PerTask,
            "a thread of its own for each task, all at once (threading)",
        ),
        PythonRunner::new("python-thread-pool", "thread-pool", Workers, "W long-lived threads (ThreadPoolExecutor)"),
        PythonRunner::new(
            "python-process",
            "process",
            PerTask,
            "a process of its own for each task, all at once (multiprocessing)",
        )
        .in_processes(),
        PythonRunner::new(
            "python-process-pool",
            "process-pool",
            Workers,
            "W long-lived worker processes (ProcessPoolExecutor)",
        )
        .in_processes(),
        PythonRunner::new(
            "python-asyncio",
            "async-single",
            One,
            "a coroutine for each task on one event loop (asyncio)",
        ),
        PythonRunner::new(GEVENT, "green", One, "a greenlet for each task on one thread (gevent)"),
    ]
};

/// The server model that an interpreter has only if it can import gevent.
pub(crate) const GEVENT_SERVER: &str = "python-gevent-server";

/// All server models, in the order in which they are shown. The second field says whether it serves all connections at once.
pub(crate) const SERVERS: [(PythonRunner, bool); 6] = {
    use Parallelism::{One, PerTask};
    [
        (
            PythonRunner::new(
                "python-socketserver",
                "blocking-server",
                One,
                "one connection after the other (socketserver.TCPServer)",
            ),
            false,
        ),
        (
            PythonRunner::new(
                "python-socketserver-threading",
                "thread-server",
                PerTask,
                "a thread of its own for each connection (socketserver.ThreadingMixIn)",
            ),
            true,
        ),
        (
            PythonRunner::new(
                "python-socketserver-forking",
                "process-server",
                PerTask,
                "a process of its own for each connection (socketserver.ForkingMixIn)",
            )
            .in_processes(),
            true,
        ),
        (
            PythonRunner::new(
                "python-selectors",
                "epoll-server",
                One,
                "one thread that is told by selectors which sockets are ready (epoll)",
            ),
            true,
        ),
        (
            PythonRunner::new(
                "python-asyncio-server",
                "async-single-server",
                One,
                "a coroutine for each connection on one event loop (asyncio)",
            ),
            true,
        ),
        (
            PythonRunner::new(
                GEVENT_SERVER,
                "green-server",
                One,
                "a greenlet for each connection on one thread (gevent)",
            ),
            true,
        ),
    ]
};

/// Returns whether `name` is that of a runner or a server model which some interpreter may have.
pub(crate) fn is_runner(name: &str) -> bool {
    let plain = name.split('@').next().unwrap_or(name);
    RUNNERS.iter().chain(SERVERS.iter().map(|(server, _)| server)).any(|runner| runner.name == plain)
}
