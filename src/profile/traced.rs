//! A workload whose tasks are watched, and the world that it waits in: for a profile, or for a check.
//!
//! A segment ends where a task begins to wait and the next begins where it goes on, perhaps on another worker. One without length is
//! where a task begins to wait for a modelled lock. Neither the runner nor the workload knows of it.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use regatta_workloads::{
    Card, Context, Error, Findings, Kind, Primitives, Selected, Service, Shared, Stream, UnknownWorkload, Visitor,
    Workload, Workloads,
};
use rustix::process::getpid;
use serde::{Deserialize, Serialize};

use super::LOG_FILE;
use super::log::Log;
use super::watcher::{Purpose, Watcher};
use crate::check::Check;

/// A workload that is watched.
#[derive(Clone, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub(crate) struct Traced<W> {
    inner: W,
    /// What for; it is not watched if there is none.
    #[serde(skip)]
    purpose: Option<Purpose>,
}

impl<W> Traced<W> {
    pub(crate) fn new(inner: W, purpose: Purpose) -> Self {
        Watcher::watch_for_the_lock();
        Self { inner, purpose: Some(purpose) }
    }
}

impl<W: Workload> Workload for Traced<W> {
    const NAME: &'static str = W::NAME;
    const KIND: Kind = W::KIND;
    const ABOUT: &'static str = W::ABOUT;
    const HOLDS: &'static str = W::HOLDS;
    const SHARES_MEMORY: bool = W::SHARES_MEMORY;
    const GIVES_WAY: bool = W::GIVES_WAY;

    type Shared<P: Primitives> = TracedShared<W, P>;

    fn tasks(&self) -> u64 {
        self.inner.tasks()
    }

    async fn task<C: Context>(
        &self,
        cx: &C,
        shared: &TracedShared<W, C::Primitives>,
        index: u64,
    ) -> Result<u64, Error> {
        let TracedShared(shared) = shared;
        let Some(purpose) = &self.purpose else { return self.inner.task(cx, shared, index).await };
        let watcher = Arc::new(Watcher::new(purpose, index));
        Watcher::set(Some(Arc::clone(&watcher)));
        watcher.begin();
        let cx = TracedContext { inner: cx.clone(), watcher: Arc::clone(&watcher) };
        let mut task = pin!(self.inner.task(&cx, shared, index));
        let result = poll_fn(|poller| watcher.poll(task.as_mut(), poller)).await;
        watcher.end();
        Watcher::set(None);
        match purpose {
            Purpose::Profile(_) => result,
            Purpose::Check(check) => check.look(index, result?),
        }
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
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

    fn attach_folder(&mut self, folder: &Path) {
        self.inner.attach_folder(folder);
    }

    fn audit(&self) -> Result<(), Error> {
        self.inner.audit()
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.inner.attach_clock(now);
    }

    fn begin(&self) {
        self.inner.begin();
    }
}

/// What the tasks of the watched workload share.
pub(crate) struct TracedShared<W: Workload, P: Primitives>(W::Shared<P>);

impl<W: Workload, P: Primitives> Shared<Traced<W>, P> for TracedShared<W, P> {
    fn new(workload: &Traced<W>, primitives: &P) -> Result<Self, Error> {
        W::Shared::new(&workload.inner, primitives).map(Self)
    }

    fn conclude(&self, workload: &Traced<W>) -> Result<Findings, Error> {
        self.0.conclude(&workload.inner)
    }
}

/// The world of the model, with somebody who watches one task at each wait.
#[derive(Clone)]
struct TracedContext<C> {
    inner: C,
    watcher: Arc<Watcher>,
}

impl<C: Context> Context for TracedContext<C> {
    type Stream = TracedStream<C::Stream>;

    type Primitives = C::Primitives;

    fn primitives(&self) -> C::Primitives {
        self.inner.primitives()
    }

    async fn sleep(&self, duration: Duration) {
        self.watcher.wait(self.inner.sleep(duration)).await;
    }

    async fn block(&self, duration: Duration) {
        match &*self.watcher {
            Watcher::Profile(_) => self.watcher.wait(self.inner.block(duration)).await,
            // The call blocks before it gives its future. It says so itself, so a check leaves it out.
            Watcher::Check(_) => self.watcher.wait(async { self.inner.block(duration).await }).await,
        }
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let inner = self.watcher.wait(self.inner.connect(to)).await?;
        Ok(TracedStream { inner, watcher: Arc::clone(&self.watcher) })
    }

    async fn yield_now(&self) {
        self.watcher.wait(self.inner.yield_now()).await;
    }

    #[inline]
    fn lock_is_wanted(&self) -> bool {
        self.inner.lock_is_wanted()
    }

    #[inline]
    fn checkpoint(&self) {
        // Most checkpoints are passed, and a body may offer one every few nanoseconds: those must cost no clock.
        if self.inner.lock_is_wanted() {
            self.watcher.end();
            self.inner.checkpoint();
            self.watcher.begin();
        }
    }
}

/// A stream of the model's world.
struct TracedStream<S> {
    inner: S,
    watcher: Arc<Watcher>,
}

impl<S: Stream> Stream for TracedStream<S> {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.watcher.wait(self.inner.read_exact(buffer)).await
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.watcher.wait(self.inner.write_all(bytes)).await
    }
}

/// A list of workloads each of which is watched as the environment says: what a worker process of such a cell has.
pub(crate) struct TracedWorkloads<Ws>(Ws);

impl<Ws: Workloads> Workloads for TracedWorkloads<Ws> {
    fn cards() -> Vec<Card> {
        Ws::cards()
    }

    fn visit<V: Visitor>(selected: &Selected<'_>, visitor: V) -> Result<V::Output, UnknownWorkload> {
        Ws::visit(selected, Wrap(visitor))
    }
}

/// Hands the workload on with what it is watched for.
struct Wrap<V>(V);

impl<V: Visitor> Visitor for Wrap<V> {
    type Output = V::Output;

    fn visit<W: Workload>(self, workload: W) -> V::Output {
        let purpose = match std::env::var_os(LOG_FILE).map(|path| Log::open(Path::new(&path))) {
            None => Some(Purpose::Check(Arc::new(Check::of_worker(workload.expected())))),
            Some(Ok(log)) => Some(Purpose::Profile(Arc::new(log))),
            Some(Err(error)) => {
                eprintln!("regatta worker {}: cannot open the log of the profile: {error}", getpid().as_raw_nonzero());
                None
            }
        };
        self.0.visit(Traced { inner: workload, purpose })
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context as Poller, Poll, Waker};

    use regatta_runners::{Blocking, complete};

    use super::*;

    /// A world whose lock somebody waits for, or nobody.
    #[derive(Clone)]
    struct Locked {
        is_wanted: bool,
    }

    impl Context for Locked {
        type Stream = <Blocking as Context>::Stream;

        type Primitives = <Blocking as Context>::Primitives;

        fn primitives(&self) -> Self::Primitives {
            Blocking.primitives()
        }

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

        type Shared<P: Primitives> = ();

        fn tasks(&self) -> u64 {
            1
        }

        async fn task<C: Context>(&self, cx: &C, _shared: &(), _index: u64) -> Result<u64, Error> {
            (0..3).for_each(|_| cx.checkpoint());
            Ok(0)
        }

        fn expected(&self) -> impl Iterator<Item = u64> {
            std::iter::once(0)
        }
    }

    /// Gives way by a future of its own, of which its world knows nothing: so do locks that suspend a task.
    #[derive(Clone, Default, Serialize, Deserialize)]
    struct GivesWay;

    impl Workload for GivesWay {
        const NAME: &'static str = "gives-way";
        const KIND: Kind = Kind::Coordination;
        const ABOUT: &'static str = "gives way once";

        type Shared<P: Primitives> = ();

        fn tasks(&self) -> u64 {
            1
        }

        async fn task<C: Context>(&self, _cx: &C, _shared: &(), _index: u64) -> Result<u64, Error> {
            let mut polls = 0;
            poll_fn(|_| {
                polls += 1;
                if polls > 1 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            Ok(0)
        }

        fn expected(&self) -> impl Iterator<Item = u64> {
            std::iter::once(0)
        }
    }

    #[test]
    fn a_task_that_is_suspended_does_not_block_its_thread() {
        let check = Arc::new(Check::new(std::iter::once(0)));
        let workload = Traced::new(GivesWay, Purpose::Check(Arc::clone(&check)));
        let shared = TracedShared::new(&workload, &Blocking.primitives()).expect("nothing is shared");
        let mut task = pin!(workload.task(&Blocking, &shared, 0));
        let poller = &mut Poller::from_waker(Waker::noop());
        assert!(task.as_mut().poll(poller).is_pending());
        std::thread::sleep(Duration::from_millis(20));
        assert!(task.poll(poller).is_ready());
        assert_eq!(check.blocked_ns(), 0);
    }

    #[test]
    fn a_checkpoint_ends_a_segment_only_where_the_lock_is_wanted() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Arc::new(Log::create(&folder.path().join("log")).expect("a file"));
        let workload = Traced::new(Checkpoints, Purpose::Profile(Arc::clone(&log)));
        let shared = TracedShared::new(&workload, &Blocking.primitives()).expect("nothing is shared");
        for (is_wanted, segments) in [(false, 1), (true, 4)] {
            log.clear();
            complete(workload.task(&Locked { is_wanted }, &shared, 0)).expect("a task that cannot fail");
            assert_eq!(log.segments(0, &[]).0.len(), segments);
        }
    }
}
