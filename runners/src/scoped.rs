//! `scoped`: scoped threads that each get an equal share of the tasks beforehand.

use std::sync::Arc;

use crossbeam::thread::scope;
use regatta_workloads::{Tally, Workload};

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::task::{carry_out_all, catch, share};
use crate::{Blocking, Crew, Error, Outcome, Parallelism, Runner, Settings, Std};

/// W scoped threads created for the run, each with an equal share of neighbouring tasks.
#[derive(Debug)]
pub struct Scoped;

impl Runner for Scoped {
    const NAME: &'static str = "scoped";
    const ABOUT: &'static str =
        "W threads created for the run, each with an equal share of the tasks (crossbeam scope)";
    const PARALLELISM: Parallelism = Parallelism::Workers;

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        Ok(move || {
            let (crew, shared) = (Crew::new(), share(&*workload, &Std)?);
            let tasks = workload.tasks();
            let shares = (settings.workers as u64).min(tasks);
            let bound = |share: u64| (u128::from(tasks) * u128::from(share) / u128::from(shares.max(1))) as u64;
            let work =
                |share| catch(|| carry_out_all(&*workload, &Blocking, &shared, &crew, bound(share)..bound(share + 1)));
            let tally = scope(|scope| {
                let mut threads = Vec::with_capacity(shares as usize);
                for share in 0..shares {
                    let thread = scope.builder().spawn(move |_| work(share));
                    threads.push(thread.map_err(Error::system("create a thread"))?);
                }
                let mut tally = Ok(Tally::default());
                for thread in threads {
                    let part = thread.join().unwrap_or_else(|payload| Err(Error::panic(&*payload)));
                    tally = tally.and_then(|tally| Ok(tally.merge(part?)));
                }
                tally
            });
            let tally = tally.unwrap_or_else(|payload| Err(Error::panic(&*payload)))?;
            Outcome::new(tally, &crew).with(&shared, &*workload)
        })
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Ok(attempts::scoped(workload, settings.workers, desk))
    }
}
