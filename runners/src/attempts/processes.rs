//! The attempts of worker processes: one for each task, and a pool that replaces those that die.

use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam::channel::{Receiver, unbounded};
use regatta_workloads::Workload;
use rustix::io::{read, retry_on_intr, write};
use rustix::pipe::{PipeFlags, pipe_with};

use super::looked_at::copy_at;
use crate::desk::{Attempt, Desk};
use crate::worker::{Answer, Jobs, lost};
use crate::{Error, Settings};

/// A worker process with pipes of its own, so that its end is told from that of others.
struct Worker {
    /// Shared with whoever may kill it.
    child: Arc<Mutex<Child>>,
    /// Where its answers come out.
    results: OwnedFd,
    /// What has been read of them and not yet been decoded.
    bytes: Vec<u8>,
}

impl Worker {
    fn new(child: Child, results: OwnedFd) -> Self {
        Self { child: Arc::new(Mutex::new(child)), results, bytes: Vec::new() }
    }

    /// Waits for its next answer.
    ///
    /// # Errors
    /// If it ends before: how.
    fn answer(&mut self) -> Result<Answer, Error> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(answer) = Answer::decode(&mut self.bytes) {
                return Ok(answer);
            }
            let length = retry_on_intr(|| read(&self.results, &mut chunk)).map_err(Error::system("read results"))?;
            if length == 0 {
                let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
                let status = child.wait().map_err(Error::system("wait for a worker process"))?;
                return Err(lost(&child, status));
            }
            self.bytes.extend(&chunk[..length]);
        }
    }

    /// Returns what becomes of the task that it does.
    fn fate(&mut self) -> Result<u64, Error> {
        loop {
            match self.answer()? {
                Answer::Up => {}
                Answer::Done { result, .. } => return Ok(result),
                Answer::Failed { index, message } => return Err(Error::Task { index, message }),
            }
        }
    }

    /// Returns what kills it: the model's way to end a task from outside.
    fn killer(&self) -> Box<dyn FnOnce() + Send> {
        let child = Arc::clone(&self.child);
        Box::new(move || {
            // It fails only for a process that has been waited for, which is what was wanted.
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // Neither can fail for a child of ours that has not been waited for, and does not matter for one that has.
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn new_pipe() -> Result<(OwnedFd, OwnedFd), Error> {
    pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("make a pipe"))
}

/// Returns the attempt of a process for each task, with a thread that waits for it.
///
/// *Why:* the kernel kills a worker with the thread that created it, so that thread stays until its worker has ended.
pub(crate) fn process_each<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Attempt {
    let settings = Arc::new(settings);
    Box::new(move || {
        copy_at(&*desk, &workload)?;
        for index in 0..workload.tasks() {
            let (workload, settings, desk) = (Arc::clone(&workload), Arc::clone(&settings), Arc::clone(&desk));
            let serve = move || {
                let begin = || {
                    let (results, give) = new_pipe()?;
                    Ok(Worker::new(settings.worker.spawn(&*workload, Jobs::One(index), &give)?, results))
                };
                let fate = begin().and_then(|mut worker: Worker| {
                    desk.can_cancel(index, worker.killer());
                    worker.fate()
                });
                desk.told(index, fate);
            };
            std::thread::Builder::new().spawn(serve).map_err(Error::system("create a thread"))?;
        }
        Ok(())
    })
}

/// A place in the pool: a worker process, the pipe of its jobs, and the thread that looks after both.
struct Place<W> {
    workload: Arc<W>,
    settings: Arc<Settings>,
    desk: Arc<dyn Desk>,
    jobs: Receiver<u64>,
}

impl<W: Workload> Place<W> {
    fn new_worker(&self) -> Result<(Worker, OwnedFd), Error> {
        let ((take, jobs), (results, give)) = (new_pipe()?, new_pipe()?);
        let mut worker = Worker::new(self.settings.worker.spawn(&*self.workload, Jobs::Pipe(&take), &give)?, results);
        drop((take, give));
        worker.answer()?;
        Ok((worker, jobs))
    }

    /// Hands tasks to a worker until there are no more. One that dies costs the task that it had, and is replaced.
    fn serve(&self, up: impl FnOnce(Result<(), Error>)) {
        let mut present = match self.new_worker() {
            Ok(present) => {
                up(Ok(()));
                Some(present)
            }
            Err(error) => return up(Err(error)),
        };
        for index in &self.jobs {
            let fate = self.carry_out(index, &mut present);
            if matches!(fate, Err(Error::Lost(_))) {
                present = None;
            }
            self.desk.told(index, fate);
        }
    }

    fn carry_out(&self, index: u64, present: &mut Option<(Worker, OwnedFd)>) -> Result<u64, Error> {
        let (worker, jobs) = match present {
            Some(present) => present,
            none => none.insert(self.new_worker()?),
        };
        self.desk.can_cancel(index, worker.killer());
        // One that died between two tasks shows by the end of its answers.
        let _ = retry_on_intr(|| write(&*jobs, &index.to_le_bytes()));
        worker.fate()
    }
}

/// Starts a pool of worker processes, each looked after by a thread, and returns its attempt.
///
/// # Errors
/// If a worker process does not start.
pub(crate) fn process_pool<W: Workload>(
    workload: Arc<W>,
    settings: Settings,
    desk: Arc<dyn Desk>,
) -> Result<Attempt, Error> {
    let (give, jobs) = unbounded::<u64>();
    let (report, up) = unbounded::<Result<(), Error>>();
    let settings = Arc::new(settings);
    for _ in 0..settings.workers {
        let (settings, workload, desk) = (Arc::clone(&settings), Arc::clone(&workload), Arc::clone(&desk));
        let (place, report) = (Place { workload, settings, desk, jobs: jobs.clone() }, report.clone());
        let serve = move || place.serve(|is_up| drop(report.send(is_up)));
        std::thread::Builder::new().spawn(serve).map_err(Error::system("create a thread"))?;
    }
    for _ in 0..settings.workers {
        up.recv().map_err(|_| Error::Lost("a worker process did not start".to_owned()))??;
    }
    Ok(Box::new(move || {
        copy_at(&*desk, &workload)?;
        let handed = (0..workload.tasks()).try_for_each(|index| give.send(index));
        handed.map_err(|_| Error::Lost("nobody takes tasks any more".to_owned()))
    }))
}
