//! `process`: a process of its own for each task.

use std::process::Child;
use std::sync::Arc;

use regatta_workloads::Workload;
use rustix::io::{read, retry_on_intr};
use rustix::pipe::{PipeFlags, pipe_with};

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::worker::{Answer, Jobs, lost};
use crate::{Error, Need, Outcome, Parallelism, Runner, Settings};

/// A process of its own for each task, all at once. Creating them is part of the run.
#[derive(Debug)]
pub struct Process;

/// Processes that are ended and waited for on drop.
#[derive(Default)]
struct Brood(Vec<Child>);

impl Drop for Brood {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // Neither can fail for a child of ours that has not been waited for, and does not matter for one that has.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn run<W: Workload>(workload: &W, settings: &Settings) -> Result<Outcome, Error> {
    let (results, give) = pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("make a pipe"))?;
    let mut brood = Brood::default();
    for index in 0..workload.tasks() {
        brood.0.push(settings.worker.spawn(workload, Jobs::One(index), &give)?);
    }
    // From here on the pipe ends when the last worker does.
    drop(give);
    let mut outcome = Outcome::default();
    let (mut bytes, mut chunk) = (Vec::new(), [0; 1 << 16]);
    loop {
        let length = retry_on_intr(|| read(&results, &mut chunk)).map_err(Error::system("read results"))?;
        if length == 0 {
            break;
        }
        bytes.extend(&chunk[..length]);
        while let Some(answer) = Answer::decode(&mut bytes) {
            match answer {
                Answer::Up => {}
                Answer::Done { index, result, .. } => outcome.tally.add(index, result),
                Answer::Failed { index, message } => return Err(Error::Task { index, message }),
            }
        }
    }
    for mut child in std::mem::take(&mut brood.0) {
        let status = child.wait().map_err(Error::system("wait for a worker process"))?;
        if !status.success() {
            return Err(lost(&child, status));
        }
    }
    if !bytes.is_empty() {
        return Err(Error::Lost(format!("{} bytes of an answer came from a worker process, and no more", bytes.len())));
    }
    outcome.workers_seen = outcome.tally.tasks;
    Ok(outcome)
}

impl Runner for Process {
    const NAME: &'static str = "process";
    const ABOUT: &'static str = "a process of its own for each task, all at once (a fresh copy of this program)";
    const PARALLELISM: Parallelism = Parallelism::PerTask;
    const PROCESSES: bool = true;

    fn need<W: Workload>(workload: &W, _settings: &Settings) -> Need {
        Need::processes(workload.tasks()).descriptors(workload.descriptors())
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        Ok(move || run(&*workload, &settings))
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Ok(attempts::process_each(workload, settings, desk))
    }
}
