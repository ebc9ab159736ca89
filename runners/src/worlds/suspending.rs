//! The world in which waiting suspends a coroutine of may within the call.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use may::coroutine;
use may::net::TcpStream;
use regatta_workloads::Context;

use super::BlockingStream;
use super::primitives::May;

/// The shortest sleep that may is asked for.
///
/// *Why:* may hands a coroutine to its timer, and writes to it once more after that. A sleep of a microsecond can be over by then, and
/// the coroutine at its end: may then writes to freed memory (0.3.51). The kernel's timers are late by as much as this anyway.
const SHORTEST: Duration = Duration::from_micros(50);

/// The world in which waiting suspends the coroutine inside the call: its futures are ready at once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Suspending;

impl Context for Suspending {
    type Stream = BlockingStream<TcpStream>;

    type Primitives = May;

    fn primitives(&self) -> May {
        May
    }

    async fn sleep(&self, duration: Duration) {
        coroutine::sleep(duration.max(SHORTEST));
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        Ok(BlockingStream(stream))
    }

    async fn yield_now(&self) {
        coroutine::yield_now();
    }

    #[inline]
    fn checkpoint(&self) {}
}
