//! The simulated world as a task sees it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use regatta_workloads::{Context, Primitives, Stream};

use super::line::Line;
use super::scheduler::{Scheduler, after};

/// The simulated world, with the primitives `P`.
#[derive(Debug, Clone)]
pub struct Simulated<P> {
    scheduler: Arc<Scheduler>,
    primitives: P,
}

impl<P> Simulated<P> {
    pub(super) fn new(scheduler: Arc<Scheduler>, primitives: P) -> Self {
        Self { scheduler, primitives }
    }
}

impl<P: Primitives> Context for Simulated<P> {
    type Stream = NoStream;

    type Primitives = P;

    fn primitives(&self) -> P {
        self.primitives.clone()
    }

    async fn sleep(&self, duration: Duration) {
        self.scheduler.switch();
        Line::new(&self.scheduler).join(Some(after(duration))).wait();
    }

    async fn block(&self, duration: Duration) {
        self.scheduler.pass(duration);
    }

    async fn connect(&self, _to: SocketAddr) -> io::Result<NoStream> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the simulated world has no network"))
    }

    async fn yield_now(&self) {
        self.scheduler.switch();
    }

    #[inline]
    fn checkpoint(&self) {
        self.scheduler.switch();
    }
}

/// The stream of a world without a network: there is none.
#[derive(Debug)]
pub enum NoStream {}

impl Stream for NoStream {
    async fn read_exact(&mut self, _buffer: &mut [u8]) -> io::Result<()> {
        match *self {}
    }

    async fn write_all(&mut self, _bytes: &[u8]) -> io::Result<()> {
        match *self {}
    }
}
