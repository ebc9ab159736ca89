//! A connection where waiting blocks: a thread, a process, or a coroutine with a stack.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use regatta_workloads::serving::Terms;

use super::lines::{CHUNK, Lines};

/// Answers each line until the client hangs up. Reading and writing have time limits of their own, and a line has the same altogether.
///
/// # Errors
/// If the client goes without a word, sends a line too long or too slowly, or does not read.
pub(super) fn converse(stream: &mut (impl Read + Write), terms: Terms, pause: impl Fn(Duration)) -> io::Result<()> {
    let mut chunk = [0; CHUNK];
    let mut lines = Lines::default();
    let mut begun: Option<Instant> = None;
    loop {
        let length = match stream.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        lines.push(&chunk[..length])?;
        while let Some(line) = lines.next() {
            begun = None;
            if terms.wait_us > 0 {
                pause(terms.wait());
            }
            terms.answer(line);
            stream.write_all(line)?;
        }
        // The clock is asked only where a part of a line has come.
        if !lines.is_empty() && begun.get_or_insert_with(Instant::now).elapsed() > terms.patience() {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}
