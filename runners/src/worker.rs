//! What runs in a worker process: it reads indices of tasks from its standard input and writes results to its standard output.
//!
//! All workers of a pool share both pipes, and the kernel hands out whole messages.
//! A read of eight bytes takes one index, because the pipe only ever holds multiples of eight.
//! A write of at most `PIPE_BUF` bytes is not torn apart (POSIX, "write": such requests are not interleaved).
//! So the pipe is the queue, and it wakes whoever is free.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Child, ExitCode, ExitStatus, Stdio};

use regatta_workloads::{Selected, Visitor, Workload, Workloads};
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};
use serde_json::{Map, Value};

use crate::task::{carry_out, catch, share};
use crate::{Blocking, Error, Std, panics};

/// Bytes of a job on the pipe: the index of its task.
pub(crate) const JOB: usize = 8;
/// Bytes of an answer before its message.
const HEADER: usize = 24;
/// Longest message of an answer, so that the whole fits into one write that is not torn apart.
const LONGEST: usize = 4096 - HEADER;
/// The index in the answer by which a worker of a pool says that it is up.
const UP: u64 = u64::MAX;

/// How to start a worker process: the program, and the arguments that lead it to [`main`].
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The program, mostly the running one.
    pub program: PathBuf,
    /// Arguments that come before those of this module.
    pub args: Vec<String>,
    /// Variables that its environment has besides those of this process.
    pub env: Vec<(String, String)>,
}

impl Command {
    /// Starts a worker for `workload` that takes its tasks from `jobs`, or does only task `index`, and writes to `results`.
    pub(crate) fn spawn<W: Workload>(&self, workload: &W, jobs: Jobs<'_>, results: &OwnedFd) -> Result<Child, Error> {
        const DOING: &str = "start a worker process";
        let params = serde_json::to_string(workload).map_err(Error::system(DOING))?;
        let parent = getpid().as_raw_nonzero().to_string();
        let mut command = std::process::Command::new(&self.program);
        command.envs(self.env.iter().cloned()).args(&self.args).args([&parent, W::NAME, &params]);
        match jobs {
            Jobs::One(index) => command.arg(index.to_string()).stdin(Stdio::null()),
            Jobs::Pipe(pipe) => command.stdin(pipe.try_clone().map_err(Error::system(DOING))?),
        };
        command.stdout(results.try_clone().map_err(Error::system(DOING))?);
        command.spawn().map_err(Error::system(DOING))
    }
}

/// Where a worker's tasks come from.
pub(crate) enum Jobs<'a> {
    /// There is only this one.
    One(u64),
    /// From a pipe that it shares with the other workers, until it is closed.
    Pipe(&'a OwnedFd),
}

/// What a worker sends back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The worker is ready for tasks.
    Up,
    /// It did a task.
    Done { index: u64, result: u64, worker: u32 },
    /// A task failed.
    Failed { index: u64, message: String },
}

impl Answer {
    fn encode(&self) -> Vec<u8> {
        let (index, result, message) = match self {
            Self::Up => (UP, 0, ""),
            Self::Done { index, result, .. } => (*index, *result, ""),
            // An empty message would say that it went well.
            Self::Failed { index, message } => (*index, 0, if message.is_empty() { "no message" } else { &**message }),
        };
        let message = &message.as_bytes()[..message.floor_char_boundary(LONGEST)];
        let worker = if let Self::Done { worker, .. } = self { *worker } else { 0 };
        let mut bytes = Vec::with_capacity(HEADER + message.len());
        bytes.extend(index.to_le_bytes());
        bytes.extend(result.to_le_bytes());
        bytes.extend(worker.to_le_bytes());
        bytes.extend((message.len() as u32).to_le_bytes());
        bytes.extend(message);
        bytes
    }

    /// Takes the first whole answer off the front of `bytes`, if there is one.
    pub(crate) fn decode(bytes: &mut Vec<u8>) -> Option<Self> {
        let wide = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let narrow = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let (index, result, worker, length) = (wide(0)?, wide(8)?, narrow(16)?, narrow(20)? as usize);
        let message = bytes.get(HEADER..HEADER + length)?;
        let answer = match (index, length) {
            (UP, _) => Self::Up,
            (_, 0) => Self::Done { index, result, worker },
            _ => Self::Failed { index, message: String::from_utf8_lossy(message).into_owned() },
        };
        bytes.drain(..HEADER + length);
        Some(answer)
    }
}

/// Says in words how a worker ended too soon, by its `status`.
pub(crate) fn lost(child: &Child, status: ExitStatus) -> Error {
    Error::Lost(format!("worker process {} ended before its work was done ({status})", child.id()))
}

/// Returns the name of the workload of a worker process with these arguments.
pub fn workload(args: &[String]) -> Option<&str> {
    args.get(1).map(String::as_str)
}

/// Carries out the whole of a worker process. `args` are those that the runners add to the command.
pub fn main<Ws: Workloads>(args: &[String]) -> ExitCode {
    panics::note_places();
    match serve::<Ws>(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regatta worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve<Ws: Workloads>(args: &[String]) -> io::Result<()> {
    let bad = |message: &str| io::Error::new(io::ErrorKind::InvalidInput, message.to_owned());
    let [parent, name, params, rest @ ..] = args else { return Err(bad("parent, workload and parameters expected")) };
    // No worker outlives its cell, whichever way that ends.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid().map(|pid| pid.as_raw_nonzero().to_string()).as_ref() != Some(parent) {
        return Ok(());
    }
    // What a workload prints must not get between the answers.
    let answers = rustix::io::dup(rustix::stdio::stdout())?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    let params: Map<String, Value> = serde_json::from_str(params)?;
    let only = rest.first().map(|index| index.parse().map_err(|_| bad("the index of a task expected"))).transpose()?;
    Ws::visit(&Selected { name, params: &params }, Serve { answers, only }).map_err(io::Error::other)?
}

/// Does the tasks that come in.
struct Serve {
    answers: OwnedFd,
    only: Option<u64>,
}

impl Visitor for Serve {
    type Output = io::Result<()>;

    fn visit<W: Workload>(self, workload: W) -> io::Result<()> {
        let worker = getpid().as_raw_nonzero().get().cast_unsigned();
        let answer = |answer: &Answer| write_once(&self.answers, &answer.encode());
        // Processes have no memory in common: what a worker's tasks share is its own, and nobody looks at it.
        let shared = share(&workload, &Std).map_err(io::Error::other)?;
        let work = |index| match catch(|| carry_out(&workload, &Blocking, &shared, index)) {
            Ok(result) => Answer::Done { index, result, worker },
            Err(Error::Task { index, message }) => Answer::Failed { index, message },
            Err(error) => Answer::Failed { index, message: error.to_string() },
        };
        if let Some(index) = self.only {
            return answer(&work(index));
        }
        answer(&Answer::Up)?;
        while let Some(index) = next_job(rustix::stdio::stdin())? {
            answer(&work(index))?;
        }
        Ok(())
    }
}

/// Takes the index of the next task; none at the end of the pipe.
///
/// # Errors
/// If only a part of an index comes: whoever reads the rest would take it for another one.
fn next_job(jobs: impl AsFd) -> io::Result<Option<u64>> {
    let mut job = [0; JOB];
    match rustix::io::retry_on_intr(|| rustix::io::read(&jobs, &mut job))? {
        0 => Ok(None),
        JOB => Ok(Some(u64::from_le_bytes(job))),
        length => Err(io::Error::other(format!("{length} bytes came where the index of a task has {JOB}"))),
    }
}

/// Writes `bytes` in one call, so that they are not torn apart.
fn write_once(to: impl AsFd, bytes: &[u8]) -> io::Result<()> {
    let written = rustix::io::retry_on_intr(|| rustix::io::write(&to, bytes))?;
    if written == bytes.len() { Ok(()) } else { Err(io::Error::from(io::ErrorKind::WriteZero)) }
}

#[cfg(test)]
mod tests {
    use rustix::pipe::{PipeFlags, pipe_with};

    use super::*;

    #[test]
    fn answers_come_back_as_they_were() {
        let done = Answer::Done { index: 7, result: u64::MAX, worker: 42 };
        let failed = Answer::Failed { index: 8, message: "naïve".to_owned() };
        let mut bytes = [done.encode(), Answer::Up.encode(), failed.encode()].concat();
        let tail = bytes.split_off(bytes.len() - 1);
        assert_eq!(Answer::decode(&mut bytes), Some(done));
        assert_eq!(Answer::decode(&mut bytes), Some(Answer::Up));
        assert_eq!(Answer::decode(&mut bytes), None, "one byte is missing");
        bytes.extend(tail);
        assert_eq!(Answer::decode(&mut bytes), Some(failed));
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_part_of_an_index_is_an_error_and_not_the_end() {
        let (jobs, give) = pipe_with(PipeFlags::CLOEXEC).expect("a pipe");
        let write = |bytes: &[u8]| write_once(&give, bytes).expect("there is room");
        write(&7_u64.to_le_bytes());
        assert_eq!(next_job(&jobs).expect("a whole index"), Some(7));
        write(&[1, 2, 3]);
        assert!(next_job(&jobs).expect_err("a part").to_string().starts_with("3 bytes"));
        drop(give);
        assert_eq!(next_job(&jobs).expect("the end"), None);
    }

    #[test]
    fn a_long_message_is_cut_to_one_write() {
        let bytes = Answer::Failed { index: 1, message: "é".repeat(4_000) }.encode();
        assert!(bytes.len() <= 4096);
        assert!(
            matches!(Answer::decode(&mut bytes.clone()), Some(Answer::Failed { message, .. }) if message.ends_with('é'))
        );
    }
}
