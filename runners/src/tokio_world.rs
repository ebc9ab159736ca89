//! The world of tokio: its timers, its sockets, and how its runtimes carry out a workload.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use regatta_workloads::{Context, Stream, Tally, Workload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::crew::Shift;
use crate::task::Spawned;
use crate::{Error, Outcome};

/// The world in which waiting suspends the task.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tokio;

impl Context for Tokio {
    type Stream = TokioStream;

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

/// Returns the future as which task `index` is spawned. Its threads have to serve the crew of `shift`.
fn spawned<W: Workload>(
    shift: &'static Shift<W>,
    index: u64,
) -> Spawned<impl Future<Output = Result<u64, regatta_workloads::Error>> + Send> {
    Spawned::new(shift.workload.task(&Tokio, index))
}

/// Spawns every task on the runtime and awaits them all.
pub(crate) fn run<W: Workload>(runtime: &Runtime, shift: &'static Shift<W>) -> Result<Outcome, Error> {
    shift.begin();
    shift.crew.enlist();
    let tally = runtime.block_on(async {
        let mut tasks = Vec::with_capacity(shift.workload.tasks() as usize);
        for index in 0..shift.workload.tasks() {
            tasks.push(tokio::spawn(spawned(shift, index)));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use regatta_workloads::Sleep;

    use super::*;

    #[test]
    fn a_spawned_task_is_no_larger_than_one_written_by_hand() {
        let index = std::hint::black_box(7);
        let wait = Duration::from_millis(1);
        let by_hand = async move {
            tokio::time::sleep(wait).await;
            Ok::<u64, regatta_workloads::Error>(index)
        };
        let spawned = spawned(Shift::of(Arc::new(Sleep::default())), index);
        let (regatta, by_hand) = (size_of_val(&spawned), size_of_val(&by_hand));
        assert!(regatta <= by_hand, "{regatta} bytes, and {by_hand} by hand");
    }
}
