//! A cell whose runner is a server model: the server is a child process, and a run is what a load generator sends to it.
//!
//! Recorder, rounds and records are those of all cells, for the server is in the process tree of its cell, and the generator is not.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use regatta_runners::serving::{Job, ServerModel, Transport};
use regatta_runners::{Error, Outcome};
use regatta_workloads::Tally;
use regatta_workloads::serving::Serving;
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

use crate::load::{Answer, Measured, Order, RELEASE, without_generator, yield_to_generator};
use crate::protocol::{MODEL, ServerProgram, Start};
use crate::recorder::memory_now;

/// Name of the latencies of replies, with their unit.
const REPLY: &str = "reply_ns";
/// Name of the figure of memory, with its unit.
const MEMORY: &str = "memory_per_connection_bytes";
/// The variable that tells a server of another program what it is asked for. One that computes nothing and waits for nothing needs none.
const JOB: &str = "REGATTA_JOB";
/// Fewest connections of which one's share of the memory can be told.
const FEW: u64 = 10;

/// Returns what a server is told, as JSON.
fn job(start: &Start, serving: Serving) -> Result<String, Error> {
    let job = Job { workers: usize::try_from(start.workers).unwrap_or(usize::MAX).max(1), terms: serving.terms };
    serde_json::to_string(&job).map_err(Error::system("write down what the server is told"))
}

/// A child process that is ended on drop, and its workers with it.
struct ServerProcess(Child);

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Neither call fails for a child that has not been waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that has started, and what it is asked for.
pub(crate) struct Served {
    /// It lives as long as this.
    _process: ServerProcess,
    server: SocketAddr,
    /// Where the load generator listens.
    generator: SocketAddr,
    serving: Serving,
    transport: Transport,
    /// Whether all connections are served at once, so that they can all be open when the last reply has come.
    serves_all: bool,
    has_run: bool,
    /// What each connection takes, bytes, found in the first run.
    memory: Option<f64>,
    /// Latencies of the last run, as records have them.
    replies: String,
}

impl Served {
    /// Starts the server that `start` names, if it is one of `models` or a program of its own; none if it is neither.
    ///
    /// # Errors
    /// If it cannot run here.
    pub(crate) fn start(start: &Start, serving: Serving, models: &[ServerModel]) -> Option<Result<Self, Error>> {
        let model = models.iter().find(|model| model.name == start.runner);
        if let Some(ServerProgram { program, args, serves_all }) = start.serves.as_deref() {
            let mut command = Command::new(program);
            command.args(args);
            let job = job(start, serving);
            return Some(job.and_then(|job| {
                command.env(JOB, job);
                Self::of(command, start, serving, Transport::Tcp, *serves_all)
            }));
        }
        model.map(|model| Self::of_model(model, start, serving))
    }

    fn of_model(model: &ServerModel, start: &Start, serving: Serving) -> Result<Self, Error> {
        model.fits(serving.load.all_connections())?;
        let program = std::env::current_exe().map_err(Error::system("find this program's own file"))?;
        let mut command = Command::new(program);
        command.args([MODEL, &getpid().as_raw_nonzero().to_string(), model.name, &job(start, serving)?]);
        Self::of(command, start, serving, model.transport, model.serves_all)
    }

    fn of(
        mut command: Command,
        start: &Start,
        serving: Serving,
        transport: Transport,
        serves_all: bool,
    ) -> Result<Self, Error> {
        const DOING: &str = "start the server";
        let no_generator = || Error::Unavailable("the harness named no load generator".to_owned());
        let generator = start.server.ok_or_else(no_generator)?;
        let (parent, others) = (Some(getpid()), without_generator(start.workers));
        let tie = move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            others.as_ref().map_or(Ok(()), yield_to_generator)?;
            // A parent that died before the call sends no signal, but leaves another parent in its place.
            if getppid() == parent { Ok(()) } else { Err(std::io::ErrorKind::NotFound.into()) }
        };
        // SAFETY: between fork and exec it makes system calls only, and an error of this kind allocates nothing.
        unsafe { command.pre_exec(tie) };
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = ServerProcess(command.spawn().map_err(Error::system(DOING))?);
        let mut line = String::new();
        if let Some(output) = process.0.stdout.take() {
            let mut output = BufReader::new(output);
            output.read_line(&mut line).map_err(Error::system("hear where the server listens"))?;
            // What it says later is nobody's business, and must not hold it up.
            std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        }
        let address = line.trim();
        // A port alone is one of the loopback interface.
        let server = address.parse().or_else(|_| format!("127.0.0.1:{address}").parse());
        let served = |server| Self {
            _process: process,
            server,
            generator,
            serving,
            transport,
            serves_all,
            has_run: false,
            memory: None,
            replies: String::new(),
        };
        match server {
            Ok(server) if SocketAddr::ip(&server).is_loopback() => Ok(served(server)),
            Ok(server) => {
                Err(Error::Lost(format!("the server listens at {server}, which is not the loopback interface")))
            }
            Err(_) => Err(Error::Lost(format!(
                "the server said `{address}` where the address was expected at which it listens"
            ))),
        }
    }

    /// Has the load generator send what there is to send.
    fn run(&mut self) -> Result<Outcome, Error> {
        const DOING: &str = "talk to the load generator";
        let load = self.serving.load;
        let is_watched = !std::mem::replace(&mut self.has_run, true) && load.all_connections() >= FEW;
        let hold = is_watched && self.serves_all;
        let order = Order { server: self.server, transport: self.transport, load, hold };
        let before = is_watched.then(memory_now).flatten();
        let mut stream = TcpStream::connect(self.generator).map_err(Error::system(DOING))?;
        let mut order = serde_json::to_string(&order).map_err(Error::system(DOING))?;
        order.push('\n');
        stream.write_all(order.as_bytes()).map_err(Error::system(DOING))?;
        let mut answers = BufReader::new(stream.try_clone().map_err(Error::system(DOING))?);
        loop {
            let mut line = String::new();
            if answers.read_line(&mut line).map_err(Error::system(DOING))? == 0 {
                return Err(Error::Lost("the load generator ended before it had answered".to_owned()));
            }
            match serde_json::from_str(&line).map_err(Error::system(DOING))? {
                Answer::Held => {
                    self.note_memory(before);
                    stream.write_all(RELEASE.as_bytes()).map_err(Error::system(DOING))?;
                }
                Answer::Done(measured) => {
                    // What serves some at a time has only those open, and keeps no more than it took for them.
                    if is_watched && !hold {
                        self.note_memory(before);
                    }
                    return Ok(self.outcome(*measured));
                }
                Answer::Void { message } => return Err(Error::Void(message)),
                Answer::Wrong { message } => return Err(Error::Wrong(message)),
                Answer::Failed { message } => return Err(Error::Lost(message)),
            }
        }
    }

    /// Notes what each connection has taken since `before`, bytes. It is read in the first run, which is not counted: reading takes time.
    fn note_memory(&mut self, before: Option<u64>) {
        let grown = memory_now().zip(before).map(|(after, before)| after.saturating_sub(before));
        self.memory = grown.map(|bytes| bytes as f64 / self.serving.load.all_connections() as f64);
    }

    fn outcome(&mut self, measured: Measured) -> Outcome {
        let Measured { tasks, checksum, replies, mut figures } = measured;
        self.replies = replies;
        figures.extend(self.memory.map(|bytes| (MEMORY.to_owned(), bytes)));
        // What answers is not seen from outside: the server counts as one.
        Outcome { tally: Tally { tasks, checksum }, workers_seen: 1, figures }
    }
}

/// Has the server of a cell answer a load.
pub(crate) fn run(served: &RefCell<Served>) -> Result<Outcome, Error> {
    served.borrow_mut().run()
}

/// Returns the latencies of the last run, as records have them.
pub(crate) fn histograms(served: &RefCell<Served>) -> Vec<(&'static str, String)> {
    vec![(REPLY, served.borrow().replies.clone())]
}
