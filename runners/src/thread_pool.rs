//! `thread-pool`: long-lived threads that take tasks from a crossbeam channel.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam::channel::{Receiver, Sender, unbounded};
use regatta_workloads::{Tally, Workload};

use crate::blocking::{World, carry_out, catch};
use crate::{Blocking, Crew, Error, Outcome, Parallelism, Runner, Settings};

/// W long-lived threads that take tasks from one channel and send results back through another.
#[derive(Debug)]
pub struct ThreadPool;

/// A task to do: the run's crew and the task's index.
type Job = (Arc<Crew>, u64);
/// The index of a task that was done, and its result.
type Done = (u64, Result<u64, Error>);

/// The threads and their two channels.
struct Pool {
    /// Where jobs go in. Taken out on drop, which ends the threads' loops.
    jobs: Option<Sender<Job>>,
    /// Where results come out.
    done: Receiver<Done>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    fn start<W: Workload, C: World>(workload: &Arc<W>, world: &C, workers: usize) -> Result<Self, Error> {
        let (jobs, take) = unbounded::<Job>();
        let (give, done) = unbounded::<Done>();
        let mut pool = Self { jobs: Some(jobs), done, threads: Vec::with_capacity(workers) };
        for _ in 0..workers {
            let (workload, world) = (Arc::clone(workload), world.clone());
            let (take, give) = (take.clone(), give.clone());
            let serve = move || {
                for (crew, index) in take {
                    crew.mark();
                    let result = catch(|| world.enter(|| carry_out(&*workload, &world, index)));
                    if give.send((index, result)).is_err() {
                        break;
                    }
                }
            };
            pool.threads.push(std::thread::Builder::new().spawn(serve).map_err(Error::system("create a thread"))?);
        }
        Ok(pool)
    }

    fn run(&self, tasks: u64) -> Result<Outcome, Error> {
        let gone = || Error::Lost("the threads of the pool have ended".to_owned());
        let crew = Arc::new(Crew::new());
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        for index in 0..tasks {
            jobs.send((Arc::clone(&crew), index)).map_err(|_| gone())?;
        }
        let mut tally = Ok(Tally::default());
        for _ in 0..tasks {
            let (index, result) = self.done.recv().map_err(|_| gone())?;
            tally = tally.and_then(|mut tally: Tally| {
                tally.add(index, result?);
                Ok(tally)
            });
        }
        Ok(Outcome::new(tally?, &crew))
    }
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
}

/// The closure that carries out every task on a pool of threads in this world.
pub(crate) fn in_world<W: Workload, C: World>(
    workload: Arc<W>,
    world: C,
    workers: usize,
) -> Result<impl Fn() -> Result<Outcome, Error> + use<W, C>, Error> {
    let pool = Pool::start(&workload, &world, workers)?;
    Ok(move || pool.run(workload.tasks()))
}
