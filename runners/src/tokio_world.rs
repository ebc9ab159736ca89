//! The world of tokio: its timers, its sockets, and how its runtimes carry out a workload.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use regatta_workloads::{Context, Stream, Tally, Workload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::crew::Shift;
use crate::{Error, Outcome};

/// The world in which waiting suspends the task.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tokio;

impl Context for Tokio {
    type Stream = TokioStream;

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(TokioStream(stream))
    }

    async fn yield_now(&self) {
        tokio::task::yield_now().await;
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

/// Spawns every task on the runtime and awaits them all.
pub(crate) fn run<W: Workload>(runtime: &Runtime, shift: &'static Shift<W>) -> Result<Outcome, Error> {
    shift.begin();
    let tally = runtime.block_on(async {
        let mut tasks = Vec::with_capacity(shift.workload.tasks() as usize);
        for index in 0..shift.workload.tasks() {
            tasks.push(tokio::spawn(async move {
                shift.crew.mark();
                shift.workload.task(&Tokio, index).await
            }));
        }
        let mut tally = Ok(Tally::default());
        for (index, task) in (0..).zip(tasks) {
            let result = match task.await {
                Ok(result) => result.map_err(|error| Error::task(index, &error)),
                Err(error) if error.is_panic() => Err(Error::panic(&*error.into_panic())),
                Err(error) => Err(Error::Lost(format!("task {index}: {error}"))),
            };
            tally = tally.and_then(|mut tally: Tally| {
                tally.add(index, result?);
                Ok(tally)
            });
        }
        tally
    })?;
    Ok(Outcome::new(tally, &shift.crew))
}
