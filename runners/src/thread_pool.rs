//! `thread-pool`: long-lived threads that take tasks from a crossbeam channel.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam::channel::{Receiver, Sender, unbounded};
use regatta_workloads::{Primitives, Tally, Workload};

use crate::attempts;
use crate::crew::Shift;
use crate::desk::{Attempt, Desk};
use crate::task::{carry_out, catch};
use crate::worlds::World;
use crate::{Blocking, Error, Outcome, Parallelism, Runner, Settings};

/// W long-lived threads that take tasks from one channel and send results back through another.
#[derive(Debug)]
pub struct ThreadPool;

/// The index of a task that was done, and its result. What went wrong lies elsewhere, so that what goes through the channel is small.
type Done = (u64, Result<u64, Box<Error>>);

/// The threads and their two channels.
struct Pool {
    /// Where indices of tasks go in. Taken out on drop, which ends the threads' loops.
    jobs: Option<Sender<u64>>,
    /// Where results come out.
    done: Receiver<Done>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts the threads and waits until each of them is there to take tasks.
    fn start<W: Workload, C: World>(
        shift: &'static Shift<W, C::Primitives>,
        world: &C,
        workers: usize,
    ) -> Result<Self, Error> {
        let (jobs, take) = unbounded::<u64>();
        let (give, done) = unbounded::<Done>();
        let (report, up) = unbounded::<()>();
        let mut pool = Self { jobs: Some(jobs), done, threads: Vec::with_capacity(workers) };
        for _ in 0..workers {
            let world = world.clone();
            let (take, give, report) = (take.clone(), give.clone(), report.clone());
            let serve = move || {
                if report.send(()).is_err() {
                    return;
                }
                drop(report);
                for index in take {
                    shift.crew.mark();
                    let result = catch(|| world.enter(|| carry_out(&*shift.workload, &world, shift.shared(), index)));
                    if give.send((index, result.map_err(Box::new))).is_err() {
                        break;
                    }
                }
            };
            pool.threads.push(std::thread::Builder::new().spawn(serve).map_err(Error::system("create a thread"))?);
        }
        for _ in 0..workers {
            up.recv().map_err(|_| gone())?;
        }
        Ok(pool)
    }

    fn run<W: Workload, P: Primitives>(&self, shift: &Shift<W, P>) -> Result<Outcome, Error> {
        // SAFETY: a run takes the results of all its tasks before it ends, and a cell has one run at a time.
        unsafe { shift.begin() }?;
        let tasks = shift.workload.tasks();
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        for index in 0..tasks {
            jobs.send(index).map_err(|_| gone())?;
        }
        let mut tally = Ok(Tally::default());
        for _ in 0..tasks {
            let (index, result) = self.done.recv().map_err(|_| gone())?;
            tally = tally.and_then(|mut tally: Tally| {
                tally.add(index, result.map_err(|error| *error)?);
                Ok(tally)
            });
        }
        shift.end(tally?)
    }
}

/// Returns the error of a pool without threads.
fn gone() -> Error {
    Error::Lost("the threads of the pool have ended".to_owned())
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread catches the panics of its tasks, and a panic beyond them has been printed by then.
            drop(thread.join());
        }
    }
}

impl Runner for ThreadPool {
    const NAME: &'static str = "thread-pool";
    const ABOUT: &'static str = "W long-lived threads that take tasks from a channel (crossbeam-channel)";
    const PARALLELISM: Parallelism = Parallelism::Workers;

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        in_world(workload, Blocking, settings.workers)
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        attempts::thread_pool(workload, Blocking, settings.workers, desk)
    }
}

/// Starts a pool of threads and returns the closure that carries out every task on it in this world.
pub(crate) fn in_world<W: Workload, C: World>(
    workload: Arc<W>,
    world: C,
    workers: usize,
) -> Result<impl Fn() -> Result<Outcome, Error> + use<W, C>, Error> {
    let shift = Shift::leak(workload, world.primitives())?;
    let pool = Pool::start(shift, &world, workers)?;
    Ok(move || pool.run(shift))
}
