//! The world of a task that is watched.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use regatta_workloads::{Context, Stream};

use super::Watched;
use super::task::{around, current, through};
use crate::WaitsFor;

/// The world `C` with watched primitives.
#[derive(Debug, Clone)]
pub struct WatchedContext<C> {
    inner: C,
    graph: WaitsFor,
}

impl<C> WatchedContext<C> {
    pub(super) fn new(inner: C, graph: WaitsFor) -> Self {
        Self { inner, graph }
    }
}

impl<C: Context> Context for WatchedContext<C> {
    type Stream = WatchedStream<C::Stream>;

    type Primitives = Watched<C::Primitives>;

    fn primitives(&self) -> Self::Primitives {
        Watched::new(self.inner.primitives(), self.graph.clone())
    }

    async fn sleep(&self, duration: Duration) {
        through(current(), self.inner.sleep(duration)).await;
    }

    async fn block(&self, duration: Duration) {
        through(current(), self.inner.block(duration)).await;
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        through(current(), self.inner.connect(to)).await.map(WatchedStream)
    }

    async fn yield_now(&self) {
        through(current(), self.inner.yield_now()).await;
    }

    #[inline]
    fn checkpoint(&self) {
        around(|| self.inner.checkpoint());
    }

    #[inline]
    fn lock_is_wanted(&self) -> bool {
        self.inner.lock_is_wanted()
    }
}

/// A stream of that world.
#[derive(Debug)]
pub struct WatchedStream<S>(S);

impl<S: Stream> Stream for WatchedStream<S> {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        through(current(), self.0.read_exact(buffer)).await
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        through(current(), self.0.write_all(bytes)).await
    }
}
