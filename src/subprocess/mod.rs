//! Child processes that are spoken to line by line, within a time limit: cells, servers, interpreters.
//!
//! - `group`: a child process with its descendants, which ends as one.
//! - `search_path`: programs that are named without a path.

mod group;
mod search_path;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use regatta_reports::record::FailureKind;
use regatta_reports::text::lines;
use rustix::io::ioctl_fionread;

use self::group::ProcessGroup;
pub(crate) use self::search_path::on_search_path;
use crate::cell_error::CellError;
use crate::durations;
use crate::interrupt::Interrupt;
use crate::protocol::LONGEST;

/// How often a wait looks whether a child listens.
const BLINK: Duration = Duration::from_millis(1);
/// How often a wait looks whether the run is to end.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a child that has closed its output may take to end.
const GRACE: Duration = Duration::from_millis(500);
/// How long a child that is no longer needed may take to end by itself.
const FAREWELL: Duration = Duration::from_millis(100);
/// How much is kept of what a child writes to standard error, bytes.
const LAST_WORDS: usize = 16_000;

/// A child process that is spoken to line by line. It and all its children are killed on drop.
pub(crate) struct Subprocess {
    what: &'static str,
    group: ProcessGroup,
    /// None once the child has stopped reading.
    input: Option<ChildStdin>,
    /// The lines that it writes; an error is a line too long or not UTF-8.
    lines: Receiver<Result<String, String>>,
    /// The end of what it writes to standard error.
    last_words: Arc<Mutex<Vec<u8>>>,
    /// Reads standard error. Neither reader is waited for without a limit: a grandchild may hold the pipe open.
    errors: Option<JoinHandle<()>>,
    interrupt: Interrupt,
}

impl Subprocess {
    /// Starts it.
    pub(crate) fn spawn(what: &'static str, command: &mut Command, interrupt: Interrupt) -> Result<Self, CellError> {
        let refused = |error| CellError::failed(FailureKind::Unavailable, format!("cannot start the {what}: {error}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = ProcessGroup::spawn(command).map_err(refused)?;
        let (give, lines) = sync_channel(16);
        let last_words = Arc::default();
        if let Some(output) = group.output() {
            std::thread::spawn(move || {
                let mut output = BufReader::new(output);
                while let Some(line) = read_line(&mut output) {
                    if give.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let kept = Arc::clone(&last_words);
        let errors = group.errors().map(|mut errors| std::thread::spawn(move || keep_last(&mut errors, &kept)));
        let input = group.input();
        Ok(Self { what, group, input, lines, last_words, errors, interrupt })
    }

    /// Returns the number of the process; none once it has been waited for.
    pub(crate) fn process(&self) -> Option<u32> {
        self.group.process()
    }

    /// Returns how it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        // Another process may see the end before the kernel makes it known here.
        if self.group.ends_within(GRACE) { self.group.end() } else { None }
    }

    /// Tells it to end, and does not wait until it has.
    pub(crate) fn dismiss(&mut self) {
        self.input = None;
    }

    /// Sends a space, which means nothing before a line of JSON. A child that has read it listens: see [`Subprocess::settle`].
    pub(crate) fn nudge(&mut self) {
        if let Some(input) = &mut self.input
            && input.write_all(b" ").is_err()
        {
            self.input = None;
        }
    }

    /// Waits until the child has read all that it was sent, or has ended, or the time is up.
    pub(crate) fn settle(&mut self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let is_unread = |input: &ChildStdin| ioctl_fionread(input).is_ok_and(|bytes| bytes > 0);
        while self.input.as_ref().is_some_and(is_unread)
            && !self.group.ends_within(Duration::ZERO)
            && !self.interrupt.is_set()
            && Instant::now() < deadline
        {
            std::thread::sleep(BLINK);
        }
    }

    /// Sends a line. A child that no longer listens is found out when its answer is waited for.
    pub(crate) fn send(&mut self, line: &str) {
        if let Some(input) = &mut self.input
            && writeln!(input, "{line}").is_err()
        {
            self.input = None;
        }
    }

    /// Returns a line that the child has written already, if there is one.
    pub(crate) fn written(&mut self) -> Option<String> {
        self.lines.try_recv().ok().map(|line| line.unwrap_or_else(|problem| problem))
    }

    /// Waits for the next line that the child writes. A child that has ended is done with.
    ///
    /// # Errors
    /// If there is none in time, or there will be none.
    pub(crate) fn receive(&mut self, timeout: Duration) -> Result<String, CellError> {
        match self.hear(timeout)? {
            Heard::Line(line) => Ok(line),
            Heard::End => Err(self.end()),
            Heard::Nothing => {
                let message = format!(
                    "the {} gave no answer within {}; if it is only slow, raise `timeout` in the plan or make its tasks smaller",
                    self.what,
                    durations::format(timeout)
                );
                Err(CellError::failed(FailureKind::Timeout, message))
            }
        }
    }

    /// Waits for the next line that the child writes, and leaves it alone whatever happens.
    ///
    /// # Errors
    /// If the run is to end, or the line is none.
    pub(crate) fn hear(&mut self, timeout: Duration) -> Result<Heard, CellError> {
        let deadline = Instant::now() + timeout;
        loop {
            if self.interrupt.is_set() {
                return Err(CellError::Interrupted);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(GLANCE)) {
                Ok(Ok(line)) => return Ok(Heard::Line(line)),
                Ok(Err(problem)) => return Err(CellError::failed(FailureKind::Protocol, problem)),
                Err(RecvTimeoutError::Disconnected) => return Ok(Heard::End),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(Heard::Nothing),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Returns whether it has ended. It is not waited for.
    pub(crate) fn has_ended(&self) -> bool {
        self.group.ends_within(Duration::ZERO)
    }

    /// Returns how many descendants of it there are.
    pub(crate) fn followers(&self) -> usize {
        self.group.followers()
    }

    /// Ends it with all its descendants, and says how it ended, with its last words.
    pub(crate) fn conclude(&mut self) -> String {
        self.end().to_string()
    }

    /// Ends a child that has closed its output, and says how it ended, with its last words.
    fn end(&mut self) -> CellError {
        let by_itself = self.group.ends_within(GRACE);
        let status = self.group.end().filter(|_| by_itself);
        let how = status.map_or_else(|| "it closed its output".to_owned(), |status| status.to_string());
        let deadline = Instant::now() + GRACE;
        while self.errors.as_ref().is_some_and(|reader| !reader.is_finished()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = harmless(&String::from_utf8_lossy(&words));
        let said = if words.is_empty() { String::new() } else { format!("; its last words:\n{words}") };
        CellError::failed(FailureKind::Crash, format!("the {} ended before it answered ({how}){said}", self.what))
    }
}

/// What was heard of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A line.
    Line(String),
    /// Nothing, in the time that there was.
    Nothing,
    /// It has closed its output.
    End,
}

impl Drop for Subprocess {
    fn drop(&mut self) {
        // The end of its input asks the child to end; one that is busy or broken is not waited for long.
        self.input = None;
        self.group.ends_within(FAREWELL);
        self.group.end();
    }
}

/// Returns the words of another process in lines that cannot command a terminal.
pub(crate) fn harmless(words: &str) -> String {
    let lines: Vec<String> = lines(&anstream::adapter::strip_str(words).to_string()).collect();
    lines.join("\n").trim().to_owned()
}

/// Reads a line; none at the end of the output.
fn read_line(output: &mut impl BufRead) -> Option<Result<String, String>> {
    let mut line = Vec::new();
    match output.take(LONGEST + 1).read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) if line.len() as u64 > LONGEST => Some(Err(format!("it wrote a line of more than {LONGEST} bytes"))),
        Ok(_) => Some(String::from_utf8(line).map_err(|_| "it wrote a line that is not UTF-8".to_owned())),
    }
}

/// Reads to the end and keeps the last of it.
fn keep_last(errors: &mut impl Read, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = errors.read(&mut chunk) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&chunk[..length]);
        let excess = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Subprocess {
        Subprocess::spawn("shell", Command::new("sh").args(["-c", script]), Interrupt::default()).expect("a shell")
    }

    #[test]
    fn a_child_has_settled_once_it_reads() {
        let mut child = shell("echo up; read line; read line; echo \"$line\"");
        child.nudge();
        child.settle(GRACE * 100);
        assert_eq!(child.receive(GRACE * 100).expect("it writes before it reads"), "up\n");
        child.send("{}");
        child.send("more");
        assert_eq!(child.receive(GRACE * 100).expect("it listens"), "more\n");
    }

    #[test]
    fn a_child_that_ends_or_does_not_read_is_not_waited_for() {
        let mut ended = shell("exit 3");
        ended.nudge();
        ended.settle(GRACE * 1_000);
        assert!(ended.group.ends_within(Duration::ZERO));
        let mut deaf = shell("exec sleep 1000");
        deaf.nudge();
        deaf.settle(BLINK);
        assert!(!deaf.group.ends_within(Duration::ZERO));
    }
}
