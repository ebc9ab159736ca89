//! The real cells and servers: child processes that are spoken to over pipes, within a time limit.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::child_group::ChildGroup;
use super::{Cell, Launch, Server, Spawned, Trouble};
use crate::course::{CELL, SERVER};
use crate::interrupt::Interrupt;
use crate::protocol::{Answer, LONGEST, Request, Start};
use crate::recorder::{MemoryWatch, TreeMemory, cpu_time_of};
use crate::server;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use regatta_reports::record::{FailureKind, Profile, Sample};
use regatta_reports::text::plain;
use regatta_workloads::Service;
use rustix::io::ioctl_fionread;

/// How often a wait looks whether a child listens.
const BLINK: Duration = Duration::from_millis(1);
/// How often a wait looks whether the run is to end.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a server may take to listen.
const SERVER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a child that has closed its output may take to end.
const GRACE: Duration = Duration::from_millis(500);
/// How long a child that is no longer needed may take to end by itself.
const FAREWELL: Duration = Duration::from_millis(100);
/// How much is kept of what a child writes to standard error, bytes.
const LAST_WORDS: usize = 2_000;

/// Starts cells and servers as children of this process.
#[derive(Debug)]
pub(crate) struct Launcher {
    /// This program, which is every cell and server too.
    program: PathBuf,
    /// Other programs that are cells.
    externals: Vec<External>,
    /// Other builds of this program: the arms that are theirs.
    builds: BTreeMap<String, PathBuf>,
    interrupt: Interrupt,
}

/// Another program that is a cell.
#[derive(Debug, Clone)]
pub(crate) struct External {
    /// Name of the runner in plans and records.
    pub(crate) name: String,
    /// Name of the runner as the program knows it.
    pub(crate) runner: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
}

impl Launcher {
    pub(crate) fn new(externals: Vec<External>, interrupt: Interrupt) -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, externals, builds: BTreeMap::new(), interrupt })
    }

    /// The same, with the cells of some arms in other builds of this program.
    pub(crate) fn with_builds(self, builds: BTreeMap<String, PathBuf>) -> Self {
        Self { builds, ..self }
    }

    fn spawn(&self, what: &'static str, args: &[String]) -> Result<Talker, Trouble> {
        Talker::spawn(what, Command::new(&self.program).args(args), self.interrupt.clone())
    }
}

impl Launch for Launcher {
    fn spawn(&self, start: &Start) -> Result<Box<dyn Spawned>, Trouble> {
        let mut start = start.clone();
        let mut talker = match self.externals.iter().find(|external| external.name == start.runner) {
            Some(external) => {
                start.runner.clone_from(&external.runner);
                let mut command = Command::new(&external.program);
                Talker::spawn("cell process", command.args(&external.args), self.interrupt.clone())?
            }
            None => {
                let program = self.builds.get(&start.arm).unwrap_or(&self.program);
                Talker::spawn("cell process", Command::new(program).arg(CELL), self.interrupt.clone())?
            }
        };
        talker.nudge();
        Ok(Box::new(SpawnedProcess { talker, start }))
    }

    fn server(&self, service: Service, port: u16) -> Result<Box<dyn Server>, Trouble> {
        let args: Vec<String> = [SERVER.to_owned()].into_iter().chain(server::args(service, port)).collect();
        let mut talker = self.spawn("server", &args)?;
        let line = talker.hear(SERVER_TIMEOUT)?;
        let address = line.trim().parse().map_err(|_| {
            Trouble::failed(FailureKind::Protocol, format!("the server says it listens at `{}`", harmless(&line)))
        })?;
        Ok(Box::new(ServerProcess { talker, address }))
    }

    fn can_profile(&self, runner: &str) -> bool {
        !self.externals.iter().any(|external| external.name == runner)
    }

    fn interrupted(&self) -> bool {
        self.interrupt.is_set()
    }
}

/// The process of a cell that waits for its first message.
struct SpawnedProcess {
    talker: Talker,
    start: Start,
}

impl Spawned for SpawnedProcess {
    fn settle(&mut self, timeout: Duration) {
        self.talker.settle(timeout);
    }

    fn start(self: Box<Self>, timeout: Duration) -> Result<Box<dyn Cell>, Trouble> {
        let Self { talker, start } = *self;
        let mut cell = CellProcess { talker, start_ns: 0, watch: None, memory: None, has_run: false };
        match cell.request(&Request::Start(start), timeout)? {
            Answer::Ready { start_ns, .. } => {
                cell.start_ns = start_ns;
                Ok(Box::new(cell))
            }
            Answer::Error { kind, message } => Err(Trouble::failed(kind, harmless(&message))),
            other => Err(unexpected("start", &other)),
        }
    }
}

/// A cell in a process of its own.
struct CellProcess {
    talker: Talker,
    /// How long its model took to start, nanoseconds.
    start_ns: u64,
    /// The watch over its first run, while that goes on.
    watch: Option<MemoryWatch>,
    /// What its process tree took at most in its first run; none before.
    memory: Option<TreeMemory>,
    has_run: bool,
}

impl CellProcess {
    fn request(&mut self, request: &Request, timeout: Duration) -> Result<Answer, Trouble> {
        self.say(request);
        self.answer(timeout)
    }

    fn say(&mut self, request: &Request) {
        match serde_json::to_string(request) {
            Ok(line) => self.talker.say(&line),
            Err(error) => unreachable!("every request has a line: {error}"),
        }
    }

    fn answer(&mut self, timeout: Duration) -> Result<Answer, Trouble> {
        let line = self.talker.hear(timeout)?;
        serde_json::from_str(&line).map_err(|error| {
            let shown: String = line.chars().take(200).collect();
            Trouble::failed(
                FailureKind::Protocol,
                format!("its answer `{}` is not of the protocol: {error}", harmless(&shown)),
            )
        })
    }
}

impl Cell for CellProcess {
    /// Asks for a run, and watches its memory if it is the first: the warm-up, which is not counted, for watching takes time from it.
    fn ask(&mut self) {
        let process = self.talker.group.process().filter(|_| !std::mem::replace(&mut self.has_run, true));
        self.watch = process.map(MemoryWatch::start);
        self.say(&Request::Run);
    }

    fn hear(&mut self, timeout: Duration) -> Result<Sample, Trouble> {
        let answer = self.answer(timeout);
        if let Some(watch) = self.watch.take() {
            self.memory = watch.finish();
        }
        match answer? {
            Answer::Sample(mut sample) => {
                sample.start_ns = self.start_ns;
                if let Some(memory) = &self.memory {
                    sample.tree_pss_bytes = Some(memory.bytes);
                    sample.source.insert("memory".to_owned(), memory.source.clone());
                }
                Ok(*sample)
            }
            Answer::Error { kind, message } => Err(Trouble::failed(kind, harmless(&message))),
            other => Err(unexpected("run", &other)),
        }
    }

    fn profile(&mut self, timeout: Duration) -> Result<Profile, Trouble> {
        match self.request(&Request::Profile, timeout)? {
            Answer::Profile(profile) => Ok(*profile),
            Answer::Error { kind, message } => Err(Trouble::failed(kind, harmless(&message))),
            other => Err(unexpected("profile", &other)),
        }
    }

    fn dismiss(&mut self) {
        self.talker.input = None;
    }
}

/// The cell has answered with the wrong message.
fn unexpected(request: &str, answer: &Answer) -> Trouble {
    let name = match answer {
        Answer::Ready { .. } => "ready",
        Answer::Sample(_) => "sample",
        Answer::Profile(_) => "profile",
        Answer::Error { .. } => "error",
    };
    Trouble::failed(FailureKind::Protocol, format!("it answered `{request}` with `{name}`"))
}

/// A server in a process of its own.
struct ServerProcess {
    talker: Talker,
    address: SocketAddr,
}

impl Server for ServerProcess {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn ended(&mut self) -> Option<String> {
        // The client may notice before the kernel has made the end known.
        if !self.talker.group.ends_within(GRACE) {
            return None;
        }
        self.talker.group.end().map(|status| status.to_string())
    }

    fn cpu_ns(&self) -> Option<u64> {
        cpu_time_of(self.talker.group.process()?)
    }
}

/// A child process that is spoken to line by line. It and all its children are killed on drop.
pub(crate) struct Talker {
    what: &'static str,
    group: ChildGroup,
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

impl Talker {
    /// Starts it.
    pub(crate) fn spawn(what: &'static str, command: &mut Command, interrupt: Interrupt) -> Result<Self, Trouble> {
        let refused = |error| Trouble::failed(FailureKind::Unavailable, format!("cannot start a {what}: {error}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = ChildGroup::spawn(command).map_err(refused)?;
        let (give, lines) = bounded(16);
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

    /// Says a space, which is nothing before a line of JSON. Once the child has read it, it listens: see [`Talker::settle`].
    fn nudge(&mut self) {
        if let Some(input) = &mut self.input
            && input.write_all(b" ").is_err()
        {
            self.input = None;
        }
    }

    /// Waits until the child has read all that was said, or has ended, or the time is up.
    fn settle(&mut self, timeout: Duration) {
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

    /// Says a line. A child that no longer listens is found out when its answer is waited for.
    fn say(&mut self, line: &str) {
        if let Some(input) = &mut self.input
            && writeln!(input, "{line}").is_err()
        {
            self.input = None;
        }
    }

    /// The next line that the child writes.
    pub(crate) fn hear(&mut self, timeout: Duration) -> Result<String, Trouble> {
        let deadline = Instant::now() + timeout;
        loop {
            if self.interrupt.is_set() {
                return Err(Trouble::Interrupted);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(GLANCE)) {
                Ok(Ok(line)) => return Ok(line),
                Ok(Err(problem)) => return Err(Trouble::failed(FailureKind::Protocol, problem)),
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    let message = format!(
                        "the {} gave no answer within {}; if it is only slow, raise `timeout` in the plan or make its tasks smaller",
                        self.what,
                        humantime::format_duration(timeout)
                    );
                    return Err(Trouble::failed(FailureKind::Timeout, message));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// The child has closed its output: says how it ended, with its last words.
    fn ended(&mut self) -> Trouble {
        let by_itself = self.group.ends_within(GRACE);
        let status = self.group.end().filter(|_| by_itself);
        let how = status.map_or_else(|| "it closed its output".to_owned(), |status| status.to_string());
        let deadline = Instant::now() + GRACE;
        while self.errors.as_ref().is_some_and(|reader| !reader.is_finished()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = harmless(String::from_utf8_lossy(&words).trim());
        let said = if words.is_empty() { String::new() } else { format!("; its last words: {words}") };
        Trouble::failed(FailureKind::Crash, format!("the {} ended before it answered ({how}){said}", self.what))
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        // The end of its input asks the child to end; one that is busy or broken is not waited for long.
        self.input = None;
        self.group.ends_within(FAREWELL);
        self.group.end();
    }
}

/// Words of another process on one line, so that they can neither command a terminal nor pass for lines of their own.
fn harmless(words: &str) -> String {
    plain(&words.replace(['\n', '\r', '\t'], " "))
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

    fn talker(script: &str) -> Talker {
        Talker::spawn("shell", Command::new("sh").args(["-c", script]), Interrupt::default()).expect("a shell")
    }

    #[test]
    fn a_child_has_settled_once_it_reads() {
        let mut talker = talker("echo up; read line; read line; echo \"$line\"");
        talker.nudge();
        talker.settle(GRACE * 100);
        assert_eq!(talker.hear(GRACE * 100).expect("it writes before it reads"), "up\n");
        talker.say("{}");
        talker.say("more");
        assert_eq!(talker.hear(GRACE * 100).expect("it listens"), "more\n");
    }

    #[test]
    fn a_child_that_ends_or_does_not_read_is_not_waited_for() {
        let mut ended = talker("exit 3");
        ended.nudge();
        ended.settle(GRACE * 1_000);
        assert!(ended.group.ends_within(Duration::ZERO));
        let mut deaf = talker("exec sleep 1000");
        deaf.nudge();
        deaf.settle(BLINK);
        assert!(!deaf.group.ends_within(Duration::ZERO));
    }
}
