//! The world in which waiting blocks the thread.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use regatta_workloads::{Context, Stream};

use super::{Std, World};

/// The world in which waiting blocks the thread: its futures are ready at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Blocking;

impl Context for Blocking {
    type Stream = BlockingStream<TcpStream>;

    type Primitives = Std;

    fn primitives(&self) -> Std {
        Std
    }

    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        Ok(BlockingStream(stream))
    }

    async fn yield_now(&self) {
        std::thread::yield_now();
    }

    #[inline]
    fn checkpoint(&self) {}
}

impl World for Blocking {}

/// A stream whose reads and writes come back when they are done.
#[derive(Debug)]
pub struct BlockingStream<S>(pub S);

impl<S: Read + Write + Send> Stream for BlockingStream<S> {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact(buffer)
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}
