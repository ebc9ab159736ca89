//! The real cells and servers: child processes that are spoken to over pipes, within a time limit.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use regatta_reports::record::{Deadlock, FailureKind, Profile, Sample};
use regatta_workloads::Service;
use tempfile::TempDir;

use super::{Cell, CellError, Launch, Server, Spawned, external};
use crate::catalogue::{External, ExternalServer};
use crate::interrupt::Interrupt;
use crate::protocol::{Answer, CELL, Measured, Request, SERVER, Start};
use crate::recorder::{MemoryWatch, Outside, TreeMemory, cpu_time_of, histogram};
use crate::server;
use crate::subprocess::{Subprocess, harmless};

/// Most latencies that a cell may tell one by one, of each kind.
const MOST_TIMINGS: usize = 50_000;
/// How long a server may take to listen.
const SERVER_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts cells and servers as children of this process.
#[derive(Debug)]
pub(crate) struct Launcher {
    /// This program, which is every cell and server too.
    program: PathBuf,
    /// Other programs that are cells.
    externals: Vec<External>,
    /// Other programs that are servers, whose cells are this program.
    servers: Vec<ExternalServer>,
    /// Other builds of this program: the arms that are theirs.
    builds: BTreeMap<String, PathBuf>,
    /// Whether cells say where they panicked.
    has_backtraces: bool,
    interrupt: Interrupt,
}

impl Launcher {
    pub(crate) fn new(externals: Vec<External>, interrupt: Interrupt) -> std::io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            externals,
            servers: Vec::new(),
            builds: BTreeMap::new(),
            has_backtraces: false,
            interrupt,
        })
    }

    /// Returns the same, with the cells of some arms in other builds of this program.
    pub(crate) fn with_builds(self, builds: BTreeMap<String, PathBuf>) -> Self {
        Self { builds, ..self }
    }

    /// Returns the same, with servers that are other programs.
    pub(crate) fn with_servers(self, servers: Vec<ExternalServer>) -> Self {
        Self { servers, ..self }
    }

    /// Returns the same, with cells that say where they panicked.
    pub(crate) fn with_backtraces(self, has_backtraces: bool) -> Self {
        Self { has_backtraces, ..self }
    }

    /// Starts the cell of a trial, which is kept from the folder of temporary files that all share. Returns it with what it is to be told.
    pub(crate) fn spawn_trial(&self, start: Start, temporary: &Path) -> Result<(Subprocess, Start), CellError> {
        let (mut command, start, external) = self.cell_command(start);
        if external.is_some_and(|known| known.is_watched) {
            return Err(CellError::failed(FailureKind::Unavailable, "there are no trials in its language"));
        }
        if !self.has_backtraces {
            // To find the names in one takes a debug build half a second and 300 MB.
            command.env("RUST_BACKTRACE", "0");
        }
        let mut process = self.subprocess("cell process", command.env("TMPDIR", temporary))?;
        process.nudge();
        Ok((process, start))
    }

    /// Returns the program of a cell, what it is to be told, in the words of that program, and the program if it is another.
    fn cell_command(&self, mut start: Start) -> (Command, Start, Option<&External>) {
        match self.externals.iter().find(|external| external.name == start.runner) {
            Some(known) => {
                start.runner.clone_from(&known.runner);
                (external::command(known), start, Some(known))
            }
            None => {
                let mut command = Command::new(self.builds.get(&start.arm).unwrap_or(&self.program));
                command.arg(CELL);
                (command, start, None)
            }
        }
    }

    fn subprocess(&self, what: &'static str, command: &mut Command) -> Result<Subprocess, CellError> {
        if self.has_backtraces {
            command.env("RUST_BACKTRACE", "1");
        }
        Subprocess::spawn(what, command, self.interrupt.clone())
    }
}

impl Launch for Launcher {
    fn spawn(&self, start: &Start) -> Result<Box<dyn Spawned>, CellError> {
        let mut start = start.clone();
        let served = self.servers.iter().find(|server| server.name == start.runner);
        start.serves = served.map(|server| Box::new(server.program.clone()));
        let (mut command, start, external) = self.cell_command(start);
        let mut process = self.subprocess("cell process", &mut command)?;
        let outside = external.and_then(|known| external::watch(known, &mut process));
        process.nudge();
        let folder = tempfile::tempdir().map_err(|error| {
            CellError::failed(
                FailureKind::Unavailable,
                format!("cannot make a folder for the files of a cell: {error}"),
            )
        })?;
        let start = Start { folder: Some(folder.path().to_owned()), ..start };
        let boot_ns = external.and_then(|known| known.boot_ns);
        Ok(Box::new(SpawnedProcess { process, start, folder, outside, boot_ns }))
    }

    fn warms_up(&self, runner: &str) -> bool {
        self.externals.iter().any(|external| external.name == runner && external.warms_up)
    }

    fn server(&self, service: Service, port: u16) -> Result<Box<dyn Server>, CellError> {
        let mut command = Command::new(&self.program);
        let mut process = self.subprocess("server", command.arg(SERVER).args(server::args(service, port)))?;
        let line = process.receive(SERVER_TIMEOUT)?;
        let address = line.trim().parse().map_err(|_| {
            CellError::failed(FailureKind::Protocol, format!("the server says it listens at `{}`", harmless(&line)))
        })?;
        Ok(Box::new(ServerProcess { process, address }))
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
    process: Subprocess,
    start: Start,
    folder: TempDir,
    /// None if it takes its own figures.
    outside: Option<Outside>,
    /// How long the runtime takes to answer from its start, nanoseconds; none if it is this program, or Python.
    boot_ns: Option<u64>,
}

impl Spawned for SpawnedProcess {
    fn settle(&mut self, timeout: Duration) {
        self.process.settle(timeout);
    }

    fn start(self: Box<Self>, timeout: Duration) -> Result<Box<dyn Cell>, CellError> {
        let Self { process, start, folder, outside, boot_ns } = *self;
        let mut cell = CellProcess {
            process,
            _folder: folder,
            start_ns: 0,
            outside,
            boot_ns,
            unasked: None,
            asked: 0,
            watch: None,
            memory: None,
            has_run: false,
        };
        match cell.request(&Request::Start(Box::new(start)), timeout)? {
            Answer::Ready { start_ns, .. } => {
                cell.start_ns = start_ns;
                Ok(Box::new(cell))
            }
            Answer::Error { kind, message } => Err(CellError::failed(kind, harmless(&message))),
            other => Err(unexpected("start", &other)),
        }
    }
}

/// A cell in a process of its own.
struct CellProcess {
    // Fields drop in their order, and the process ends before its folder is removed.
    process: Subprocess,
    /// For what tasks keep in files.
    _folder: TempDir,
    /// How long its model took to start, nanoseconds.
    start_ns: u64,
    /// What the driver sees of it; none if it takes its own figures.
    outside: Option<Outside>,
    /// As above.
    boot_ns: Option<u64>,
    /// A line that it wrote without being asked.
    unasked: Option<String>,
    /// Runs that it was asked for and has not answered.
    asked: u32,
    /// The watch over its first run, while that goes on.
    watch: Option<MemoryWatch>,
    /// What its process tree took at most in its first run; none before.
    memory: Option<TreeMemory>,
    has_run: bool,
}

impl CellProcess {
    fn request(&mut self, request: &Request, timeout: Duration) -> Result<Answer, CellError> {
        self.say(request);
        self.answer(timeout)
    }

    fn say(&mut self, request: &Request) {
        match serde_json::to_string(request) {
            Ok(line) => self.process.send(&line),
            Err(error) => unreachable!("every request has a line: {error}"),
        }
    }

    fn answer(&mut self, timeout: Duration) -> Result<Answer, CellError> {
        let line = self.process.receive(timeout)?;
        serde_json::from_str(&line).map_err(|error| {
            let shown: String = line.chars().take(200).collect();
            CellError::failed(
                FailureKind::Protocol,
                format!("its answer `{}` is not of the protocol: {error}", harmless(&shown)),
            )
        })
    }
}

impl Cell for CellProcess {
    /// Asks for a run, and watches its memory if it is the first: the warm-up, which is not counted, for watching takes time from it.
    fn ask(&mut self) {
        let process = self.process.process().filter(|_| !std::mem::replace(&mut self.has_run, true));
        self.watch = process.map(MemoryWatch::start);
        if self.asked == 0 {
            self.unasked = self.process.written();
        }
        self.asked += 1;
        if let Some(outside) = &mut self.outside {
            outside.begin();
        }
        self.say(&Request::Run);
    }

    fn hear(&mut self, timeout: Duration) -> Result<Sample, CellError> {
        let answer = self.answer(timeout);
        if let Some(watch) = self.watch.take() {
            self.memory = watch.finish();
        }
        self.asked = self.asked.saturating_sub(1);
        if let Some(line) = self.unasked.take() {
            let shown: String = line.chars().take(200).collect();
            return Err(protocol(format!("it wrote `{}` without being asked", harmless(&shown))));
        }
        match answer? {
            Answer::Sample(measured) => {
                let Measured { mut sample, timings } = *measured;
                if let Some(outside) = &mut self.outside {
                    outside.end(&mut sample).map_err(protocol)?;
                }
                for (name, latencies) in timings {
                    sample.histograms.insert(name.clone(), told(&name, &latencies)?);
                }
                sample.start_ns = self.start_ns;
                sample.figures.extend(self.boot_ns.map(|boot_ns| ("boot_ns".to_owned(), boot_ns as f64)));
                if let Some(memory) = &self.memory {
                    sample.tree_pss_bytes = Some(memory.bytes);
                    sample.source.insert("memory".to_owned(), memory.source.clone());
                }
                Ok(sample)
            }
            Answer::Error { kind, message } => Err(CellError::failed(kind, harmless(&message))),
            Answer::Deadlock(deadlock) => Err(CellError::failed(FailureKind::Deadlock, deadlock.words())),
            other => Err(unexpected("run", &other)),
        }
    }

    fn watch(&mut self, timeout: Duration) -> Result<Option<Deadlock>, CellError> {
        match self.request(&Request::Run, timeout)? {
            Answer::Deadlock(deadlock) => Ok(Some(without_harm(*deadlock))),
            Answer::Sample(_) => Ok(None),
            Answer::Error { kind, message } => Err(CellError::failed(kind, harmless(&message))),
            other => Err(unexpected("run", &other)),
        }
    }

    fn profile(&mut self, timeout: Duration) -> Result<Profile, CellError> {
        match self.request(&Request::Profile, timeout)? {
            Answer::Profile(profile) => Ok(*profile),
            Answer::Error { kind, message } => Err(CellError::failed(kind, harmless(&message))),
            Answer::Deadlock(deadlock) => Err(CellError::failed(FailureKind::Deadlock, deadlock.words())),
            other => Err(unexpected("profile", &other)),
        }
    }

    fn dismiss(&mut self) {
        self.process.dismiss();
    }
}

/// Returns a deadlock whose names do no harm where they are shown.
fn without_harm(mut deadlock: Deadlock) -> Deadlock {
    for task in &mut deadlock.circle {
        (task.holds, task.waits_for) = (harmless(&task.holds), harmless(&task.waits_for));
    }
    deadlock.steps.iter_mut().for_each(|step| step.lock = harmless(&step.lock));
    deadlock
}

/// Returns the error of a cell that does not keep to the protocol.
fn protocol(message: impl Into<String>) -> CellError {
    CellError::failed(FailureKind::Protocol, message)
}

/// Makes a histogram of latencies that a cell told one by one.
fn told(name: &str, latencies: &[u64]) -> Result<String, CellError> {
    if latencies.len() > MOST_TIMINGS {
        return Err(protocol(format!(
            "it tells {} latencies of `{name}`: {MOST_TIMINGS} are the most",
            latencies.len()
        )));
    }
    histogram(latencies)
        .map_err(|error| protocol(format!("of the latencies of `{name}` no histogram can be made: {error}")))
}

/// Returns the error of a cell that has answered with the wrong message.
fn unexpected(request: &str, answer: &Answer) -> CellError {
    let name = match answer {
        Answer::Hello(_) => "hello",
        Answer::Ready { .. } => "ready",
        Answer::Sample(_) => "sample",
        Answer::Profile(_) => "profile",
        Answer::Deadlock(_) => "deadlock",
        Answer::Attempted(_) => "attempted",
        Answer::Error { .. } => "error",
    };
    CellError::failed(FailureKind::Protocol, format!("it answered `{request}` with `{name}`"))
}

/// A server in a process of its own.
struct ServerProcess {
    process: Subprocess,
    address: SocketAddr,
}

impl Server for ServerProcess {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn ended(&mut self) -> Option<String> {
        self.process.ended().map(|status| status.to_string())
    }

    fn cpu_ns(&self) -> Option<u64> {
        cpu_time_of(self.process.process()?)
    }
}
