//! `process-pool`: long-lived worker processes that take tasks from a pipe.

use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::Arc;

use regatta_workloads::Workload;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::{Errno, read, retry_on_intr, write};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::worker::{Answer, JOB, Jobs, lost};
use crate::{Error, Need, Outcome, Parallelism, Runner, Settings};

/// Indices written to the pipe at once: as many bytes as a write leaves in one piece.
const BATCH: u64 = 4096 / JOB as u64;

/// W long-lived worker processes that take tasks from one pipe and write results to another.
#[derive(Debug)]
pub struct ProcessPool;

struct Pool {
    workers: Vec<Worker>,
    /// Where indices go in. It never blocks.
    jobs: OwnedFd,
    /// Where answers come out.
    results: OwnedFd,
    /// What has been read of the answers and not yet been decoded.
    bytes: Vec<u8>,
}

struct Worker {
    child: Child,
    /// Becomes readable when the process ends.
    alive: OwnedFd,
}

impl Pool {
    fn start<W: Workload>(workload: &W, settings: &Settings) -> Result<Self, Error> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("make a pipe"));
        let ((take, jobs), (results, give)) = (pipe()?, pipe()?);
        fcntl_setfl(&jobs, OFlags::NONBLOCK).map_err(Error::system("make a pipe"))?;
        let mut pool = Self { workers: Vec::new(), jobs, results, bytes: Vec::new() };
        for _ in 0..settings.workers {
            let child = settings.worker.spawn(workload, Jobs::Pipe(&take), &give)?;
            let alive = pidfd_open(Pid::from_child(&child), PidfdFlags::empty());
            pool.workers.push(Worker { child, alive: alive.map_err(Error::system("watch a worker process"))? });
        }
        let mut waiting = settings.workers;
        while waiting > 0 {
            if pool.answer(false)? == Some(Answer::Up) {
                waiting -= 1;
            }
        }
        Ok(pool)
    }

    /// Waits for an answer and returns it. If `send` is set, it also ends, without an answer, when the pipe takes more jobs.
    fn answer(&mut self, send: bool) -> Result<Option<Answer>, Error> {
        let mut chunk = [0; 1 << 14];
        loop {
            if let Some(answer) = Answer::decode(&mut self.bytes) {
                return Ok(Some(answer));
            }
            let mut watched = vec![
                PollFd::new(&self.results, PollFlags::IN),
                PollFd::new(&self.jobs, if send { PollFlags::OUT } else { PollFlags::empty() }),
            ];
            watched.extend(self.workers.iter().map(|worker| PollFd::new(&worker.alive, PollFlags::IN)));
            retry_on_intr(|| poll(&mut watched, None)).map_err(Error::system("wait for worker processes"))?;
            let [results, jobs, workers @ ..] = &*watched else { return Ok(None) };
            let ended = workers.iter().position(|worker| !worker.revents().is_empty());
            let (readable, writable) = (!results.revents().is_empty(), jobs.revents().contains(PollFlags::OUT));
            drop(watched);
            if let Some(worker) = ended.and_then(|ended| self.workers.get_mut(ended)) {
                let status = worker.child.wait().map_err(Error::system("wait for a worker process"))?;
                return Err(lost(&worker.child, status));
            }
            if readable {
                let length =
                    retry_on_intr(|| read(&self.results, &mut chunk)).map_err(Error::system("read results"))?;
                if length == 0 {
                    return Err(Error::Lost("the worker processes closed the pipe of their answers".to_owned()));
                }
                self.bytes.extend(&chunk[..length]);
            } else if writable {
                return Ok(None);
            }
        }
    }

    /// Writes as many of the `jobs` as the pipe takes in one piece and returns how many that were.
    fn send(&self, jobs: std::ops::Range<u64>) -> Result<u64, Error> {
        let batch: Vec<u8> = jobs.take(BATCH as usize).flat_map(u64::to_le_bytes).collect();
        match retry_on_intr(|| write(&self.jobs, &batch)) {
            Ok(length) => Ok((length / JOB) as u64),
            Err(Errno::AGAIN) => Ok(0),
            Err(error) => Err(Error::system("hand out tasks")(error)),
        }
    }

    fn run(&mut self, tasks: u64) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let (mut sent, mut seen) = (0, Vec::new());
        while outcome.tally.tasks < tasks {
            if sent < tasks {
                sent += self.send(sent..tasks)?;
            }
            match self.answer(sent < tasks)? {
                None | Some(Answer::Up) => {}
                Some(Answer::Failed { index, message }) => return Err(Error::Task { index, message }),
                Some(Answer::Done { index, result, worker }) => {
                    outcome.tally.add(index, result);
                    if !seen.contains(&worker) {
                        seen.push(worker);
                    }
                }
            }
        }
        outcome.workers_seen = seen.len() as u64;
        Ok(outcome)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            // Between runs a worker only waits for the next task, and after a failure nobody waits for the others.
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }
}

impl Runner for ProcessPool {
    const NAME: &'static str = "process-pool";
    const ABOUT: &'static str = "W long-lived worker processes that take tasks from a pipe (copies of this program)";
    const PARALLELISM: Parallelism = Parallelism::Workers;
    const PROCESSES: bool = true;

    fn need<W: Workload>(workload: &W, settings: &Settings) -> Need {
        Need::processes(settings.workers as u64).descriptors(settings.workers as u64 + workload.descriptors())
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        let mut pool = Pool::start(&*workload, &settings)?;
        Ok(move || pool.run(workload.tasks()))
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        attempts::process_pool(workload, settings, desk)
    }
}
