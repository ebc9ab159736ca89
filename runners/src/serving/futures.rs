//! Connections as futures of tokio, which on one thread and on many are the same.

use std::io;

use regatta_workloads::serving::Terms;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use super::Job;
use super::lines::{CHUNK, Lines};
use super::socket::{Accepted, BACK_OFF, accepted, listen};

/// Serves on a runtime.
pub(super) fn serve(runtime: &Runtime, job: &Job) -> io::Result<()> {
    let listener = listen()?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let terms = job.terms;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        job.announce(address)?;
        // Connections are accepted on a worker, as they are served.
        tokio::spawn(accept_all(listener, terms)).await.map_err(io::Error::other)?
    })
}

async fn accept_all(listener: TcpListener, terms: Terms) -> io::Result<()> {
    loop {
        match accepted(listener.accept().await)? {
            // Whatever the client does, the others are served.
            Accepted::Connection((stream, _)) => drop(tokio::spawn(converse(stream, terms))),
            Accepted::Nobody => {}
            Accepted::Later => sleep(BACK_OFF).await,
        }
    }
}

/// Answers each line until the client hangs up.
async fn converse(mut stream: TcpStream, terms: Terms) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = Lines::default();
    loop {
        // Of the lines that came together, each is answered by itself.
        let more =
            timeout(terms.patience(), next_lines(&stream, &mut lines)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        if !more {
            return Ok(());
        }
        while let Some(line) = lines.next() {
            if terms.wait_us > 0 {
                sleep(terms.wait()).await;
            }
            terms.answer(line);
            timeout(terms.patience(), stream.write_all(line)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        }
    }
}

/// Waits until a whole line is there; false at the end of the connection.
async fn next_lines(stream: &TcpStream, lines: &mut Lines) -> io::Result<bool> {
    loop {
        stream.readable().await?;
        match read(stream, lines) {
            Ok(Read::Line) => return Ok(true),
            Ok(Read::Part) => {}
            Ok(Read::End) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// What was read.
enum Read {
    /// The end of a line was in it.
    Line,
    Part,
    End,
}

/// Reads what there is. The chunk is on the stack and no part of the future, which is as small as a connection that says nothing.
fn read(stream: &TcpStream, lines: &mut Lines) -> io::Result<Read> {
    let mut chunk = [0; CHUNK];
    let length = stream.try_read(&mut chunk)?;
    lines.push(&chunk[..length])?;
    Ok(match length {
        0 => Read::End,
        _ if chunk[..length].contains(&b'\n') => Read::Line,
        _ => Read::Part,
    })
}
