//! The world of tokio: its timers and its sockets.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use regatta_workloads::{Context, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::primitives::OfTokio;

/// The world in which waiting suspends the task.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tokio;

impl Context for Tokio {
    type Stream = TokioStream;

    type Primitives = OfTokio;

    fn primitives(&self) -> OfTokio {
        OfTokio
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(TokioStream(stream))
    }

    fn yield_now(&self) -> impl Future<Output = ()> + Send {
        tokio::task::yield_now()
    }

    #[inline]
    fn checkpoint(&self) {}
}

/// A TCP stream of tokio.
#[derive(Debug)]
pub(crate) struct TokioStream(TcpStream);

impl Stream for TokioStream {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact(buffer).await.map(drop)
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await
    }
}
