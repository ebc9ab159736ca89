//! A workload that writes what its tasks do to a log, and the world that it waits in.
//!
//! A segment ends where a task begins to wait and the next begins where it goes on, perhaps on another worker. One without length is
//! where a task begins to wait for a modelled lock. Neither the runner nor the workload knows of it.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use regatta_runners::watch_for_the_lock;
use regatta_workloads::{
    Context, Error, Kind, Selected, Service, Stream, Tally, UnknownWorkload, Visitor, Workload, Workloads,
};
use rustix::process::getpid;
use rustix::thread::gettid;
use serde::{Deserialize, Serialize};

use super::LOG_FILE;
use super::log::{Entry, Log};
use crate::Recorder;

thread_local! {
    /// The number of this thread; 0 until it is asked for.
    static THREAD: Cell<u64> = const { Cell::new(0) };
    /// Who writes of the task that this thread was at last, for where threads share a lock a task stays on its thread.
    static PEN: RefCell<Option<Arc<Pen>>> = const { RefCell::new(None) };
}

/// A workload that logs.
#[derive(Clone, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub(crate) struct Traced<W> {
    inner: W,
    /// Where to; nowhere if there is none.
    #[serde(skip)]
    log: Option<Arc<Log>>,
}

impl<W> Traced<W> {
    pub(crate) fn new(inner: W, log: Arc<Log>) -> Self {
        watch_for_the_lock(note_wait_for_lock);
        Self { inner, log: Some(log) }
    }
}

impl<W: Workload> Workload for Traced<W> {
    const NAME: &'static str = W::NAME;
    const KIND: Kind = W::KIND;
    const ABOUT: &'static str = W::ABOUT;
    const SHARES_MEMORY: bool = W::SHARES_MEMORY;

    fn tasks(&self) -> u64 {
        self.inner.tasks()
    }

    async fn task<C: Context>(&self, cx: &C, index: u64) -> Result<u64, Error> {
        let Some(log) = &self.log else { return self.inner.task(cx, index).await };
        let pen =
            Arc::new(Pen { log: Arc::clone(log), task: index, start_ns: AtomicU64::new(0), worker: AtomicU64::new(0) });
        PEN.set(Some(Arc::clone(&pen)));
        pen.begin();
        let result = self.inner.task(&TracedContext { inner: cx.clone(), pen: Arc::clone(&pen) }, index).await;
        pen.end();
        PEN.set(None);
        result
    }

    fn expected(&self) -> Tally {
        self.inner.expected()
    }

    fn wait(&self) -> Duration {
        self.inner.wait()
    }

    fn descriptors(&self) -> u64 {
        self.inner.descriptors()
    }

    fn service(&self) -> Option<Service> {
        self.inner.service()
    }

    fn at_once(&self) -> u64 {
        self.inner.at_once()
    }

    fn attach(&mut self, server: SocketAddr) {
        self.inner.attach(server);
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.inner.attach_clock(now);
    }

    fn begin(&self) {
        self.inner.begin();
    }
}

/// Writes down that the task of this thread begins to wait for the lock.
fn note_wait_for_lock() {
    PEN.with_borrow(|pen| {
        if let Some(Pen { log, task, .. }) = pen.as_deref() {
            log.push(|| {
                let now = Recorder::now_ns();
                Entry { task: *task, worker: this_thread(), start_ns: now, end_ns: now }
            });
        }
    });
}

/// Writes the segments of one task.
struct Pen {
    log: Arc<Log>,
    task: u64,
    /// When the present segment began.
    start_ns: AtomicU64,
    /// The thread that it began on.
    worker: AtomicU64,
}

impl Pen {
    fn begin(&self) {
        // Who is only counted need not be known, and clocks are what takes time here.
        if !self.log.is_full() {
            self.worker.store(this_thread(), Ordering::Relaxed);
            self.start_ns.store(Recorder::now_ns(), Ordering::Relaxed);
        }
    }

    fn end(&self) {
        self.log.push(|| Entry {
            task: self.task,
            worker: self.worker.load(Ordering::Relaxed),
            start_ns: self.start_ns.load(Ordering::Relaxed),
            end_ns: Recorder::now_ns(),
        });
    }

    /// Waits in between two segments.
    async fn wait<T>(&self, waiting: impl Future<Output = T>) -> T {
        self.end();
        let output = waiting.await;
        self.begin();
        output
    }
}

/// Returns the calling thread's number, which is unique on the machine while it lives. That of a process's first thread is the process's.
///
/// A coroutine may go on elsewhere after a wait, so this is never a part of its caller, where the compiler might keep the place of
/// the thread-local.
#[inline(never)]
fn this_thread() -> u64 {
    THREAD.with(|thread| {
        if thread.get() == 0 {
            thread.set(u64::from(gettid().as_raw_nonzero().get().cast_unsigned()));
        }
        thread.get()
    })
}

/// The world of the model, with the segments of one task written at each wait.
#[derive(Clone)]
struct TracedContext<C> {
    inner: C,
    pen: Arc<Pen>,
}

impl<C: Context> Context for TracedContext<C> {
    type Stream = TracedStream<C::Stream>;

    async fn sleep(&self, duration: Duration) {
        self.pen.wait(self.inner.sleep(duration)).await;
    }

    async fn block(&self, duration: Duration) {
        self.pen.wait(self.inner.block(duration)).await;
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let inner = self.pen.wait(self.inner.connect(to)).await?;
        Ok(TracedStream { inner, pen: Arc::clone(&self.pen) })
    }

    async fn yield_now(&self) {
        self.pen.wait(self.inner.yield_now()).await;
    }

    #[inline]
    fn lock_is_wanted(&self) -> bool {
        self.inner.lock_is_wanted()
    }

    #[inline]
    fn checkpoint(&self) {
        // Most checkpoints are passed, and a body may offer one every few nanoseconds: those must cost no clock.
        if self.inner.lock_is_wanted() {
            self.pen.end();
            self.inner.checkpoint();
            self.pen.begin();
        }
    }
}

/// A stream of the model's world.
struct TracedStream<S> {
    inner: S,
    pen: Arc<Pen>,
}

impl<S: Stream> Stream for TracedStream<S> {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.pen.wait(self.inner.read_exact(buffer)).await
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pen.wait(self.inner.write_all(bytes)).await
    }
}

/// A list of workloads each of which logs to the file that the environment names: what a worker process of a profiled cell has.
pub(crate) struct TracedWorkloads<Ws>(Ws);

impl<Ws: Workloads> Workloads for TracedWorkloads<Ws> {
    fn names() -> Vec<&'static str> {
        Ws::names()
    }

    fn visit<V: Visitor>(selected: &Selected<'_>, visitor: V) -> Result<V::Output, UnknownWorkload> {
        Ws::visit(selected, Wrap(visitor))
    }
}

/// Hands the workload on with a log.
struct Wrap<V>(V);

impl<V: Visitor> Visitor for Wrap<V> {
    type Output = V::Output;

    fn visit<W: Workload>(self, workload: W) -> V::Output {
        let log = std::env::var_os(LOG_FILE).and_then(|path| Log::open(Path::new(&path)).ok());
        if log.is_none() {
            eprintln!("regatta worker {}: cannot open the log of the profile", getpid().as_raw_nonzero());
        }
        self.0.visit(Traced { inner: workload, log: log.map(Arc::new) })
    }
}

#[cfg(test)]
mod tests {
    use regatta_runners::{Blocking, complete};

    use super::*;

    /// A world whose lock somebody waits for, or nobody.
    #[derive(Clone)]
    struct Locked {
        is_wanted: bool,
    }

    impl Context for Locked {
        type Stream = <Blocking as Context>::Stream;

        async fn sleep(&self, duration: Duration) {
            Blocking.sleep(duration).await;
        }

        async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
            Blocking.connect(to).await
        }

        async fn yield_now(&self) {}

        fn checkpoint(&self) {
            assert!(self.is_wanted, "a checkpoint that is passed costs a look at the lock and no more");
        }

        fn lock_is_wanted(&self) -> bool {
            self.is_wanted
        }
    }

    /// Offers checkpoints.
    #[derive(Clone, Default, Serialize, Deserialize)]
    struct Checkpoints;

    impl Workload for Checkpoints {
        const NAME: &'static str = "checkpoints";
        const KIND: Kind = Kind::Cpu;
        const ABOUT: &'static str = "offers checkpoints";

        fn tasks(&self) -> u64 {
            1
        }

        async fn task<C: Context>(&self, cx: &C, _index: u64) -> Result<u64, Error> {
            (0..3).for_each(|_| cx.checkpoint());
            Ok(0)
        }

        fn expected(&self) -> Tally {
            Tally::default()
        }
    }

    #[test]
    fn a_checkpoint_ends_a_segment_only_where_the_lock_is_wanted() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Arc::new(Log::create(&folder.path().join("log")).expect("a file"));
        let workload = Traced::new(Checkpoints, Arc::clone(&log));
        for (is_wanted, segments) in [(false, 1), (true, 4)] {
            log.clear();
            complete(workload.task(&Locked { is_wanted }, 0)).expect("a task that cannot fail");
            assert_eq!(log.segments(0).0.len(), segments);
        }
    }
}
